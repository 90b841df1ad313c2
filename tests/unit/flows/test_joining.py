from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.flows.hulls import Ports, range_cost, range_hull
from nfw_reconcile.flows.joining import join_cheapest
from nfw_reconcile.model.intervals import IntervalSet

REACHES = st.one_of(st.none(), st.integers(1, 3))
RANGES = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200))).map(
    lambda pieces: list(IntervalSet.of(pieces))
)


def never(_one: Ports, _other: Ports) -> int | None:
    return None


@pytest.mark.parametrize(
    ("most", "left"),
    [
        (3, [(0, 1), (5, 9), (20, 20)]),
        (2, [(0, 9), (20, 20)]),
        (1, [(0, 20)]),
    ],
)
def test_cheapest_join_comes_first(most: int, left: list[Ports]) -> None:
    ranges = [(0, 1), (5, 9), (20, 20)]
    assert join_cheapest(ranges, most, cost=range_cost, hull=range_hull) == left


def test_free_joins_are_made_however_many_are_allowed() -> None:
    ranges = [(0, 1), (2, 3), (9, 9)]
    assert join_cheapest(ranges, 10, cost=range_cost, hull=range_hull) == [(0, 3), (9, 9)]


def test_what_cannot_be_joined_stays() -> None:
    ranges = [(0, 1), (2, 3), (9, 9)]
    assert join_cheapest(ranges, 1, cost=never, hull=range_hull) == ranges


def test_nothing_comes_of_nothing() -> None:
    assert join_cheapest([], 1, cost=range_cost, hull=range_hull) == []


@given(RANGES, st.integers(1, 5), REACHES)
def test_few_are_left_and_all_is_held(ranges: list[Ports], most: int, reach: int | None) -> None:
    left = join_cheapest(ranges, most, cost=range_cost, hull=range_hull, reach=reach)
    assert len(left) == min(most, len(ranges))
    assert IntervalSet.of(ranges).issubset(IntervalSet.of(left))
    assert left == sorted(left)


@given(RANGES, st.integers(1, 5))
def test_neighbours_suffice_for_what_lies_in_a_line(ranges: list[Ports], most: int) -> None:
    near = join_cheapest(ranges, most, cost=range_cost, hull=range_hull, reach=1)
    assert near == join_cheapest(ranges, most, cost=range_cost, hull=range_hull)
