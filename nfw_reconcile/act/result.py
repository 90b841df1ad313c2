"""From what was done to the result document, and to one exit code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.places import RulePlaces
from nfw_reconcile.errors import ExitCode
from nfw_reconcile.model.codec import JsonObject, sha256, to_json
from nfw_reconcile.model.documents import FORMAT_VERSION
from nfw_reconcile.model.result_document import (
    RESULT_KIND,
    FirewallResult,
    OperationType,
    ResultDocument,
    ZoneState,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nfw_reconcile.model.documents import AddressName, Limits
    from nfw_reconcile.model.plan_document import FirewallPlan
    from nfw_reconcile.model.result_document import ZoneResult
    from nfw_reconcile.model.verdict import Effect

CODES: Final = {
    ZoneState.VERIFIED: ExitCode.OK,
    ZoneState.NOTHING: ExitCode.OK,
    ZoneState.DRY_RUN: ExitCode.OK,
    ZoneState.SURVIVORS: ExitCode.UNVERIFIED,
    ZoneState.UNPROVEN: ExitCode.UNVERIFIED,
    ZoneState.NOT_IN_SYNC: ExitCode.PARTIAL,
    ZoneState.FAILED: ExitCode.PARTIAL,
    ZoneState.SKIPPED: ExitCode.PARTIAL,
    ZoneState.BUSY: ExitCode.BUSY,
    ZoneState.REFUSED: ExitCode.REFUSED,
    ZoneState.UNKNOWN: ExitCode.UNKNOWN_OUTCOME,
    ZoneState.INTERRUPTED: ExitCode.UNKNOWN_OUTCOME,
}


@dataclass(frozen=True, slots=True)
class FirewallOutcome:
    """One firewall at its end; ``refused`` where it was refused before its zones were known."""

    plan: FirewallPlan
    stream_exception_policy: str
    zones: tuple[ZoneResult, ...]
    messages: tuple[str, ...] = ()
    refused: bool = False


def exit_code(outcomes: Sequence[FirewallOutcome], fail_on: frozenset[Effect]) -> ExitCode:
    """Give the exit code of zones taken together, in the order of the README's table.

    A refusal is one only where nothing at all was sent: else the run was partly done.
    """
    codes = {_zone_code(zone, fail_on) for outcome in outcomes for zone in outcome.zones}
    codes |= {ExitCode.REFUSED for outcome in outcomes if outcome.refused}
    if ExitCode.REFUSED in codes and any(_sent(outcome.zones) for outcome in outcomes):
        codes = codes - {ExitCode.REFUSED} | {ExitCode.PARTIAL}
    order = (
        ExitCode.UNKNOWN_OUTCOME,
        ExitCode.REFUSED,
        ExitCode.UNVERIFIED,
        ExitCode.PARTIAL,
        ExitCode.BUSY,
    )
    return next((code for code in order if code in codes), ExitCode.OK)


def _zone_code(zone: ZoneResult, fail_on: frozenset[Effect]) -> ExitCode:
    code = CODES[zone.state]
    if code is ExitCode.OK and any(row.effect in fail_on for row in zone.left_alive):
        return ExitCode.UNVERIFIED
    return code


def _sent(zones: Iterable[ZoneResult]) -> bool:
    return any(sent.type is OperationType.FLUSH for zone in zones for sent in zone.operations)


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What the document says about the run itself; times are UTC texts."""

    command: str
    tool_version: str
    plan_sha256: str
    started_at: str
    finished_at: str
    limits: Limits


def result_document(
    facts: RunFacts, outcomes: Sequence[FirewallOutcome], fail_on: frozenset[Effect]
) -> ResultDocument:
    """Build the result document; its ``sha256`` covers everything else."""
    document = ResultDocument(
        format_version=FORMAT_VERSION,
        kind=RESULT_KIND,
        command=facts.command,
        tool_version=facts.tool_version,
        plan_sha256=facts.plan_sha256,
        started_at=facts.started_at,
        finished_at=facts.finished_at,
        exit_code=int(exit_code(outcomes, fail_on)),
        limits=facts.limits,
        firewalls=tuple(_firewall(outcome, fail_on) for outcome in outcomes),
        sha256="",
    )
    return replace(document, sha256=digest(document))


def _firewall(outcome: FirewallOutcome, fail_on: frozenset[Effect]) -> FirewallResult:
    return FirewallResult(
        firewall=outcome.plan.firewall,
        policy=outcome.plan.policy,
        stream_exception_policy=outcome.stream_exception_policy,
        exit_code=int(exit_code([outcome], fail_on)),
        zones=tuple(map(RulePlaces.of(outcome.plan).zone, outcome.zones)),
        messages=outcome.messages,
        remarks=outcome.plan.remarks,
        names=_names(outcome),
    )


def _names(outcome: FirewallOutcome) -> tuple[AddressName, ...]:
    """Give the names of the plan for the addresses that are listed; nobody is asked for others."""
    rows = (
        row
        for zone in outcome.zones
        for row in (*zone.flushed, *zone.survivors, *zone.seen_again, *zone.left_alive)
    )
    listed = {address for row in rows for address in (row.flow.source, row.flow.destination)}
    return tuple(each for each in outcome.plan.names if each.address in listed)


def digest(document: object) -> str:
    """Give the SHA-256 of a plan or result: of the canonical JSON of all but its ``sha256``."""
    data: JsonObject = to_json(document)
    return sha256({name: value for name, value in data.items() if name != "sha256"})
