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
from nfw_reconcile.engine.region.filters import DeniedRegion
from nfw_reconcile.errors import LimitExceeded, NfwReconcileError, ServiceError
from nfw_reconcile.model.result_document import ZoneState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from nfw_reconcile.act.gate import Readiness
    from nfw_reconcile.act.ports import LivePolicy
    from nfw_reconcile.act.zones import FirewallTask

NOTHING_DENIED: Final = "the change newly denies no flow"
CLOCK_ERROR: Final = 4.0
"""Seconds by which two comparisons with the service's clock may be wrong together: it tells whole seconds, and its
replies take time."""

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
        found = {zone: past for zone, past in task.past.items() if past.sends}
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
            elif zone not in self._zones.waiting:
                self._zones.end(zone, ZoneState.SKIPPED)
        for zone in set(self._zones.waiting) - task.found.zones.keys():
            self._zones.end(zone, ZoneState.UNPROVEN, [ZONE_GONE])

    def _look_for_late_zones(self) -> None:
        """Tell of zones that were added meanwhile; that this last read fails says nothing about the others."""
        if not self._task.deadline.passed:
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
        frame = self._frame(live, budget)
        works = {
            zone: ZoneWork(self._zones.lane(zone), frame, found, self._zones.records[zone])
            for zone, found in in_sync.items()
        }
        self._task.workers([work.look for work in works.values()])
        self._approve(works.values(), budget)
        self._task.workers([work.flush for work in works.values()])
        self._zones.add_results({zone: work.result for zone, work in works.items()})

    def _since(self, zone: str, found: InSync) -> InSync:
        """Write down since when a zone is in sync: as long as no token has changed, what was known first holds."""
        task, tokens = self._task, dict(found.tokens)
        known = self._known_since(zone, tokens)
        if known is not None and known.since < found.since:
            found = known
        record = self._zones.records[zone]
        record.in_sync_at, record.proof = found.since, found.proof
        if not task.options.dry_run:
            since = None if task.behind is None else found.since + task.behind
            task.journal.write(SeenInSync(task.found.arn, zone, since, found.proof, tokens))
        return found

    def _known_since(self, zone: str, tokens: Mapping[str, str | None]) -> InSync | None:
        """Give what an earlier process saw of the same version, on this machine's clock, and rather too late."""
        task = self._task
        past = task.past[zone].in_sync if zone in task.past else None
        if past is None or past.since is None or task.behind is None or past.tokens != tokens:
            return None
        return InSync(past.since - task.behind + CLOCK_ERROR, past.proof, tokens)

    def _frame(self, live: LivePolicy, budget: Budget) -> ZoneFrame:
        task = self._task
        comparison = task.policies.comparison(live)
        self._exception_policy = str(comparison.new.options.stream_exception)
        return ZoneFrame(
            name=task.name,
            modified_at=task.found.modified_at,
            comparison=comparison,
            region=DeniedRegion(comparison),
            capture_filters=self._zones.filters(live),
            sensitive=self._zones.mark_sensitive(live),
            options=task.options,
            budget=budget,
            journal=task.journal,
            recheck=self._live.recheck,
            flushed=lambda: any(record.sent for record in self._zones.records.values()),
            attempts=read_attempts(task.plan.attempts),
        )

    @staticmethod
    def _approve(works: Collection[ZoneWork], budget: Budget) -> None:
        """Approve what all zones want flushed, or refuse all of them."""
        try:
            budget.approve(work.tally for work in works)
        except LimitExceeded as problem:
            for work in works:
                work.stop(problem)
