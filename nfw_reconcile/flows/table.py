"""Flows as columns, so that one filter is tried on tens of thousands of them at once (numpy).

An address column holds ranks in the sorted list of its distinct addresses: a block is a range of
ranks, for IPv4 and IPv6 alike, and 128-bit values never have to fit into a machine word.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from nfw_reconcile.model.addresses import Network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.model.addresses import Address, Family
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import FiveTuple

Mask = npt.NDArray[np.bool_]
"""One truth value a row."""

Rows = npt.NDArray[np.intp]
"""Positions of rows, ascending."""

Families = tuple["Family", "Family"]
"""The families of source and destination: one filter is about flows of one such pair only."""


@dataclass(frozen=True, slots=True)
class AddressColumn:
    """Addresses of one family: the distinct values in ascending order, and each row's rank among them."""

    family: Family
    values: Sequence[int]
    ranks: npt.NDArray[np.int32]

    @classmethod
    def of(cls, family: Family, addresses: Sequence[Address]) -> AddressColumn:
        """Build the column of addresses that are all of that family."""
        values = sorted({address.value for address in addresses})
        rank = {value: position for position, value in enumerate(values)}
        ranks = np.fromiter((rank[address.value] for address in addresses), np.int32, len(addresses))
        return cls(family, values, ranks)

    def within(self, block: Network) -> Mask:
        """Say for each row whether its address is in the block."""
        low, high = bisect_left(self.values, block.value), bisect_right(self.values, block.highest)
        return (self.ranks >= low) & (self.ranks < high)

    def shared_bits(self, address: Address) -> npt.NDArray[np.uint8]:
        """Give for each row how many leading bits its address has in common with this one."""
        bits = np.zeros(len(self.values), np.uint8)
        low, high = 0, len(self.values)
        for length in range(1, Network(self.family, 0, 0).bits + 1):
            block = enclosing(address, length)
            low = bisect_left(self.values, block.value, low, high)
            high = bisect_right(self.values, block.highest, low, high)
            if low == high:
                break
            bits[low:high] = length
        shared: npt.NDArray[np.uint8] = bits[self.ranks]
        return shared

    def take(self, rows: Rows | Mask) -> AddressColumn:
        """Give the column of some of the rows."""
        return AddressColumn(self.family, self.values, self.ranks[rows])


@dataclass(frozen=True, slots=True)
class FlowTable:
    """Flows whose sources are of one family and whose destinations are of one family, as columns."""

    sources: AddressColumn
    destinations: AddressColumn
    source_ports: npt.NDArray[np.uint16]
    destination_ports: npt.NDArray[np.uint16]
    protocols: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, families: Families, flows: Sequence[FiveTuple]) -> FlowTable:
        """Build the table, one row a flow, in their order; all must be of these families."""
        return cls(
            AddressColumn.of(families[0], [flow.source for flow in flows]),
            AddressColumn.of(families[1], [flow.destination for flow in flows]),
            np.array([flow.source_port for flow in flows], np.uint16),
            np.array([flow.destination_port for flow in flows], np.uint16),
            np.array([flow.protocol for flow in flows], np.uint8),
        )

    def __len__(self) -> int:
        """Give the number of rows."""
        return len(self.protocols)

    def matching(self, sought: FlowFilter) -> Mask:
        """Say for each row whether the filter matches it: :meth:`FlowFilter.matches`, row by row."""
        mask = self.sources.within(sought.source)
        mask &= self.destinations.within(sought.destination)
        mask &= ports_within(self.source_ports, sought.source_ports)
        mask &= ports_within(self.destination_ports, sought.destination_ports)
        if sought.protocols:
            mask &= protocols_among(self.protocols, sought.protocols)
        return mask

    def take(self, rows: Rows | Mask) -> FlowTable:
        """Give the table of some of the rows."""
        return FlowTable(
            self.sources.take(rows),
            self.destinations.take(rows),
            self.source_ports[rows],
            self.destination_ports[rows],
            self.protocols[rows],
        )


def enclosing(address: Address, length: int) -> Network:
    """Give the block of that prefix length around an address."""
    shift = Network(address.family, 0, 0).bits - length
    return Network(address.family, address.value >> shift << shift, length)


def ports_within(column: npt.NDArray[np.uint16], ports: tuple[int, int]) -> Mask:
    """Say for each row whether its port is in the range."""
    low, high = ports
    return (column >= low) & (column <= high)


def protocols_among(column: npt.NDArray[np.uint8], protocols: Sequence[int]) -> Mask:
    """Say for each row whether its protocol is one of these."""
    wanted = np.zeros(256, np.bool_)
    wanted[list(protocols)] = True
    mask: Mask = wanted[column]
    return mask
