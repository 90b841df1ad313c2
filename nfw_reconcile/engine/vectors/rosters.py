"""Which rules of a list many flows meet, each distinct list of rules under a number of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from nfw_reconcile.engine.headers import HeaderBox, bits
from nfw_reconcile.engine.vectors.columns import distinct_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy.typing as npt

    from nfw_reconcile.engine.vectors.columns import Flags, Numbers
    from nfw_reconcile.engine.vectors.table import Meetings

_SHIFT: Final = 31
_END: Final = 1 << _SHIFT
"""Higher than any place in a list of rules."""

NO_RULES: Final = 0
"""The number of the list without rules."""

MOST_LISTS: Final = 100_000
"""Lists of several rules that are kept; more are numbered anew."""


class Headers:
    """The one-way headers of several lists of rules, numbered; equal headers of different lists share a number."""

    def __init__(self) -> None:
        """Start without any."""
        self.boxes: list[HeaderBox] = []
        self._numbers: dict[HeaderBox, list[int]] = {}

    def enrol(self, boxes: Sequence[HeaderBox], wanted: int) -> list[tuple[int, int]]:
        """Take in the headers of the ``wanted`` rules of a list, a bit vector; give pairs of number and place."""
        met: Counter[int] = Counter()
        places: list[tuple[int, int]] = []
        for place in bits(wanted):
            for box in _one_way(boxes[place]):
                # To hash a header takes long, and the first of its numbers names it as well.
                numbers = self._numbers.setdefault(box, [])
                occurrence = met[numbers[0]] if numbers else 0
                if occurrence == len(numbers):
                    numbers.append(len(self.boxes))
                    self.boxes.append(box)
                met[numbers[0]] += 1
                places.append((numbers[occurrence], place))
        return places


def _one_way(box: HeaderBox) -> Iterator[HeaderBox]:
    """Give the headers of packets that match the box, tried one way round each."""
    if not box.both_ways:
        yield box
        return
    straight = replace(box, both_ways=False)
    yield straight
    yield HeaderBox(
        box.protocol,
        box.destination,
        box.destination_ports,
        box.source,
        box.source_ports,
        any_source_port=box.any_destination_port,
        any_destination_port=box.any_source_port,
    )


Marks = tuple[int, int]
"""Rules that end a list where they are met, and rules behind which nothing ends it, as bit vectors."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kind of each flow, which is its protocol: ``distinct[number[i]]`` for flow *i*."""

    distinct: Sequence[int]
    number: Numbers

    @classmethod
    def of(cls, values: Numbers) -> Kinds:
        """Take the kinds one by one."""
        distinct, number = distinct_of(values, 256)
        return cls(distinct.tolist(), number)


@dataclass(frozen=True, slots=True)
class Met:
    """For each flow the number of the list of rules that it meets, and whether a rule that ends it is the last."""

    number: Numbers
    ended: Flags


class Roster:
    """The rules of one list, by place. ``marks`` gives what ends a list for a kind of flow."""

    def __init__(self, places: Sequence[tuple[int, int]], rules: int, marks: Callable[[int], Marks]) -> None:
        """Take pairs of a header's number and a place, and the number of rules."""
        self._places = np.array(places or np.empty((0, 2)), np.int64).reshape(-1, 2)
        self._rules = rules
        self._marks = marks
        self._ends: dict[int, npt.NDArray[np.int8]] = {}
        self._lists: list[tuple[int, ...]] = []
        self._numbers: dict[tuple[int, ...], int] = {}
        self._place_of: Numbers = np.empty(0, np.int64)

    def only(self, wanted: int, marks: Callable[[int], Marks]) -> Roster:
        """Give a roster of some of the rules, a bit vector, with the same places; it has a seat where this one has."""
        kept = np.zeros(self._rules, np.bool_)
        kept[bits(wanted)] = True
        places = self._places[kept[self._places[:, 1]]]
        roster = Roster(list(map(tuple, places.tolist())), self._rules, marks)
        roster.seat(len(self._place_of))
        return roster

    def seat(self, headers: int) -> None:
        """Learn how many headers there are in all."""
        self._place_of = np.full(headers, _ABSENT, np.int64)
        self._place_of[self._places[:, 0]] = self._places[:, 1]

    @property
    def empty(self) -> bool:
        """Say whether no flow can meet any rule."""
        return not len(self._places)

    @property
    def full(self) -> bool:
        """Say whether so many lists are kept that it is time to :meth:`forget` them."""
        return len(self._lists) > MOST_LISTS

    def forget(self) -> None:
        """Forget all lists of several rules: their numbers mean nothing any more."""
        self._lists.clear()
        self._numbers.clear()

    def single(self, numbers: Numbers) -> Flags:
        """Say which of the numbers are those of lists of one rule."""
        return (numbers > NO_RULES) & (numbers <= self._rules)

    def rules_of(self, number: int) -> tuple[int, ...]:
        """Give the places of the rules of a list, ascending."""
        if number <= self._rules:
            return (number - 1,) if number else ()
        return self._lists[number - self._rules - 1]

    def meet(self, found: Meetings, kinds: Kinds, whole: Flags | None = None) -> Met:
        """Give the number of the list of rules that each flow meets, up to the rule that ends it.

        ``kinds`` holds the kind of each flow; a list is left ``whole`` where that is true.
        """
        if self.empty:
            return Met(np.zeros(len(kinds.number), np.int64), np.zeros(len(kinds.number), np.bool_))
        place = self._place_of[found.header]
        ours = np.flatnonzero(place != _ABSENT)
        flow, place = found.flow[ours], place[ours]
        last, ended = self._last(flow, place, kinds, whole)
        kept = np.flatnonzero(place <= last[flow])
        pairs = np.sort(flow[kept] << _SHIFT | place[kept])
        pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])] if len(pairs) else pairs
        return Met(self._number(pairs >> _SHIFT, pairs & (_END - 1), len(kinds.number)), ended)

    def _last(
        self, flow: Numbers, place: Numbers, kinds: Kinds, whole: Flags | None
    ) -> tuple[Numbers, Flags]:
        """Give the last place of each flow that counts, and whether a rule there ends the list."""
        ends = np.stack([self._ends_for(kind) for kind in kinds.distinct])[kinds.number[flow], place]
        first = np.full(len(kinds.number), 2 * _END - 1, np.int64)
        marked = np.flatnonzero(ends)
        # An obstacle is made odd: where it comes first, nothing ends the list.
        np.minimum.at(first, flow[marked], 2 * place[marked] + (ends[marked] == _OBSTACLE))
        ended = first % 2 == 0
        if whole is not None:
            ended &= ~whole
        return np.where(ended, first // 2, _END), ended

    def _ends_for(self, kind: int) -> npt.NDArray[np.int8]:
        found = self._ends.get(kind)
        if found is None:
            found = self._ends[kind] = np.zeros(self._rules, np.int8)
            ending, obstacles = self._marks(kind)
            found[bits(ending)] = _ENDING
            found[bits(obstacles)] = _OBSTACLE
        return found

    def _number(self, flow: Numbers, place: Numbers, count: int) -> Numbers:
        """Give the number of each flow's list, given pairs in ascending order; a rule alone has its place + 1."""
        lengths = np.bincount(flow, minlength=count)
        starts = np.cumsum(lengths) - lengths
        number = np.zeros(count, np.int64)
        alone = np.flatnonzero(lengths == 1)
        number[alone] = place[starts[alone]] + 1
        couples = np.flatnonzero(lengths == 2)
        pairs = place[starts[couples]] << _SHIFT | place[starts[couples] + 1]
        distinct, pair = np.unique(pairs, return_inverse=True)
        known = [self._number_of((both >> _SHIFT, both & (_END - 1))) for both in distinct.tolist()]
        number[couples] = np.array(known, np.int64)[pair]
        for n in np.flatnonzero(lengths > 2).tolist():
            number[n] = self._number_of(tuple(place[starts[n] : starts[n] + lengths[n]].tolist()))
        return number

    def _number_of(self, places: tuple[int, ...]) -> int:
        found = self._numbers.get(places)
        if found is None:
            found = self._numbers[places] = self._rules + 1 + len(self._lists)
            self._lists.append(places)
        return found


_ABSENT: Final = -1
_ENDING: Final = 1
_OBSTACLE: Final = 2
