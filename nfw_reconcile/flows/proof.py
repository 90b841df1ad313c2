"""The last look before filters leave: what a flush may touch is checked, every filter on every flow.

It shares nothing with the way in which filters are chosen: no ranks, no sorted columns, no region; only what
:meth:`~nfw_reconcile.model.filters.FlowFilter.matches` says, on arrays of the fields as they are listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from nfw_reconcile.errors import error

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.model.addresses import Address, Network
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import FiveTuple

REMEDY: Final = "This is a fault of nfw-reconcile, and nothing was flushed for it; please report it."

_WORD: Final = 64
_LOW: Final = (1 << _WORD) - 1

Mask = npt.NDArray[np.bool_]
"""One truth value a flow."""


class Listing:
    """Flows as they are listed, to be tried on filters one after the other."""

    def __init__(self, flows: Iterable[FiveTuple]) -> None:
        """Take the flows in their order."""
        listed = list(flows)
        self._source = _Addresses([flow.source for flow in listed])
        self._destination = _Addresses([flow.destination for flow in listed])
        self._source_port = np.array([flow.source_port for flow in listed], np.int32)
        self._destination_port = np.array([flow.destination_port for flow in listed], np.int32)
        self._protocol = np.array([flow.protocol for flow in listed], np.int32)

    def matched(self, sought: FlowFilter) -> Mask:
        """Say of each flow whether the filter matches it."""
        mask = self._source.within(sought.source)
        mask &= self._destination.within(sought.destination)
        mask &= _between(self._source_port, sought.source_ports)
        mask &= _between(self._destination_port, sought.destination_ports)
        if sought.protocols:
            mask &= np.isin(self._protocol, sought.protocols)
        return mask

    def matched_by_any(self, filters: Iterable[FlowFilter]) -> Mask:
        """Say of each flow whether at least one of the filters matches it."""
        mask = np.zeros(len(self._protocol), np.bool_)
        for each in filters:
            mask |= self.matched(each)
        return mask


class _Addresses:
    """Addresses as two words of 64 bits and a family."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._families = np.array([address.family for address in addresses], np.int8)
        self._high = np.array([address.value >> _WORD for address in addresses], np.uint64)
        self._low = np.array([address.value & _LOW for address in addresses], np.uint64)

    def within(self, block: Network) -> Mask:
        fixed = block.value ^ block.highest ^ ((1 << block.bits) - 1)
        mask: Mask = self._families == block.family
        mask &= (self._low & np.uint64(fixed & _LOW)) == np.uint64(block.value & _LOW)
        if block.family == 6:
            mask &= (self._high & np.uint64(fixed >> _WORD)) == np.uint64(block.value >> _WORD)
        return mask


def _between(ports: npt.NDArray[np.int32], allowed: tuple[int, int]) -> Mask:
    return (ports >= allowed[0]) & (ports <= allowed[1])


def faults(
    batches: Sequence[Sequence[FlowFilter]],
    *,
    cut: Collection[FiveTuple],
    keep: Collection[FiveTuple],
    within: Collection[FlowFilter],
    most: int,
) -> list[Diagnostic]:
    """Give every way in which the batches are not what they must be; none means that they are safe to send.

    Each flow of ``cut`` is matched; no flow of ``keep`` is, nor its mirror image; each filter lies inside
    one of ``within`` and does not match everything; each batch holds 1 to ``most`` filters.
    """
    filters = [each for batch in batches for each in batch]
    missed = int((~Listing(cut).matched_by_any(filters)).sum())
    mirrored = Listing(flow.reversed() for flow in keep)
    hit = int((Listing(keep).matched_by_any(filters) | mirrored.matched_by_any(filters)).sum())
    outside = sum(not any(around.covers(each) for around in within) for each in filters)
    boundless = sum(each.matches_everything for each in filters)
    sizes = sum(not 1 <= len(batch) <= most for batch in batches)
    found = {
        f"the flush filters miss {missed} of {len(cut)} flows that must go": missed,
        f"the flush filters match {hit} of {len(keep)} flows that must stay": hit,
        f"{outside} of {len(filters)} flush filters reach beyond what was captured": outside,
        f"{boundless} of {len(filters)} flush filters match every flow": boundless,
        f"{sizes} of {len(batches)} flush operations hold no filter or more than {most}": sizes,
    }
    return [error(f"{text[0].upper()}{text[1:]}.", remedy=REMEDY) for text, count in found.items() if count]
