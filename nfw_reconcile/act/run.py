"""``apply`` and ``verify``: a saved plan, all its firewalls, one result."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from nfw_reconcile.act.configuration import read_configuration
from nfw_reconcile.act.firewall import apply_to_firewall
from nfw_reconcile.act.identity import account_problems, check_plan, firewall_problems
from nfw_reconcile.act.journal import FORMAT, RunFinished, RunStarted
from nfw_reconcile.act.looking import verify_firewall
from nfw_reconcile.act.result import FirewallOutcome, RunFacts, result_document
from nfw_reconcile.act.texts import time_text
from nfw_reconcile.act.waiting import Deadline, patiently
from nfw_reconcile.act.workers import in_threads, one_by_one
from nfw_reconcile.act.zones import FirewallTask
from nfw_reconcile.errors import StalePlan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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

T = TypeVar("T")

NO_FIREWALL: Final = "the change newly denies no flow, and the plan does not say which firewall it is about"


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
    run = _Run("apply", plan, services, clock, options)
    tasks = run.preflight()
    if options.dry_run:
        return run.result(tasks, apply_to_firewall, name)
    arns = tuple(task.found.arn for task in tasks.values())
    services.journal.write(RunStarted(FORMAT, name.run, plan.sha256, arns))
    result = run.result(tasks, apply_to_firewall, name)
    services.journal.write(RunFinished(result.exit_code))
    return result


def verify_plan(
    plan: PlanDocument, services: Services, clock: Clock, options: ActOptions, name: RunName
) -> ResultDocument:
    """Say whether flows live that the plan newly denies; captures only, and no journal.

    Raises as :func:`apply_plan` does.
    """
    run = _Run("verify", plan, services, clock, options)
    return run.result(run.preflight(), verify_firewall, name)


class _Run:
    """One command on all firewalls of a plan."""

    def __init__(
        self, command: str, plan: PlanDocument, services: Services, clock: Clock, options: ActOptions
    ) -> None:
        self._command = command
        self._plan = plan
        self._services = services
        self._clock = clock
        self._options = options
        self._started = clock.now()
        self._deadline = Deadline(clock, self._started + options.timeout)
        self._workers = in_threads if options.parallel else one_by_one

    def preflight(self) -> dict[int, FirewallTask]:
        """Find each planned firewall, by its position in the plan, and make sure that it is the planned one.

        Raises ``StalePlan`` with the problems of all firewalls.
        """
        check_plan(self._plan)
        tasks: dict[int, FirewallTask] = {}
        problems: list[Diagnostic] = []
        for position, planned in enumerate(self._plan.firewalls):
            identity = planned.firewall
            if identity.arn is None and not planned.capture_filters:
                continue
            service = self._services.flows(identity)
            found = account_problems(identity, service.region, self._patiently(service.caller_account))
            if not found and identity.arn is not None:
                live = self._find(service, identity.arn)
                found = firewall_problems(identity, live)
                tasks[position] = self._task(planned, live, service)
            problems += found
        if problems:
            raise StalePlan(problems)
        return tasks

    def result(
        self,
        tasks: Mapping[int, FirewallTask],
        treat: Callable[[FirewallTask], FirewallOutcome],
        name: RunName,
    ) -> ResultDocument:
        """Treat every firewall and put together what came of it."""
        treated = self._workers([partial(treat, task) for task in tasks.values()])
        ended = dict(zip(tasks, treated, strict=True))
        outcomes = [
            ended.get(position) or _without_firewall(planned)
            for position, planned in enumerate(self._plan.firewalls)
        ]
        started, finished = time_text(self._started), time_text(self._clock.now())
        limits, digest = self._options.limits, self._plan.sha256
        facts = RunFacts(self._command, name.tool_version, digest, started, finished, limits)
        return result_document(facts, outcomes, self._options.fail_on)

    def _task(self, planned: FirewallPlan, found: Configuration, service: FlowService) -> FirewallTask:
        return FirewallTask(
            plan=planned,
            found=found,
            service=service,
            policies=self._services.policies(planned),
            journal=self._services.journal,
            clock=self._clock,
            deadline=self._deadline,
            options=self._options,
            workers=self._workers,
        )

    def _find(self, service: FlowService, arn: str) -> Configuration:
        return read_configuration(self._patiently(lambda: service.configuration(arn)), arn)

    def _patiently(self, read: Callable[[], T]) -> T:
        pace = self._options.pace
        return patiently(read, self._deadline.within(pace.preflight), pace.poll)


def _without_firewall(planned: FirewallPlan) -> FirewallOutcome:
    return FirewallOutcome(planned, planned.stream_exception_policy, (), (NO_FIREWALL,))
