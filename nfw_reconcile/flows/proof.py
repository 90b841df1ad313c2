"""The last look before filters leave: what a flush may touch is checked flow by flow, in plain terms.

It shares nothing with the way in which filters are chosen: no columns, no ranks, only
:meth:`~nfw_reconcile.model.filters.FlowFilter.matches`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import error

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.model.addresses import Family
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import FiveTuple

REMEDY: Final = "This is a fault of nfw-reconcile, and nothing was flushed for it; please report it."

_Size = tuple["Family", int, "Family", int]
"""How many low bits of the source and of the destination a filter leaves open, and in which family."""


class AnyOf:
    """Says whether any of many filters matches a flow, trying only those with blocks around its addresses."""

    def __init__(self, filters: Iterable[FlowFilter]) -> None:
        """Sort the filters by the sizes of their two blocks, and these by where the blocks lie."""
        self._by_size: dict[_Size, dict[tuple[int, int], list[FlowFilter]]] = {}
        for each in filters:
            source, destination = each.source, each.destination
            open_bits = source.bits - source.length, destination.bits - destination.length
            size = (source.family, open_bits[0], destination.family, open_bits[1])
            place = (source.value >> open_bits[0], destination.value >> open_bits[1])
            self._by_size.setdefault(size, {}).setdefault(place, []).append(each)

    def matches(self, flow: FiveTuple) -> bool:
        """Say whether at least one of the filters matches the flow as it is listed."""
        (source_family, source), (destination_family, destination) = flow.source, flow.destination
        for (first, first_bits, second, second_bits), places in self._by_size.items():
            if first == source_family and second == destination_family:
                found = places.get((source >> first_bits, destination >> second_bits), ())
                if any(each.matches(flow) for each in found):
                    return True
        return False


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
    chosen = AnyOf(filters)
    missed = sum(not chosen.matches(flow) for flow in cut)
    hit = sum(chosen.matches(flow) or chosen.matches(flow.reversed()) for flow in keep)
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
