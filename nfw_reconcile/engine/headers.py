"""Which rules' headers a packet may match: a bitset a field value, combined by AND.

The bit vector method (Lakshman and Stiliadis, SIGCOMM 1998), with the vectors made when a value is
first met: real flows hold few distinct values a field. Bit *n* stands for rule *n*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS, FiveTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from nfw_reconcile.engine.protocols import ProtocolMatch
    from nfw_reconcile.model.addresses import Address, AddressSet, Family
    from nfw_reconcile.model.intervals import IntervalSet

S = TypeVar("S", bound="Hashable")
V = TypeVar("V", bound="Hashable")


@dataclass(frozen=True, slots=True)
class HeaderBox:
    """The most that a header can match, on its own packets; ``any_ports`` marks ``any`` in each port field."""

    protocol: ProtocolMatch
    source: AddressSet
    source_ports: IntervalSet
    destination: AddressSet
    destination_ports: IntervalSet
    both_ways: bool = False
    any_source_port: bool = False
    any_destination_port: bool = False


class Signature(NamedTuple):
    """The rules whose headers match the initiator's packets, and the responder's."""

    forward: int
    backward: int


class _Field(Generic[S, V]):
    """The bit vectors of one field: distinct sets are tried once for each value."""

    def __init__(self, sets: Sequence[S], holds: Callable[[S, V], bool]) -> None:
        vectors: dict[S, int] = {}
        for position, found in enumerate(sets):
            vectors[found] = vectors.get(found, 0) | 1 << position
        self._vectors = vectors
        self._holds = holds
        self._rows: dict[V, int] = {}

    def row(self, value: V) -> int:
        """Give the rules that match this value of the field."""
        row = self._rows.get(value)
        if row is None:
            row = 0
            for found, vector in self._vectors.items():
                if self._holds(found, value):
                    row |= vector
            self._rows[value] = row
        return row


def _address_in(found: AddressSet, value: Address) -> bool:
    return value in found


def _port_in(found: tuple[IntervalSet, bool], value: int) -> bool:
    ports, anything = found
    return anything or (value >= 0 and value in ports)


def _protocol_in(found: ProtocolMatch, value: tuple[int, Family]) -> bool:
    return found.admits(*value)


NO_PORT = -1
"""The port of a packet whose protocol has none: only ``any`` matches it."""


class HeaderIndex:
    """Finds, for a flow, the headers that may match its packets in each direction."""

    def __init__(self, boxes: Sequence[HeaderBox]) -> None:
        """Index the boxes; their positions are the bits of every :class:`Signature`."""
        self._sources = _Field([box.source for box in boxes], _address_in)
        self._destinations = _Field([box.destination for box in boxes], _address_in)
        self._source_ports = _Field([(box.source_ports, box.any_source_port) for box in boxes], _port_in)
        self._destination_ports = _Field(
            [(box.destination_ports, box.any_destination_port) for box in boxes], _port_in
        )
        self._protocols = _Field([box.protocol for box in boxes], _protocol_in)
        self._both_ways = sum(1 << n for n, box in enumerate(boxes) if box.both_ways)

    def signature(self, flow: FiveTuple) -> Signature:
        """Give the headers that may match the flow's packets, in each direction."""
        ported = flow.protocol in PROTOCOLS_WITH_PORTS
        source_port = flow.source_port if ported else NO_PORT
        destination_port = flow.destination_port if ported else NO_PORT
        protocol = self._protocols.row((flow.protocol, flow.source.family))
        forward = protocol & self._row(flow.source, source_port, flow.destination, destination_port)
        backward = protocol & self._row(flow.destination, destination_port, flow.source, source_port)
        if self._both_ways:
            swapped = backward & self._both_ways
            backward |= forward & self._both_ways
            forward |= swapped
        return Signature(forward, backward)

    def _row(self, source: Address, source_port: int, destination: Address, destination_port: int) -> int:
        return (
            self._sources.row(source)
            & self._destinations.row(destination)
            & self._source_ports.row(source_port)
            & self._destination_ports.row(destination_port)
        )


def bits(vector: int) -> list[int]:
    """Give the positions of the set bits, ascending."""
    positions: list[int] = []
    while vector:
        lowest = vector & -vector
        positions.append(lowest.bit_length() - 1)
        vector ^= lowest
    return positions
