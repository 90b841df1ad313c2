"""The walk that enumerates flows of the newly denied region, within the reach of one changed header.

A field is fixed after another, to each class of values that the headers in question tell apart; equal sub-walks are
walked once. Which field comes next depends on what is in question: those come first that settle what becomes of the
initiator's packets, because the responder's are asked about only where nothing is settled by then.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from nfw_reconcile.engine.headers import bits
from nfw_reconcile.engine.partition import FieldClass, Partition, State, representative
from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import TCP, FiveTuple
from nfw_reconcile.model.intervals import EMPTY, IntervalSet
from nfw_reconcile.model.verdict import AfterFlush, Cause, Effect, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.engine.forgotten import Forgetting
    from nfw_reconcile.engine.horizon import Horizon
    from nfw_reconcile.model.addresses import Family

_DENIALS: Final = frozenset({Effect.NEWLY_DENIED, Effect.POSSIBLY_DENIED, Effect.UNDECIDED})
_MOST_INTERVALS: Final = 64

_BITS_PER_STEP: Final = 8192
"""A bit vector of this length is combined within a step; longer ones take more."""

_STEPS_PER_STATE: Final = 8
"""What finding out which headers are in sight costs, in steps."""

_STEPS_PER_FLOW: Final = 100
"""What judging one flow costs, in steps."""


class OverBudgetError(Exception):
    """The budget ran out: the region is too large to enumerate."""


@dataclass(slots=True)
class Budget:
    """Steps that are left; a step is about what looking at one value of a field costs."""

    left: int

    def spend(self, steps: int) -> None:
        """Take steps; raises :class:`OverBudgetError` where there are not that many."""
        self.left -= steps
        if self.left < 0:
            raise OverBudgetError


class Outcome(NamedTuple):
    """What the change does to a newly denied flow, and by which causes."""

    effect: Effect
    flush: bool
    old: Cause
    new: Cause


@dataclass(frozen=True, slots=True)
class Extent:
    """A set of 5-tuples of one protocol and family: how many, one of them, and bounds for each field.

    ``living`` of them may live on once they are flushed, ``survivor`` among those. A field that was fixed before has
    no bounds, and any value.
    """

    count: int
    witness: tuple[int, ...]
    bounds: tuple[IntervalSet, ...]
    living: int = 0
    survivor: tuple[int, ...] | None = None


Extents = dict[Outcome, Extent]


@dataclass(slots=True)
class Enumeration:
    """One walk over the flows of a partition, as far as the horizon says that they belong to it."""

    comparison: Comparison
    forgetting: Forgetting
    partition: Partition
    horizon: Horizon
    protocol: int
    budget: Budget
    memo: dict[tuple[int, State], Extents] = field(default_factory=dict)

    def run(self) -> Extents:
        """Give the newly denied flows by what becomes of them; raises :class:`OverBudgetError`."""
        fields = (1 << len(self.partition.clip)) - 1
        state = self._seen(fields, self.partition.start)
        return {} if state is None else self._descend(fields, state, (0,) * len(self.partition.clip))

    def _seen(self, fields: int, state: State) -> State | None:
        self.budget.spend(_STEPS_PER_STATE)
        return self.horizon.seen(fields, state)

    def _descend(self, fields: int, state: State, chosen: tuple[int, ...]) -> Extents:
        whole = self.horizon.sure(fields)
        if not (state[0] & ~whole[0] or state[1] & ~whole[1]):
            return self._leaf(fields, chosen)
        number = self._next(fields, state)
        left = fields & ~(1 << number)
        pieces = self.partition.pieces(number, state)
        self.budget.spend(len(pieces) * (1 + len(self.partition.numbers) // _BITS_PER_STEP))
        found: defaultdict[Outcome, list[Extent]] = defaultdict(list)
        for group in self.partition.classes(number, state, pieces, partial(self._seen, left)):
            key = (left, group.state)
            below = self.memo.get(key)
            if below is None:
                below = self.memo[key] = self._descend(*key, _put(chosen, number, group.value))
            for outcome, extent in below.items():
                found[outcome].append(_prefix(number, group, extent))
        return {outcome: joined(extents) for outcome, extents in found.items()}

    def _next(self, fields: int, state: State) -> int:
        """Choose the field that tells most of the headers apart that the initiator's packets may match."""
        told = []
        for number in bits(fields):
            forward, backward = self.partition.whole[number]
            told.append(((state[0] & ~forward).bit_count(), (state[1] & ~backward).bit_count(), -number))
        return -max(told)[-1]

    def _leaf(self, fields: int, chosen: tuple[int, ...]) -> Extents:
        for number in bits(fields):
            chosen = _put(chosen, number, representative(self.partition.clip[number], number))
        self.budget.spend(_STEPS_PER_FLOW)
        flow = flow_of(self.protocol, self.partition.family, chosen)
        effect = self.comparison.effect(flow)
        if effect.effect not in _DENIALS or effect.old.verdict is Verdict.DENIED:
            return {}
        bounds = tuple(clip if fields >> n & 1 else EMPTY for n, clip in enumerate(self.partition.clip))
        count = 1
        for number in bits(fields):
            count *= self.partition.clip[number].size
        lives = effect.flush and self._lives(flow)
        extent = Extent(count, chosen, bounds, count if lives else 0, chosen if lives else None)
        return {Outcome(effect.effect, effect.flush, effect.old.cause, effect.new.cause): extent}

    def _lives(self, flow: FiveTuple) -> bool:
        if not (self.protocol == TCP and self.forgetting.ends_tcp):
            self.budget.spend(_STEPS_PER_FLOW)
        return self.forgetting.after_flush(flow) is AfterFlush.MAY_LIVE_ON


def flow_of(protocol: int, family: Family, values: tuple[int, ...]) -> FiveTuple:
    """Give the flow with these values of source, destination and, where the protocol has them, ports."""
    ports = values[2:] or (0, 0)
    return FiveTuple(protocol, Address(family, values[0]), ports[0], Address(family, values[1]), ports[1])


def _put(values: tuple[int, ...], number: int, value: int) -> tuple[int, ...]:
    return (*values[:number], value, *values[number + 1 :])


def _prefix(number: int, group: FieldClass, extent: Extent) -> Extent:
    """Fix a field of an extent to any of the values of a class."""
    size = group.values.size
    return Extent(
        size * extent.count,
        _put(extent.witness, number, group.value),
        (*extent.bounds[:number], group.values, *extent.bounds[number + 1 :]),
        size * extent.living,
        None if extent.survivor is None else _put(extent.survivor, number, group.value),
    )


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
