"""The newly denied region: every 5-tuple that the old policy allowed and the new one denies.

The 5-tuples are walked field by field (:mod:`nfw_reconcile.engine.region.enumeration`). Of each field only the classes
of values are looked at that the rules in sight tell apart (:mod:`nfw_reconcile.engine.region.horizon`), and only where
a changed rule is among these: a flow that touches no changed rule has the same verdict as before
(:mod:`nfw_reconcile.engine.align`). Flows for which the same rules are left go on as one, so that the region is counted
without being listed. The walk has a budget; over it, the region is said to be not enumerated, and answers about single
flows stay exact.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from nfw_reconcile.engine.forgotten import Forgetting
from nfw_reconcile.engine.headers import bits
from nfw_reconcile.engine.region.budget import Budget, OutOfStepsError
from nfw_reconcile.engine.region.enumeration import Enumeration, Extent, Outcome, joined
from nfw_reconcile.engine.region.horizon import Outlook
from nfw_reconcile.engine.region.partition import Partition
from nfw_reconcile.engine.region.reach import Reach, flow_of
from nfw_reconcile.engine.region.terrain import Terrain, any_touched
from nfw_reconcile.model.addresses import AddressSet
from nfw_reconcile.model.flow import ICMP, ICMPV6, SCTP, TCP, UDP
from nfw_reconcile.model.intervals import EMPTY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nfw_reconcile.engine.align import Alignment
    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.engine.region.partition import State
    from nfw_reconcile.model.addresses import Family
    from nfw_reconcile.model.flow import FiveTuple
    from nfw_reconcile.model.intervals import IntervalSet

MOST_STEPS: Final = 4_000_000
"""Steps after which the region is called too large to enumerate: a few seconds' work."""

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

_STEPS_PER_PLACE: Final = 150
"""What finding a place for a walk costs, in steps, besides comparing it with all headers."""

_HEADERS_PER_STEP: Final = 100

_STEPS_PER_NEIGHBOUR: Final = 10
"""What cutting the fields of one of the headers in reach costs."""

_MOST_BITS: Final = 100_000_000
"""The square of the headers in reach: the size of the bit vectors that a walk may need, for each field.

A changed header that meets so many others has a region beyond every budget; this says so before the vectors are made.
"""


@dataclass(frozen=True, slots=True)
class Part:
    """Newly denied flows of one old and one new cause, over one IP protocol and family.

    ``living`` of them may live on once they are flushed, ``survivor`` among those.
    """

    key: Outcome
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

    @property
    def is_empty(self) -> bool:
        """Say whether the change surely denies nothing: a region that was not enumerated may not be empty."""
        return self.complete and not self.parts


def newly_denied(comparison: Comparison, alignment: Alignment, most_steps: int = MOST_STEPS) -> RegionFound:
    """Enumerate the region by cause.

    The product of a part's bounds holds the part. Of each field they are exact up to 64 intervals, else the values from
    the lowest to the highest.
    """
    if comparison.old is None or not any_touched(comparison, alignment):
        return RegionFound((), complete=True)
    survey = _Survey(
        comparison, Forgetting(comparison.new), Terrain.of(comparison, alignment), Budget(most_steps)
    )
    try:
        parts = [part for protocol, families in _PROTOCOLS for part in survey.parts(protocol, families)]
    except OutOfStepsError:
        return RegionFound((), complete=False)
    return RegionFound(tuple(sorted(parts, key=_order)), complete=True)


class _Place(NamedTuple):
    """Where a walk is made; flows that match headers in ``before``, by direction, belong to another one."""

    reach: Reach
    before: State


def _fits(reach: Reach) -> bool:
    return reach.size * reach.size <= _MOST_BITS


@dataclass(frozen=True, slots=True)
class _Survey:
    """All walks over one change, on one budget."""

    comparison: Comparison
    forgetting: Forgetting
    terrain: Terrain
    budget: Budget

    def parts(self, protocol: int, families: Iterable[Family]) -> Iterator[Part]:
        """Give the region's parts of a protocol; raises :class:`OutOfStepsError`."""
        outlook = Outlook(self.terrain, self.forgetting, protocol)
        for family in families:
            yield from self._parts(outlook, protocol, family)

    def _parts(self, outlook: Outlook, protocol: int, family: Family) -> Iterator[Part]:
        extents: defaultdict[Outcome, list[Extent]] = defaultdict(list)
        for reach, before in self._places(protocol, family):
            self.budget.spend(_STEPS_PER_NEIGHBOUR * reach.size)
            partition = Partition.of(self.terrain, reach)
            horizon = outlook.horizon(partition, before)
            walk = Enumeration(self.comparison, self.forgetting, partition, horizon, protocol, self.budget)
            for outcome, extent in walk.run():
                extents[outcome].append(extent)
        for key, found in extents.items():
            yield self._part(protocol, family, key, joined(found))

    def _places(self, protocol: int, family: Family) -> list[_Place]:
        """Give where to walk: around each changed header, or through all flows at once where that is less work."""
        everywhere = Reach.everywhere(self.terrain, protocol, family)
        at_once = _fits(everywhere)
        found: list[_Place] = []
        looked_at = 0
        for backward, centre in product((False, True), bits(self.terrain.touched)):
            reach = Reach.of(self.terrain, centre, backward=backward, protocol=protocol, family=family)
            self.budget.spend(self._cost(reach))
            if reach is None:
                continue
            looked_at += reach.size
            if at_once and looked_at > everywhere.size:
                return [_Place(everywhere, (0, 0))]
            if not _fits(reach):
                raise OutOfStepsError
            earlier = self.terrain.touched & ((1 << centre) - 1)
            found.append(_Place(reach, (self.terrain.touched, earlier) if backward else (earlier, 0)))
        return found

    def _cost(self, reach: Reach | None) -> int:
        return 1 if reach is None else _STEPS_PER_PLACE + len(self.terrain.boxes) // _HEADERS_PER_STEP

    def _part(self, protocol: int, family: Family, key: Outcome, extent: Extent) -> Part:
        source, destination, *ports = extent.bounds
        source_ports, destination_ports = ports or (EMPTY, EMPTY)
        witness = flow_of(protocol, family, extent.witness)
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
            self.comparison.effect(witness).conditions,
            extent.living,
            None if extent.survivor is None else flow_of(protocol, family, extent.survivor),
        )


def _order(part: Part) -> tuple[object, ...]:
    key = part.key
    return (
        key.effect.value, str(key.new), str(key.old), not key.forward, key.backward,
        _RANK[part.protocol, part.family], part.witness,
    )  # fmt: skip


def _addresses(family: Family, values: IntervalSet) -> AddressSet:
    return AddressSet(v4=values) if family == 4 else AddressSet(v6=values)
