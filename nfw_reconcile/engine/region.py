"""The newly denied region: every 5-tuple that the old policy allowed and the new one denies.

The 5-tuples are walked field by field. Of each field only the classes of values are looked at that
the rules tell apart, and only where a changed rule is still in reach: a flow that touches no changed
rule has the same verdict as before (:mod:`nfw_reconcile.engine.align`). Equal sub-walks are walked once,
so that the region is counted without being listed. The walk has a budget; over it, the region is said
to be not enumerated, and answers about single flows stay exact.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from nfw_reconcile.engine.forgotten import Forgetting
from nfw_reconcile.engine.headers import bits
from nfw_reconcile.engine.partition import FieldClass, Partition, State, Terrain
from nfw_reconcile.model.addresses import Address, AddressSet
from nfw_reconcile.model.flow import ICMP, ICMPV6, SCTP, TCP, UDP, FiveTuple
from nfw_reconcile.model.intervals import EMPTY, IntervalSet
from nfw_reconcile.model.verdict import AfterFlush, Cause, Effect, Verdict

if TYPE_CHECKING:
    from nfw_reconcile.engine.align import Alignment
    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.model.addresses import Family

MOST_STEPS: Final = 1_200_000
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

_STEPS_PER_FLOW: Final = 60
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

    def run(self) -> Extents:
        return self._descend(0, self.partition.start, ())

    def _descend(self, depth: int, state: State, chosen: tuple[int, ...]) -> Extents:
        if depth == len(self.partition.fields):
            return self._leaf(state, chosen)
        known = self.memo.get((depth, state))
        if known is not None:
            return known
        size = 1 + len(self.terrain.boxes) // _BITS_PER_STEP
        self.budget.spend(len(self.partition.fields[depth]) * size)
        found: Extents = {}
        for group in self.partition.classes(depth, state):
            below = self._descend(depth + 1, group.state, (*chosen, group.value))
            for part, extent in below.items():
                _merge(found, part, _prefix(group, extent))
        self.memo[depth, state] = found
        return found

    def _leaf(self, state: State, chosen: tuple[int, ...]) -> Extents:
        forward, backward = (vector & self.terrain.touched for vector in state)
        if self.place != _first_place(forward, backward):
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

    def _lives(self, flow: FiveTuple) -> bool:
        if not (self.protocol == TCP and self.forgetting.ends_tcp):
            self.budget.spend(_STEPS_PER_FLOW)
        return self.forgetting.after_flush(flow) is AfterFlush.MAY_LIVE_ON


def _first_place(forward: int, backward: int) -> tuple[bool, int]:
    vector = forward or backward
    return not forward, (vector & -vector).bit_length() - 1


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


def _merge(found: Extents, part: PartKey, extent: Extent) -> None:
    known = found.get(part)
    if known is None:
        found[part] = extent
        return
    bounds = tuple(_bounded(a | b) for a, b in zip(known.bounds, extent.bounds, strict=True))
    survivor = extent.survivor if known.survivor is None else known.survivor
    found[part] = Extent(
        known.count + extent.count, known.witness, bounds, known.living + extent.living, survivor
    )


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
                extents: Extents = {}
                for backward, centre in product((False, True), centres):
                    _explore(
                        comparison, forgetting, terrain, (backward, centre), protocol, family, budget, extents
                    )
                parts += [_part(comparison, protocol, family, *found) for found in extents.items()]
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
    extents: Extents,
) -> None:
    backward, centre = place
    reach = Partition.reach(terrain, centre, backward=backward, protocol=protocol, family=family)
    if reach * len(terrain.boxes) > _MOST_BITS:
        raise _OverBudgetError
    budget.spend(_STEPS_PER_HEADER if reach else 1)
    partition = Partition.of(terrain, centre, backward=backward, protocol=protocol, family=family)
    if partition is not None:
        walk = _Walk(comparison, forgetting, terrain, partition, protocol, family, place, budget)
        for key, extent in walk.run().items():
            _merge(extents, key, extent)


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
