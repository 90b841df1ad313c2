"""The sections of a result for one firewall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.policy import StreamExceptionPolicy
from nfw_reconcile.model.result_document import ZoneState
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.report import naming
from nfw_reconcile.report.advice import on_protocols
from nfw_reconcile.report.blocks import Bullet, Bullets, Column, Paragraph, Section, Table, Tone
from nfw_reconcile.report.flow_details import in_detail
from nfw_reconcile.report.flush_filters import flush_filters
from nfw_reconcile.report.names import Names
from nfw_reconcile.report.phrases import Datum, Phrase, Prose, count, say
from nfw_reconcile.report.plan_sections import flows_for, remarks
from nfw_reconcile.report.services import service_table
from nfw_reconcile.report.stages import run_stages
from nfw_reconcile.report.units import age, size

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nfw_reconcile.model.documents import FlowRow
    from nfw_reconcile.model.result_document import FirewallResult, Operation, ZoneResult

_DASH: Final = Phrase(("-",))
_NUMBERS: Final[tuple[tuple[str, Callable[[ZoneResult], int]], ...]] = (
    ("Captured", lambda zone: zone.captured),
    ("To flush", lambda zone: zone.to_flush),
    ("Flushed", lambda zone: len(zone.flushed)),
    ("Survive", lambda zone: len(zone.survivors)),
    ("Seen again", lambda zone: len(zone.seen_again)),
    ("Left alive", lambda zone: len(zone.left_alive)),
    ("Denied before", lambda zone: zone.denied_before),
)


def result_sections(result: FirewallResult, most: int) -> tuple[Section, ...]:
    """Give what there is to say: where each zone ended, what is not well, what was done, the proof."""
    zones = sorted(result.zones, key=lambda zone: (zone.zone, zone.scope))
    flushed = [row for zone in zones for row in zone.flushed]
    names = Names.of(result.names)
    alive = [row for zone in zones for row in zone.left_alive]
    found = (
        _zones(zones),
        _messages(result, zones),
        remarks(result.remarks),
        _flows("Survivors", None, [(zone, row) for zone in zones for row in zone.survivors], most, names),
        _seen_again(result, zones, most, names),
        _left_alive_denied(_with(alive, Effect.NEWLY_DENIED), most, names),
        flows_for("Left alive: may be denied", "If", _with(alive, Effect.POSSIBLY_DENIED), most, names),
        flows_for("Left alive: not decided", "Because", _with(alive, Effect.UNDECIDED), most, names),
        Section(
            f"Flushed ({len(flushed):,})",
            (service_table(flushed, most, names),),
            folded=True,
            extra=in_detail(flushed, most, names),
        )
        if flushed
        else None,
        flush_filters(zones, most),
        _clients(result, flushed),
        _proof(zones),
        _operations(zones),
    )
    return tuple(section for section in found if section is not None)


def _with(rows: Sequence[FlowRow], effect: Effect) -> list[FlowRow]:
    return [row for row in rows if row.effect is effect]


def _left_alive_denied(rows: Sequence[FlowRow], most: int, names: Names) -> Section | None:
    return (
        Section(f"Left alive though denied ({len(rows):,})", (service_table(rows, most, names),))
        if rows
        else None
    )


def _place(zone: ZoneResult) -> Phrase:
    """Name a zone, and what was acted on in it where that is not all of it."""
    if not zone.scope or zone.scope.endswith(zone.zone):
        return Phrase((Datum(zone.zone),))
    return say("{} {}", Datum(zone.zone), Datum(zone.scope.removeprefix("VpcEndpointId ")))


def _zones(zones: Sequence[ZoneResult]) -> Section | None:
    if not zones:
        return None
    told = [(title, number) for title, number in _NUMBERS if any(number(zone) for zone in zones)]
    columns = (Column("Zone"), Column("State"), *(Column(title, right=True) for title, _ in told))
    rows = tuple(
        (_place(zone), Phrase((zone.state.value,)), *(Phrase((f"{number(zone):,}",)) for _, number in told))
        for zone in zones
    )
    stages = run_stages(zones)
    return Section("Zones", (Table(columns, rows),), extra=() if stages is None else (stages,))


def _clients(result: FirewallResult, flushed: Sequence[FlowRow]) -> Section | None:
    """Say what clients feel, where there is room to say again what the plan has said."""
    bullets = on_protocols(result.stream_exception_policy, {row.flow.protocol for row in flushed})
    return Section("What clients feel", (), extra=(Bullets(bullets),)) if bullets else None


def _messages(result: FirewallResult, zones: Sequence[ZoneResult]) -> Section | None:
    bullets = [Bullet("", Phrase((Prose(message),))) for message in result.messages]
    for zone in zones:
        tone = Tone.PLAIN if zone.state in {ZoneState.VERIFIED, ZoneState.NOTHING} else Tone.CAUTION
        bullets += [
            Bullet("", say("{}: {}", _place(zone), Prose(message)), tone) for message in zone.messages
        ]
    return Section("Messages", (Bullets(tuple(bullets)),)) if bullets else None


def _flows(
    title: str,
    said_first: Paragraph | None,
    found: Sequence[tuple[ZoneResult, FlowRow]],
    most: int,
    names: Names,
) -> Section | None:
    """Give flows one by one, oldest first."""
    if not found:
        return None
    ranked = sorted(
        found, key=lambda each: (-(each[1].age or 0), each[0].zone, naming.five_tuple(each[1].flow).text)
    )
    columns = (
        Column("Flow"),
        Column("Zone"),
        Column("Age", right=True),
        Column("Bytes", right=True),
        Column("Denied by"),
    )
    rows = tuple(
        (
            names.five_tuple(row.flow),
            _place(zone),
            age(row.age),
            size(row.bytes),
            naming.cause(row.new),
        )
        for zone, row in ranked[:most]
    )
    rest = len(ranked) - most
    table = Table(columns, rows, say("and {}", count(rest, "more flow")) if rest > 0 else None)
    return Section(f"{title} ({len(found):,})", (said_first, table) if said_first else (table,))


_RETRIES: Final = "Flushed, and listed again since: as a rule a retry that the new rules block."
_LIVING: Final = (
    "Flushed, and listed again since: as the stream exception policy is CONTINUE, "
    "these may be denied connections that live on."
)


def _seen_again(
    result: FirewallResult, zones: Sequence[ZoneResult], most: int, names: Names
) -> Section | None:
    living = result.stream_exception_policy == StreamExceptionPolicy.CONTINUE
    said_first = Paragraph(Phrase((_LIVING if living else _RETRIES,)))
    found = [(zone, row) for zone in zones for row in zone.seen_again]
    return _flows("Seen again", said_first, found, most, names)


def _proof(zones: Sequence[ZoneResult]) -> Section | None:
    proven = [zone for zone in zones if zone.in_sync_at or zone.verified_at]
    columns = (Column("Zone"), Column("In sync at"), Column("Known by"), Column("Verified at"))
    rows = tuple(
        (_place(zone), _or_dash(zone.in_sync_at), _or_dash(zone.proof), _or_dash(zone.verified_at))
        for zone in proven
    )
    return Section("Proof", (Table(columns, rows),), folded=True) if rows else None


def _or_dash(text: str | None) -> Phrase:
    return Phrase((Prose(text),)) if text else _DASH


def _operations(zones: Sequence[ZoneResult]) -> Section | None:
    columns = (
        Column("Zone"),
        Column("Type"),
        Column("Id"),
        Column("Status"),
        Column("Sent at"),
        Column("Min age", right=True),
        Column("Filters", right=True),
        Column("Flows", right=True),
    )
    rows = tuple(_operation(zone, sent) for zone in zones for sent in zone.operations)
    return Section("Flow operations", (Table(columns, rows),), folded=True) if rows else None


def _operation(zone: ZoneResult, sent: Operation) -> tuple[Phrase, ...]:
    return (
        _place(zone),
        Phrase((Datum(sent.type.value),)),
        _DASH if sent.operation_id is None else Phrase((Datum(sent.operation_id),)),
        Phrase((Datum(sent.status),)),
        Phrase((Datum(sent.sent_at),)),
        age(sent.minimum_age),
        Phrase((f"{len(sent.filters):,}",)),
        _DASH if sent.flows is None else Phrase((f"{sent.flows:,}",)),
    )
