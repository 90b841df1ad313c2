"""From one flow to the largest filters around it that match no flow that must stay.

A filter begins as the flow alone. Then its fields are opened one after the other, each as far as
the flows that must stay allow while the other fields are as they are. What comes out depends on the
order of the fields, so several orders are tried. (Prime implicants, of flows instead of bits.)
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from nfw_reconcile.flows.table import enclosing
from nfw_reconcile.model.filters import ANY_PORT, FlowFilter
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS
from nfw_reconcile.model.intervals import HIGHEST_PORT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nfw_reconcile.flows.hulls import Ports
    from nfw_reconcile.flows.table import FlowTable, Rows, Span, Spans
    from nfw_reconcile.model.addresses import Network
    from nfw_reconcile.model.flow import FiveTuple


class Field(enum.IntEnum):
    """A field of a filter; the numbers of the first four are their places in a table's spans."""

    SOURCE = 0
    DESTINATION = 1
    SOURCE_PORT = 2
    DESTINATION_PORT = 3
    PROTOCOL = 4


class Step(NamedTuple):
    """One field to open; a client's port ``as_clients`` no further than clients' ports go."""

    field: Field
    as_clients: bool = False


Order = tuple[Step, ...]

CLIENT_PORTS: Final[tuple[Ports, ...]] = ((32768, HIGHEST_PORT), (1024, HIGHEST_PORT))
"""What operating systems draw a client's port from (Linux: from 32768; RFC 6056: from 1024), narrowest first."""


def _orders() -> tuple[Order, ...]:
    """Give the orders to try: a client's port first, which says nothing, on whichever side it is listed.

    Either as far as may be, or, so that services which answer from their own ports are no obstacle, at
    first as clients' ports only.
    """
    src, dst, proto = Step(Field.SOURCE), Step(Field.DESTINATION), Step(Field.PROTOCOL)
    ports = (Field.SOURCE_PORT, Field.DESTINATION_PORT)
    return tuple(
        (Step(client, as_clients), *rest, *((Step(client),) if as_clients else ()))
        for as_clients in (False, True)
        for client, server in (ports, ports[::-1])
        for rest in (
            (src, dst, Step(server), proto),
            (dst, src, Step(server), proto),
            (src, Step(server), dst, proto),
            (dst, Step(server), src, proto),
            (Step(server), proto, src, dst),
            (Step(server), proto, dst, src),
        )
    )


ORDERS: Final = _orders()

FEW_ORDERS: Final = tuple(
    order
    for order in ORDERS
    if [step.field for step in order[1:3]]
    in ([Field.SOURCE, Field.DESTINATION], [Field.DESTINATION, Field.SOURCE])
    and not order[0].as_clients
)
"""Orders for flows among which no order is better than another: the addresses, whichever first, then the rest."""


@dataclass(frozen=True, slots=True)
class _Box:
    """A filter, and what it admits in the numbers of each table of flows that must stay."""

    filter: FlowFilter
    spans: tuple[Spans, ...]


class Grower:
    """Grows filters inside one enclosing filter, around flows that it matches."""

    def __init__(self, within: FlowFilter, keep: Sequence[FlowTable], protocols: Iterable[int]) -> None:
        """Take the flows that must stay, in one table or several, and the protocols to admit."""
        self.within = within
        self.keep = tuple(keep)
        self.protocols = frozenset(protocols)

    def grow(self, seed: FiveTuple, orders: Iterable[Order] = ORDERS) -> list[FlowFilter]:
        """Give distinct filters that match ``seed`` and no flow that must stay, one an order of opening.

        Each lies inside the enclosing filter and names its protocols. One with restricted ports names
        only protocols that have ports, because what the service holds as the ports of others is not
        documented; the exception is a seed of such a protocol that nothing but its ports tells from a
        flow that must stay, or that was captured by its ports.
        ``seed`` must be matched by the enclosing filter and must not be one of the flows that must stay.
        """
        opening = _Opening(self, seed)
        return list(dict.fromkeys(opening.along(order) for order in orders))


class _Opening:
    """Opens fields around one flow."""

    def __init__(self, grower: Grower, seed: FiveTuple) -> None:
        self._grower = grower
        self._keep = grower.keep
        self._seed = seed
        self._start = self._closed()
        self._opened: dict[tuple[FlowFilter, Step], _Box] = {}

    def along(self, order: Order) -> FlowFilter:
        """Open the fields in this order; orders that begin alike share the work."""
        box = self._start
        for step in order:
            key = (box.filter, step)
            if key not in self._opened:
                self._opened[key] = self._open(box, step)
            box = self._opened[key]
        return box.filter

    def _closed(self) -> _Box:
        """Give the filter that matches the flow alone; ports stay open for a protocol that has none."""
        seed, within = self._seed, self._grower.within
        ports = (seed.source_port, seed.source_port), (seed.destination_port, seed.destination_port)
        exact = self._box(*ports)
        if seed.protocol in PROTOCOLS_WITH_PORTS:
            return exact
        portless = self._box(within.source_ports, within.destination_ports)
        return exact if any(rows.size for rows in self._rows(portless)) else portless

    def _box(self, source_ports: Ports, destination_ports: Ports) -> _Box:
        seed = self._seed
        bits = 32 if seed.source.family == 4 else 128, 32 if seed.destination.family == 4 else 128
        source, destination = enclosing(seed.source, bits[0]), enclosing(seed.destination, bits[1])
        closed = FlowFilter(source, destination, source_ports, destination_ports, (seed.protocol,))
        return self._boxed(closed)

    def _boxed(self, opened: FlowFilter) -> _Box:
        return _Box(opened, tuple(table.spans(opened) for table in self._keep))

    def _rows(self, box: _Box, without: Field | None = None) -> list[Rows]:
        """Give the flows to keep that the fields match, one of the fields left out, of each table."""
        protocols = () if without is Field.PROTOCOL else box.filter.protocols
        return [
            table.rows(spans, protocols, without) for table, spans in zip(self._keep, box.spans, strict=True)
        ]

    def _open(self, box: _Box, step: Step) -> _Box:
        rows, old = self._rows(box, without=step.field), box.filter
        match step.field:
            case Field.SOURCE:
                opened = replace(old, source=self._block(Field.SOURCE, rows))
            case Field.DESTINATION:
                opened = replace(old, destination=self._block(Field.DESTINATION, rows))
            case Field.SOURCE_PORT:
                opened = replace(old, source_ports=self._ports(step, old.source_ports, rows))
            case Field.DESTINATION_PORT:
                opened = replace(old, destination_ports=self._ports(step, old.destination_ports, rows))
            case Field.PROTOCOL:
                return _Box(replace(old, protocols=self._protocols(old, rows)), box.spans)
        return self._boxed(opened)

    def _block(self, field: Field, rows: list[Rows]) -> Network:
        """Give the largest block that holds none of these rows' addresses: the nearest on either side decide."""
        within, seed = self._grower.within, self._seed
        address, widest = (
            (seed.source, within.source) if field is Field.SOURCE else (seed.destination, within.destination)
        )
        length = widest.length
        for table, found in zip(self._keep, rows, strict=True):
            values, place = table.addresses[field], table.ranks(field, enclosing(address, widest.bits))
            for rank in _nearest(table, field, place, found):
                length = max(length, widest.bits - (values[rank] ^ address.value).bit_length() + 1)
        return enclosing(address, length)

    def _ports(self, step: Step, closed: Ports, rows: list[Rows]) -> Ports:
        """Give the largest range that holds none of these rows' ports."""
        within, seed = self._grower.within, self._seed
        port, (low, high) = (
            (seed.source_port, within.source_ports)
            if step.field is Field.SOURCE_PORT
            else (seed.destination_port, within.destination_ports)
        )
        nearest = (
            other
            for table, found in zip(self._keep, rows, strict=True)
            for other in _nearest(table, step.field, (port, port), found)
        )
        for other in nearest:
            low, high = (max(low, other + 1), high) if other < port else (low, min(high, other - 1))
        if step.as_clients:
            client = next((each for each in CLIENT_PORTS if each[0] <= port), closed)
            low, high = min(closed[0], max(low, client[0])), max(closed[1], min(high, client[1]))
        return low, high

    def _protocols(self, grown: FlowFilter, rows: list[Rows]) -> tuple[int, ...]:
        seed, admitted = self._seed, self._grower.protocols
        if (grown.source_ports, grown.destination_ports) != (ANY_PORT, ANY_PORT):
            admitted &= PROTOCOLS_WITH_PORTS if seed.protocol in PROTOCOLS_WITH_PORTS else frozenset()
        kept = {
            number
            for table, found in zip(self._keep, rows, strict=True)
            for number in np.unique(table.protocols[found]).tolist()
        }
        return tuple(sorted((admitted - kept) | {seed.protocol}))


def _nearest(table: FlowTable, field: Field, span: Span, rows: Rows) -> Iterator[int]:
    """Give the greatest number of these rows below the span, and the least above it."""
    if not rows.size:
        return
    numbers = table.columns[field].numbers[rows]
    below, above = numbers[numbers < span[0]], numbers[numbers > span[1]]
    if below.size:
        yield int(below.max())
    if above.size:
        yield int(above.min())
