"""The newly denied region: every 5-tuple that the old policy allowed and the new one denies.

The 5-tuples are walked field by field. Of each field only the classes of values are looked at that
the rules tell apart, and only where a changed rule is still in reach: a flow that touches no changed
rule has the same verdict as before (:mod:`nfw_reconcile.engine.align`). Equal sub-walks are walked once,
so that the region is counted without being listed. The walk has a budget; over it, the region is said
to be not enumerated, and answers about single flows stay exact.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, product
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from nfw_reconcile.engine.forgotten import Forgetting
from nfw_reconcile.engine.headers import bits, vector_of
from nfw_reconcile.engine.horizon import Horizon
from nfw_reconcile.engine.partition import FieldClass, Partition, State, Terrain
from nfw_reconcile.model.addresses import Address, AddressSet
from nfw_reconcile.model.flow import ICMP, ICMPV6, SCTP, TCP, UDP, FiveTuple
from nfw_reconcile.model.intervals import EMPTY, IntervalSet
from nfw_reconcile.model.verdict import AfterFlush, Cause, Effect, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.engine.align import Alignment
    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.model.addresses import Family

T = TypeVar("T")

MOST_STEPS: Final = 4_000_000
"""Values of fields looked at before the region is called too large to enumerate: a few seconds' work."""

_PROTOCOLS: Final[tuple[tuple[int, tuple[Family, ...]], ...]] = (
    (TCP, (4, 6)),
    (UDP, (4, 6)),
    (ICMP, (4,)),
    (ICMPV6, (6,)),
    (SCTP, (4, 6)),
)
_RANK: Final = {
    (protocol, family): rank
    for rank, (protocol, family) in enumerate((p, f) for p, families in _PROTOCOLS for f in families)
}
_DENIALS: Final = frozenset({Effect.NEWLY_DENIED, Effect.POSSIBLY_DENIED, Effect.UNDECIDED})
_MOST_INTERVALS: Final = 64


_STEPS_PER_HEADER: Final = 150
"""What finding the neighbours of one header costs, in steps, besides cutting their fields."""

_MOST_BITS: Final = 300_000_000
"""Headers in reach of one header, times all headers: the size of the bit vectors that the walk would need.

A header that meets so many others has a region beyond every budget; this says so before the vectors are made.
"""

_BITS_PER_STEP: Final = 8192
"""A bit vector of this length is combined within a step; longer ones take more."""

_STEPS_PER_STATE: Final = 8
"""What finding out which headers are in sight costs, in steps."""

_STEPS_PER_FLOW: Final = 100
"""What judging one flow costs, in steps."""


class PartKey(NamedTuple):
    """What makes two newly denied flows one part: the same effect by the same causes, met the same way round.

    ``forward`` and ``backward``: a changed rule is in reach of the initiator's, of the responder's packets.
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


@dataclass(frozen=True, slots=True)
class Part:
    """Newly denied flows of one old and one new cause, over one IP protocol and family.

    ``living`` of them may live on once they are flushed, ``survivor`` among those.
    """

    key: PartKey
    protocol: int
    family: Family
    count: int
    witness: FiveTuple
    sources: AddressSet
    destinations: AddressSet
    source_ports: IntervalSet
    destination_ports: IntervalSet
    conditions: tuple[str, ...] = ()
    living: int = 0
    survivor: FiveTuple | None = None


@dataclass(frozen=True, slots=True)
class RegionFound:
    """The region's parts in a fixed order; ``complete`` is false where the budget ran out."""

    parts: tuple[Part, ...]
    complete: bool


class _OverBudgetError(Exception):
    pass


Extents = dict[PartKey, Extent]


@dataclass(slots=True)
class _Budget:
    left: int

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise _OverBudgetError


@dataclass(slots=True)
class _Walk:
    """One walk over the flows that one changed header matches on one side's packets.

    A flow that several changed headers match is counted in the walk of the first of them, in the order of
    ``numbers``, initiator's side first.
    """

    comparison: Comparison
    forgetting: Forgetting
    terrain: Terrain
    partition: Partition
    protocol: int
    family: Family
    place: tuple[bool, int]
    budget: _Budget
    memo: dict[tuple[int, State], Extents] = field(default_factory=dict)
    order: tuple[int, ...] = field(init=False)
    horizon: Horizon = field(init=False)
    touched: int = field(init=False)

    def __post_init__(self) -> None:
        """Begin with the field that most headers tell apart: what it fixes puts most of them out of sight."""
        fields, numbers = self.partition.fields, self.partition.numbers
        self.order = tuple(sorted(range(len(fields)), key=lambda n: -len(fields[n])))
        self.horizon = Horizon(self.terrain, self.forgetting, self.partition, self.order, self.protocol)
        self.touched = vector_of(n for n, number in enumerate(numbers) if self.terrain.touched >> number & 1)

    def run(self) -> Extents:
        seen = self._seen(0, self.partition.start)
        found = {} if seen is None else self._descend(0, seen, ())
        return {part: self._in_place(extent) for part, extent in found.items()}

    def _seen(self, depth: int, state: State) -> State | None:
        self.budget.spend(_STEPS_PER_STATE)
        return self.horizon.seen(depth, state)

    def _descend(self, depth: int, state: State, chosen: tuple[int, ...]) -> Extents:
        if depth == len(self.order):
            return self._leaf(state, self._by_field(chosen))
        number = self.order[depth]
        size = 1 + len(self.partition.numbers) // _BITS_PER_STEP
        self.budget.spend(len(self.partition.fields[number]) * size)
        found: defaultdict[PartKey, list[Extent]] = defaultdict(list)
        for group in self.partition.classes(number, state, partial(self._seen, depth + 1)):
            key = (depth + 1, group.state)
            below = self.memo.get(key)
            if below is None:
                below = self.memo[key] = self._descend(*key, (*chosen, group.value))
            for part, extent in below.items():
                found[part].append(_prefix(group, extent))
        return {part: _joined(extents) for part, extents in found.items()}

    def _by_field(self, values: tuple[T, ...]) -> tuple[T, ...]:
        """Put what stands in the order of the walk into that of the fields."""
        return tuple(values[self.order.index(n)] for n in range(len(values)))

    def _in_place(self, extent: Extent) -> Extent:
        survivor = None if extent.survivor is None else self._by_field(extent.survivor)
        return replace(
            extent,
            witness=self._by_field(extent.witness),
            bounds=self._by_field(extent.bounds),
            survivor=survivor,
        )

    def _leaf(self, state: State, chosen: tuple[int, ...]) -> Extents:
        forward, backward = (vector & self.touched for vector in state)
        if self.place != self._first_place(forward, backward):
            return {}
        self.budget.spend(_STEPS_PER_FLOW)
        flow = _flow(self.protocol, self.family, chosen)
        effect = self.comparison.effect(flow)
        if effect.effect not in _DENIALS or effect.old.verdict is Verdict.DENIED:
            return {}
        key = PartKey(
            effect.effect, effect.flush, effect.old.cause, effect.new.cause, bool(forward), bool(backward)
        )
        lives = effect.flush and self._lives(flow)
        return {key: Extent(1, (), (), 1, ()) if lives else Extent(1, (), ())}

    def _first_place(self, forward: int, backward: int) -> tuple[bool, int]:
        vector = forward or backward
        return not forward, self.partition.numbers[(vector & -vector).bit_length() - 1]

    def _lives(self, flow: FiveTuple) -> bool:
        if not (self.protocol == TCP and self.forgetting.ends_tcp):
            self.budget.spend(_STEPS_PER_FLOW)
        return self.forgetting.after_flush(flow) is AfterFlush.MAY_LIVE_ON


def _flow(protocol: int, family: Family, chosen: tuple[int, ...]) -> FiveTuple:
    ports = chosen[2:] or (0, 0)
    return FiveTuple(protocol, Address(family, chosen[0]), ports[0], Address(family, chosen[1]), ports[1])


def _prefix(group: FieldClass, extent: Extent) -> Extent:
    size, first = group.values.size, group.value
    return Extent(
        size * extent.count,
        (first, *extent.witness),
        (group.values, *extent.bounds),
        size * extent.living,
        None if extent.survivor is None else (first, *extent.survivor),
    )


def _joined(extents: Sequence[Extent]) -> Extent:
    """Put disjoint extents together."""
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
    distinct = set(sets)
    return sets[0] if len(distinct) == 1 else _bounded(IntervalSet.of(chain.from_iterable(distinct)))


def _bounded(values: IntervalSet) -> IntervalSet:
    if len(values.intervals) <= _MOST_INTERVALS:
        return values
    return IntervalSet(((values.intervals[0][0], values.intervals[-1][1]),))


def newly_denied(comparison: Comparison, alignment: Alignment, most_steps: int = MOST_STEPS) -> RegionFound:
    """Enumerate the region by cause. Bounds are exact per field, and their product holds the part."""
    forgetting = Forgetting(comparison.new)
    terrain = Terrain.of(comparison, alignment)
    centres = bits(terrain.touched)
    budget = _Budget(most_steps)
    parts: list[Part] = []
    try:
        for protocol, families in _PROTOCOLS:
            for family in families:
                extents: defaultdict[PartKey, list[Extent]] = defaultdict(list)
                for backward, centre in product((False, True), centres):
                    _explore(
                        comparison, forgetting, terrain, (backward, centre), protocol, family, budget, extents
                    )
                parts += [
                    _part(comparison, protocol, family, key, _joined(found)) for key, found in extents.items()
                ]
    except _OverBudgetError:
        return RegionFound((), complete=False)
    return RegionFound(tuple(sorted(parts, key=_order)), complete=True)


def _explore(  # noqa: PLR0913, PLR0917 - one walk has that many coordinates
    comparison: Comparison,
    forgetting: Forgetting,
    terrain: Terrain,
    place: tuple[bool, int],
    protocol: int,
    family: Family,
    budget: _Budget,
    extents: defaultdict[PartKey, list[Extent]],
) -> None:
    backward, centre = place
    reach = Partition.reach(terrain, centre, backward=backward, protocol=protocol, family=family)
    if reach * reach > _MOST_BITS:
        raise _OverBudgetError
    budget.spend(_STEPS_PER_HEADER if reach else 1)
    partition = Partition.of(terrain, centre, backward=backward, protocol=protocol, family=family)
    if partition is not None:
        walk = _Walk(comparison, forgetting, terrain, partition, protocol, family, place, budget)
        for key, extent in walk.run().items():
            extents[key].append(extent)


def _order(part: Part) -> tuple[object, ...]:
    key = part.key
    return (
        key.effect.value, str(key.new), str(key.old), not key.forward, key.backward,
        _RANK[part.protocol, part.family], part.witness,
    )  # fmt: skip


def _part(comparison: Comparison, protocol: int, family: Family, key: PartKey, extent: Extent) -> Part:
    source, destination, *ports = extent.bounds
    source_ports, destination_ports = ports or (EMPTY, EMPTY)
    witness = _flow(protocol, family, extent.witness)
    return Part(
        key,
        protocol,
        family,
        extent.count,
        witness,
        _addresses(family, source),
        _addresses(family, destination),
        source_ports,
        destination_ports,
        comparison.effect(witness).conditions,
        extent.living,
        None if extent.survivor is None else _flow(protocol, family, extent.survivor),
    )


def _addresses(family: Family, values: IntervalSet) -> AddressSet:
    return AddressSet(v4=values) if family == 4 else AddressSet(v6=values)
