"""``apply``: a saved plan, all its firewalls, one result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nfw_reconcile.act.configuration import read_configuration
from nfw_reconcile.act.firewall import FirewallTask, apply_to_firewall
from nfw_reconcile.act.identity import account_problems, check_plan, firewall_problems
from nfw_reconcile.act.journal import FORMAT, RunFinished, RunStarted
from nfw_reconcile.act.result import FirewallOutcome, RunFacts, result_document
from nfw_reconcile.act.texts import time_text
from nfw_reconcile.act.waiting import Deadline, patiently
from nfw_reconcile.act.workers import in_threads, one_by_one
from nfw_reconcile.errors import StalePlan

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.act.configuration import Configuration
    from nfw_reconcile.act.journal import Journal
    from nfw_reconcile.act.options import ActOptions
    from nfw_reconcile.act.ports import Clock, FlowService, Policies
    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.model.documents import (
        FirewallIdentity,
        FirewallPlan,
        PlanDocument,
        ResultDocument,
    )

NO_FIREWALL = "the change newly denies no flow, and the plan does not say which firewall it is about"


@dataclass(frozen=True, slots=True)
class Services:
    """What a run reaches the world with.

    ``flows`` gives the service for a firewall (its account and region), ``policies`` what understands the
    policies of a planned one.
    """

    flows: Callable[[FirewallIdentity], FlowService]
    policies: Callable[[FirewallPlan], Policies]
    journal: Journal


@dataclass(frozen=True, slots=True)
class RunName:
    """What a run is called: ``run`` in the journal, ``tool_version`` in the result."""

    run: str
    tool_version: str


def apply_plan(
    plan: PlanDocument, services: Services, clock: Clock, options: ActOptions, name: RunName
) -> ResultDocument:
    """Flush what the plan newly denies, where it provably is in force, and prove that it is gone.

    Raises ``StalePlan`` for a plan that was changed, or made for another account, region or firewall, and
    ``ServiceError`` or ``JournalError`` where nothing can be found out or written down; nothing was sent
    then. Otherwise the result says what became of each zone; its ``exit_code`` is that of the run.
    """
    started = clock.now()
    deadline = Deadline(clock, started + options.timeout)
    check_plan(plan)
    tasks = preflight(plan, services, clock, options, deadline)
    if not options.dry_run:
        arns = tuple(task.found.arn for task in tasks.values())
        services.journal.write(RunStarted(FORMAT, name.run, plan.sha256, arns))
    workers = in_threads if options.parallel else one_by_one
    ended = dict(zip(tasks, workers([_applying(task) for task in tasks.values()]), strict=True))
    outcomes = [
        ended.get(position) or _without_firewall(each) for position, each in enumerate(plan.firewalls)
    ]
    facts = RunFacts(
        "apply", name.tool_version, plan.sha256, time_text(started), time_text(clock.now()), options.limits
    )
    result = result_document(facts, outcomes, options.fail_on)
    if not options.dry_run:
        services.journal.write(RunFinished(result.exit_code))
    return result


def _applying(task: FirewallTask) -> Callable[[], FirewallOutcome]:
    return lambda: apply_to_firewall(task)


def preflight(
    plan: PlanDocument, services: Services, clock: Clock, options: ActOptions, deadline: Deadline
) -> dict[int, FirewallTask]:
    """Find each planned firewall, by its position in the plan, and make sure that it is the planned one.

    Raises ``StalePlan`` with the problems of all firewalls.
    """
    tasks: dict[int, FirewallTask] = {}
    problems: list[Diagnostic] = []
    for position, planned in enumerate(plan.firewalls):
        identity = planned.firewall
        if identity.arn is None and not planned.capture_filters:
            continue
        service = services.flows(identity)
        found = account_problems(identity, service)
        if not found and identity.arn is not None:
            live = _find(service, identity.arn, deadline, options)
            found = firewall_problems(identity, live)
            tasks[position] = FirewallTask(
                planned,
                live,
                service,
                services.policies(planned),
                services.journal,
                clock,
                deadline,
                options,
                in_threads if options.parallel else one_by_one,
            )
        problems += found
    if problems:
        raise StalePlan(problems)
    return tasks


def _find(service: FlowService, arn: str, deadline: Deadline, options: ActOptions) -> Configuration:
    until = deadline.within(options.pace.preflight)
    return read_configuration(patiently(lambda: service.configuration(arn), until, options.pace.poll), arn)


def _without_firewall(planned: FirewallPlan) -> FirewallOutcome:
    return FirewallOutcome(planned, planned.stream_exception_policy, (), (NO_FIREWALL,))
