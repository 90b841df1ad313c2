from __future__ import annotations

import pytest

from nfw_reconcile.act.identity import MOST_SKEW, clock_problems
from nfw_reconcile.act.options import ActOptions
from nfw_reconcile.act.run import RunName, apply_plan
from nfw_reconcile.errors import StalePlan
from tests.unit.act.scene import Ahead, tight

NOW = 1_800_000_000.0


@pytest.mark.parametrize("service_time", [None, NOW, NOW - MOST_SKEW, NOW + MOST_SKEW])
def test_a_clock_that_is_about_right_will_do(service_time: float | None) -> None:
    assert clock_problems(service_time, NOW) == []


@pytest.mark.parametrize(
    ("service_time", "words"), [(NOW - 3600, "3600 s ahead of"), (NOW + 31, "31 s behind")]
)
def test_a_clock_that_is_wrong_is_told_with_its_error(service_time: float, words: str) -> None:
    (found,) = clock_problems(service_time, NOW)
    assert words in found.summary


@pytest.mark.parametrize("seconds", [-3600.0, 3600.0])
def test_with_a_wrong_clock_nothing_is_sent(seconds: float) -> None:
    scene = tight()
    options, name = ActOptions(parallel=False), RunName("run-1", "0")
    with pytest.raises(StalePlan, match="clock of this machine"):
        apply_plan(scene.plan(), scene.services(), Ahead(scene.clock, seconds), options, name)
    assert scene.emulator.flow_operations == ()


def test_with_a_clock_that_is_a_little_off_the_same_flows_are_flushed() -> None:
    for seconds in (-MOST_SKEW, MOST_SKEW):
        scene = tight()
        options, name = ActOptions(parallel=False), RunName("run-1", "0")
        result = apply_plan(scene.plan(), scene.services(), Ahead(scene.clock, seconds), options, name)
        assert result.exit_code == 0
        assert (scene.denied_alive(), scene.allowed_alive()) == (0, 9)
        assert scene.violations() == []
