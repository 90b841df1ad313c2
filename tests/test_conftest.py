"""The set-up of the tests is tested too: a gate that opens or shuts wrongly would be seen nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.conftest import CHECKOUT
from tests.programs import MISSING_PACKAGE, Need
from tests.tiers import Tier, chosen_tier

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["pytester"]

SUITE = """
import pytest

def test_plain(): pass

@pytest.mark.full
def test_full(): pass

@pytest.mark.soak
def test_soak(): pass

@pytest.mark.suricata
def test_engine(): pass

@pytest.mark.terraform
def test_terraform(): pass
"""


WITHOUT_A_MODULE = """
import pytest

pytest.skip("no such data here", allow_module_level=True)
"""

PROPERTIES = """
from hypothesis import given, settings, strategies as st

def test_draws_are_new_in_every_run():
    assert not settings.default.derandomize

@given(st.integers())
def test_too_much_is_claimed(number):
    assert number < 100
"""

ROOM = """
import pytest

@pytest.fixture
def tell(tell):
    return lambda line: tell(f"room: {line}")
"""

PROCESSES = pytest.mark.parametrize("workers", [0, 2], ids=["one process", "two workers"])


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A small suite under our conftest, on a machine without any program."""
    pytester.makepyfile(SUITE)
    pytester.makeini("[pytest]\nmarkers =\n  full\n  soak\n  suricata\n  terraform\n")
    empty = pytester.mkdir("bin")
    monkeypatch.setenv("PATH", str(empty))
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    return pytester


def run(suite: pytest.Pytester, workers: int = 0, *more: str) -> pytest.RunResult:
    spread = ("--numprocesses", str(workers), "--dist", "worksteal")
    return suite.runpytest_subprocess("-p", "tests.conftest", "-p", "no:cacheprovider", *spread, *more)


@pytest.mark.parametrize(
    ("tier", "passed", "deselected"),
    [(Tier.QUICK, 1, 2), (Tier.FULL, 2, 1), (Tier.SOAK, 3, 0)],
)
def test_each_tier_holds_the_ones_before_it(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tier: Tier, passed: int, deselected: int
) -> None:
    monkeypatch.setenv("NFW_TESTS", tier)
    run(suite).assert_outcomes(passed=passed, deselected=deselected, skipped=2)


def test_what_another_tier_does_more_of_can_be_run_alone(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NFW_TESTS", "full")
    suite.makepyfile(
        test_more="""
        import hypothesis, hypothesis.strategies as st

        @hypothesis.given(st.none())
        def test_a_property(_): pass
        def test_that_draws_by_itself(tier): pass
        def test_that_is_always_the_same(): pass
        """
    )
    run(suite, 0, "--beyond-quick").assert_outcomes(passed=3, deselected=5)


@PROCESSES
def test_the_reasons_of_all_skips_are_left_for_ci(suite: pytest.Pytester, workers: int) -> None:
    suite.makepyfile(test_module=WITHOUT_A_MODULE)
    run(suite, workers)
    lines = (suite.path / "build" / "skips.txt").read_text(encoding="utf-8").splitlines()
    reasons = [line.split("\t")[0] for line in lines]
    assert reasons == ["missing system package: suricata", "no such data here", "terraform is not installed"]


@PROCESSES
def test_what_tests_in_folders_tell_is_shown_at_the_end(suite: pytest.Pytester, workers: int) -> None:
    folder = suite.mkpydir("room")
    folder.joinpath("conftest.py").write_text(ROOM, encoding="utf-8")
    folder.joinpath("test_room.py").write_text("def test_it(tell): tell('all is well')\n", encoding="utf-8")
    run(suite, workers).stdout.fnmatch_lines(["room: all is well"])


@PROCESSES
def test_properties_draw_anew_in_ci_too_and_tell_how_to_fail_again(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    pytester.makepyfile(PROPERTIES)
    result = run(pytester, workers)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*@reproduce_failure(*"])


def test_an_unknown_tier_is_a_usage_error(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NFW_TESTS", "slow")
    result = run(suite)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*NFW_TESTS is 'slow'; use one of: quick, full, soak"])


def test_the_profile_of_the_tier_is_in_force(tier: Tier) -> None:
    now = settings.default
    assert now is not None
    assert now.max_examples == tier.draws
    assert now.deadline is None


def test_without_a_word_the_tier_is_quick() -> None:
    assert chosen_tier({}) is chosen_tier({"NFW_TESTS": ""}) is Tier.QUICK


def test_a_need_is_met_by_a_program_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need = Need("suricata", "suricata", package="suricata")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert need.lacking() == f"{MISSING_PACKAGE}suricata"
    program = tmp_path / "suricata"
    program.touch(mode=0o755)
    assert need.lacking() is None
