"""The walk that enumerates flows of the newly denied region, within the reach of one header.

A field is fixed after another, to each class of values that the headers in question tell apart; flows for which the
same headers are left in question go on as one. Which field comes next depends on what is in question: those come first
that settle what becomes of the initiator's packets, because the responder's are asked about only where nothing is
settled by then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from math import inf
from typing import TYPE_CHECKING, Final, NamedTuple

from nfw_reconcile.engine.headers import bits
from nfw_reconcile.engine.region.reach import flow_of
from nfw_reconcile.engine.region.witness import representative
from nfw_reconcile.model.flow import TCP
from nfw_reconcile.model.intervals import EMPTY, IntervalSet
from nfw_reconcile.model.verdict import AfterFlush, Cause, Effect, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.engine.forgotten import Forgetting
    from nfw_reconcile.engine.region.budget import Budget
    from nfw_reconcile.engine.region.horizon import Horizon
    from nfw_reconcile.engine.region.partition import Partition, State
    from nfw_reconcile.model.flow import FiveTuple

_DENIALS: Final = frozenset({Effect.NEWLY_DENIED, Effect.POSSIBLY_DENIED, Effect.UNDECIDED})
_MOST_INTERVALS: Final = 64

_BITS_PER_STEP: Final = 2048
"""What is done with a bit vector up to this length costs what the constants here say; with longer ones, more."""

_STEPS_PER_FRONT: Final = 20
"""What fixing one more field of some flows costs, in steps, besides the following."""

_STEPS_PER_STATE: Final = 4
"""What finding out which headers are in sight costs, in steps."""

_STEPS_PER_CLASS: Final = 8
"""What one class of a field's values costs, in steps."""

_STEPS_PER_FLOW: Final = 150
"""What judging one flow costs, in steps."""


class Outcome(NamedTuple):
    """What the change does to a newly denied flow, by which causes, and on whose packets it shows.

    ``forward`` and ``backward``: a changed rule is in sight of the initiator's, of the responder's packets.
    """

    effect: Effect
    flush: bool
    old: Cause
    new: Cause
    forward: bool
    backward: bool


@dataclass(frozen=True, slots=True)
class Extent:
    """A set of 5-tuples of one protocol and family: how many, one of them, and bounds for each field.

    ``living`` of them may live on once they are flushed, ``survivor`` among those.
    """

    count: int
    witness: tuple[int, ...]
    bounds: tuple[IntervalSet, ...]
    living: int = 0
    survivor: tuple[int, ...] | None = None

    def fixed(self, field: int, values: IntervalSet, value: int) -> Extent:
        """Cut a field to some values, of which ``value`` is one."""
        return Extent(
            self.count * values.size,
            (*self.witness[:field], value, *self.witness[field + 1 :]),
            (*self.bounds[:field], values, *self.bounds[field + 1 :]),
        )


Front = dict[tuple[int, "State"], list[Extent]]
"""Flows that are known to be alike so far: by the fields that are open and the headers in question, in pieces.

An open field of a piece counts as if it had one value; its bounds and its value mean nothing yet.
"""


@dataclass(slots=True)
class Enumeration:
    """One walk over the flows of a partition, as far as the horizon says that they belong to it."""

    comparison: Comparison
    forgetting: Forgetting
    partition: Partition
    horizon: Horizon
    protocol: int
    budget: Budget

    def run(self) -> Iterator[tuple[Outcome, Extent]]:
        """Give the newly denied flows in pieces; raises :class:`OutOfStepsError`."""
        size = len(self.partition.clip)
        fields = (1 << size) - 1
        state = self._seen(fields, self.partition.start, self.partition.start)
        front: Front = {}
        if state is not None:
            front[fields, state] = [Extent(1, (0,) * size, (EMPTY,) * size)]
        while front:
            following: Front = {}
            for (fields, state), pieces in front.items():
                extent = joined(pieces)
                if self._alike(fields, state):
                    yield from self._judged(fields, state, extent)
                else:
                    self._advance(fields, state, extent, following)
            front = following

    def _seen(self, fields: int, possible: State, held: State) -> State | None:
        """Look at flows of which the fields are open, ``held`` by some headers as far as another one matters."""
        self.budget.spend(_STEPS_PER_STATE * self._size)
        forward, backward = self.partition.sure(fields)
        return self.horizon.seen(
            possible, (possible[0] & forward & held[0], possible[1] & backward & held[1])
        )

    @property
    def _size(self) -> int:
        return 1 + len(self.partition.numbers) // _BITS_PER_STEP

    def _alike(self, fields: int, state: State) -> bool:
        """Say whether no header in question tells values of the open fields apart."""
        forward, backward = self.partition.sure(fields)
        return not (state[0] & ~forward or state[1] & ~backward)

    def _advance(self, fields: int, state: State, extent: Extent, following: Front) -> None:
        """Fix one more field, to each class of its values."""
        number = self._next(fields, state)
        left = fields & ~(1 << number)
        pieces = self.partition.pieces(number, state)
        self.budget.spend(_STEPS_PER_FRONT + len(pieces) * self._size)
        for group in self.partition.classes(number, state, pieces, partial(self._seen, left)):
            self.budget.spend(_STEPS_PER_CLASS)
            below = following.setdefault((left, group.state), [])
            below.append(extent.fixed(number, group.values, group.value))

    def _next(self, fields: int, state: State) -> int:
        """Choose the field that tells most of the headers apart that the initiator's packets may match.

        Among equals it is one that tells few sets of values of the responder's apart.
        """
        return max(bits(fields), key=partial(self._worth, state))

    def _worth(self, state: State, number: int) -> tuple[float, ...]:
        whole = self.partition.whole[number]
        forward, backward = ((vector & ~held).bit_count() for vector, held in zip(state, whole, strict=True))
        if not backward:
            return (forward, inf if forward else -inf)
        return (forward, self.partition.leaning[number], backward, -number)

    def _judged(self, fields: int, state: State, extent: Extent) -> Iterator[tuple[Outcome, Extent]]:
        """Judge one for all flows that have any values in the open fields."""
        self.budget.spend(_STEPS_PER_FLOW)
        for number in bits(fields):
            clip = self.partition.clip[number]
            extent = extent.fixed(number, clip, representative(clip, number))
        flow = flow_of(self.protocol, self.partition.family, extent.witness)
        effect = self.comparison.effect(flow)
        if effect.effect in _DENIALS and effect.old.verdict is not Verdict.DENIED:
            if effect.flush and self._lives(flow):
                extent = replace(extent, living=extent.count, survivor=extent.witness)
            changed = (bool(vector & self.horizon.touched) for vector in state)
            yield Outcome(effect.effect, effect.flush, effect.old.cause, effect.new.cause, *changed), extent

    def _lives(self, flow: FiveTuple) -> bool:
        if not (self.protocol == TCP and self.forgetting.ends_tcp):
            self.budget.spend(_STEPS_PER_FLOW)
        return self.forgetting.after_flush(flow) is AfterFlush.MAY_LIVE_ON


def joined(extents: Sequence[Extent]) -> Extent:
    """Put extents together that have no flow in common."""
    if len(extents) == 1:
        return extents[0]
    return Extent(
        sum(each.count for each in extents),
        extents[0].witness,
        tuple(map(_union, zip(*(each.bounds for each in extents), strict=True))),
        sum(each.living for each in extents),
        next((each.survivor for each in extents if each.survivor is not None), None),
    )


def _union(sets: Sequence[IntervalSet]) -> IntervalSet:
    distinct = dict.fromkeys(sets)
    return sets[0] if len(distinct) == 1 else _bounded(IntervalSet.of(chain.from_iterable(distinct)))


def _bounded(values: IntervalSet) -> IntervalSet:
    if len(values.intervals) <= _MOST_INTERVALS:
        return values
    return IntervalSet(((values.intervals[0][0], values.intervals[-1][1]),))
