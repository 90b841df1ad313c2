"""The newly denied region: every 5-tuple that the old policy allowed and the new one denies.

The 5-tuples are walked field by field. Of each field only the classes of values are looked at that
the rules tell apart, and only where a changed rule is still in reach: a flow that touches no changed
rule has the same verdict as before (:mod:`nfw_reconcile.engine.align`). Equal sub-walks are walked once,
so that the region is counted without being listed. The walk has a budget; over it, the region is said
to be not enumerated, and answers about single flows stay exact.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.enumeration import (
    Budget,
    Enumeration,
    Extent,
    Outcome,
    OverBudgetError,
    flow_of,
    joined,
)
from nfw_reconcile.engine.forgotten import Forgetting
from nfw_reconcile.engine.headers import bits
from nfw_reconcile.engine.horizon import Outlook
from nfw_reconcile.engine.partition import Partition
from nfw_reconcile.engine.reach import Reach
from nfw_reconcile.engine.terrain import Terrain
from nfw_reconcile.model.addresses import AddressSet
from nfw_reconcile.model.flow import ICMP, ICMPV6, SCTP, TCP, UDP
from nfw_reconcile.model.intervals import EMPTY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nfw_reconcile.engine.align import Alignment
    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.model.addresses import Family
    from nfw_reconcile.model.flow import FiveTuple
    from nfw_reconcile.model.intervals import IntervalSet

MOST_STEPS: Final = 3_000_000
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

_STEPS_PER_HEADER: Final = 150
"""What finding the neighbours of one header costs, in steps."""

_STEPS_PER_NEIGHBOUR: Final = 10
"""What cutting the fields of one of them costs."""

_MOST_BITS: Final = 300_000_000
"""The square of the headers in reach of one header: the size of the bit vectors that the walk may need.

A header that meets so many others has a region beyond every budget; this says so before the vectors are made.
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


def newly_denied(comparison: Comparison, alignment: Alignment, most_steps: int = MOST_STEPS) -> RegionFound:
    """Enumerate the region by cause. Bounds are exact per field, and their product holds the part."""
    if comparison.old is None:
        return RegionFound((), complete=True)
    survey = _Survey(
        comparison, Forgetting(comparison.new), Terrain.of(comparison, alignment), Budget(most_steps)
    )
    try:
        parts = [part for protocol, families in _PROTOCOLS for part in survey.parts(protocol, families)]
    except OverBudgetError:
        return RegionFound((), complete=False)
    return RegionFound(tuple(sorted(parts, key=_order)), complete=True)


@dataclass(frozen=True, slots=True)
class _Survey:
    """All walks over one change, on one budget."""

    comparison: Comparison
    forgetting: Forgetting
    terrain: Terrain
    budget: Budget

    def parts(self, protocol: int, families: Iterable[Family]) -> Iterator[Part]:
        """Give the region's parts of a protocol; raises :class:`OverBudgetError`."""
        outlook = Outlook(self.terrain, self.forgetting, protocol)
        for family in families:
            yield from self._parts(outlook, protocol, family)

    def _parts(self, outlook: Outlook, protocol: int, family: Family) -> Iterator[Part]:
        extents: defaultdict[Outcome, list[Extent]] = defaultdict(list)
        for backward, centre in product((False, True), bits(self.terrain.touched)):
            walk = self._walk(outlook, centre, backward=backward, protocol=protocol, family=family)
            for outcome, extent in walk.run() if walk is not None else ():
                extents[outcome].append(extent)
        for key, found in extents.items():
            yield self._part(protocol, family, key, joined(found))

    def _walk(
        self, outlook: Outlook, centre: int, *, backward: bool, protocol: int, family: Family
    ) -> Enumeration | None:
        """Prepare the walk over the flows that a changed header matches on one side's packets."""
        self.budget.spend(1)
        reach = Reach.of(self.terrain, centre, backward=backward, protocol=protocol, family=family)
        if reach is None:
            return None
        if reach.size * reach.size > _MOST_BITS:
            raise OverBudgetError
        self.budget.spend(_STEPS_PER_HEADER + _STEPS_PER_NEIGHBOUR * reach.size)
        partition = Partition.of(self.terrain, reach)
        horizon = outlook.horizon(partition, centre, backward=backward)
        return Enumeration(self.comparison, self.forgetting, partition, horizon, protocol, self.budget)

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
