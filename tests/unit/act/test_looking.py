from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.act.attempts import Attempts
from nfw_reconcile.act.looking import Observer
from nfw_reconcile.act.options import ActOptions
from nfw_reconcile.act.run import RunName, verify_plan
from nfw_reconcile.emulator.faults import ACCESS_DENIED, FaultRule, nth
from nfw_reconcile.emulator.outcomes import OperationType, OutcomeRule, with_errors
from nfw_reconcile.emulator.settings import EmulatorSettings
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.model.plan_document import AttemptRule
from nfw_reconcile.model.result_document import ZoneState
from tests.checker import flushes_asked
from tests.unit.act.scene import (
    CAPTURE_FILTERS,
    NEW_RULES,
    OLD_RULES,
    ZONES,
    A,
    Scene,
    compiled,
    flow,
    messages,
    states,
    tight,
    zone_of,
)

if TYPE_CHECKING:
    from nfw_reconcile.model.result_document import ResultDocument

OPTIONS = ActOptions(parallel=False)


def verify(scene: Scene, options: ActOptions = OPTIONS) -> ResultDocument:
    return verify_plan(scene.plan(), scene.services(), scene.clock, options, RunName("run-1", "0"))


def test_denied_flows_that_live_are_told_and_nothing_is_flushed() -> None:
    scene = tight()
    scene.clock.sleep(100)
    result = verify(scene)
    assert (result.command, result.exit_code) == ("verify", 6)
    assert states(result) == [ZoneState.SURVIVORS] * 3
    assert [len(zone_of(result, zone).survivors) for zone in ZONES] == [3] * 3
    assert flushes_asked(scene.emulator) == 0
    assert scene.journal.events == []


def test_after_a_run_nothing_is_left() -> None:
    scene = tight()
    scene.apply()
    result = verify(scene)
    assert (result.exit_code, states(result)) == (0, [ZoneState.NOTHING] * 3)
    assert zone_of(result, A).verified_at is not None


def test_a_capture_that_may_lack_flows_proves_nothing() -> None:
    scene = tight()
    scene.apply()
    rule = OutcomeRule(with_errors(), OperationType.CAPTURE)
    scene.emulator.outcomes.add(rule)
    assert verify(scene).exit_code == 6


def test_flows_from_before_the_modification_count_as_old_and_the_time_is_told() -> None:
    scene = tight()
    scene.clock.sleep(20)
    scene.put(A, [flow(99)], age=10)
    result = verify(scene)
    assert "10.0.0.99" not in {row.flow.source for row in zone_of(result, A).survivors}
    assert "last modification of the rules, at 2026-01-01T00:00:00Z" in zone_of(result, A).proof


def test_where_no_modification_is_told_a_minute_stands_in() -> None:
    scene = tight(EmulatorSettings(tells_modification=False))
    scene.clock.sleep(200)
    scene.put(A, [flow(98)], age=61)
    scene.put(A, [flow(99)], age=50)
    result = verify(scene)
    survivors = {row.flow.source for row in zone_of(result, A).survivors}
    assert "10.0.0.98" in survivors
    assert "10.0.0.99" not in survivors
    assert "60 seconds" in zone_of(result, A).proof


def test_another_live_policy_is_refused() -> None:
    scene = tight()
    scene.tighten(OLD_RULES)
    result = verify(scene)
    assert (result.exit_code, states(result)) == (3, [ZoneState.REFUSED] * 3)


def test_a_zone_that_cannot_be_captured_is_told() -> None:
    scene = tight()
    scene.emulator.faults.add(FaultRule(ACCESS_DENIED, "StartFlowCapture", nth(1)))
    result = verify(scene)
    assert zone_of(result, A).state is ZoneState.FAILED
    assert "network-firewall:StartFlowCapture" in messages(result)


def test_a_plan_that_denies_nothing_needs_no_look() -> None:
    scene = tight()
    plan = scene.plan(capture_filters=())
    result = verify_plan(plan, scene.services(), scene.clock, OPTIONS, RunName("run-1", "0"))
    assert states(result) == [ZoneState.NOTHING] * 3
    assert scene.emulator.flow_operations == ()


def test_what_looks_like_a_blocked_attempt_is_no_survivor_and_is_told() -> None:
    scene = tight()
    scene.clock.sleep(100)
    scene.put(A, [flow(90), flow(91)], age=110, packets=7)
    scene.put(A, [flow(92)], age=110, packets=8)
    plan = scene.plan(attempts=(AttemptRule(7, 127, None),))
    result = verify_plan(plan, scene.services(), scene.clock, OPTIONS, RunName("run-1", "0"))
    survivors = {row.flow.source for row in zone_of(result, A).survivors}
    assert survivors.isdisjoint({"10.0.0.90", "10.0.0.91"})
    assert "10.0.0.92" in survivors
    assert any("2 denied flows look like blocked attempts" in text for text in zone_of(result, A).messages)


# Looking before a plan


@pytest.fixture
def comparison() -> Comparison:
    return Comparison(compiled(OLD_RULES), compiled(NEW_RULES))


def test_all_zones_are_observed(comparison: Comparison) -> None:
    scene = tight()
    found = Observer(scene.service, scene.clock, OPTIONS).observe(scene.firewall, CAPTURE_FILTERS, comparison)
    assert (found.complete, found.zones, len(found.flows)) == (True, ZONES, 18)
    assert {each.zone for each in found.flows} == set(ZONES)


def test_a_connection_listed_both_ways_is_observed_once(comparison: Comparison) -> None:
    scene = tight()
    scene.put(A, [flow(1).reversed()])
    found = Observer(scene.service, scene.clock, OPTIONS).observe(scene.firewall, CAPTURE_FILTERS, comparison)
    assert [each.tuple for each in found.flows if each.tuple.canonical() == flow(1).canonical()] == [flow(1)]


def test_blocked_attempts_are_told_apart(comparison: Comparison) -> None:
    scene = tight()
    scene.put(A, [flow(90)], age=5, packets=1)
    few = Attempts(7, 127, None)
    observer = Observer(scene.service, scene.clock, OPTIONS)
    found = observer.observe(scene.firewall, CAPTURE_FILTERS, comparison, [few])
    assert ([each.tuple for each in found.attempts], len(found.flows)) == ([flow(90)], 18)


def test_what_could_not_be_observed_is_told(comparison: Comparison) -> None:
    scene = tight()
    scene.emulator.faults.add(FaultRule(ACCESS_DENIED, "StartFlowCapture", nth(2)))
    scene.emulator.outcomes.add(OutcomeRule(with_errors(), OperationType.CAPTURE))
    found = Observer(scene.service, scene.clock, OPTIONS).observe(scene.firewall, CAPTURE_FILTERS, comparison)
    assert not found.complete
    assert {text.partition(":")[0] for text in found.problems} == set(ZONES)


def test_without_filters_there_is_nothing_to_observe(comparison: Comparison) -> None:
    scene = tight()
    found = Observer(scene.service, scene.clock, OPTIONS).observe(scene.firewall, (), comparison)
    assert (found.flows, found.complete) == ((), True)
    assert scene.emulator.flow_operations == ()
