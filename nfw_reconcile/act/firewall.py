"""``apply`` on one firewall: the order of things from the saved plan to the result of each zone."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.attempts import read_attempts
from nfw_reconcile.act.gate import GateTimes, InSync, NeverInSync, Unfit, wait_for_sync
from nfw_reconcile.act.guard import Budget
from nfw_reconcile.act.journal.events import SeenInSync
from nfw_reconcile.act.live import LiveFirewall
from nfw_reconcile.act.recovery import recover
from nfw_reconcile.act.result import FirewallOutcome
from nfw_reconcile.act.zone import ZoneFrame, ZoneWork
from nfw_reconcile.act.zones import Zones
from nfw_reconcile.errors import LimitExceeded, NfwReconcileError, ServiceError
from nfw_reconcile.model.documents import ZoneState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nfw_reconcile.act.gate import Readiness
    from nfw_reconcile.act.ports import LivePolicy
    from nfw_reconcile.act.zones import FirewallTask

NOTHING_DENIED: Final = "the change newly denies no flow"
ZONE_GONE: Final = "the firewall has left this zone since the run began"


def apply_to_firewall(task: FirewallTask) -> FirewallOutcome:
    """Bring one firewall's flows in line with the plan; every zone ends with a result."""
    return _FirewallRun(task).run()


class _FirewallRun:
    """The steps, each of which begins where the one before it has left the zones."""

    def __init__(self, task: FirewallTask) -> None:
        self._task = task
        self._live = LiveFirewall(task.service, task.found.arn, task.policies, task.options, task.deadline)
        self._zones = Zones(task)
        self._exception_policy = task.plan.stream_exception_policy

    def run(self) -> FirewallOutcome:
        try:
            self._recover()
            self._act()
        except NfwReconcileError as problem:
            self._zones.end_waiting(problem)
        self._look_for_late_zones()
        unread = (str(each) for each in self._task.service.unread())
        messages = (*self._task.said.messages, *unread)
        return FirewallOutcome(self._task.plan, self._exception_policy, self._zones.results, messages)

    def _recover(self) -> None:
        """Settle what earlier processes of the run have sent; a zone where that fails is left alone."""
        task, records = self._task, self._zones.records
        found = {zone: past for zone in self._zones.waiting if (past := task.past.get(zone)) and past.sends}
        recovered = task.workers(
            [
                partial(recover, self._zones.lane(zone), task.journal, past.sends)
                for zone, past in found.items()
            ]
        )
        for zone, each in zip(found, recovered, strict=True):
            records[zone].take_over(each)
            if each.unknown is not None:
                self._zones.end(zone, ZoneState.UNKNOWN, [each.unknown])
        for zone in set(self._zones.waiting) - task.found.zones.keys():
            self._zones.end(zone, ZoneState.UNPROVEN, [ZONE_GONE])

    def _look_for_late_zones(self) -> None:
        """Tell of zones that were added meanwhile; that this last read fails says nothing about the others."""
        with suppress(ServiceError):
            self._live.read()
        self._zones.add_late(self._live.zones_seen)

    def _act(self) -> None:
        if not self._zones.filters(self._live.planned()):
            self._zones.end_rest(ZoneState.NOTHING, [NOTHING_DENIED])
            return
        in_sync = self._pass_gate()
        if in_sync:
            self._reconcile(self._live.planned(), in_sync)

    def _pass_gate(self) -> dict[str, InSync]:
        task, options = self._task, self._task.options
        times = GateTimes(options.settle, options.longer_settle, options.gate_poll, options.sync_timeout)
        found = wait_for_sync(self._live.read, self._zones.waiting, task.clock, times, task.deadline)
        return dict(self._ready(found))

    def _ready(self, found: Mapping[str, Readiness]) -> Iterable[tuple[str, InSync]]:
        for zone, readiness in found.items():
            match readiness:
                case InSync():
                    yield zone, readiness
                case NeverInSync(reason=reason):
                    self._zones.end(zone, ZoneState.NOT_IN_SYNC, [reason])
                case Unfit(reason=reason):
                    self._zones.end(zone, ZoneState.REFUSED, [reason])

    def _reconcile(self, live: LivePolicy, in_sync: Mapping[str, InSync]) -> None:
        """Look at all zones, approve the sum, flush all zones."""
        in_sync = {zone: self._since(zone, found) for zone, found in in_sync.items()}
        budget = Budget(self._task.options.limits, self._zones.spent())
        frame = self._frame(live, in_sync, budget)
        works = {
            zone: ZoneWork(self._zones.lane(zone), frame, found, self._zones.records[zone])
            for zone, found in in_sync.items()
        }
        self._task.workers([work.look for work in works.values()])
        self._approve(works, budget, in_sync)
        self._task.workers([work.flush for work in works.values()])
        self._zones.add_results({zone: work.result for zone, work in works.items()})

    def _since(self, zone: str, found: InSync) -> InSync:
        """Write down since when a zone is in sync: as long as no token has changed, what was known first holds."""
        task, tokens = self._task, self._live.tokens
        past = task.past.get(zone)
        if past and past.in_sync and past.in_sync.tokens == tokens and past.in_sync.since < found.since:
            found = InSync(past.in_sync.since, past.in_sync.proof)
        record = self._zones.records[zone]
        record.in_sync_at, record.proof = found.since, found.proof
        if not task.options.dry_run:
            task.journal.write(SeenInSync(task.found.arn, zone, found.since, found.proof, tokens))
        return found

    def _frame(self, live: LivePolicy, in_sync: Mapping[str, InSync], budget: Budget) -> ZoneFrame:
        task = self._task
        comparison = task.policies.comparison(live)
        self._exception_policy = str(comparison.new.options.stream_exception)
        return ZoneFrame(
            name=task.name,
            modified_at=task.found.modified_at,
            comparison=comparison,
            capture_filters=self._zones.filters(live),
            sensitive=self._zones.mark_sensitive(live),
            options=task.options,
            budget=budget,
            journal=task.journal,
            recheck=lambda zone: self._live.recheck(zone, in_sync[zone]),
            attempts=read_attempts(task.plan.attempts),
        )

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
