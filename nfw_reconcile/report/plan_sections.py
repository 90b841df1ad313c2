"""The sections of a plan for one firewall."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.documents import Level
from nfw_reconcile.model.filters import MOST_FILTERS
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.report import naming
from nfw_reconcile.report.advice import what_clients_feel
from nfw_reconcile.report.blocks import Bullet, Bullets, Column, Paragraph, Section, Table, Tone
from nfw_reconcile.report.changes import rule_changes, setting_changes
from nfw_reconcile.report.fates import Fates
from nfw_reconcile.report.flow_details import in_detail
from nfw_reconcile.report.ignored import ignored
from nfw_reconcile.report.names import NO_NAMES, Names
from nfw_reconcile.report.phrases import Datum, Phrase, Prose, count, data, joined, say
from nfw_reconcile.report.plan_headline import parts_with
from nfw_reconcile.report.regions import region_part
from nfw_reconcile.report.services import service_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.model.documents import FilterText, FlowRow, Remark
    from nfw_reconcile.model.plan_document import FirewallPlan, RegionPart, Undecided

MOST_PLACES: Final = 3
"""Places of one reason that are named."""

_LABELS: Final = {Level.WARNING: ("Warning", Tone.CAUTION), Level.NOTE: ("Note", Tone.PLAIN)}


def plan_sections(plan: FirewallPlan, most: int) -> tuple[Section, ...]:
    """Give what there is to say, in the order of what a reviewer must know first."""
    rows, names = plan.flows.rows if plan.flows else (), Names.of(plan.names)
    fates = Fates.of(plan.rule_changes)
    found = (
        remarks([remark for remark in plan.remarks if not is_about_home_net(plan, remark)]),
        *_flow_sections(rows, names, fates, most),
        rule_changes(plan.rule_changes, most, rows, names),
        setting_changes(plan.setting_changes),
        _newly_denied(plan, fates, most),
        _possibly_denied(plan, fates, most),
        ignored(plan, most),
        undecided(plan.undecided, most),
        capture_filters(plan.capture_filters),
        what_clients_feel(plan),
    )
    return tuple(section for section in found if section is not None)


def remarks(found: Sequence[Remark]) -> Section | None:
    """Give warnings, then notes, each with what to do; ``None`` where there are none."""
    bullets = remark_bullets(found)
    warned = any(remark.level is Level.WARNING for remark in found)
    return Section("Warnings" if warned else "Notes", (Bullets(bullets),)) if bullets else None


def is_about_home_net(plan: FirewallPlan, remark: Remark) -> bool:
    """Say whether the remark is the one that stands in the first lines of the report."""
    return not plan.home_net_origin and remark.text.startswith("HOME_NET ")


def remark_bullets(found: Sequence[Remark]) -> tuple[Bullet, ...]:
    """Give one bullet for each remark, warnings first."""
    ranked = sorted(found, key=lambda remark: (remark.level is not Level.WARNING, remark.where, remark.text))
    return tuple(_bullet(remark) for remark in dict.fromkeys(ranked))


def _bullet(remark: Remark) -> Bullet:
    label, tone = _LABELS[remark.level]
    where = say(" ({})", Datum(remark.where)) if remark.where else Phrase()
    remedy = say(" {}", Prose(remark.remedy)) if remark.remedy else Phrase()
    return Bullet(label, Phrase((Prose(remark.text),)) + where + remedy, tone)


def _flow_sections(
    rows: Sequence[FlowRow], names: Names, fates: Fates, most: int
) -> tuple[Section | None, ...]:
    def having(effect: Effect) -> list[FlowRow]:
        return [row for row in rows if row.effect is effect]

    denied = having(Effect.NEWLY_DENIED)
    to_flush, at_once = [row for row in denied if row.flush], [row for row in denied if not row.flush]
    return (
        Section(
            f"Who is cut ({len(to_flush):,})",
            (service_table(to_flush, most, names, fates),),
            extra=in_detail(to_flush, most, names),
        )
        if to_flush
        else None,
        Section(
            f"Cut by the change itself ({len(at_once):,})",
            (_AT_ONCE, service_table(at_once, most, names, fates)),
            extra=in_detail(at_once, most, names),
        )
        if at_once
        else None,
        flows_for("Who may be cut", "If", having(Effect.POSSIBLY_DENIED), most, names),
        flows_for("Flows that could not be decided", "Because", having(Effect.UNDECIDED), most, names),
    )


_AT_ONCE: Final = Paragraph(
    Phrase(("A stateless drop acts on every packet, of old connections too: no flush is needed.",))
)


def flows_for(
    title: str, why: str, rows: Sequence[FlowRow], most: int, names: Names = NO_NAMES
) -> Section | None:
    """Give flows that are not certainly denied, summed up by service, each with what it hangs on."""
    if not rows:
        return None
    groups = Counter((names.service(row.flow), hangs_on(row.conditions, row.reasons)) for row in rows)
    ranked = sorted(groups.items(), key=lambda item: (-item[1], item[0][0].raw, item[0][1].raw))
    cells = tuple((service, Phrase((f"{flows:,}",)), reason) for (service, reason), flows in ranked[:most])
    columns = (Column("Service"), Column("Flows", right=True), Column(why))
    table = Table(columns, cells, _more(len(ranked) - most, "service"))
    return Section(f"{title} ({len(rows):,})", (table,))


def hangs_on(conditions: Sequence[str], reasons: Sequence[str] = ()) -> Phrase:
    """Give the conditions, else the reasons, of an effect that is not certain."""
    told: list[Datum | Prose] = [Datum(text) for text in conditions] or [Prose(text) for text in reasons]
    return joined((Phrase((each,)) for each in told), "; ") or Phrase(("-",))


def _more(number: int, noun: str) -> Phrase | None:
    return say("and {}", count(number, f"more {noun}")) if number > 0 else None


def _newly_denied(plan: FirewallPlan, fates: Fates, most: int) -> Section | None:
    parts = parts_with(plan, Effect.NEWLY_DENIED)
    columns = (Column("5-tuples"), Column("Denied by"), Column("Was allowed by"), Column("For example"))
    cells = tuple(
        (
            region_part(part),
            fates.new(part.new) if part.flush else say("{} (no flush needed)", fates.new(part.new)),
            fates.old(part.old),
            _witness(part),
        )
        for part in parts[:most]
    )
    return _region_section(
        "Newly denied", parts, Table(columns, cells, _more(len(parts) - most, "part")), plan
    )


def _possibly_denied(plan: FirewallPlan, fates: Fates, most: int) -> Section | None:
    parts = parts_with(plan, Effect.POSSIBLY_DENIED)
    columns = (Column("5-tuples"), Column("Denied if"), Column("Then by"), Column("Was allowed by"))
    cells = tuple(
        (
            region_part(part),
            hangs_on(part.conditions),
            fates.new(part.new),
            fates.old(part.old),
        )
        for part in parts[:most]
    )
    table = Table(columns, cells, _more(len(parts) - most, "part"))
    return Section("Possibly denied", (table,)) if parts else None


def _region_section(
    title: str, parts: Sequence[RegionPart], table: Table, plan: FirewallPlan
) -> Section | None:
    unfinished = Paragraph(
        Phrase(("The region is too large to enumerate: there is more than what is listed.",))
    )
    blocks = (*((table,) if parts else ()), *(() if plan.region.complete else (unfinished,)))
    return Section(title, blocks) if blocks else None


def _witness(part: RegionPart) -> Phrase:
    return region_part(part) if part.sensitive else Phrase((naming.five_tuple(part.witness),))


def undecided(found: Sequence[Undecided], most: int) -> Section | None:
    """Give what could not be modelled, one row a reason; ``None`` where everything could."""
    if not found:
        return None
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for each in found:
        groups[each.reason, each.side].append(each.where)
    ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    cells = tuple(
        (Phrase((Prose(reason),)), Phrase((Prose(side),)), _places(where))
        for (reason, side), where in ranked[:most]
    )
    columns = (Column("Reason"), Column("Policy"), Column("Where"))
    return Section("Could not be decided", (Table(columns, cells, _more(len(ranked) - most, "reason")),))


def _places(where: Sequence[str]) -> Phrase:
    names = sorted({place for place in where if place})
    if not names:
        return Phrase(("-",))
    shown = joined(data(names[:MOST_PLACES]), ", ")
    rest = len(names) - MOST_PLACES
    return say("{} and {} more", shown, rest) if rest > 0 else shown


def capture_filters(filters: Sequence[FilterText]) -> Section | None:
    """Give the flow filters in AWS's own form; ``None`` where there are none."""
    if not filters:
        return None
    cells = tuple(filter_cells(each) for each in filters)
    columns = (Column("Source"), Column("Port"), Column("Destination"), Column("Port"), Column("Protocols"))
    operations = -(-len(filters) // MOST_FILTERS)
    text = say("{} in {} to each zone.", count(len(filters), "filter"), count(operations, "capture"))
    return Section(
        "Capture filters",
        (Paragraph(text), Table(columns, cells)),
        folded=True,
        extra=(Paragraph(Phrase((_SAFE,))),),
    )


_SAFE: Final = (
    "A capture changes nothing. The filters of a flush are made from what it finds: each lies inside the capture and "
    "matches no captured flow that must stay (flow-safe); where it costs no further operation, it also lies wholly "
    "inside the newly denied region (region-safe)."
)


def filter_cells(each: FilterText) -> tuple[Phrase, ...]:
    """Give the five cells of a flow filter: sources, destinations, protocols."""
    names = ", ".join(naming.protocol(number) for number in each.protocols) or "any"
    texts = (each.source, each.source_port, each.destination, each.destination_port)
    return (*data(texts), Phrase(("(sensitive)" if each.sensitive else names,)))
