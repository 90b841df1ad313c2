"""Step 3: act on a saved plan, through the ports of :mod:`nfw_reconcile.act`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

from nfw_reconcile import __version__
from nfw_reconcile.act.looking import Observer
from nfw_reconcile.act.preflight import unheard
from nfw_reconcile.act.run import RunName, Services, apply_plan, resume_run, start_run, verify_plan
from nfw_reconcile.act.waiting import never
from nfw_reconcile.errors import JournalError, UsageError, error
from nfw_reconcile.model.codec import canonical
from nfw_reconcile.pipeline.live import PlannedPolicies
from nfw_reconcile.pipeline.planning import SeenFlows
from nfw_reconcile.sources.arns import region_of_firewall
from nfw_reconcile.sources.snapshot import read_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from nfw_reconcile.act.journal.events import Event
    from nfw_reconcile.act.journal.journal import Journal
    from nfw_reconcile.act.journal.standing import RunStanding
    from nfw_reconcile.act.options import ActOptions
    from nfw_reconcile.act.ports import Clock, FlowService
    from nfw_reconcile.act.waiting import Deadline
    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.model.documents import FirewallIdentity
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.inventory import FirewallRecord
    from nfw_reconcile.model.plan_document import PlanDocument
    from nfw_reconcile.model.result_document import ResultDocument
    from nfw_reconcile.pipeline.planning import Look


@dataclass(frozen=True, slots=True)
class Process:
    """One process that acts: the run that it belongs to, its clock and journal, and whether it is asked to stop."""

    run: str
    clock: Clock
    journal: Journal
    stop: Callable[[], bool] = never
    tell: Callable[[Diagnostic], None] = unheard


ServiceFor: TypeAlias = "Callable[[FirewallIdentity], FlowService]"
"""Gives the service for a firewall: its account and region."""


def apply(
    plan: PlanDocument, *, service_for: ServiceFor, process: Process, options: ActOptions
) -> ResultDocument:
    """Flush what the plan newly denies, and prove it; see :func:`nfw_reconcile.act.run.apply_plan`."""
    return apply_plan(plan, _services(service_for, process), process.clock, options, _name(process))


def start(plan: PlanDocument, *, service_for: ServiceFor, process: Process, options: ActOptions) -> None:
    """Begin a run and leave the rest to :func:`resume`; see :func:`nfw_reconcile.act.run.start_run`."""
    start_run(plan, _services(service_for, process), process.clock, options, _name(process))


def resume(
    plan: PlanDocument,
    standing: RunStanding,
    *,
    service_for: ServiceFor,
    process: Process,
    options: ActOptions,
) -> ResultDocument:
    """Settle and finish an interrupted run; see :func:`nfw_reconcile.act.run.resume_run`."""
    services = _services(service_for, process)
    return resume_run(plan, standing, services, process.clock, options, _name(process))


def verify(
    plan: PlanDocument, *, service_for: ServiceFor, clock: Clock, options: ActOptions
) -> ResultDocument:
    """Say whether flows live that the plan newly denies; captures only."""
    process = Process("verify", clock, NoJournal())
    return verify_plan(plan, _services(service_for, process), clock, options, _name(process))


def _services(service_for: ServiceFor, process: Process) -> Services:
    return Services(service_for, PlannedPolicies.of, process.journal, process.stop, process.tell)


def _name(process: Process) -> RunName:
    return RunName(process.run, __version__)


class NoJournal:
    """The journal of a command that sends no flush: nothing may be written to it."""

    def begin(self, firewalls: Collection[str], deadline: Deadline) -> None:  # noqa: ARG002 - the port's
        """Refuse: nothing may be begun."""
        raise JournalError(error("a run in a command that only looks.", None, "Report this defect."))

    def write(self, event: Event) -> None:
        """Refuse: a flush was about to be sent where none may be."""
        raise JournalError(
            error(f"{type(event).__name__} in a command that only looks.", None, "Report this defect.")
        )


def live_look(service_of: Callable[[str | None], FlowService], clock: Clock, options: ActOptions) -> Look:
    """Give what ``plan --capture`` looks at live flows with."""

    def look(
        firewall: FirewallRecord | None, comparison: Comparison, filters: tuple[FlowFilter, ...]
    ) -> SeenFlows | None:
        if firewall is None or firewall.name.arn is None:
            summary = "there is no firewall to capture: the input does not give its ARN."
            raise UsageError(
                error(summary, None, "Name it with --firewall ARN, or look at a file with --flows.")
            )
        observer = Observer(service_of(firewall.region), clock, options)
        found = observer.observe(firewall.name.arn, filters, comparison)
        source = f"a capture of {', '.join(found.zones) or 'no zone'}; {found.since.how}"
        return SeenFlows("; ".join((source, *found.problems)), found.flows, found.complete)

    return look


def take_snapshot(firewall_arn: str, service_of: Callable[[str | None], FlowService]) -> bytes:
    """Give the live policy of a firewall as the bytes of a snapshot file.

    What was read is read back before it is given, so that a snapshot that cannot be used is told at once.
    """
    snapshot = service_of(region_of_firewall(firewall_arn)).snapshot(firewall_arn)
    plain = json.loads(json.dumps(snapshot, default=_plain))
    read_snapshot(plain, firewall_arn)
    return canonical(plain)


def _plain(value: object) -> str:
    """Write what boto3 parsed into a time back as text; JSON has no times."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(type(value).__name__)
