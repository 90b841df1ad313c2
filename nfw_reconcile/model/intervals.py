"""Sets of integers as sorted, disjoint, non-touching closed intervals: one canonical form per set.

Because the form is canonical, ``==``, ``hash`` and iteration order depend on the set only, never on
how it was built.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Interval = tuple[int, int]
"""A closed interval ``(lowest, highest)``."""


@dataclass(frozen=True, slots=True)
class IntervalSet:
    """An immutable set of non-negative integers; build it with :meth:`of`."""

    intervals: tuple[Interval, ...] = ()

    @classmethod
    def of(cls, pieces: Iterable[Interval]) -> IntervalSet:
        """Build the set that holds every integer of every piece; an empty piece (low > high) adds nothing."""
        merged: list[Interval] = []
        for low, high in sorted(piece for piece in pieces if piece[0] <= piece[1]):
            if merged and low <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], high))
            else:
                merged.append((low, high))
        return cls(tuple(merged))

    @classmethod
    def single(cls, value: int) -> IntervalSet:
        """Build the set of one integer."""
        return cls(((value, value),))

    def __bool__(self) -> bool:
        return bool(self.intervals)

    def __contains__(self, value: int) -> bool:
        index = bisect_right(self.intervals, value, key=_low) - 1
        return index >= 0 and value <= self.intervals[index][1]

    def __iter__(self) -> Iterator[Interval]:
        return iter(self.intervals)

    @property
    def size(self) -> int:
        """Give the number of integers in the set (``len`` cannot: IPv6 has more than it may return)."""
        return sum(high - low + 1 for low, high in self.intervals)

    def __or__(self, other: IntervalSet) -> IntervalSet:
        return IntervalSet.of((*self.intervals, *other.intervals))

    def __and__(self, other: IntervalSet) -> IntervalSet:
        few, many = sorted((self.intervals, other.intervals), key=len)
        if len(few) * _WORTH_SEARCHING < len(many):
            return IntervalSet(tuple(chain.from_iterable(_within(many, low, high) for low, high in few)))
        pieces: list[Interval] = []
        left, right = iter(self.intervals), iter(other.intervals)
        a, b = next(left, None), next(right, None)
        while a is not None and b is not None:
            low, high = max(a[0], b[0]), min(a[1], b[1])
            if low <= high:
                pieces.append((low, high))
            if a[1] <= b[1]:
                a = next(left, None)
            else:
                b = next(right, None)
        return IntervalSet(tuple(pieces))

    def __sub__(self, other: IntervalSet) -> IntervalSet:
        if not self.intervals or not other.intervals:
            return self
        return self & other.complement(self.intervals[-1][1])

    def complement(self, highest: int) -> IntervalSet:
        """Give the integers of ``0..highest`` that are not in the set."""
        pieces: list[Interval] = []
        start = 0
        for low, high in self.intervals:
            if low > highest:
                break
            pieces.append((start, low - 1))
            start = high + 1
        pieces.append((start, highest))
        return IntervalSet(tuple(piece for piece in pieces if piece[0] <= piece[1]))

    def issubset(self, other: IntervalSet) -> bool:
        """Say whether every integer of this set is in ``other``."""
        return not self - other

    def isdisjoint(self, other: IntervalSet) -> bool:
        """Say whether no integer is in both sets."""
        return not self & other


_WORTH_SEARCHING: Final = 16
"""Intervals of one set, to one of another, from which on they are looked up instead of gone through."""


def _low(interval: Interval) -> int:
    return interval[0]


def _high(interval: Interval) -> int:
    return interval[1]


def _within(intervals: tuple[Interval, ...], low: int, high: int) -> tuple[Interval, ...]:
    """Cut sorted, disjoint intervals to those values."""
    first = bisect_left(intervals, low, key=_high)
    last = bisect_right(intervals, high, lo=first, key=_low)
    found = intervals[first:last]
    if found and found[0][0] < low:
        found = ((low, found[0][1]), *found[1:])
    if found and found[-1][1] > high:
        found = (*found[:-1], (found[-1][0], high))
    return found


HIGHEST_PORT: Final = 65535
EMPTY: Final = IntervalSet()
ALL_PORTS: Final = IntervalSet(((0, HIGHEST_PORT),))
