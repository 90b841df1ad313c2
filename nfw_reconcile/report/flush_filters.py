"""The filters of the flushes that were sent, and why each of them is safe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.documents import FilterSafety
from nfw_reconcile.model.result_document import OperationType
from nfw_reconcile.report.blocks import Bullet, Bullets, Column, Section, Table
from nfw_reconcile.report.phrases import Datum, Phrase, count, say
from nfw_reconcile.report.plan_sections import filter_cells
from nfw_reconcile.report.units import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nfw_reconcile.model.documents import FilterText
    from nfw_reconcile.model.result_document import ZoneResult

_WHY: Final = {
    FilterSafety.REGION: "every 5-tuple that the filter matches, captured or not, is newly denied.",
    FilterSafety.FLOW: (
        "the filter lies inside what was captured, and matches no captured flow that must stay, "
        "nor the mirror image of one."
    ),
}


def flush_filters(zones: Sequence[ZoneResult], most: int) -> Section | None:
    """Give each filter of a flush once for each zone; ``None`` where no flush was sent.

    There is room for it in some formats only: a flush has up to 20 filters.
    """
    found = list(dict.fromkeys(_sent(zones)))
    if not found:
        return None
    columns = (
        Column("Zone"),
        Column("Source"),
        Column("Port"),
        Column("Destination"),
        Column("Port"),
        Column("Protocols"),
        Column("Safety"),
    )
    rest = len(found) - most
    left_out = say("and {}", count(rest, "more filter")) if rest > 0 else None
    table = Table(columns, tuple(_cells(zone, each) for zone, each in found[:most]), left_out)
    why = _why(each for _, each in found)
    return Section(f"Flush filters ({len(found):,})", (), extra=(*((why,) if why.items else ()), table))


def _sent(zones: Iterable[ZoneResult]) -> Iterable[tuple[str, FilterText]]:
    for zone in zones:
        for operation in zone.operations:
            if operation.type is OperationType.FLUSH:
                yield from ((zone.zone, each) for each in operation.filters)


def _cells(zone: str, each: FilterText) -> tuple[Phrase, ...]:
    safety = UNKNOWN if each.safety is None else Phrase((each.safety.value,))
    return (Phrase((Datum(zone),)), *filter_cells(each), safety)


def _why(filters: Iterable[FilterText]) -> Bullets:
    there = {each.safety for each in filters}
    return Bullets(
        tuple(Bullet(safety.value, Phrase((words,))) for safety, words in _WHY.items() if safety in there)
    )
