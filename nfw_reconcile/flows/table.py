"""Flows as columns, so that one filter is tried on tens of thousands of them at once (numpy).

Every field is a column of small integers: an address is its rank in the sorted list of the distinct
addresses, so that a block is a range of ranks, for IPv4 and IPv6 alike. Each column is kept sorted as
well: which rows a filter matches is looked up among those of its most telling field only.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from nfw_reconcile.model.addresses import Network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.model.addresses import Address, Family
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import FiveTuple

Rows = npt.NDArray[np.intp]
"""Positions of rows, in no order that matters unless it is said."""

Numbers = npt.NDArray[np.int32]

Span = tuple[int, int]
"""A closed range of a column's numbers; ``(n, n - 1)`` holds none."""

Spans = tuple[Span, Span, Span, Span]
"""What a filter admits of sources, destinations, source ports and destination ports."""

Families = tuple["Family", "Family"]
"""The families of source and destination: one filter is about flows of one such pair only."""

FIELDS = 4

NO_ROWS: Final[Rows] = np.empty(0, np.intp)
NO_ROWS.setflags(write=False)


@dataclass(frozen=True, slots=True)
class Column:
    """One field: its number in each row, and the rows in ascending order of it."""

    numbers: Numbers
    order: Rows
    ascending: Sequence[int]

    @classmethod
    def of(cls, numbers: Numbers) -> Column:
        """Sort the rows, those of equal numbers by position."""
        order = np.argsort(numbers, kind="stable")
        return cls(numbers, order, numbers[order].tolist())

    def places(self, span: Span) -> Span:
        """Give where in ``order`` the rows of these numbers begin and end; the end is left out."""
        low, high = span
        return bisect_left(self.ascending, low), bisect_right(self.ascending, high)


@dataclass(frozen=True, slots=True)
class FlowTable:
    """Flows whose sources are of one family and whose destinations are of one family, as columns.

    ``addresses`` are the distinct sources and the distinct destinations, ascending, as integers.
    """

    families: Families
    addresses: tuple[Sequence[int], Sequence[int]]
    columns: tuple[Column, Column, Column, Column]
    protocols: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, families: Families, flows: Sequence[FiveTuple]) -> FlowTable:
        """Build the table, one row a flow, in their order; all must be of these families."""
        sources, source_ranks = _ranked([flow.source for flow in flows])
        destinations, destination_ranks = _ranked([flow.destination for flow in flows])
        return cls(
            families,
            (sources, destinations),
            (
                Column.of(source_ranks),
                Column.of(destination_ranks),
                Column.of(np.array([flow.source_port for flow in flows], np.int32)),
                Column.of(np.array([flow.destination_port for flow in flows], np.int32)),
            ),
            np.array([flow.protocol for flow in flows], np.uint8),
        )

    def __len__(self) -> int:
        """Give the number of rows."""
        return len(self.protocols)

    def spans(self, sought: FlowFilter) -> Spans:
        """Give what the filter admits of each field, in this table's numbers."""
        return (
            self.ranks(0, sought.source),
            self.ranks(1, sought.destination),
            sought.source_ports,
            sought.destination_ports,
        )

    def ranks(self, side: int, block: Network) -> Span:
        """Give the ranks of the sources (0) or destinations (1) in a block of their family."""
        values = self.addresses[side]
        return bisect_left(values, block.value), bisect_right(values, block.highest) - 1

    def rows(self, spans: Spans, protocols: Sequence[int], without: int | None = None) -> Rows:
        """Give the rows that lie in all spans, one of them left out; ``protocols`` empty stands for all."""
        if not len(self):
            return NO_ROWS
        places = sorted(
            (end - start, field, start, end)
            for field, column in enumerate(self.columns)
            if field != without
            for start, end in (column.places(spans[field]),)
        )
        _, first, start, end = places[0]
        rows = self.columns[first].order[start:end]
        for size, field, _, _ in places[1:]:
            if size == len(self) or not rows.size:
                break
            low, high = spans[field]
            numbers = self.columns[field].numbers[rows]
            rows = rows[(numbers >= low) & (numbers <= high)]
        if protocols and rows.size:
            rows = rows[_admitted(tuple(protocols))[self.protocols[rows]]]
        return rows

    def matching(self, sought: FlowFilter) -> Rows:
        """Give the rows that the filter matches: :meth:`FlowFilter.matches`, row by row."""
        return self.rows(self.spans(sought), sought.protocols)

    def take(self, rows: Rows) -> FlowTable:
        """Give the table of some of the rows."""
        source, destination, source_port, destination_port = (
            Column.of(column.numbers[rows]) for column in self.columns
        )
        return FlowTable(
            self.families,
            self.addresses,
            (source, destination, source_port, destination_port),
            self.protocols[rows],
        )


def _ranked(addresses: Sequence[Address]) -> tuple[list[int], Numbers]:
    values = sorted({address.value for address in addresses})
    rank = {value: position for position, value in enumerate(values)}
    return values, np.fromiter((rank[address.value] for address in addresses), np.int32, len(addresses))


@lru_cache(maxsize=1024)
def _admitted(protocols: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Give a table of all protocols, true where one is admitted; it is shared, and never written to."""
    admitted = np.zeros(256, np.bool_)
    admitted[list(protocols)] = True
    return admitted


def enclosing(address: Address, length: int) -> Network:
    """Give the block of that prefix length around an address."""
    shift = (32 if address.family == 4 else 128) - length
    return Network(address.family, address.value >> shift << shift, length)
