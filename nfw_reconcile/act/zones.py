"""The zones of one planned firewall: what to act on in each, and what is known about each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.lane import Lane
from nfw_reconcile.act.ports import Scope
from nfw_reconcile.act.preflight import NOTHING_SAID
from nfw_reconcile.act.record import ZoneRecord
from nfw_reconcile.act.states import state_after
from nfw_reconcile.flows.texts import read_filter
from nfw_reconcile.model.result_document import ZoneState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nfw_reconcile.act.configuration import Configuration
    from nfw_reconcile.act.journal.journal import Journal
    from nfw_reconcile.act.options import ActOptions
    from nfw_reconcile.act.ports import Clock, FlowService, LivePolicy, Policies
    from nfw_reconcile.act.preflight import Preflight
    from nfw_reconcile.act.recovery import ZonePast
    from nfw_reconcile.act.waiting import Deadline
    from nfw_reconcile.act.workers import Workers
    from nfw_reconcile.errors import NfwReconcileError
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import FiveTuple
    from nfw_reconcile.model.plan_document import FirewallPlan
    from nfw_reconcile.model.result_document import ZoneResult

NO_ENDPOINT: Final = (
    "the firewall has no endpoint of its own here, and VPC endpoint associations are left alone; "
    "--include-associations works on them too"
)
STOPPED: Final = "the run was asked to stop, and nothing more was sent: run nfw-reconcile resume"
LATE_ZONE: Final = "this zone appeared while the run was under way; run the command again"


@dataclass(frozen=True, slots=True)
class FirewallTask:
    """One planned firewall with all that is needed to act on it; ``found`` is how it was first read.

    ``past`` is what earlier processes of the run, ``resumed`` times resumed, did in its zones; ``said`` is what was
    told about the firewall before anything was sent. ``behind`` is by how many seconds this machine's clock is behind
    that of the service, where it tells.
    """

    plan: FirewallPlan
    found: Configuration
    service: FlowService
    policies: Policies
    journal: Journal
    clock: Clock
    deadline: Deadline
    options: ActOptions
    workers: Workers
    past: Mapping[str, ZonePast] = field(default_factory=dict)
    resumed: int = 0
    behind: float | None = None
    said: Preflight = NOTHING_SAID

    @property
    def name(self) -> str:
        """Give what flushes of this process are named after in the journal."""
        return f"{self.found.arn}~{self.resumed}" if self.resumed else self.found.arn


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


class Zones:
    """Keeps a record of each zone until it has a result."""

    def __init__(self, task: FirewallTask) -> None:
        """Take the zones of the firewall as it was first read; a zone without a scope has its result at once."""
        self._task = task
        texts = task.plan.capture_filters
        self._sensitive = tuple(read_filter(text) for text in texts if text.sensitive)
        self._planned_filters = tuple(read_filter(text) for text in texts)
        self.records: dict[str, ZoneRecord] = {}
        self._done: dict[str, ZoneResult] = {}
        for zone, scope in scopes(task.found, include_associations=task.options.include_associations).items():
            self.records[zone] = ZoneRecord(scope or Scope(zone), self._sensitive)
            if scope is None:
                self.end(zone, ZoneState.SKIPPED, [NO_ENDPOINT])
        for zone in sorted(task.past.keys() - self.records.keys()):
            self.records[zone] = ZoneRecord(Scope(zone), self._sensitive)

    @property
    def waiting(self) -> list[str]:
        """Give the zones that have no result yet, in order."""
        return [zone for zone in self.records if zone not in self._done]

    @property
    def results(self) -> tuple[ZoneResult, ...]:
        """Give the results of all zones that have one, in order."""
        stopped = self._task.deadline.stopped
        return tuple(
            _stopped(self._done[zone]) if stopped else self._done[zone] for zone in sorted(self._done)
        )

    def spent(self) -> dict[str, frozenset[FiveTuple]]:
        """Give the flows that flushes were sent for before, by zone."""
        return {zone: frozenset(record.attempted) for zone, record in self.records.items()}

    def filters(self, live: LivePolicy) -> tuple[FlowFilter, ...]:
        """Give the filters to capture with; none where the change denies nothing."""
        return live.capture_filters or self._planned_filters

    def mark_sensitive(self, live: LivePolicy) -> tuple[FlowFilter, ...]:
        """Give the capture filters that no report may show: all of them where live values took their place."""
        if self._sensitive and live.capture_filters:
            self._sensitive = live.capture_filters
            for record in self.records.values():
                record.sensitive = self._sensitive
        return self._sensitive

    def lane(self, zone: str) -> Lane:
        """Give the zone's way to the service."""
        task, scope = self._task, self.records[zone].scope
        return Lane(task.service, task.found.arn, scope, task.clock, task.deadline, task.options.pace)

    def end(self, zone: str, state: ZoneState, messages: Iterable[str] = ()) -> None:
        """Give a zone its result."""
        self.records[zone].say(messages)
        self._done[zone] = self.records[zone].result(state)

    def end_rest(self, state: ZoneState, messages: Iterable[str]) -> None:
        """Give all zones that have no result the same one."""
        told = list(messages)
        for zone in self.waiting:
            self.end(zone, state, told)

    def end_waiting(self, problem: NfwReconcileError) -> None:
        """Give all zones that have no result the one that an error leaves them with."""
        told = [str(each) for each in problem.problems]
        for zone in self.waiting:
            self.end(zone, state_after(problem, sent=self.records[zone].sent), told)

    def add_results(self, results: Mapping[str, ZoneResult]) -> None:
        """Take over results that were made elsewhere."""
        self._done |= results

    def add_late(self, seen: Iterable[str]) -> None:
        """Note zones that were not there when the run began; nothing was done in them."""
        for zone in sorted(set(seen) - self.records.keys()):
            self.records[zone] = ZoneRecord(Scope(zone))
            self.end(zone, ZoneState.SKIPPED, [LATE_ZONE])


_SETTLED: Final = frozenset(
    {
        ZoneState.VERIFIED,
        ZoneState.NOTHING,
        ZoneState.SURVIVORS,
        ZoneState.REFUSED,
        ZoneState.UNKNOWN,
        ZoneState.DRY_RUN,
    }
)


def _stopped(result: ZoneResult) -> ZoneResult:
    """Say of a zone whose work was cut short by a stop that it was."""
    if result.state in _SETTLED:
        return result
    return replace(result, state=ZoneState.INTERRUPTED, messages=(*result.messages, STOPPED))
