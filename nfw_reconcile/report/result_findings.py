"""What a result found: denied flows that are still alive, and zones where their absence is not proven."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.errors import ExitCode
from nfw_reconcile.report import naming
from nfw_reconcile.report.exit_codes import advice
from nfw_reconcile.report.findings import Exit, Finding, Findings, Kind, Scope, told_apart
from nfw_reconcile.report.pairs import sentences
from nfw_reconcile.report.phrases import Phrase, say
from nfw_reconcile.report.places import Place, of_firewall
from nfw_reconcile.report.plan_findings import REMARKS, anchored, owner_identity, remark_findings
from nfw_reconcile.report.result_headline import result_headline
from nfw_reconcile.report.zone_findings import ZoneOf, zone_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.model.result_document import FirewallResult, ResultDocument


def result_findings(document: ResultDocument) -> Findings:
    """Give what a result found; the document is masked and redacted already."""
    scopes = [scope for result in document.firewalls for scope in _scopes(result)]
    ended = Exit(document.exit_code, advice(document).meaning)
    if not document.firewalls and document.exit_code != ExitCode.OK:
        scopes.append(Scope(Phrase(("nfw-reconcile",)), (_untouched(ended),)))
    return Findings(
        kind="result",
        headline=result_headline(document).text,
        digest=document.sha256,
        tool_version=document.tool_version,
        started_at=document.started_at,
        finished_at=document.finished_at,
        exit=ended,
        scopes=told_apart(scopes),
        numbers=_numbers(document),
    )


def _untouched(ended: Exit) -> Finding:
    title = Phrase(("No firewall was touched",))
    message = say(f"{{}}: {ended.meaning}.", title)
    return Finding(Kind.UNPROVEN, title, message, Place("nfw-reconcile"), ("no firewall",))


def _scopes(result: FirewallResult) -> Iterator[Scope]:
    common = anchored(_of_firewall(result), result.policy)
    if common:
        fine = () if any(each.kind is Kind.UNPROVEN for each in common) else REMARKS
        yield Scope(naming.owner(result.firewall, result.policy), common, fine)
    for zone in sorted(result.zones, key=lambda zone: (zone.zone, zone.scope)):
        yield zone_scope(ZoneOf(result, zone))


def _of_firewall(result: FirewallResult) -> Iterator[Finding]:
    owner = owner_identity(result.firewall, result.policy)
    yield from remark_findings(result.remarks, owner, result.firewall.label)
    failed = result.exit_code != ExitCode.OK
    if result.messages or (failed and not result.zones):
        title = Phrase(("Not all was done" if failed else "Messages",))
        about = naming.owner(result.firewall, result.policy)
        message = say(f"On {{}}, exit code {result.exit_code}. {{}}", about, sentences(result.messages))
        kind = Kind.UNPROVEN if failed else Kind.NOTE
        yield Finding(kind, title, message, of_firewall(result.firewall), (*owner, "messages"))


def _numbers(document: ResultDocument) -> tuple[tuple[str, int], ...]:
    """Give what a later step of a pipeline decides by."""
    zones = [zone for result in document.firewalls for zone in result.zones]
    return (
        ("firewalls", len(document.firewalls)),
        ("zones", len(zones)),
        ("flows_captured", sum(zone.captured for zone in zones)),
        ("flows_to_flush", sum(zone.to_flush for zone in zones)),
        ("flows_flushed", sum(len(zone.flushed) for zone in zones)),
        ("survivors", sum(len(zone.survivors) for zone in zones)),
        ("left_alive", sum(len(zone.left_alive) for zone in zones)),
        ("exit_code", document.exit_code),
    )
