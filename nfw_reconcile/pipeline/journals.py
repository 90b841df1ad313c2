"""What is read out of a journal: where its runs stand, the run to resume, and the plan that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.act.journal.leases import holder_of
from nfw_reconcile.act.journal.standing import standings
from nfw_reconcile.act.texts import time_text
from nfw_reconcile.errors import JournalError, UsageError, error
from nfw_reconcile.model.documents import FORMAT_VERSION, PlanDocument
from nfw_reconcile.model.status import STATUS_KIND, FlushStatus, RunState, RunStatus, StatusDocument
from nfw_reconcile.pipeline.saved import saved_document

if TYPE_CHECKING:
    from nfw_reconcile.act.journal.leases import Lease
    from nfw_reconcile.act.journal.standing import RunStanding, SendStanding
    from nfw_reconcile.act.journal.store import JournalStore


def interrupted_run(store: JournalStore, run: str | None) -> RunStanding | None:
    """Give the one run to resume, or the one of that name; ``None`` where there is nothing to resume.

    Raises ``UsageError`` where several were interrupted and none is named, and for a name that is not there.
    """
    found = [each for each in standings(store) if run in {None, each.run}]
    if run is not None and not found:
        raise UsageError(error(f"there is no run {run} in {store.name}.", None, "See: nfw-reconcile status"))
    resumable = [each for each in found if each.resumable]
    if len(resumable) > 1:
        names = ", ".join(each.run for each in resumable)
        raise UsageError(
            error(f"several runs were interrupted: {names}.", None, "Name one: resume --run RUN")
        )
    return resumable[0] if resumable else None


def kept_plan(store: JournalStore, sha256: str) -> PlanDocument | None:
    """Give the plan with that digest, if the journal keeps it; raises ``JournalError`` for any other document."""
    content = store.plan(sha256)
    if content is None:
        return None
    source = f"{store.name}/{sha256}.plan"
    plan = saved_document(content, source)
    if isinstance(plan, PlanDocument) and plan.sha256 == sha256:
        return plan
    remedy = "Put the plan file that was applied in its place."
    raise JournalError(error(f"{source} is not the plan of that digest.", None, remedy))


def plan_of_run(store: JournalStore, standing: RunStanding) -> PlanDocument:
    """Give the plan of a run; raises ``JournalError`` where the journal does not keep it."""
    plan = kept_plan(store, standing.started.plan_sha256)
    if plan is None:
        summary = (
            f"the plan of run {standing.run} is not in {store.name}: {standing.started.plan_sha256}.plan"
        )
        raise JournalError(error(f"{summary} is missing.", None, "Put the plan file there, under that name."))
    return plan


def status_of(store: JournalStore, now: float, run: str | None) -> StatusDocument:
    """Say where all runs of a journal stand at a moment (epoch seconds), or the one of that name.

    Raises ``UsageError`` for a name that is not there.
    """
    found = tuple(_run_status(store, each, now) for each in standings(store) if run in {None, each.run})
    if run is not None and not found:
        summary = f"there is no run {run} in {store.name}."
        raise UsageError(error(summary, None, "Leave --run out to see all."))
    return StatusDocument(FORMAT_VERSION, STATUS_KIND, store.name, found)


def _run_status(store: JournalStore, standing: RunStanding, now: float) -> RunStatus:
    leases = [holder_of(store, arn, now) for arn in standing.firewalls]
    held = next((lease for lease in leases if lease is not None and lease.run == standing.run), None)
    return RunStatus(
        run=standing.run,
        started_at=standing.started_at,
        plan_sha256=standing.started.plan_sha256,
        firewalls=standing.firewalls,
        state=_state(standing, held),
        exit_code=standing.exit_code,
        held_until=None if held is None else time_text(held.expires_at),
        flushes=tuple(_flush_status(send) for send in standing.sends),
    )


def _state(standing: RunStanding, held: Lease | None) -> RunState:
    if not standing.resumable:
        return RunState.FINISHED
    if held is not None:
        return RunState.RUNNING
    return RunState.UNFINISHED if standing.exit_code is None else RunState.UNKNOWN


def _flush_status(send: SendStanding) -> FlushStatus:
    intended = send.intended
    return FlushStatus(
        firewall_arn=intended.firewall_arn,
        zone=intended.zone,
        sent_at=send.at,
        flows=len(intended.flows),
        filters=len(intended.filters),
        operation_id=send.operation_id,
        outcome=send.status or send.state,
        settled=send.state.settled,
    )
