"""The newly denied region: every 5-tuple that the old policy allowed and the new one denies.

The 5-tuples are walked field by field. Of each field only the classes of values are looked at that
the rules tell apart, and only where a changed rule is still in reach: a flow that touches no changed
rule has the same verdict as before (:mod:`nfw_reconcile.engine.align`). Equal sub-walks are walked once,
so that the region is counted without being listed. The walk has a budget; over it, the region is said
to be not enumerated, and answers about single flows stay exact.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from nfw_reconcile.engine.partition import FieldClass, Partition
from nfw_reconcile.model.addresses import Address, AddressSet
from nfw_reconcile.model.flow import ICMP, ICMPV6, SCTP, TCP, UDP, FiveTuple
from nfw_reconcile.model.intervals import EMPTY, IntervalSet
from nfw_reconcile.model.verdict import Cause, Effect

if TYPE_CHECKING:
    from nfw_reconcile.engine.align import Alignment
    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.model.addresses import Family

MOST_STEPS: Final = 400_000
"""Classes of field values looked at before the region is called too large to enumerate."""

_PROTOCOLS: Final[tuple[tuple[int, tuple[Family, ...]], ...]] = (
    (TCP, (4, 6)),
    (UDP, (4, 6)),
    (ICMP, (4,)),
    (ICMPV6, (6,)),
    (SCTP, (4, 6)),
)
_DENIALS: Final = frozenset({Effect.NEWLY_DENIED, Effect.POSSIBLY_DENIED, Effect.UNDECIDED})
_MOST_INTERVALS: Final = 64


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
    """A set of 5-tuples of one protocol and family: how many, one of them, and bounds for each field."""

    count: int
    witness: tuple[int, ...]
    bounds: tuple[IntervalSet, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Newly denied flows of one old and one new cause, over one IP protocol and family."""

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


@dataclass(frozen=True, slots=True)
class RegionFound:
    """The region's parts in a fixed order; ``complete`` is false where the budget ran out."""

    parts: tuple[Part, ...]
    complete: bool


class _OverBudgetError(Exception):
    pass


Extents = dict[PartKey, Extent]


@dataclass(slots=True)
class _Walk:
    """One walk over the fields of one protocol and family."""

    comparison: Comparison
    partition: Partition
    protocol: int
    family: Family
    steps: list[int]
    memo: dict[tuple[int, tuple[int, ...]], Extents] = field(default_factory=dict)

    def run(self) -> Extents:
        if not self.partition.start_touched:
            return {}
        return self._descend(0, self.partition.start, ())

    def _descend(self, depth: int, state: tuple[int, ...], chosen: tuple[int, ...]) -> Extents:
        if depth == len(self.partition.fields):
            return self._leaf(state, chosen)
        key = (depth, state)
        known = self.memo.get(key)
        if known is not None:
            return known
        found: Extents = {}
        for group in self._classes(depth, state):
            below = self._descend(depth + 1, group.state, (*chosen, group.value))
            for part, extent in below.items():
                _merge(found, part, _prefix(group, extent))
        self.memo[key] = found
        return found

    def _classes(self, depth: int, state: tuple[int, ...]) -> list[FieldClass]:
        groups = self.partition.classes(depth, state)
        self.steps[0] -= len(self.partition.fields[depth])
        if self.steps[0] < 0:
            raise _OverBudgetError
        return groups

    def _leaf(self, state: tuple[int, ...], chosen: tuple[int, ...]) -> Extents:
        flow = self._flow(chosen)
        effect = self.comparison.effect(flow)
        if effect.effect not in _DENIALS:
            return {}
        forward, backward = self.partition.reach(state)
        key = PartKey(effect.effect, effect.flush, effect.old.cause, effect.new.cause, forward, backward)
        return {key: Extent(1, (), ())}

    def _flow(self, chosen: tuple[int, ...]) -> FiveTuple:
        ports = chosen[2:] or (0, 0)
        return FiveTuple(
            self.protocol,
            Address(self.family, chosen[0]),
            ports[0],
            Address(self.family, chosen[1]),
            ports[1],
        )


def _prefix(group: FieldClass, extent: Extent) -> Extent:
    return Extent(
        len(group.values) * extent.count, (group.value, *extent.witness), (group.values, *extent.bounds)
    )


def _merge(found: Extents, part: PartKey, extent: Extent) -> None:
    known = found.get(part)
    if known is None:
        found[part] = extent
        return
    bounds = tuple(_bounded(a | b) for a, b in zip(known.bounds, extent.bounds, strict=True))
    found[part] = Extent(known.count + extent.count, known.witness, bounds)


def _bounded(values: IntervalSet) -> IntervalSet:
    if len(values.intervals) <= _MOST_INTERVALS:
        return values
    return IntervalSet(((values.intervals[0][0], values.intervals[-1][1]),))


def newly_denied(comparison: Comparison, alignment: Alignment, most_steps: int = MOST_STEPS) -> RegionFound:
    """Enumerate the region by cause. Bounds are exact per field, and their product holds the part."""
    steps = [most_steps]
    parts: list[Part] = []
    complete = True
    for protocol, families in _PROTOCOLS:
        for family in families:
            partition = Partition.of(comparison, alignment, protocol, family)
            walk = _Walk(comparison, partition, protocol, family, steps)
            try:
                extents = walk.run()
            except _OverBudgetError:
                complete = False
                continue
            parts += [_part(walk, key, extent) for key, extent in extents.items()]
    parts.sort(key=_order)
    return RegionFound(tuple(parts), complete)


def _order(part: Part) -> tuple[object, ...]:
    key = part.key
    return (
        key.effect.value, str(key.new), str(key.old), not key.forward, key.backward, part.protocol, part.family,
        part.witness,
    )  # fmt: skip


def _part(walk: _Walk, key: PartKey, extent: Extent) -> Part:
    source, destination, *ports = extent.bounds
    source_ports, destination_ports = ports or (EMPTY, EMPTY)
    witness = walk._flow(extent.witness)  # noqa: SLF001 - one module, one thing
    conditions = walk.comparison.effect(witness).conditions
    return Part(
        key,
        walk.protocol,
        walk.family,
        extent.count,
        witness,
        _addresses(walk.family, source),
        _addresses(walk.family, destination),
        source_ports,
        destination_ports,
        conditions,
    )


def _addresses(family: Family, values: IntervalSet) -> AddressSet:
    return AddressSet(v4=values) if family == 4 else AddressSet(v6=values)
