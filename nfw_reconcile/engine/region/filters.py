"""Flow filters and the newly denied region: does a filter lie inside it, and if not, where does it leave it?

A filter is cut into the classes of flows that the headers of both policies tell apart, field by field, and one flow of
each class is judged. So the answer is as exact as that about single flows, and it has a budget of steps.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.align import Alignment
from nfw_reconcile.engine.region.budget import Budget
from nfw_reconcile.engine.region.partition import Partition, State
from nfw_reconcile.engine.region.reach import Reach, flow_of
from nfw_reconcile.engine.region.terrain import Terrain
from nfw_reconcile.model.flow import ICMP, ICMPV6, SCTP, TCP, UDP
from nfw_reconcile.model.verdict import Effect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.model.addresses import Family
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import FiveTuple

_SUPPORTED: Final = (ICMP, TCP, UDP, ICMPV6, SCTP)
"""What a filter without protocols stands for (API: FlowFilter)."""

MOST_STEPS: Final = 1_200_000
"""Values of fields looked at for all filters of one choice: a few seconds' work."""

_STEPS_PER_FLOW: Final = 60
"""What judging one flow costs, in values of fields looked at."""


class DeniedRegion:
    """The newly denied region of a change, as a place for flow filters.

    The source of a flow is its initiator here, as everywhere: of a flow that the service lists the other way
    round, what is asked for is whether the region holds it as it is listed.
    """

    def __init__(self, comparison: Comparison) -> None:
        """Take both policies."""
        self._comparison = comparison
        self._terrain = Terrain.of(comparison, Alignment((), 0, 0))
        self._grids: dict[tuple[int, Family], _Grid] = {}

    def contains(self, flow: FiveTuple) -> bool:
        """Say whether a flow is newly denied, and decidedly so: not by what unknown members happen to be."""
        if self._comparison.signature(flow).flow is not None:
            return False
        return self._comparison.effect(flow).effect is Effect.NEWLY_DENIED

    @property
    def headers(self) -> int:
        """Give the number of distinct headers of both policies."""
        return len(self._terrain.boxes)

    def grid(self, protocol: int, family: Family) -> _Grid:
        """Give the flows of a protocol and family, cut where headers begin and end."""
        known = self._grids.get((protocol, family))
        if known is not None:
            return known
        reach = Reach.everywhere(self._terrain, protocol, family)
        return self._grids.setdefault(
            (protocol, family), _Grid.of(Partition.of(self._terrain, reach), protocol)
        )


class Survey:
    """Questions about one region, on one budget of steps; what it answers depends on nothing else."""

    def __init__(self, region: DeniedRegion, most_steps: int = MOST_STEPS) -> None:
        """Begin with the whole budget and nothing known."""
        self.region = region
        self.budget: Final = Budget(most_steps)
        self._known: dict[tuple[int, Family, State], bool] = {}
        self._paid: set[tuple[int, Family]] = set()

    def stray(self, sought: FlowFilter, near: FiveTuple) -> FiveTuple | None:
        """Give a flow of the filter that is not in the region, ``None`` where there is none.

        Of such flows it is one that differs from ``near``, a flow of the filter, in late fields rather than in
        early ones (source, destination, source port, destination port), and there by as little as it can.
        Raises :class:`OutOfStepsError`.
        """
        family = sought.source.family
        if family != sought.destination.family:
            return near
        for protocol in sorted(
            sought.protocols or _SUPPORTED, key=lambda each: (each != near.protocol, each)
        ):
            if (protocol, family) not in self._paid:
                self.budget.spend(self.region.headers)
                self._paid.add((protocol, family))
            grid = self.region.grid(protocol, family)
            if found := _Walk(self, grid, _spans(sought), _values(near)).stray():
                return found
        return None

    def holds(self, grid: _Grid, state: State, values: tuple[int, ...]) -> bool:
        """Say whether the region holds the flows of one class, of which ``values`` is one."""
        key = (grid.protocol, grid.family, state)
        known = self._known.get(key)
        if known is None:
            self.budget.spend(_STEPS_PER_FLOW)
            known = self._known[key] = self.region.contains(grid.flow(values))
        return known


@dataclass(frozen=True, slots=True)
class _Grid:
    """All flows of one protocol and family, and where the values of each field begin that no header tells apart."""

    partition: Partition
    protocol: int
    family: Family
    lows: tuple[list[int], ...]

    @classmethod
    def of(cls, partition: Partition, protocol: int) -> _Grid:
        lows = tuple([atom[0] for atom in atoms] for atoms in partition.fields)
        return cls(partition, protocol, partition.family, lows)

    def flow(self, values: tuple[int, ...]) -> FiveTuple:
        return flow_of(self.protocol, self.family, values)


@dataclass(slots=True)
class _Walk:
    """One question: the flows of a filter, those nearest to some flow first."""

    survey: Survey
    grid: _Grid
    spans: tuple[tuple[int, int], ...]
    near: tuple[int, ...]
    inside: set[tuple[int, State]] = field(default_factory=set)

    def stray(self) -> FiveTuple | None:
        return self._descend(self.grid.partition.start, ())

    def _descend(self, state: State, chosen: tuple[int, ...]) -> FiveTuple | None:
        depth = len(chosen)
        if (depth, state) in self.inside:
            return None
        if depth == len(self.grid.lows):
            held = self.survey.holds(self.grid, state, chosen)
            found = None if held else self.grid.flow(chosen)
        else:
            below = (self._descend(after, (*chosen, value)) for value, after in self._classes(depth, state))
            found = next((flow for flow in below if flow is not None), None)
        if found is None:
            self.inside.add((depth, state))
        return found

    def _classes(self, depth: int, state: State) -> Iterator[tuple[int, State]]:
        """Give the nearest value of each class within the filter, nearest first, and what is in reach then."""
        met: set[State] = set()
        for value, forward, backward in self._outwards(depth):
            self.survey.budget.spend(1)
            after = (state[0] & forward, state[1] & backward)
            if after not in met:
                met.add(after)
                yield value, after

    def _outwards(self, depth: int) -> Iterator[tuple[int, int, int]]:
        """Go through the values of a field within the filter, away from the flow in question, on both sides at once."""
        (low, high), lows = self.spans[depth], self.grid.lows[depth]
        near = min(max(self.near[depth], low), high)
        atoms = self.grid.partition.fields[depth]
        here = bisect_right(lows, near) - 1
        below = (
            (min(near, atoms[n][1]), *atoms[n][2:]) for n in range(here, bisect_right(lows, low) - 2, -1)
        )
        above = ((atoms[n][0], *atoms[n][2:]) for n in range(here + 1, bisect_right(lows, high)))
        return heapq.merge(below, above, key=lambda atom: abs(atom[0] - near))


def _spans(sought: FlowFilter) -> tuple[tuple[int, int], ...]:
    """Give what the filter admits of each field; of a protocol without ports only the first two are asked for."""
    source, destination = sought.source, sought.destination
    return (
        (source.value, source.highest),
        (destination.value, destination.highest),
        sought.source_ports,
        sought.destination_ports,
    )


def _values(flow: FiveTuple) -> tuple[int, ...]:
    return flow.source.value, flow.destination.value, flow.source_port, flow.destination_port
