"""One firewall: the order of things from the saved plan to the result of each zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nfw_reconcile.act.gate import GateTimes, InSync, NeverInSync, Unfit, wait_for_sync
from nfw_reconcile.act.guard import Budget
from nfw_reconcile.act.lane import Lane
from nfw_reconcile.act.live import LiveFirewall
from nfw_reconcile.act.ports import Scope
from nfw_reconcile.act.record import ZoneRecord
from nfw_reconcile.act.result import FirewallOutcome
from nfw_reconcile.act.texts import read_filter
from nfw_reconcile.act.zone import ZoneFrame, ZoneWork, state_after
from nfw_reconcile.errors import LimitExceeded, NfwReconcileError
from nfw_reconcile.model.documents import ZoneState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nfw_reconcile.act.configuration import Configuration
    from nfw_reconcile.act.gate import Readiness
    from nfw_reconcile.act.journal import Journal
    from nfw_reconcile.act.options import ActOptions
    from nfw_reconcile.act.ports import Clock, FlowService, LivePolicy, Policies
    from nfw_reconcile.act.waiting import Deadline
    from nfw_reconcile.act.workers import Workers
    from nfw_reconcile.model.documents import FirewallPlan, ZoneResult
    from nfw_reconcile.model.filters import FlowFilter

NO_ENDPOINT = (
    "the firewall has no endpoint of its own here, and VPC endpoint associations are left alone; "
    "--include-associations works on them too"
)
NOTHING_DENIED = "the change newly denies no flow"
LATE_ZONE = "this zone appeared while the run was under way; run apply again"


@dataclass(frozen=True, slots=True)
class FirewallTask:
    """One planned firewall with all that is needed to act on it; ``found`` is how it was first read."""

    plan: FirewallPlan
    found: Configuration
    service: FlowService
    policies: Policies
    journal: Journal
    clock: Clock
    deadline: Deadline
    options: ActOptions
    workers: Workers


def scopes(found: Configuration, *, include_associations: bool) -> dict[str, Scope | None]:
    """Say what to act on in each zone; ``None`` where there is nothing of the firewall's own.

    An operation on a zone also touches the VPC endpoint associations in it, of other accounts perhaps
    (developer guide, "Flow operations"). So where there are any, only the firewall's own endpoint is named.
    """
    if include_associations or not found.associations:
        return {zone: Scope(zone) for zone in found.zones}
    return {
        zone: None if status.endpoint is None else Scope(zone, status.endpoint)
        for zone, status in found.zones.items()
    }


def apply_to_firewall(task: FirewallTask) -> FirewallOutcome:
    """Bring one firewall's flows in line with the plan; every zone ends with a result."""
    return _FirewallRun(task).run()


class _FirewallRun:
    """Keeps what is known about the zones while they are worked on."""

    def __init__(self, task: FirewallTask) -> None:
        self._task = task
        self._live = LiveFirewall(task.service, task.found.arn, task.policies, task.options, task.deadline)
        texts = task.plan.capture_filters
        self._sensitive = tuple(read_filter(text) for text in texts if text.sensitive)
        self._planned_filters = tuple(read_filter(text) for text in texts)
        self._records: dict[str, ZoneRecord] = {}
        self._done: dict[str, ZoneResult] = {}
        self._exception_policy = task.plan.stream_exception_policy

    def run(self) -> FirewallOutcome:
        self._open_records()
        try:
            self._act()
        except NfwReconcileError as problem:
            self._end_rest(state_after(problem, sent=False), [str(each) for each in problem.problems])
        self._add_late_zones()
        zones = tuple(self._done[zone] for zone in sorted(self._done))
        return FirewallOutcome(self._task.plan, self._exception_policy, zones)

    def _act(self) -> None:
        live = self._live.planned()
        if not self._filters(live):
            self._end_rest(ZoneState.NOTHING, [NOTHING_DENIED])
            return
        in_sync = self._pass_gate()
        if in_sync:
            self._reconcile(self._live.planned(), in_sync)

    def _filters(self, live: LivePolicy) -> tuple[FlowFilter, ...]:
        return live.capture_filters or self._planned_filters

    def _open_records(self) -> None:
        found, options = self._task.found, self._task.options
        for zone, scope in scopes(found, include_associations=options.include_associations).items():
            self._records[zone] = ZoneRecord(scope or Scope(zone), self._sensitive)
            if scope is None:
                self._end(zone, ZoneState.SKIPPED, [NO_ENDPOINT])

    def _pass_gate(self) -> dict[str, InSync]:
        task, options = self._task, self._task.options
        times = GateTimes(options.settle, options.longer_settle, options.gate_poll, options.sync_timeout)
        waiting = [zone for zone in self._records if zone not in self._done]
        found = wait_for_sync(self._live.read, waiting, task.clock, times, task.deadline)
        return dict(self._ready(found))

    def _ready(self, found: Mapping[str, Readiness]) -> Iterable[tuple[str, InSync]]:
        for zone, readiness in found.items():
            match readiness:
                case InSync(since=since, proof=proof):
                    self._records[zone].in_sync_at = since
                    self._records[zone].proof = proof
                    yield zone, readiness
                case NeverInSync(reason=reason):
                    self._end(zone, ZoneState.NOT_IN_SYNC, [reason])
                case Unfit(reason=reason):
                    self._end(zone, ZoneState.REFUSED, [reason])

    def _reconcile(self, live: LivePolicy, in_sync: Mapping[str, InSync]) -> None:
        """Look at all zones, approve the sum, flush all zones."""
        task = self._task
        comparison = task.policies.comparison(live)
        self._exception_policy = str(comparison.new.options.stream_exception)
        budget = Budget(task.options.limits)
        frame = ZoneFrame(
            task.plan.firewall.label,
            comparison,
            self._filters(live),
            self._sensitive,
            task.options,
            budget,
            task.journal,
            lambda zone: self._live.recheck(zone, in_sync[zone]),
        )
        works = {
            zone: ZoneWork(self._lane(zone), frame, since, self._records[zone])
            for zone, since in in_sync.items()
        }
        task.workers([work.look for work in works.values()])
        self._approve(works, budget, in_sync)
        task.workers([work.flush for work in works.values()])
        self._done |= {zone: work.result for zone, work in works.items()}

    def _approve(self, works: Mapping[str, ZoneWork], budget: Budget, in_sync: Mapping[str, InSync]) -> None:
        """Approve what all zones want flushed, or refuse all of them."""
        for zone, work in works.items():
            try:
                if work.tally.to_flush:
                    self._live.recheck(zone, in_sync[zone])
            except NfwReconcileError as problem:
                work.stop(problem)
        try:
            budget.approve(work.tally for work in works.values())
        except LimitExceeded as problem:
            for work in works.values():
                work.stop(problem)

    def _lane(self, zone: str) -> Lane:
        task = self._task
        scope = self._records[zone].scope
        return Lane(task.service, task.found.arn, scope, task.clock, task.deadline, task.options.pace)

    def _end(self, zone: str, state: ZoneState, messages: Iterable[str]) -> None:
        record = self._records[zone]
        record.say(messages)
        self._done[zone] = record.result(state)

    def _end_rest(self, state: ZoneState, messages: list[str]) -> None:
        for zone in self._records:
            if zone not in self._done:
                self._end(zone, state, messages)

    def _add_late_zones(self) -> None:
        for zone in self._live.zones_seen - self._records.keys():
            self._records[zone] = ZoneRecord(Scope(zone))
            self._end(zone, ZoneState.SKIPPED, [LATE_ZONE])
