"""Looking without a flush: ``verify``, and the captures of ``plan`` and ``sweep``.

Here no zone was watched getting in sync. Flows count as older than the new rules if they are older than
the last modification of the policy and its rule groups, where the service tells all of these, else if they
are older than :data:`~nfw_reconcile.act.ages.UNKNOWN_SYNC_AGE` seconds; which of the two is always said.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.ages import UNKNOWN_SYNC_AGE
from nfw_reconcile.act.attempts import read_attempts
from nfw_reconcile.act.capture import capture
from nfw_reconcile.act.configuration import read_configuration
from nfw_reconcile.act.firewall import NOTHING_DENIED
from nfw_reconcile.act.lane import Lane
from nfw_reconcile.act.live import LiveFirewall
from nfw_reconcile.act.result import FirewallOutcome
from nfw_reconcile.act.sighting import judge
from nfw_reconcile.act.states import state_after
from nfw_reconcile.act.texts import time_text
from nfw_reconcile.act.waiting import Deadline, patiently
from nfw_reconcile.act.zones import Zones, scopes
from nfw_reconcile.errors import NfwReconcileError, ServiceError
from nfw_reconcile.model.result_document import ZoneState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.act.attempts import Attempts
    from nfw_reconcile.act.capture import Capture
    from nfw_reconcile.act.configuration import Configuration
    from nfw_reconcile.act.options import ActOptions
    from nfw_reconcile.act.ports import Clock, FlowService
    from nfw_reconcile.act.zones import FirewallTask
    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import CapturedFlow

SINCE_MODIFIED: Final = "flows from before the last modification of the rules, at {time}, count as old"
SINCE_UNKNOWN: Final = (
    "when the rules were last modified is not told: flows older than "
    f"{UNKNOWN_SYNC_AGE} seconds count as from before them"
)


@dataclass(frozen=True, slots=True)
class Since:
    """From when on flows count as judged by the live rules (epoch seconds), and how that is known."""

    at: float
    how: str


def rules_since(found: Configuration, now: float) -> Since:
    """Say from when on the live rules are taken to decide."""
    if found.modified_at is None:
        return Since(now - UNKNOWN_SYNC_AGE, SINCE_UNKNOWN)
    return Since(found.modified_at, SINCE_MODIFIED.format(time=time_text(found.modified_at)))


def verify_firewall(task: FirewallTask) -> FirewallOutcome:
    """Say in each zone of one firewall whether flows live that the planned policy newly denies."""
    zones = Zones(task)
    live = LiveFirewall(task.service, task.found.arn, task.policies, task.options, task.deadline)
    try:
        policy = live.planned()
        filters = zones.filters(policy)
        if not filters:
            zones.end_rest(ZoneState.NOTHING, [NOTHING_DENIED])
        since = rules_since(task.found, task.clock.now())
        attempts = read_attempts(task.plan.attempts)
        check = _Check(task, zones, filters, task.policies.comparison(policy), since, attempts)
        task.workers([partial(check.look, zone) for zone in zones.waiting])
    except NfwReconcileError as problem:
        zones.end_rest(state_after(problem, sent=False), [str(each) for each in problem.problems])
    return FirewallOutcome(task.plan, task.plan.stream_exception_policy, zones.results)


@dataclass(frozen=True, slots=True)
class _Check:
    """What all zones are looked at with."""

    task: FirewallTask
    zones: Zones
    filters: Sequence[FlowFilter]
    comparison: Comparison
    since: Since
    attempts: tuple[Attempts, ...]

    def look(self, zone: str) -> None:
        """Capture a zone, judge it, and give it its result."""
        options, record = self.task.options, self.zones.records[zone]
        record.proof = self.since.how
        try:
            found = capture(self.zones.lane(zone), self.filters, options.minimum_age)
        except NfwReconcileError as problem:
            record.explain(problem)
            self.zones.end(zone, state_after(problem, sent=False))
            return
        record.add_capture(found)
        sighting = judge(
            found,
            self.comparison,
            self.since.at,
            flush_possible=options.flush_possible,
            attempts=self.attempts,
        )
        record.first_seen(sighting)
        record.verified(sighting)
        self.zones.end(zone, _verdict(found, alive=bool(sighting.cut)))


def _verdict(found: Capture, *, alive: bool) -> ZoneState:
    if alive:
        return ZoneState.SURVIVORS
    return ZoneState.NOTHING if found.complete else ZoneState.UNPROVEN


@dataclass(frozen=True, slots=True)
class Observation:
    """The live flows of a firewall, each once, as the side that began it is taken to list it.

    ``problems`` say which flows may be missing; ``since`` from when on the live rules are taken to decide.
    ``attempts`` are denied flows that look like blocked attempts; they are not among ``flows``.
    """

    flows: tuple[CapturedFlow, ...]
    zones: tuple[str, ...]
    since: Since
    problems: tuple[str, ...]
    attempts: tuple[CapturedFlow, ...] = ()

    @property
    def complete(self) -> bool:
        """Say whether no flow can be missing."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class Observer:
    """Captures all zones of a firewall, one after the other; nothing is changed."""

    service: FlowService
    clock: Clock
    options: ActOptions

    def observe(
        self,
        firewall_arn: str,
        filters: Sequence[FlowFilter],
        comparison: Comparison,
        attempts: Sequence[Attempts] = (),
    ) -> Observation:
        """Give the flows that the filters match; ``comparison`` tells which side of a flow began it.

        Denied flows that look like one of ``attempts`` are told apart.
        Raises ``ServiceError`` where the firewall cannot be read; a zone that cannot be captured is a problem.
        """
        deadline = Deadline.after(self.clock, self.options.timeout)
        found = self._find(firewall_arn, deadline)
        since = rules_since(found, self.clock.now())
        chosen = scopes(found, include_associations=self.options.include_associations)
        flows: list[CapturedFlow] = []
        blocked: list[CapturedFlow] = []
        problems: list[str] = []
        for zone, scope in chosen.items():
            if scope is None or not filters:
                continue
            lane = Lane(self.service, firewall_arn, scope, self.clock, deadline, self.options.pace)
            try:
                seen = capture(lane, filters, self.options.minimum_age)
            except ServiceError as problem:
                problems.append(f"{zone}: {problem}")
                continue
            problems += [f"{zone}: {text}" for text in seen.problems]
            for flow in judge(seen, comparison, since.at, attempts=attempts).flows:
                (blocked if flow.attempt else flows).append(flow.initiating)
        zones = tuple(zone for zone, scope in chosen.items() if scope is not None)
        return Observation(tuple(flows), zones, since, tuple(problems), tuple(blocked))

    def _find(self, firewall_arn: str, deadline: Deadline) -> Configuration:
        pace = self.options.pace
        until = deadline.within(pace.preflight)
        snapshot = patiently(lambda: self.service.configuration(firewall_arn), until, pace.poll)
        return read_configuration(snapshot, firewall_arn)
