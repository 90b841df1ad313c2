"""Which rules' headers a packet may match: a bitset a field value, combined by AND.

The bit vector method (Lakshman and Stiliadis, SIGCOMM 1998), with the vectors made when a value is
first met: real flows hold few distinct values a field. Bit *n* stands for rule *n*.
:mod:`nfw_reconcile.engine.vectors` finds the same for many flows at once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS
from nfw_reconcile.model.intervals import HIGHEST_PORT, IntervalSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nfw_reconcile.engine.protocols import ProtocolMatch
    from nfw_reconcile.model.addresses import AddressSet, Family
    from nfw_reconcile.model.flow import FiveTuple


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


_STRIDE: Final = 64
"""Every so many intervals a whole bit vector is kept, from which those behind it are made."""


_MOST_ROWS: Final = 4096
"""Bit vectors of a field that are kept at a time; one of 30,000 headers takes 4 kB."""


class _Field:
    """The bit vectors of one field of numbers, one for each interval of values that no header tells apart."""

    def __init__(self, sets: Sequence[IntervalSet]) -> None:
        edges: dict[int, list[int]] = defaultdict(list)
        for position, found in enumerate(sets):
            for low, high in found.intervals:
                edges[low].append(position)
                edges[high + 1].append(position)
        self._edges = sorted(edges)
        self._turned = [edges[edge] for edge in self._edges]
        self._kept = [0]
        self._rows: dict[int, int] = {}

    def row(self, value: int) -> int:
        """Give the headers that hold this value."""
        interval = bisect_right(self._edges, value)
        row = self._rows.get(interval)
        if row is None:
            if len(self._rows) >= _MOST_ROWS:
                self._rows.clear()
            row = self._rows[interval] = self._make(interval)
        return row

    def _make(self, interval: int) -> int:
        """Turn the bits at every edge up to the interval, from the last vector that was kept on."""
        while len(self._kept) <= interval // _STRIDE:
            end = len(self._kept) * _STRIDE
            self._kept.append(self._turn(self._kept[-1], end - _STRIDE, end))
        return self._turn(self._kept[interval // _STRIDE], interval // _STRIDE * _STRIDE, interval)

    def _turn(self, row: int, start: int, end: int) -> int:
        for positions in self._turned[start:end]:
            for position in positions:
                row ^= 1 << position
        return row


class _Protocols:
    """The bit vectors of the protocol field."""

    def __init__(self, matches: Sequence[ProtocolMatch]) -> None:
        positions: dict[ProtocolMatch, list[int]] = defaultdict(list)
        for position, found in enumerate(matches):
            positions[found].append(position)
        self._vectors = {found: vector_of(at) for found, at in positions.items()}
        self._rows: dict[tuple[int, Family], int] = {}

    def row(self, protocol: int, family: Family) -> int:
        """Give the headers that a packet of this protocol and family can match."""
        row = self._rows.get((protocol, family))
        if row is None:
            row = 0
            for found, vector in self._vectors.items():
                if found.admits(protocol, family):
                    row |= vector
            self._rows[protocol, family] = row
        return row


_NO_PORT: Final = 0
"""Stands for the port of a packet whose protocol has none, which only ``any`` matches; port *n* is *n* + 1."""

_EVERY_PORT: Final = IntervalSet(((_NO_PORT, HIGHEST_PORT + 1),))


def shifted_ports(ports: IntervalSet, *, anything: bool) -> IntervalSet:
    """Give the values of a port field, with the port of a packet that has none among them: 0, and *n* + 1 for *n*."""
    return _EVERY_PORT if anything else IntervalSet(tuple((low + 1, high + 1) for low, high in ports))


def shifted_port(port: int, protocol: int) -> int:
    """Give the value of a packet's port as :func:`shifted_ports` counts it."""
    return port + 1 if protocol in PROTOCOLS_WITH_PORTS else _NO_PORT


class HeaderIndex:
    """Finds, for a flow, the headers that may match its packets in each direction."""

    def __init__(self, boxes: Sequence[HeaderBox]) -> None:
        """Index the boxes; their positions are the bits of every :class:`Signature`."""
        self._boxes = boxes
        self._addresses: dict[Family, tuple[_Field, _Field]] = {}
        self._source_ports = _Field(
            [shifted_ports(box.source_ports, anything=box.any_source_port) for box in boxes]
        )
        self._destination_ports = _Field(
            [shifted_ports(box.destination_ports, anything=box.any_destination_port) for box in boxes]
        )
        self._protocols = _Protocols([box.protocol for box in boxes])
        self._both_ways = vector_of(n for n, box in enumerate(boxes) if box.both_ways)

    def signature(self, flow: FiveTuple) -> Signature:
        """Give the headers that may match the flow's packets, in each direction."""
        protocol = self._protocols.row(flow.protocol, flow.source.family)
        forward, backward = protocol & self._row(flow), protocol & self._row(flow.reversed())
        if self._both_ways:
            swapped = backward & self._both_ways
            backward |= forward & self._both_ways
            forward |= swapped
        return Signature(forward, backward)

    def _row(self, flow: FiveTuple) -> int:
        sources, destinations = self._address_fields(flow.source.family)
        return (
            sources.row(flow.source.value)
            & destinations.row(flow.destination.value)
            & self._source_ports.row(shifted_port(flow.source_port, flow.protocol))
            & self._destination_ports.row(shifted_port(flow.destination_port, flow.protocol))
        )

    def _address_fields(self, family: Family) -> tuple[_Field, _Field]:
        """Give the fields of a family, which are made when its first flow comes."""
        if family not in self._addresses:
            self._addresses[family] = (
                _Field([box.source.family(family) for box in self._boxes]),
                _Field([box.destination.family(family) for box in self._boxes]),
            )
        return self._addresses[family]


_FEW: Final = 32
_PLACES: Final = tuple(tuple(n for n in range(8) if byte >> n & 1) for byte in range(256))


def bits(vector: int) -> list[int]:
    """Give the positions of the set bits, ascending."""
    if vector.bit_count() > _FEW:
        data = vector.to_bytes(-(-vector.bit_length() // 8), "little")
        return [index * 8 + place for index, byte in enumerate(data) if byte for place in _PLACES[byte]]
    positions: list[int] = []
    while vector:
        lowest = vector & -vector
        positions.append(lowest.bit_length() - 1)
        vector ^= lowest
    return positions


def vector_of(positions: Iterable[int]) -> int:
    """Give the bit vector of some positions; the inverse of :func:`bits`."""
    data = bytearray()
    for position in positions:
        index = position >> 3
        if index >= len(data):
            data.extend(bytes(index + 1 - len(data)))
        data[index] |= 1 << (position & 7)
    return int.from_bytes(data, "little")


def upto(vector: int, marks: int, obstacles: int = 0) -> int:
    """Give the bits of a vector up to the lowest mark, that one included.

    All are given where there is no mark, or where an obstacle lies below it.
    """
    lowest = marks & -marks
    if not marks or obstacles & (lowest - 1):
        return vector
    return vector & ((lowest << 1) - 1)
