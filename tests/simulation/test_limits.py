"""Limits just kept and just exceeded, however the account changes between the plan and the run."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.model.documents import Limits
from nfw_reconcile.model.result_document import ZoneState
from tests.checker import flushes_asked
from tests.simulation.invariants import invariants
from tests.simulation.mishaps import Case, clean_calls
from tests.simulation.scenarios import Scenario
from tests.simulation.simulation import Strike, account, simulate
from tests.tiers import Tier
from tests.unit.act.scene import A, B, flow, states

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.simulation import Outcome, Simulation

COUNT: Final = 3
"""Flows of each kind in each of the two zones: 6 to be flushed, 12 to be captured."""

SUM: Final = 2 * COUNT


def two_zones(limits: Limits) -> Simulation:
    scene, wires = account(zones=2)
    scene.add_flows(COUNT)
    return simulate(scene, wires, limits=limits)


def only(flows: int = 1000, percent: float | None = None) -> Limits:
    return Limits(flows, percent, (), ())


KEPT: Final = [only(SUM), only(SUM + 1), only(percent=50.0), only(percent=50.1), only(percent=100.0)]
KEPT_PROTECTED: Final = [
    Limits(1000, None, ("10.1.0.0/16",), ()),
    Limits(1000, None, (), ("443", "5431", "5433:6000")),
]
EXCEEDED: Final = [only(0), only(SUM - 1), only(percent=0.0), only(percent=49.9)]
EXCEEDED_PROTECTED: Final = [
    Limits(1000, None, ("192.0.2.0/24",), ()),
    Limits(1000, None, ("10.0.0.6/32",), ()),
    Limits(1000, None, (), ("5000:5432",)),
    Limits(1000, None, (), ("40000",)),
]


def refused(outcome: Outcome) -> bool:
    return outcome.exit_code == 3 and flushes_asked(outcome.simulation.scene.emulator) == 0


@pytest.mark.parametrize("limits", KEPT + KEPT_PROTECTED, ids=str)
def test_limits_that_are_kept_are_no_obstacle(limits: Limits) -> None:
    outcome = two_zones(limits).run()
    assert (outcome.exit_code, invariants(outcome)) == (0, [])


@pytest.mark.parametrize("limits", EXCEEDED + EXCEEDED_PROTECTED, ids=str)
def test_over_a_limit_nothing_is_sent_at_all(limits: Limits) -> None:
    outcome = two_zones(limits).run()
    assert refused(outcome)
    assert invariants(outcome) == []


def at_the_limit() -> Simulation:
    return two_zones(only(SUM))


def one_of_two() -> Simulation:
    """Two zones, one of which is not there yet."""
    scene, wires = account(zones=2)
    scene.add_flows(COUNT)
    sim = simulate(scene, wires)
    del scene.emulator.world.firewalls[scene.firewall].deployments[B]
    return sim


def calls_until(
    world: Callable[[], Simulation], operation: str, tier: Tier, zone: str | None = None
) -> range:
    """Give the calls up to the last one of an operation (in a zone) of an undisturbed run, or some of them."""
    found = [
        call.number
        for call in clean_calls(Scenario(world.__name__, world))
        if call.operation == operation
        and call.logged is not None
        and zone in {None, call.logged.input.get("AvailabilityZone")}
    ]
    return range(1, max(found) + 1, 9 if tier is Tier.QUICK else 1)


@pytest.mark.parametrize("count", [1, 2])
def test_flows_that_come_before_the_last_look_are_within_the_limit_or_stop_the_run(
    count: int, tier: Tier
) -> None:
    """They are as old as the rest, as if no earlier capture had seen them: the limit is all that saves them."""
    late = [flow(50 + host) for host in range(count)]
    for number in calls_until(at_the_limit, "StartFlowCapture", tier, A):
        sim = two_zones(only(SUM + 1))
        sim.at_call(number, partial(sim.scene.put, A, late))
        outcome = sim.run()
        assert invariants(outcome) == [], f"call {number}"
        assert outcome.exit_code in {0, 3, 6}


def test_a_lost_reply_does_not_make_room_in_the_budget(tier: Tier) -> None:
    for number in calls_until(at_the_limit, "StartFlowCapture", tier, A):
        sim = two_zones(only(SUM))
        Case("", "TIMEOUT_AFTER", Strike(number)).install(sim)
        sim.at_call(number, partial(sim.scene.put, A, [flow(60)]))
        assert invariants(sim.run()) == [], f"call {number}"


def test_a_zone_that_comes_late_is_told_and_left_alone(tier: Tier) -> None:
    """From the moment the zones of the run are known: a zone that is there before that is one of them."""
    for number in calls_until(one_of_two, "DescribeFirewall", tier):
        sim = one_of_two()
        deployments = sim.scene.emulator.world.firewalls[sim.scene.firewall].deployments
        late = replace(deployments[A], endpoint=replace(deployments[A].endpoint, id="vpce-0late", zone=B))
        sim.at_call(number, partial(deployments.update, {B: late}))
        outcome = sim.run()
        assert invariants(outcome) == [], f"call {number}"
        assert outcome.result is not None
        found = states(outcome.result)
        assert set(found) <= {ZoneState.VERIFIED, ZoneState.NOTHING, ZoneState.SKIPPED}
        assert outcome.exit_code == (4 if ZoneState.SKIPPED in found else 0)
