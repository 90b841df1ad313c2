from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.flows.setcover import greedy, irredundant, times_covered
from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.filters import FlowFilter

if TYPE_CHECKING:
    from nfw_reconcile.flows.setcover import Mask, Pool

COUNT = 8


def named(number: int) -> FlowFilter:
    return FlowFilter(Network(4, number, 32), Network(4, 0, 0))


def pool_of(*sets: set[int]) -> Pool:
    return {named(number): np.array(sorted(rows), np.intp) for number, rows in enumerate(sets)}


def rows_of(*rows: int) -> Mask:
    return np.isin(np.arange(COUNT), rows)


def test_the_filter_with_the_most_rows_comes_first() -> None:
    pool = pool_of({0, 1}, {2, 3, 4}, {0, 1, 2, 3}, {4})
    assert greedy(pool, rows_of(0, 1, 2, 3, 4))[0] == [named(2), named(1)]


def test_rows_that_are_not_wanted_do_not_count() -> None:
    pool = pool_of({0, 5, 6, 7}, {0, 1})
    assert greedy(pool, rows_of(0, 1))[0] == [named(1)]


def test_what_nothing_covers_is_told() -> None:
    taken, uncovered = greedy(pool_of({0}), rows_of(0, 3))
    assert (taken, uncovered.tolist()) == ([named(0)], rows_of(3).tolist())


def test_what_later_filters_made_needless_is_left_out() -> None:
    pool = pool_of({0, 1}, {1, 2}, {2, 3})
    assert set(irredundant([named(0), named(1), named(2)], pool, COUNT)) == {named(0), named(2)}


@given(
    st.lists(st.sets(st.integers(0, COUNT - 1), min_size=1), max_size=10), st.sets(st.integers(0, COUNT - 1))
)
def test_a_cover_covers_what_can_be_and_nothing_in_it_is_needless(
    sets: list[set[int]], wanted: set[int]
) -> None:
    pool = pool_of(*sets)
    taken, uncovered = greedy(pool, rows_of(*wanted))
    assert set(np.flatnonzero(uncovered).tolist()) == wanted - set().union(*sets)
    needed = irredundant(taken, pool, COUNT)
    times = times_covered(needed, pool, COUNT)
    assert ((times > 0) == (times_covered(taken, pool, COUNT) > 0)).all()
    assert all((times[pool[found]] == 1).any() for found in needed)
