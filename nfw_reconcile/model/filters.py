"""Flow filters, in AWS's meaning (API: FlowFilter): what one operation may touch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.addresses import Network, everything
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS
from nfw_reconcile.model.intervals import HIGHEST_PORT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nfw_reconcile.model.addresses import Address
    from nfw_reconcile.model.flow import FiveTuple

MOST_FILTERS: Final = 20
"""Filters to one flow operation (developer guide, "Flow operations")."""

ANY_PORT: Final = (0, HIGHEST_PORT)


@dataclass(frozen=True, slots=True, order=True)
class FlowFilter:
    """One filter: every field must match. An empty ``protocols`` matches all protocols.

    Both addresses are always sent, so that a filter is never the empty, match-all one.
    """

    source: Network
    destination: Network
    source_ports: tuple[int, int] = ANY_PORT
    destination_ports: tuple[int, int] = ANY_PORT
    protocols: tuple[int, ...] = ()

    def matches(self, flow: FiveTuple) -> bool:
        """Say whether the entry, in the orientation in which it is listed, is touched."""
        return (
            self.source.holds(flow.source)
            and self.destination.holds(flow.destination)
            and self.source_ports[0] <= flow.source_port <= self.source_ports[1]
            and self.destination_ports[0] <= flow.destination_port <= self.destination_ports[1]
            and (not self.protocols or flow.protocol in self.protocols)
        )

    def covers(self, other: FlowFilter) -> bool:
        """Say whether everything that ``other`` matches is matched by this filter."""
        protocols = not self.protocols or (
            bool(other.protocols) and set(other.protocols) <= set(self.protocols)
        )
        return (
            self.source.covers(other.source)
            and self.destination.covers(other.destination)
            and _within(other.source_ports, self.source_ports)
            and _within(other.destination_ports, self.destination_ports)
            and protocols
        )

    def reversed(self) -> FlowFilter:
        """Give the filter that matches the mirror images of what this one matches."""
        return FlowFilter(
            self.destination, self.source, self.destination_ports, self.source_ports, self.protocols
        )

    @property
    def matches_everything(self) -> bool:
        """Say whether the filter leaves nothing of its family out: such a filter is never flushed."""
        return (
            self.source.length == 0
            and self.destination.length == 0
            and self.source_ports == ANY_PORT
            and self.destination_ports == ANY_PORT
            and not self.protocols
        )


def exact_filter(flow: FiveTuple) -> FlowFilter:
    """Give the filter that matches one entry; for a protocol without ports, all entries of the two hosts."""
    source, destination = (_host(address) for address in (flow.source, flow.destination))
    if flow.protocol not in PROTOCOLS_WITH_PORTS:
        return FlowFilter(source, destination, protocols=(flow.protocol,))
    ports = (flow.source_port, flow.source_port), (flow.destination_port, flow.destination_port)
    return FlowFilter(source, destination, *ports, (flow.protocol,))


def in_operations(
    filters: Sequence[FlowFilter], most: int = MOST_FILTERS
) -> Iterator[tuple[FlowFilter, ...]]:
    """Cut filters into operations of at most so many, in their order."""
    for first in range(0, len(filters), most):
        yield tuple(filters[first : first + most])


def _host(address: Address) -> Network:
    return Network(address.family, address.value, everything(address.family).bits)


def _within(inner: tuple[int, int], outer: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]
