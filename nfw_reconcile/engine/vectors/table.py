"""The headers of one address family: which of them many flows meet, found for all flows at once.

The bit vector method (Lakshman and Stiliadis, SIGCOMM 1998) with one bit for each block of headers above
it (Baboescu and Varghese, SIGCOMM 2001): only blocks in which every field holds some header are looked
into. Headers are put next to those of like addresses, so that these blocks are few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from nfw_reconcile.engine.headers import shifted_ports
from nfw_reconcile.engine.vectors.columns import distinct_of
from nfw_reconcile.engine.vectors.field import Field, Layout
from nfw_reconcile.model.addresses import HIGHEST_ADDRESS
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS
from nfw_reconcile.model.intervals import HIGHEST_PORT, IntervalSet

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from nfw_reconcile.engine.headers import HeaderBox
    from nfw_reconcile.engine.vectors.columns import AddressColumn, FlowColumns, Numbers, Words
    from nfw_reconcile.model.addresses import Family
    from nfw_reconcile.model.intervals import Interval

_HIGHEST_PROTOCOL: Final = 255
_NARROW: Final = 12
"""An address field is narrow where it spans at most one of 2**12 parts of all addresses."""

_BATCH: Final = 8192
"""Flows that are looked at together: what is worked on then fits into the processor's caches."""


@dataclass(frozen=True, slots=True)
class Meetings:
    """Pairs of a flow (its place) and a header (its number) that its packets match, in no certain order."""

    flow: Numbers
    header: Numbers


NOTHING_MET: Final = Meetings(np.empty(0, np.int64), np.empty(0, np.int64))


class HeaderTable:
    """The one-way headers of a family; ``numbers`` name the boxes that are in it."""

    def __init__(self, boxes: Sequence[HeaderBox], family: Family) -> None:
        """Take boxes, whose positions are the numbers of their headers; both directions of each are the caller's."""
        self._family: Final[Family] = family
        numbers = [n for n, box in enumerate(boxes) if _in_family(box, family)]
        numbers.sort(key=lambda n: _neighbourhood(boxes[n], family, n))
        chosen = [boxes[n] for n in numbers]
        self._numbers = np.array(numbers, np.int64)
        self._layout = Layout.of(len(chosen))
        self._sources = _Addresses(self._layout, [box.source.family(family) for box in chosen], family)
        self._destinations = _Addresses(
            self._layout, [box.destination.family(family) for box in chosen], family
        )
        self._services = _Services(self._layout, chosen)

    def meetings(self, flows: FlowColumns) -> Meetings:
        """Find all headers that the initiator's packets of each flow match."""
        kinds, service = self._services.kinds(flows)
        source, destination = (
            self._sources.intervals(flows.source),
            self._destinations.intervals(flows.destination),
        )
        open_blocks = self._sources.field.summaries[source] & self._destinations.field.summaries[destination]
        open_blocks &= self._services.summaries(kinds)[service]
        found: list[Meetings] = []
        for block in range(self._layout.blocks):
            inside = np.flatnonzero((open_blocks & np.uint64(1 << block)) != 0)
            if not len(inside):
                continue
            services = self._services.rows(block, kinds)
            for start in range(0, len(inside), _BATCH):
                part = inside[start : start + _BATCH]
                words = self._sources.field.rows(block, source[part])
                words &= self._destinations.field.rows(block, destination[part])
                words &= np.take(services, service[part], axis=0)
                found.append(self._listed(block, part, words))
        return Meetings(_joined([f.flow for f in found]), _joined([f.header for f in found]))

    def _listed(self, block: int, flows: Numbers, words: Words) -> Meetings:
        """List the set bits of the words, a row of which belongs to each flow."""
        place = np.flatnonzero((words != 0).ravel())
        left = words.ravel()[place]
        row, word = np.divmod(place, self._layout.words)
        at, header = flows[row], word * 64 + block * self._layout.headers
        met: list[Numbers] = []
        headers: list[Numbers] = []
        while len(left):
            rest = left & (left - np.uint64(1))
            bit = np.frexp((left ^ rest).astype(np.float64))[1] - 1
            met.append(at)
            headers.append(self._numbers[header + bit])
            more = np.flatnonzero(rest)
            left, at, header = rest[more], at[more], header[more]
        return Meetings(_joined(met), _joined(headers))


def _joined(parts: Sequence[Numbers]) -> Numbers:
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


def _in_family(box: HeaderBox, family: Family) -> bool:
    return (
        box.protocol.family in (None, family)
        and bool(box.source.family(family))
        and bool(box.destination.family(family))
    )


def _neighbourhood(box: HeaderBox, family: Family, number: int) -> tuple[int, int, int]:
    """Give a sort key that puts headers of like destination, else of like source, next to each other."""
    for zone, found in ((2, box.destination), (1, box.source)):
        values = found.family(family).intervals
        if values[-1][1] - values[0][0] <= HIGHEST_ADDRESS[family] >> _NARROW:
            return zone, values[0][0], number
    return 0, 0, number


class _Addresses:
    """An address field."""

    def __init__(self, layout: Layout, sets: Sequence[IntervalSet], family: Family) -> None:
        self.field = Field.of(layout, [found.intervals for found in sets])
        self._narrow = family == 4
        cuts = [cut for cut in self.field.cuts if cut <= HIGHEST_ADDRESS[family]]
        self._keys: npt.NDArray[np.generic] = (
            np.array(cuts, np.uint64)
            if self._narrow
            else np.frombuffer(b"".join(cut.to_bytes(16, "big") for cut in cuts), "S16")
        )

    def intervals(self, addresses: AddressColumn) -> Numbers:
        """Give the number of the interval that each address lies in."""
        if self._narrow:
            return np.searchsorted(self._keys, addresses.low, side="right")
        halves = np.stack([addresses.high, addresses.low], axis=1).astype(">u8")
        return np.searchsorted(self._keys, halves.view("S16")[:, 0], side="right")


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Distinct protocols and ports, by the intervals that they lie in."""

    protocol: Numbers
    source_port: Numbers
    destination_port: Numbers


class _Services:
    """Protocol and port fields: flows have few distinct values of them, so that these are combined first."""

    def __init__(self, layout: Layout, boxes: Sequence[HeaderBox]) -> None:
        self._protocols = _Small(layout, [_protocols(box) for box in boxes], _HIGHEST_PROTOCOL)
        self._source_ports = _Small(
            layout,
            [shifted_ports(box.source_ports, anything=box.any_source_port).intervals for box in boxes],
            _LAST_PORT,
        )
        self._destination_ports = _Small(
            layout,
            [
                shifted_ports(box.destination_ports, anything=box.any_destination_port).intervals
                for box in boxes
            ],
            _LAST_PORT,
        )

    def kinds(self, flows: FlowColumns) -> tuple[_Kinds, Numbers]:
        """Give the distinct protocols and ports of the flows, and the number of those of each flow."""
        ported = np.isin(flows.protocol, list(PROTOCOLS_WITH_PORTS))
        fields = (
            self._protocols.intervals(flows.protocol),
            self._source_ports.intervals(np.where(ported, flows.source_port + 1, 0)),
            self._destination_ports.intervals(np.where(ported, flows.destination_port + 1, 0)),
        )
        spans = [len(found.field.summaries) for found in (self._source_ports, self._destination_ports)]
        packed = (fields[0] * spans[0] + fields[1]) * spans[1] + fields[2]
        distinct, number = distinct_of(packed, len(self._protocols.field.summaries) * spans[0] * spans[1])
        rest, destination_port = np.divmod(distinct, spans[1])
        protocol, source_port = np.divmod(rest, spans[0])
        return _Kinds(protocol, source_port, destination_port), number

    def summaries(self, kinds: _Kinds) -> Words:
        """Say for each kind in which blocks every field holds some header."""
        return (
            self._protocols.field.summaries[kinds.protocol]
            & self._source_ports.field.summaries[kinds.source_port]
            & self._destination_ports.field.summaries[kinds.destination_port]
        )

    def rows(self, block: int, kinds: _Kinds) -> Words:
        """Give the headers of a block that match each kind."""
        words = self._protocols.field.rows(block, kinds.protocol)
        words &= self._source_ports.field.rows(block, kinds.source_port)
        words &= self._destination_ports.field.rows(block, kinds.destination_port)
        return words


_LAST_PORT: Final = HIGHEST_PORT + 1
"""The highest value of a port field as :func:`nfw_reconcile.engine.headers.shifted_ports` counts."""


class _Small:
    """A field of few possible values, whose intervals are looked up in a list of them all."""

    def __init__(self, layout: Layout, sets: Sequence[Sequence[Interval]], highest: int) -> None:
        self.field = Field.of(layout, sets)
        self._interval = np.searchsorted(
            np.array(self.field.cuts, np.int64), np.arange(highest + 1), side="right"
        )

    def intervals(self, values: Numbers) -> Numbers:
        """Give the number of the interval that each value lies in."""
        return self._interval[values]


def _protocols(box: HeaderBox) -> Sequence[Interval]:
    numbers = sorted(box.protocol.numbers)
    if not numbers:
        return ((0, _HIGHEST_PROTOCOL),)
    return IntervalSet.of((number, number) for number in numbers).intervals
