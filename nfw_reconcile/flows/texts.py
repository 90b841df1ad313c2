"""Flow filters as the saved documents hold them: in AWS's own text form."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nfw_reconcile.flows.wire import from_api, to_api
from nfw_reconcile.model.documents import FilterSafety, FilterText

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from nfw_reconcile.model.filters import FlowFilter


def filter_text(found: FlowFilter, *, sensitive: bool) -> FilterText:
    """Write a filter as AWS does."""
    shape = to_api(found)
    return FilterText(
        shape["SourceAddress"]["AddressDefinition"],
        shape["DestinationAddress"]["AddressDefinition"],
        shape["SourcePort"],
        shape["DestinationPort"],
        found.protocols,
        sensitive,
    )


def safe_filter_text(found: FlowFilter, sensitive: Iterable[FlowFilter]) -> FilterText:
    """Write a filter, marked if it lies inside one of those that no report may show."""
    return filter_text(found, sensitive=any(each.covers(found) for each in sensitive))


def flush_filter_text(
    found: FlowFilter, sensitive: Iterable[FlowFilter], region_safe: Collection[FlowFilter]
) -> FilterText:
    """Write a filter of a flush: marked as :func:`safe_filter_text` does, and how much is known of it."""
    safety = FilterSafety.REGION if found in region_safe else FilterSafety.FLOW
    return replace(safe_filter_text(found, sensitive), safety=safety)


def read_filter(text: FilterText) -> FlowFilter:
    """Read a filter of a plan; raises ``InputError`` for one that AWS's form does not allow."""
    return from_api(
        {
            "SourceAddress": {"AddressDefinition": text.source},
            "DestinationAddress": {"AddressDefinition": text.destination},
            "SourcePort": text.source_port,
            "DestinationPort": text.destination_port,
            "Protocols": [str(number) for number in text.protocols],
        }
    )
