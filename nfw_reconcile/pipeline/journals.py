"""What is read out of a journal: where its runs stand, the run to resume, and the plan that it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nfw_reconcile.act.journal.leases import holder_of
from nfw_reconcile.act.journal.standing import DamagedRun, RunStanding, records, standing_in
from nfw_reconcile.act.texts import time_text
from nfw_reconcile.errors import JournalError, UsageError, error
from nfw_reconcile.model.documents import FORMAT_VERSION
from nfw_reconcile.model.plan_document import PlanDocument
from nfw_reconcile.model.status import STATUS_KIND, FlushStatus, RunState, RunStatus, StatusDocument
from nfw_reconcile.pipeline.saved import saved_document

if TYPE_CHECKING:
    from nfw_reconcile.act.journal.leases import Lease
    from nfw_reconcile.act.journal.standing import SendStanding
    from nfw_reconcile.act.journal.store import JournalStore


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A run to resume: where it stands, and what was read of it to tell that. Who goes on with it starts there."""

    standing: RunStanding
    written: bytes


def run_to_resume(store: JournalStore, run: str | None) -> Interrupted | None:
    """Give the one run to resume, or the one of that name; ``None`` where there is nothing to resume.

    Raises ``UsageError`` where several were interrupted and none is named, and for a name that is not there;
    ``JournalError`` for a damaged run, unless another one is found to resume.
    """
    if run is None:
        run = _only_interrupted(store)
    elif run not in store.runs():
        raise UsageError(error(f"there is no run {run} in {store.name}.", None, "See: nfw-reconcile status"))
    if run is None:
        return None
    written = store.read(run)
    standing = standing_in(store, run, written)
    return Interrupted(standing, written) if standing is not None and standing.resumable else None


def _only_interrupted(store: JournalStore) -> str | None:
    found = records(store, store.unsettled_runs())
    resumable = [each.run for each in found if isinstance(each, RunStanding) and each.resumable]
    if len(resumable) > 1:
        summary = f"several runs were interrupted: {', '.join(resumable)}."
        raise UsageError(error(summary, None, "Name one: resume --run RUN"))
    damaged = [problem for each in found if isinstance(each, DamagedRun) for problem in each.error.problems]
    if damaged and not resumable:
        raise JournalError(damaged)
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
    runs = store.runs()
    if run is not None and run not in runs:
        summary = f"there is no run {run} in {store.name}."
        raise UsageError(error(summary, None, "Leave --run out to see all."))
    found = records(store, runs if run is None else (run,))
    return StatusDocument(
        FORMAT_VERSION, STATUS_KIND, store.name, tuple(_run_status(store, each, now) for each in found)
    )


def _run_status(store: JournalStore, record: RunStanding | DamagedRun, now: float) -> RunStatus:
    if isinstance(record, DamagedRun):
        return _damaged_status(record)
    standing = record
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
        problem=None,
        flushes=tuple(_flush_status(send) for send in standing.sends),
    )


def _damaged_status(damaged: DamagedRun) -> RunStatus:
    """Tell what the first line tells: what follows a damaged line cannot be relied upon."""
    begun = damaged.begun
    return RunStatus(
        run=damaged.run,
        started_at=None if begun is None else begun.started_at,
        plan_sha256=None if begun is None else begun.started.plan_sha256,
        firewalls=() if begun is None else begun.firewalls,
        state=RunState.DAMAGED,
        exit_code=None,
        held_until=None,
        problem=str(damaged.error),
        flushes=(),
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
