"""What somebody has accepted of a plan: listed with owner, last day and reason, and never left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.report import naming
from nfw_reconcile.report.blocks import Column, Paragraph, Section, Table
from nfw_reconcile.report.phrases import Datum, Phrase, Prose, count, joined, say
from nfw_reconcile.report.regions import region_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.model.plan_document import Acceptance, FirewallPlan, RegionPart

_MEANING: Final = (
    "Their owners have accepted that these are denied. They are counted, cut and flushed as all others are, but no "
    "check of a pull request fails for them."
)


def acceptances(parts: Sequence[RegionPart]) -> tuple[Acceptance, ...]:
    """Give who has accepted all of these parts, each once; empty where anybody's acceptance is missing."""
    if not all(part.ignored for part in parts):
        return ()
    return tuple(dict.fromkeys(each for part in parts for each in part.ignored))


def ignored_by(accepted: Sequence[Acceptance]) -> Phrase:
    """Say who has accepted something; empty where nobody has."""
    told = joined((_by(each) for each in accepted), "; ")
    return say("Ignored by {}", told) if told else Phrase()


def _by(accepted: Acceptance) -> Phrase:
    return say("{} until {} ({})", Datum(accepted.owner), Datum(accepted.until), Prose(accepted.reason))


def ignored(plan: FirewallPlan, most: int) -> Section | None:
    """Give what was accepted, one row for each part of the region; ``None`` where nothing was."""
    parts = [part for part in plan.region.parts if part.ignored]
    if not parts:
        return None
    columns = (Column("5-tuples"), Column("Denied by"), Column("Owner"), Column("Until"), Column("Reason"))
    cells = tuple((region_part(part), naming.cause(part.new), *_cells(part.ignored)) for part in parts[:most])
    rest = len(parts) - most
    more = say("and {}", count(rest, "more part")) if rest > 0 else None
    return Section(f"Ignored ({len(parts):,})", (Paragraph(Phrase((_MEANING,))), Table(columns, cells, more)))


def _cells(accepted: Sequence[Acceptance]) -> tuple[Phrase, Phrase, Phrase]:
    return (
        joined((Phrase((Datum(each.owner),)) for each in accepted), "; "),
        joined((Phrase((Datum(each.until),)) for each in accepted), "; "),
        joined((Phrase((Prose(each.reason),)) for each in accepted), "; "),
    )
