from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.act.attempts import Attempts, read_attempts
from nfw_reconcile.act.entries import ListedFlow
from nfw_reconcile.errors import InputError
from nfw_reconcile.model.flow import CapturedFlow
from nfw_reconcile.model.plan_document import AttemptRule
from tests.unit.act.scene import flow

LOOKED = 1000.0
SYN = Attempts(packets=7, age=127, born_after=None)
FROM_950 = Attempts(packets=16, age=400, born_after=950.0)


def listed(*entries: tuple[int | None, int | None], at: float = LOOKED) -> ListedFlow:
    """Give a flow by the age and the packets of its entries: as it was begun, then its mirror image."""
    ways = (flow(), flow().reversed())
    found = zip(ways, entries, strict=False)
    return ListedFlow(tuple(CapturedFlow(way, age, packets) for way, (age, packets) in found), at)


@pytest.mark.parametrize(
    ("rule", "entries", "fits"),
    [
        pytest.param(SYN, [(0, 1)], True, id="a SYN"),
        pytest.param(SYN, [(127, 7)], True, id="a SYN with all its retransmissions"),
        pytest.param(SYN, [(128, 7)], False, id="longer than a SYN is retried"),
        pytest.param(SYN, [(127, 8)], False, id="more packets than that"),
        pytest.param(SYN, [(None, 1)], False, id="no age"),
        pytest.param(SYN, [(1, None)], False, id="no packet count"),
        pytest.param(SYN, [(1, 1), (1, 1)], True, id="both ways, few packets each"),
        pytest.param(SYN, [(1, 1), (1, 8)], False, id="both ways, many packets back"),
        pytest.param(SYN, [(1, 1), (1, None)], False, id="both ways, one without a count"),
        pytest.param(SYN, [(1, 1), (200, 1)], False, id="both ways, one older"),
        pytest.param(SYN, [(1, 1), (None, 1)], False, id="both ways, one without an age"),
        pytest.param(FROM_950, [(49, 16)], True, id="born after the moment"),
        pytest.param(FROM_950, [(50, 16)], False, id="born in its very second"),
        pytest.param(FROM_950, [(51, 1)], False, id="born before"),
        pytest.param(FROM_950, [(49, 17)], False, id="born after, with many packets"),
    ],
)
def test_what_a_blocked_attempt_looks_like(
    rule: Attempts, entries: list[tuple[int | None, int | None]], *, fits: bool
) -> None:
    assert rule.fit(listed(*entries)) is fits


@given(
    st.builds(Attempts, st.integers(0, 20), st.integers(0, 500), st.none() | st.floats(0, LOOKED)),
    st.integers(0, 1000),
    st.integers(0, 40),
    st.integers(0, 600),
    st.integers(0, 20),
)
def test_a_flow_that_lives_on_never_becomes_one(
    rule: Attempts, age: int, packets: int, seconds: int, more: int
) -> None:
    later = listed((age + seconds, packets + more), at=LOOKED + seconds)
    assert rule.fit(listed((age, packets))) or not rule.fit(later)


def test_a_plan_says_what_they_look_like() -> None:
    rules = (AttemptRule(7, 127, None), AttemptRule(16, 400, "1970-01-01T00:15:50Z"))
    assert read_attempts(rules) == (SYN, FROM_950)


@pytest.mark.parametrize("text", ["", "noon", "1970-01-01", "1970-13-01T00:00:00Z", "1970-01-01T00:00:00"])
def test_a_moment_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no moment"):
        read_attempts([AttemptRule(7, 127, text)])
