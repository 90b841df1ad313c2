"""Skipped runs, and what sweeps make of them: on the emulator, through botocore's own serialisers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from nfw_reconcile.act.looking import Since
from nfw_reconcile.act.options import ActOptions
from nfw_reconcile.aws.local import local_clients
from nfw_reconcile.aws.service import AwsFlowService
from nfw_reconcile.emulator.clock import VirtualClock
from nfw_reconcile.emulator.faults import ACCESS_DENIED, FaultRule, nth
from nfw_reconcile.emulator.settings import EmulatorSettings
from nfw_reconcile.emulator.transport import attach
from nfw_reconcile.errors import ServiceError, UsageError
from nfw_reconcile.model.plan_document import AttemptRule
from nfw_reconcile.model.result_document import ZoneState
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.pipeline.acting import Process, apply, verify
from nfw_reconcile.pipeline.saved import document_bytes, saved_document
from nfw_reconcile.pipeline.sweeping import Sweep, attempt_rules, make_sweep
from tests.bodies import ACTION, REGION, STRICT
from tests.checker import flushes_asked
from tests.drifting import ATTEMPTED, DATABASE, DRIFTED, KEPT, VPC, WEB, ZONES, Drifting, connection, drifting
from tests.unit.act.scene import MemoryJournal

if TYPE_CHECKING:
    from nfw_reconcile.model.documents import FlowRow
    from nfw_reconcile.model.plan_document import FlowsSeen, PlanDocument
    from nfw_reconcile.model.result_document import ResultDocument

OPTIONS: Final = ActOptions(parallel=False)


@dataclass
class Site:
    """The firewall with everything that a command needs to reach it."""

    clock: VirtualClock
    firewall: Drifting
    service: AwsFlowService
    asked_for: list[str | None] = field(default_factory=list)

    def service_of(self, region: str | None) -> AwsFlowService:
        self.asked_for.append(region)
        return self.service

    def sweep(self, **asked: Any) -> PlanDocument:  # noqa: ANN401 - the fields of a Sweep
        found = Sweep(self.firewall.arn, **asked)
        document = make_sweep(found, self.service_of, self.clock, OPTIONS, created_at="2026-01-01T00:00:00Z")
        read = saved_document(document_bytes(document), "sweep.plan")
        assert read == document
        return document

    def apply(self, plan: PlanDocument, **options: Any) -> ResultDocument:  # noqa: ANN401
        process = Process("run", self.clock, MemoryJournal())
        given = replace(OPTIONS, **options)
        return apply(plan, service_for=lambda _: self.service, process=process, options=given)

    def verify(self, plan: PlanDocument) -> ResultDocument:
        return verify(plan, service_for=lambda _: self.service, clock=self.clock, options=OPTIONS)

    def try_in_vain(self) -> None:
        """Attempt what the rules deny; an entry is left behind."""
        assert not self.firewall.emulator.attempt(ZONES[0], ATTEMPTED)


def site(order: str, settings: EmulatorSettings | None = None) -> Site:
    clock = VirtualClock()
    firewall = drifting(order, clock.now, settings)
    clients = local_clients(REGION)
    for client in clients.every:
        attach(client, firewall.emulator, sleep=clock.sleep)
    return Site(clock, firewall, AwsFlowService(clients))


def skipped(order: str, settings: EmulatorSettings | None = None) -> Site:
    """Give a site whose rules were tightened two minutes ago, and where nothing was flushed."""
    found = site(order, settings)
    found.firewall.tighten()
    found.clock.sleep(120)
    return found


def seen(document: PlanDocument) -> FlowsSeen:
    (plan,) = document.firewalls
    assert plan.flows is not None
    return plan.flows


def ends(rows: tuple[FlowRow, ...]) -> set[tuple[str, int]]:
    return {(row.flow.source, row.flow.destination_port) for row in rows}


def states(result: ResultDocument) -> set[ZoneState]:
    return {zone.state for firewall in result.firewalls for zone in firewall.zones}


@pytest.mark.parametrize("order", [STRICT, ACTION])
def test_a_skipped_run_is_found_flushed_and_gone(order: str) -> None:
    found = skipped(order)
    found.try_in_vain()

    plan = found.sweep()

    drift, alive = seen(plan), found.firewall.alive()
    assert ends(drift.rows) == {("10.0.0.1", DATABASE), ("10.0.0.2", DATABASE)}
    assert all(row.flush for row in drift.rows)
    assert (ends(drift.attempts), drift.attempts[0].flush) == ({("10.0.0.99", DATABASE)}, False)
    assert (drift.complete, found.asked_for) == (True, [REGION])
    assert flushes_asked(found.firewall.emulator) == 0

    result = found.apply(plan)

    assert (result.exit_code, states(result)) == (0, {ZoneState.VERIFIED})
    assert found.firewall.flushed() == set(DRIFTED.values())
    assert found.firewall.alive() == alive - set(DRIFTED.values())
    assert found.firewall.violations() == []

    again = found.sweep()

    assert seen(again).rows == ()
    assert found.apply(again).exit_code == 0
    assert found.firewall.flushed() == set(DRIFTED.values())


@pytest.mark.parametrize("order", [STRICT, ACTION])
def test_where_nothing_was_skipped_there_is_no_drift(order: str) -> None:
    found = site(order)
    plan = found.sweep()
    assert (seen(plan).rows, seen(plan).attempts) == ((), ())
    assert states(found.apply(plan)) == {ZoneState.NOTHING}
    assert flushes_asked(found.firewall.emulator) == 0
    assert found.firewall.alive() == {*DRIFTED.values(), *KEPT.values()}


def test_apply_leaves_blocked_attempts_alone_and_says_so() -> None:
    found = skipped(STRICT)
    found.try_in_vain()
    plan = found.sweep()
    found.try_in_vain()
    found.clock.sleep(10)

    result = found.apply(plan)

    assert result.exit_code == 0
    assert ATTEMPTED in found.firewall.alive()
    (told,) = (
        text
        for zone in result.firewalls[0].zones
        for text in zone.messages
        if "look like blocked attempts" in text
    )
    assert told.startswith("1 ")


def test_one_that_lives_on_is_an_attempt_no_more() -> None:
    found = skipped(STRICT)
    long_blocked = connection(98, DATABASE)
    found.firewall.emulator.put_flow(ZONES[0], long_blocked, age=90, packets=16)
    assert len(seen(found.sweep()).attempts) == 1
    for _ in range(2):
        found.clock.sleep(250)
        found.firewall.emulator.traffic(ZONES[0], long_blocked)
    plan = found.sweep()
    assert ("10.0.0.98", DATABASE) in ends(seen(plan).rows)
    assert found.apply(plan).exit_code == 0
    assert long_blocked in found.firewall.flushed()


def test_a_flow_from_before_the_rules_is_no_attempt_however_few_its_packets() -> None:
    found = skipped(STRICT)
    found.firewall.emulator.put_flow(ZONES[0], connection(97, DATABASE), age=128, packets=2)
    assert ("10.0.0.97", DATABASE) in ends(seen(found.sweep()).rows)


def test_where_no_modification_is_told_a_minute_stands_in() -> None:
    found = skipped(STRICT, EmulatorSettings(tells_modification=False))
    for host, age in ((97, 61), (98, 50)):
        found.firewall.emulator.put_flow(ZONES[0], connection(host, DATABASE), age=age, packets=16)
    plan = found.sweep()
    assert ends(seen(plan).attempts) == {("10.0.0.98", DATABASE)}
    assert ("10.0.0.97", DATABASE) in ends(seen(plan).rows)
    assert any("60 seconds" in remark.text for remark in plan.firewalls[0].remarks)


def test_the_plan_says_that_it_is_a_sweep_and_what_it_goes_by() -> None:
    plan = skipped(STRICT).sweep()
    told = " ".join(remark.text for remark in plan.firewalls[0].remarks)
    assert "this is a sweep" in told
    assert "last modification of the rules, at 2026-01-01T00:00:00Z" in told
    assert plan.firewalls[0].attempts == (
        AttemptRule(7, 127, None),
        AttemptRule(16, 477, "2026-01-01T00:00:00Z"),
    )
    assert (plan.firewalls[0].rule_changes, plan.firewalls[0].setting_changes) == ((), ())


def test_a_policy_that_has_changed_since_is_refused() -> None:
    found = skipped(STRICT)
    plan = found.sweep()
    found.firewall.set_rules(found.firewall.rules.old)
    found.clock.sleep(120)
    result = found.apply(plan)
    assert (result.exit_code, states(result)) == (3, {ZoneState.REFUSED})
    assert flushes_asked(found.firewall.emulator) == 0


def test_the_limits_hold_for_a_sweep_too() -> None:
    found = skipped(STRICT)
    limits = replace(OPTIONS.limits, max_flows=1)
    result = found.apply(found.sweep(), limits=limits)
    assert (result.exit_code, flushes_asked(found.firewall.emulator)) == (3, 0)


def test_a_plan_that_was_edited_is_refused() -> None:
    found = skipped(STRICT)
    plan = found.sweep()
    loosened = replace(plan, firewalls=(replace(plan.firewalls[0], attempts=()),))
    with pytest.raises(Exception, match="SHA-256 does not fit"):
        found.apply(loosened)


def test_verify_counts_no_attempt_as_a_survivor() -> None:
    found = skipped(STRICT)
    found.try_in_vain()
    plan = found.sweep()
    before = found.verify(plan)
    assert {row.flow.source for zone in before.firewalls[0].zones for row in zone.survivors} == {
        "10.0.0.1",
        "10.0.0.2",
    }
    found.apply(plan)
    assert found.verify(plan).exit_code == 0


def test_a_flow_listed_both_ways_is_one_flow_and_stays_where_one_side_may_begin_it() -> None:
    found = skipped(STRICT)
    for zone in ZONES:
        for each in (DRIFTED[zone], KEPT[zone]):
            found.firewall.emulator.put_flow(zone, each.reversed(), age=300, packets=40)
    plan = found.sweep()
    assert ends(seen(plan).rows) == {("10.0.0.1", DATABASE), ("10.0.0.2", DATABASE)}
    assert found.apply(plan).exit_code == 0
    kept = {way for each in KEPT.values() for way in (each, each.reversed())}
    assert found.firewall.alive() == kept


def test_flows_that_the_other_side_may_begin_are_told() -> None:
    found = skipped(STRICT)
    assert not any("had begun them" in remark.text for remark in found.sweep().firewalls[0].remarks)
    found.firewall.emulator.put_flow(ZONES[0], connection(50, WEB).reversed(), age=300, packets=40)
    told = [remark.text for remark in found.sweep().firewalls[0].remarks if "had begun them" in remark.text]
    assert told == ["1 of the flows to flush would be allowed if their destination had begun them."]


def test_a_zone_that_cannot_be_captured_is_told() -> None:
    found = skipped(STRICT)
    found.firewall.emulator.faults.add(FaultRule(ACCESS_DENIED, "StartFlowCapture", nth(1)))
    drift = seen(found.sweep())
    assert not drift.complete
    assert ZONES[0] in drift.source
    assert ends(drift.rows) == {("10.0.0.2", DATABASE)}


def test_home_net_may_be_given_where_nothing_else_gives_it() -> None:
    found = skipped(STRICT)
    found.firewall.emulator.set_vpc(VPC, ())
    lost = found.sweep()
    undecided = tuple(row for row in seen(lost).rows if row.effect is Effect.UNDECIDED)
    assert ends(undecided) == {("10.0.0.1", WEB), ("10.0.0.2", WEB)}
    assert any("HOME_NET" in remark.text for remark in lost.firewalls[0].remarks)
    plan = found.sweep(home_net=("10.0.0.1/32",))
    assert ends(seen(plan).rows) == {("10.0.0.1", DATABASE), ("10.0.0.2", DATABASE), ("10.0.0.2", WEB)}
    assert found.apply(plan, dry_run=True).exit_code == 0


@pytest.mark.parametrize("arn", ["main", "arn:aws:network-firewall:eu-west-1:111122223333:firewall-policy/x"])
def test_what_is_no_firewall_is_refused(arn: str) -> None:
    found = site(STRICT)
    with pytest.raises(UsageError, match="not the ARN of a firewall"):
        make_sweep(Sweep(arn), found.service_of, found.clock, OPTIONS, created_at="2026-01-01T00:00:00Z")
    assert found.asked_for == []


def test_a_firewall_that_is_not_there_is_told() -> None:
    found = site(STRICT)
    with pytest.raises(ServiceError):
        make_sweep(
            Sweep(found.firewall.arn + "-2"),
            found.service_of,
            found.clock,
            OPTIONS,
            created_at="2026-01-01T00:00:00Z",
        )


@pytest.mark.parametrize(("at", "text"), [(1000.0, "1970-01-01T00:16:40Z"), (1000.1, "1970-01-01T00:16:41Z")])
def test_what_is_born_in_the_second_of_the_modification_is_no_attempt(at: float, text: str) -> None:
    _, under_the_rules = attempt_rules(Since(at, ""), 60)
    assert under_the_rules == AttemptRule(16, 187, text)
