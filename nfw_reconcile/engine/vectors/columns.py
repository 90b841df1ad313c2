"""Many flows as columns of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import FiveTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.model.addresses import Family

Numbers = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

_LOW_HALF: Final = 2**64 - 1
_FIRST_FREE_BIT: Final = 2**62


_FEW: Final = 2**22


def distinct_of(values: Numbers, span: int) -> tuple[Numbers, Numbers]:
    """Give the distinct values, ascending, and the place among them of each; all are in ``range(span)``.

    Few possible values are counted, which is many times faster than sorting.
    """
    if span > _FEW:
        distinct, number = np.unique(values, return_inverse=True)
        return distinct, number
    place = np.zeros(span, np.int64)
    place[values] = 1
    distinct = np.flatnonzero(place != 0)
    place[distinct] = np.arange(len(distinct))
    return distinct, place[values]


@dataclass(frozen=True, slots=True)
class AddressColumn:
    """Addresses in two halves of 64 bits; the high half of an IPv4 address is 0."""

    high: Words
    low: Words

    @classmethod
    def of(cls, values: Sequence[int]) -> AddressColumn:
        """Take addresses as numbers."""
        count = len(values)
        high = np.fromiter((value >> 64 for value in values), np.uint64, count)
        return cls(high, np.fromiter((value & _LOW_HALF for value in values), np.uint64, count))

    def __getitem__(self, chosen: Numbers) -> AddressColumn:
        return AddressColumn(self.high[chosen], self.low[chosen])

    def values(self) -> list[int]:
        """Give the addresses as numbers."""
        low: list[int] = self.low.tolist()
        if not self.high.any():
            return low
        return [above << 64 | below for above, below in zip(self.high.tolist(), low, strict=True)]


@dataclass(frozen=True, slots=True)
class FlowColumns:
    """Flows by field; all columns are of one length. ``family`` holds 4 or 6."""

    protocol: Numbers
    family: Numbers
    source: AddressColumn
    source_port: Numbers
    destination: AddressColumn
    destination_port: Numbers

    @classmethod
    def of(cls, flows: Sequence[FiveTuple]) -> FlowColumns:
        """Take flows one by one."""

        def column(field: int) -> Numbers:
            return np.fromiter((flow[field] for flow in flows), np.int64, len(flows))

        return cls(
            column(0),
            np.fromiter((flow.source.family for flow in flows), np.int64, len(flows)),
            AddressColumn.of([flow.source.value for flow in flows]),
            column(2),
            AddressColumn.of([flow.destination.value for flow in flows]),
            column(4),
        )

    def __len__(self) -> int:
        return len(self.protocol)

    def __getitem__(self, chosen: Numbers) -> FlowColumns:
        return FlowColumns(
            self.protocol[chosen],
            self.family[chosen],
            self.source[chosen],
            self.source_port[chosen],
            self.destination[chosen],
            self.destination_port[chosen],
        )

    def reversed(self) -> FlowColumns:
        """Give the flows as the other side's packets carry them."""
        return FlowColumns(
            self.protocol,
            self.family,
            self.destination,
            self.destination_port,
            self.source,
            self.source_port,
        )

    def flow(self, index: int) -> FiveTuple:
        """Give one flow."""
        (found,) = self[np.array([index])].flows()
        return found

    def flows(self) -> list[FiveTuple]:
        """Give all flows."""
        families: list[Family] = [4 if family == 4 else 6 for family in self.family.tolist()]
        return list(
            map(
                FiveTuple,
                self.protocol.tolist(),
                map(Address, families, self.source.values()),
                self.source_port.tolist(),
                map(Address, families, self.destination.values()),
                self.destination_port.tolist(),
            )
        )


def kinds_of(columns: Sequence[Numbers]) -> tuple[Numbers, Numbers]:
    """Give the place of the first row of each kind of rows that are equal in all columns, and the kind of each row."""
    packed, span = np.zeros(len(columns[0]), np.int64), 1
    for column in columns:
        width = int(column.max()) + 1
        if span * width >= _FIRST_FREE_BIT:
            _, packed = np.unique(packed, return_inverse=True)
            span = int(packed.max()) + 1
        packed = packed * width + column
        span *= width
    _, first, kind = np.unique(packed, return_index=True, return_inverse=True)
    return first, kind
