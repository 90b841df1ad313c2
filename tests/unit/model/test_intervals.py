from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.model.intervals import ALL_PORTS, EMPTY, HIGHEST_PORT, Interval, IntervalSet
from tests.strategies import around, interval_sets, ports, ranges

if TYPE_CHECKING:
    from random import Random

SETS = interval_sets()
PIECES = st.lists(ranges(ports), max_size=6)


@given(PIECES)
def test_a_set_holds_what_its_pieces_hold(pieces: list[Interval]) -> None:
    found = IntervalSet.of(pieces)
    for value in around(found, *(IntervalSet((piece,)) for piece in pieces)):
        assert (value in found) == any(low <= value <= high for low, high in pieces)


@given(PIECES)
def test_the_form_is_canonical(pieces: list[Interval]) -> None:
    intervals = IntervalSet.of(pieces).intervals
    assert all(low <= high for low, high in intervals)
    assert all(one[1] + 1 < other[0] for one, other in pairwise(intervals))


@given(PIECES, st.randoms(use_true_random=False), st.integers(0, HIGHEST_PORT))
def test_equal_sets_are_equal_however_they_were_built(
    pieces: list[Interval], random: Random, cut: int
) -> None:
    parts = [part for low, high in pieces for part in ((low, min(high, cut)), (max(low, cut + 1), high))]
    parts += pieces[:2]
    random.shuffle(parts)
    assert IntervalSet.of(parts) == IntervalSet.of(pieces)
    assert hash(IntervalSet.of(parts)) == hash(IntervalSet.of(pieces))


def test_an_empty_piece_adds_nothing() -> None:
    assert IntervalSet.of([(5, 4)]) == EMPTY


@given(SETS, SETS)
def test_a_union_holds_what_either_holds(a: IntervalSet, b: IntervalSet) -> None:
    assert all((value in a | b) == (value in a or value in b) for value in around(a, b))


@given(SETS, SETS)
def test_an_intersection_holds_what_both_hold(a: IntervalSet, b: IntervalSet) -> None:
    assert all((value in a & b) == (value in a and value in b) for value in around(a, b))


@given(SETS, SETS)
def test_a_difference_holds_what_the_first_alone_holds(a: IntervalSet, b: IntervalSet) -> None:
    assert all((value in a - b) == (value in a and value not in b) for value in around(a, b))


@given(SETS, ports)
def test_a_complement_holds_what_the_set_does_not_up_to_the_highest(a: IntervalSet, highest: int) -> None:
    outside = a.complement(highest)
    assert all((value in outside) == (value not in a and value <= highest) for value in around(a, outside))


@given(SETS, SETS)
def test_results_are_canonical_too(a: IntervalSet, b: IntervalSet) -> None:
    for found in (a | b, a & b, a - b, a.complement(HIGHEST_PORT)):
        assert found == IntervalSet.of(found.intervals)


@given(SETS)
def test_a_complement_undoes_itself(a: IntervalSet) -> None:
    assert a.complement(HIGHEST_PORT).complement(HIGHEST_PORT) == a


@given(SETS, SETS)
def test_de_morgan(a: IntervalSet, b: IntervalSet) -> None:
    assert (a | b).complement(HIGHEST_PORT) == a.complement(HIGHEST_PORT) & b.complement(HIGHEST_PORT)


@given(SETS, SETS, SETS)
def test_intersection_distributes_over_union(a: IntervalSet, b: IntervalSet, c: IntervalSet) -> None:
    assert a & (b | c) == (a & b) | (a & c)


@given(SETS, SETS)
def test_sizes_add_up(a: IntervalSet, b: IntervalSet) -> None:
    assert (a | b).size + (a & b).size == a.size + b.size


@given(SETS)
def test_the_size_counts_the_values(a: IntervalSet) -> None:
    assert a.size == sum(len(range(low, high + 1)) for low, high in a)


@given(SETS, SETS)
def test_a_subset_loses_all_to_the_other(a: IntervalSet, b: IntervalSet) -> None:
    assert a.issubset(b) == (a & b == a) == ((a | b) == b)
    assert (a & b).issubset(a)


@given(SETS, SETS)
def test_disjoint_sets_share_nothing(a: IntervalSet, b: IntervalSet) -> None:
    assert a.isdisjoint(b) == (a & b == EMPTY)
    assert (a - b).isdisjoint(b)


@given(SETS)
def test_a_set_is_true_unless_it_is_empty(a: IntervalSet) -> None:
    assert bool(a) == (a != EMPTY) == (a.size > 0)


@given(ports)
def test_a_single_value(value: int) -> None:
    one = IntervalSet.single(value)
    assert list(one) == [(value, value)]
    assert one & ALL_PORTS == one


@given(st.integers(0, 40), st.lists(ranges(st.integers(0, 5000)), min_size=1, max_size=3))
def test_few_intervals_have_the_same_in_common_with_many_whichever_comes_first(
    gap: int, few: list[Interval]
) -> None:
    many = IntervalSet(tuple((low, low + 57) for low in range(gap, 5000, 60)))
    found = IntervalSet.of(few)
    common = IntervalSet.of((low, low) for low in range(5061) if low in many and low in found)
    assert many & found == found & many == common
