"""From one flow to the largest filters around it that match no flow that must stay.

A filter begins as the flow alone. Then its fields are opened one after the other, each as far as
the flows that must stay allow while the other fields are as they are. What comes out depends on the
order of the fields, so several orders are tried. (Prime implicants, of flows instead of bits.)
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, assert_never

import numpy as np

from nfw_reconcile.flows.table import enclosing, ports_within, protocols_among
from nfw_reconcile.model.filters import ANY_PORT, FlowFilter
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from nfw_reconcile.flows.hulls import Ports
    from nfw_reconcile.flows.table import AddressColumn, FlowTable, Mask, Rows
    from nfw_reconcile.model.addresses import Address, Network
    from nfw_reconcile.model.flow import FiveTuple


class Field(enum.IntEnum):
    """A field of a filter; the number is its place in :attr:`_Box.masks`."""

    SOURCE = 0
    DESTINATION = 1
    SOURCE_PORT = 2
    DESTINATION_PORT = 3
    PROTOCOL = 4


def _orders() -> tuple[tuple[Field, ...], ...]:
    """Give the orders to try: a client's port first, which says nothing, on whichever side it is listed."""
    src, dst, proto = Field.SOURCE, Field.DESTINATION, Field.PROTOCOL
    ports = (Field.SOURCE_PORT, Field.DESTINATION_PORT)
    return tuple(
        order
        for client, server in (ports, ports[::-1])
        for order in (
            (client, src, dst, server, proto),
            (client, dst, src, server, proto),
            (client, src, server, dst, proto),
            (client, dst, server, src, proto),
            (client, server, proto, src, dst),
            (client, server, proto, dst, src),
        )
    )


ORDERS: Final = _orders()


@dataclass(frozen=True, slots=True)
class _Box:
    """A filter, and for each field the flows to keep that this field alone would let in."""

    filter: FlowFilter
    masks: tuple[Mask, ...]

    def rows(self, without: Field | None = None) -> Rows:
        """Give the flows to keep that the fields match, one field left out."""
        masks = [mask for field, mask in enumerate(self.masks) if field != without]
        return np.flatnonzero(np.logical_and.reduce(masks))

    def opened(self, field: Field, opened: FlowFilter, mask: Mask) -> _Box:
        """Give the box with one field opened: the filter with it, and what this field lets in now."""
        return _Box(opened, (*self.masks[:field], mask, *self.masks[field + 1 :]))


class Grower:
    """Grows filters inside one enclosing filter, around flows that it matches."""

    def __init__(self, within: FlowFilter, keep: FlowTable, protocols: Iterable[int]) -> None:
        """Take the flows that must stay, of which only those in ``within`` matter, and protocols to admit."""
        self.within = within
        self.keep = keep.take(keep.matching(within))
        self.protocols = frozenset(protocols)
        self._protocol_masks: dict[tuple[int, ...], Mask] = {}

    def grow(self, seed: FiveTuple) -> list[FlowFilter]:
        """Give distinct filters that match ``seed`` and no flow that must stay, one an order of opening.

        Each lies inside the enclosing filter and names its protocols. One with restricted ports names
        only protocols that have ports, because what the service holds as the ports of others is not
        documented; the exception is a seed of such a protocol that nothing but its ports tells from a
        flow that must stay, or that was captured by its ports.
        ``seed`` must be matched by the enclosing filter and must not be one of the flows that must stay.
        """
        opening = _Opening(self, seed)
        return list(dict.fromkeys(opening.along(order) for order in ORDERS))

    def protocol_mask(self, protocols: tuple[int, ...]) -> Mask:
        """Say for each flow that must stay whether its protocol is one of these."""
        if protocols not in self._protocol_masks:
            self._protocol_masks[protocols] = protocols_among(self.keep.protocols, protocols)
        return self._protocol_masks[protocols]


class _Opening:
    """Opens fields around one flow."""

    def __init__(self, grower: Grower, seed: FiveTuple) -> None:
        within, keep = grower.within, grower.keep
        self._grower = grower
        self._protocol = seed.protocol
        self._source = _AddressAxis(seed.source, within.source, keep.sources)
        self._destination = _AddressAxis(seed.destination, within.destination, keep.destinations)
        self._source_port = _PortAxis(seed.source_port, within.source_ports, keep.source_ports)
        self._destination_port = _PortAxis(
            seed.destination_port, within.destination_ports, keep.destination_ports
        )
        self._start = self._closed()
        self._opened: dict[tuple[FlowFilter, Field], _Box] = {}

    def along(self, order: Iterable[Field]) -> FlowFilter:
        """Open the fields in this order; orders that begin alike share the work."""
        box = self._start
        for field in order:
            step = (box.filter, field)
            if step not in self._opened:
                self._opened[step] = self._open(box, field)
            box = self._opened[step]
        return box.filter

    def _closed(self) -> _Box:
        """Give the filter that matches the flow alone; ports stay open for a protocol that has none."""
        exact = self._box(self._source_port.closed(), self._destination_port.closed())
        if self._protocol in PROTOCOLS_WITH_PORTS:
            return exact
        portless = self._box(self._source_port.widest, self._destination_port.widest)
        return exact if portless.rows().size else portless

    def _box(self, source_ports: Ports, destination_ports: Ports) -> _Box:
        source, destination = self._source.closed(), self._destination.closed()
        protocols = (self._protocol,)
        return _Box(
            FlowFilter(source, destination, source_ports, destination_ports, protocols),
            (
                self._source.mask(source),
                self._destination.mask(destination),
                self._source_port.mask(source_ports),
                self._destination_port.mask(destination_ports),
                self._grower.protocol_mask(protocols),
            ),
        )

    def _open(self, box: _Box, field: Field) -> _Box:
        rows, old = box.rows(without=field), box.filter
        match field:
            case Field.SOURCE:
                block = self._source.opened(rows)
                return box.opened(field, replace(old, source=block), self._source.mask(block))
            case Field.DESTINATION:
                block = self._destination.opened(rows)
                return box.opened(field, replace(old, destination=block), self._destination.mask(block))
            case Field.SOURCE_PORT:
                ports = self._source_port.opened(rows)
                return box.opened(field, replace(old, source_ports=ports), self._source_port.mask(ports))
            case Field.DESTINATION_PORT:
                ports = self._destination_port.opened(rows)
                return box.opened(
                    field, replace(old, destination_ports=ports), self._destination_port.mask(ports)
                )
            case Field.PROTOCOL:
                protocols = self._open_protocols(old, rows)
                mask = self._grower.protocol_mask(protocols)
                return box.opened(field, replace(old, protocols=protocols), mask)
        assert_never(field)

    def _open_protocols(self, grown: FlowFilter, rows: Rows) -> tuple[int, ...]:
        admitted = self._grower.protocols
        if (grown.source_ports, grown.destination_ports) != (ANY_PORT, ANY_PORT):
            admitted &= PROTOCOLS_WITH_PORTS if self._protocol in PROTOCOLS_WITH_PORTS else frozenset()
        kept = frozenset(np.unique(self._grower.keep.protocols[rows]).tolist())
        return tuple(sorted((admitted - kept) | {self._protocol}))


class _AddressAxis:
    """One address field around one address; the bits in common with each flow's are counted once."""

    def __init__(self, address: Address, widest: Network, column: AddressColumn) -> None:
        self._address = address
        self._widest = widest
        self._shared = column.shared_bits(address)

    def closed(self) -> Network:
        return enclosing(self._address, self._widest.bits)

    def opened(self, rows: Rows) -> Network:
        """Give the largest block that holds none of these rows' addresses."""
        length = self._widest.length
        if rows.size:
            length = max(length, int(self._shared[rows].max()) + 1)
        return enclosing(self._address, length)

    def mask(self, block: Network) -> Mask:
        return self._shared >= block.length


class _PortAxis:
    """One port field around one port."""

    def __init__(self, port: int, widest: Ports, column: npt.NDArray[np.uint16]) -> None:
        self._port = port
        self.widest = widest
        self._column = column

    def closed(self) -> Ports:
        return self._port, self._port

    def opened(self, rows: Rows) -> Ports:
        """Give the largest range that holds none of these rows' ports."""
        low, high = self.widest
        ports = self._column[rows]
        below, above = ports[ports < self._port], ports[ports > self._port]
        if below.size:
            low = max(low, int(below.max()) + 1)
        if above.size:
            high = min(high, int(above.min()) - 1)
        return low, high

    def mask(self, ports: Ports) -> Mask:
        return ports_within(self._column, ports)
