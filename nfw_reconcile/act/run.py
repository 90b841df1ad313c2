"""``apply`` and ``verify``: a saved plan, all its firewalls, one result."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from nfw_reconcile.act.configuration import read_configuration
from nfw_reconcile.act.firewall import apply_to_firewall
from nfw_reconcile.act.flush import UNKNOWN
from nfw_reconcile.act.identity import account_problems, check_plan, clock_problems, firewall_problems
from nfw_reconcile.act.journal.events import FORMAT, Ended, RunFinished, RunResumed, RunStarted
from nfw_reconcile.act.looking import verify_firewall
from nfw_reconcile.act.preflight import NOTHING_SAID, Preflight, preflight, unheard
from nfw_reconcile.act.recovery import zones_past
from nfw_reconcile.act.result import FirewallOutcome, RunFacts, result_document
from nfw_reconcile.act.texts import time_text
from nfw_reconcile.act.waiting import Deadline, never, patiently
from nfw_reconcile.act.workers import in_threads, one_by_one
from nfw_reconcile.act.zones import FirewallTask
from nfw_reconcile.errors import JournalError, Refused, StalePlan, error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from nfw_reconcile.act.configuration import Configuration
    from nfw_reconcile.act.journal.journal import Journal
    from nfw_reconcile.act.journal.standing import RunStanding
    from nfw_reconcile.act.options import ActOptions
    from nfw_reconcile.act.ports import Clock, FlowService, Policies
    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.model.documents import FirewallIdentity
    from nfw_reconcile.model.plan_document import FirewallPlan, PlanDocument
    from nfw_reconcile.model.result_document import ResultDocument

T = TypeVar("T")

NO_FIREWALL: Final = "the change newly denies no flow, and the plan does not say which firewall it is about"


@dataclass(frozen=True, slots=True)
class Services:
    """What a run reaches the world with.

    ``flows`` gives the service for a firewall (its account and region), ``policies`` what understands the
    policies of a planned one; ``stop`` says whether the run is asked to send nothing more; ``tell`` gets what
    must be known before anything is sent.
    """

    flows: Callable[[FirewallIdentity], FlowService]
    policies: Callable[[FirewallPlan], Policies]
    journal: Journal
    stop: Callable[[], bool] = never
    tell: Callable[[Diagnostic], None] = unheard


@dataclass(frozen=True, slots=True)
class RunName:
    """What a run is called: ``run`` in the journal, ``tool_version`` in the result."""

    run: str
    tool_version: str


def apply_plan(
    plan: PlanDocument, services: Services, clock: Clock, options: ActOptions, name: RunName
) -> ResultDocument:
    """Flush what the plan newly denies, where it provably is in force, and prove that it is gone.

    Raises ``StalePlan`` for a plan that was changed, or made for another account, region or firewall,
    ``UnsettledRun`` and ``FirewallLeased`` where another run is in the way, and ``ServiceError`` or
    ``JournalError`` where nothing can be found out or written down; nothing was sent then. Otherwise the
    result says what became of each zone; its ``exit_code`` is that of the run.
    """
    run = _Run("apply", plan, services, clock, options)
    tasks = run.preflight()
    if options.dry_run:
        return run.result(tasks, apply_to_firewall, name)
    run.begin(tasks, name)
    return run.finish(tasks, name)


def start_run(
    plan: PlanDocument, services: Services, clock: Clock, options: ActOptions, name: RunName
) -> None:
    """Do what :func:`apply_plan` does before it waits: the rest is left to :func:`resume_run`.

    Raises as :func:`apply_plan` does.
    """
    run = _Run("apply", plan, services, clock, options)
    run.begin(run.preflight(), name)


def resume_run(  # noqa: PLR0913, PLR0917 - what apply_plan needs, and where the run stands
    plan: PlanDocument,
    standing: RunStanding,
    services: Services,
    clock: Clock,
    options: ActOptions,
    name: RunName,
) -> ResultDocument:
    """Settle what an interrupted run has sent, then go on with it where it was.

    ``plan`` is the plan of the run, ``services.journal`` its journal, ``options`` those that it began with
    (:meth:`ActOptions.resumed`). Raises as :func:`apply_plan` does.
    """
    run = _Run("resume", plan, services, clock, options, standing)
    if plan.sha256 != standing.started.plan_sha256:
        summary = f"run {standing.run} is about another plan."
        raise StalePlan(error(summary, remedy="Resume with the journal that the run was begun with."))
    tasks = run.preflight()
    services.journal.begin(standing.firewalls, run.deadline.within(options.pace.held))
    services.journal.write(RunResumed(name.tool_version))
    run.settle_replaced()
    return run.finish(tasks, name)


def verify_plan(
    plan: PlanDocument, services: Services, clock: Clock, options: ActOptions, name: RunName
) -> ResultDocument:
    """Say whether flows live that the plan newly denies; captures only, and no journal.

    Raises as :func:`apply_plan` does.
    """
    run = _Run("verify", plan, services, clock, options)
    return run.result(run.preflight(), verify_firewall, name)


class _Run:
    """One command on all firewalls of a plan; ``standing`` is where an earlier process of the run stopped."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a run is made of
        self,
        command: str,
        plan: PlanDocument,
        services: Services,
        clock: Clock,
        options: ActOptions,
        standing: RunStanding | None = None,
    ) -> None:
        self._command = command
        self._plan = plan
        self._services = services
        self._clock = clock
        self._options = options
        self._standing = standing
        self._started = clock.now()
        self.deadline = Deadline(clock, self._started + options.timeout, services.stop)
        self._workers = in_threads if options.parallel else one_by_one
        self._replaced: dict[int, FirewallOutcome] = {}

    def begin(self, tasks: Mapping[int, FirewallTask], name: RunName) -> None:
        """Take the firewalls for this run alone, and write down that it begins."""
        arns = tuple(task.found.arn for task in tasks.values())
        journal, options = self._services.journal, self._options
        journal.begin(arns, self.deadline.within(options.pace.held))
        journal.write(RunStarted(FORMAT, name.run, self._plan.sha256, arns, options.recorded))

    def finish(self, tasks: Mapping[int, FirewallTask], name: RunName) -> ResultDocument:
        """Treat every firewall, and write down that the run has ended; where that fails, it is told."""
        result = self.result(tasks, apply_to_firewall, name)
        try:
            self._services.journal.write(RunFinished(result.exit_code))
        except JournalError as problem:
            for each in problem.problems:
                self._services.tell(each)
        return result

    def preflight(self) -> dict[int, FirewallTask]:
        """Find each planned firewall, by its position in the plan, and make sure that it is the planned one.

        Raises ``StalePlan`` with the problems of all firewalls, and ``Refused`` where one of them forbids to go on.
        A run that is resumed goes on without a firewall that was replaced meanwhile.
        """
        check_plan(self._plan)
        tasks: dict[int, FirewallTask] = {}
        problems: list[Diagnostic] = []
        for position, planned in enumerate(self._plan.firewalls):
            identity = planned.firewall
            if identity.arn is None and not planned.capture_filters:
                continue
            service = self._services.flows(identity)
            caller = self._patiently(service.caller)
            found = account_problems(identity, service.region, caller.account)
            found += clock_problems(caller.at, self._clock.now())
            if not found and identity.arn is not None:
                live = self._find(service, identity.arn)
                replaced = firewall_problems(identity, live)
                if replaced and self._standing is not None:
                    self._replaced[position] = _refused(planned, replaced)
                    continue
                found += replaced
                tasks[position] = self._task(planned, live, service, caller.at)
            problems += found
        if problems:
            raise StalePlan(problems)
        self._tell([task.said for task in tasks.values()])
        return tasks

    def _tell(self, said: Iterable[Preflight]) -> None:
        """Tell what must be known before anything is sent; raises ``Refused`` where that forbids to go on."""
        refusals: list[Diagnostic] = []
        for each in said:
            refusals += each.refusals
            for line in each.lines:
                self._services.tell(line)
        if refusals:
            raise Refused(refusals)

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
            ended.get(position) or self._replaced.get(position) or _without_firewall(planned)
            for position, planned in enumerate(self._plan.firewalls)
        ]
        started, finished = time_text(self._started), time_text(self._clock.now())
        limits, digest = self._options.limits, self._plan.sha256
        facts = RunFacts(self._command, name.tool_version, digest, started, finished, limits)
        return result_document(facts, outcomes, self._options.fail_on)

    def _said(self, planned: FirewallPlan, found: Configuration, service: FlowService) -> Preflight:
        """Say what must be known about a firewall; a command that flushes nothing has nothing to say."""
        if self._command == "verify":
            return NOTHING_SAID
        return preflight(planned, found, self._options, service.credentials_expire_at(), self._clock.now())

    def settle_replaced(self) -> None:
        """Write down that nothing more can be told of what was sent to a firewall that is not there any more."""
        gone = {self._plan.firewalls[position].firewall.arn for position in self._replaced}
        for send in self._standing.open_sends if self._standing is not None else ():
            if send.intended.firewall_arn in gone:
                self._services.journal.write(Ended(send.intended.send, UNKNOWN))

    def _task(
        self, planned: FirewallPlan, found: Configuration, service: FlowService, service_time: float | None
    ) -> FirewallTask:
        return FirewallTask(
            plan=planned,
            found=found,
            said=self._said(planned, found, service),
            service=service,
            policies=self._services.policies(planned),
            journal=self._services.journal,
            clock=self._clock,
            deadline=self.deadline,
            options=self._options,
            workers=self._workers,
            past={} if self._standing is None else zones_past(self._standing, found.arn),
            resumed=0 if self._standing is None else self._standing.resumed + 1,
            behind=None if service_time is None else service_time - self._clock.now(),
        )

    def _find(self, service: FlowService, arn: str) -> Configuration:
        return read_configuration(self._patiently(lambda: service.configuration(arn)), arn)

    def _patiently(self, read: Callable[[], T]) -> T:
        pace = self._options.pace
        return patiently(read, self.deadline.within(pace.preflight), pace.poll)


def _refused(planned: FirewallPlan, problems: Iterable[Diagnostic]) -> FirewallOutcome:
    told = tuple(str(each) for each in problems)
    return FirewallOutcome(planned, planned.stream_exception_policy, (), told, refused=True)


def _without_firewall(planned: FirewallPlan) -> FirewallOutcome:
    return FirewallOutcome(planned, planned.stream_exception_policy, (), (NO_FIREWALL,))
