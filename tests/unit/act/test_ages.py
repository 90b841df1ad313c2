from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.act.ages import Seen, flush_minimum_age, is_old, moment_of_listing

SETTLE = 5.0
seconds = st.floats(0, 500, allow_nan=False)
short = st.floats(0, SETTLE - 1, allow_nan=False)


@given(born=seconds, waited=seconds, delay=seconds, in_sync=st.floats(500, 1000))
def test_every_flow_from_before_the_sync_can_be_flushed(
    born: float, waited: float, delay: float, in_sync: float
) -> None:
    seen = Seen(in_sync + SETTLE, 0)
    sent = seen.at + waited
    executed = sent + delay
    assert math.floor(executed - born) >= flush_minimum_age(sent, in_sync, seen) or born > in_sync


@given(after=seconds, waited=seconds, delay=short)
def test_what_can_be_flushed_was_alive_when_the_capture_began(
    after: float, waited: float, delay: float
) -> None:
    """It holds as long as the service acts within the settling time, less a second of rounding."""
    in_sync, began = 1000.0, 1000.0 + SETTLE
    born = began + after
    sent = began + waited
    assert math.floor(sent + delay - born) < flush_minimum_age(sent, in_sync, Seen(began, 0))


@given(younger=st.floats(0.001, 300), floor=st.integers(1, 300), waited=seconds)
def test_what_a_capture_was_not_asked_for_is_too_young_for_the_flush(
    younger: float, floor: int, waited: float
) -> None:
    began = 1000.0
    born = began - floor + younger
    sent = began + waited
    assert math.floor(sent - born) < flush_minimum_age(sent, began, Seen(began, floor))


@given(age=st.integers(0, 2000), looked=st.floats(1000, 3000), in_sync=st.floats(0, 1000))
def test_old_means_born_before_the_second_of_the_sync(age: int, looked: float, in_sync: float) -> None:
    if looked - age <= in_sync:
        assert is_old(age, looked, in_sync)
    if looked - age > in_sync + 1:
        assert not is_old(age, looked, in_sync)


def test_a_flow_without_an_age_counts_as_old() -> None:
    assert is_old(None, 100.0, 50.0)


def test_the_services_clock_is_believed_only_within_our_own_times() -> None:
    assert moment_of_listing(100.0, 110.0, 103.5) == 103.5
    assert moment_of_listing(100.0, 110.0, None) == 100.0
    assert moment_of_listing(100.0, 110.0, 99.0) == 100.0
    assert moment_of_listing(100.0, 110.0, 400.0) == 100.0


def test_a_capture_with_a_floor_raises_the_age_of_the_flush() -> None:
    assert flush_minimum_age(1020.0, 1000.0, Seen(1010.0, 0)) == 20
    assert flush_minimum_age(1020.0, 1000.0, Seen(1010.0, 60)) == 70
    assert flush_minimum_age(1000.5, 1000.0, Seen(1000.5, 0)) == 0
