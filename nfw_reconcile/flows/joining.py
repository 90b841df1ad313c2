"""Agglomeration: of many pieces make few, by joining again and again the two that cost least."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")


def join_cheapest(
    pieces: Sequence[T],
    most: int,
    *,
    cost: Callable[[T, T], int | None],
    hull: Callable[[T, T], T],
    reach: int | None = None,
) -> list[T]:
    """Join pieces until at most ``most`` are left and no free join is; fewer than that cannot always be had.

    ``cost`` gives what a join adds, 0 if it is free and ``None`` if it cannot be. A piece is compared
    with its ``reach`` neighbours on each side, by default with all: n pieces take about n * reach
    comparisons, or n * n. The outcome depends on the order of the pieces, so hand them in sorted.
    """
    return _Joining(pieces, cost, hull, reach or len(pieces)).run(most)


class _Joining(Generic[T]):
    """The pieces by position, and a heap of the joins that were thought of, cheapest first."""

    def __init__(
        self,
        pieces: Sequence[T],
        cost: Callable[[T, T], int | None],
        hull: Callable[[T, T], T],
        reach: int,
    ) -> None:
        self._pieces = list(pieces)
        self._cost = cost
        self._hull = hull
        self._reach = reach
        self._alive = list(range(len(pieces)))
        self._version = [0] * len(pieces)
        self._heap: list[tuple[int, int, int, int, int]] = []

    def run(self, most: int) -> list[T]:
        for index in range(len(self._alive)):
            for other in self._alive[index + 1 : index + 1 + self._reach]:
                self._consider(index, other)
        while self._heap:
            price, left, right, *versions = heapq.heappop(self._heap)
            if versions != [self._version[left], self._version[right]]:
                continue
            if price > 0 and len(self._alive) <= most:
                break
            self._join(left, right)
        return [self._pieces[position] for position in self._alive]

    def _join(self, left: int, right: int) -> None:
        """Put the hull in the place of the left piece and forget the right one."""
        gone = bisect_left(self._alive, right)
        del self._alive[gone]
        if 0 < gone < len(self._alive):
            # Neighbours are always compared, however far apart they were once: no piece is left alone.
            self._consider(self._alive[gone - 1], self._alive[gone])
        self._pieces[left] = self._hull(self._pieces[left], self._pieces[right])
        self._version[left] += 1
        self._version[right] += 1
        for other in self._near(left):
            self._consider(min(left, other), max(left, other))

    def _near(self, position: int) -> Iterator[int]:
        index = bisect_left(self._alive, position)
        yield from self._alive[max(0, index - self._reach) : index]
        yield from self._alive[index + 1 : index + 1 + self._reach]

    def _consider(self, left: int, right: int) -> None:
        price = self._cost(self._pieces[left], self._pieces[right])
        if price is not None:
            entry = (price, left, right, self._version[left], self._version[right])
            heapq.heappush(self._heap, entry)
