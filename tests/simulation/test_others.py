"""Somebody else at work on the same firewall at any call, and a journal that cannot be written at any event."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest

from nfw_reconcile.emulator.faults import TIMEOUT
from nfw_reconcile.emulator.outcomes import NEVER_ENDS
from nfw_reconcile.emulator.replies import Answer
from nfw_reconcile.emulator.settings import EmulatorSettings, OperationSettings
from tests.checker import flushes
from tests.simulation.invariants import invariants
from tests.simulation.mishaps import clean_calls
from tests.simulation.scenarios import SCENARIOS, Scenario
from tests.simulation.simulation import Strike, account, simulate
from tests.tiers import Tier
from tests.unit.act.scene import A

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

OTHER_FLOWS: Final[dict[str, Any]] = {
    "FlowFilters": [{"SourceAddress": {"AddressDefinition": "10.9.0.0/16"}}]
}
OUR_FLOWS: Final[dict[str, Any]] = {
    "FlowFilters": [
        {"SourceAddress": {"AddressDefinition": "10.0.0.0/8"}, "DestinationPort": "5432", "Protocols": ["6"]}
    ],
    "MinimumFlowAgeInSeconds": 1,
}
OPERATIONS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "a capture": ("StartFlowCapture", OTHER_FLOWS),
    "a flush of other flows": ("StartFlowFlush", OTHER_FLOWS),
    "a flush of the same flows": ("StartFlowFlush", OUR_FLOWS),
}


def world() -> Simulation:
    operations = OperationSettings(duration=9.0)
    scene, wires = account(EmulatorSettings(operations=operations))
    scene.add_flows()
    return simulate(scene, wires)


def calls(tier: Tier) -> range:
    return range(1, len(clean_calls(Scenario("others", world))) + 1, 8 if tier is Tier.QUICK else 1)


def begin(sim: Simulation, operation: str, asked: dict[str, Any]) -> str | None:
    """Let somebody else begin an operation, unless the zone is held."""
    given = {"FirewallArn": sim.scene.firewall, "AvailabilityZone": A, **asked}
    reply = sim.scene.emulator.call(operation, given)
    if not isinstance(reply, Answer):
        return None
    identity = str(reply.body["FlowOperationId"])
    sim.foreign.add(identity)
    return identity


@pytest.mark.parametrize("what", OPERATIONS)
def test_others_may_begin_an_operation_at_any_call(what: str, tier: Tier) -> None:
    operation, asked = OPERATIONS[what]
    for number in calls(tier):
        sim = world()
        sim.at_call(number, partial(begin, sim, operation, asked))
        outcome = sim.run()
        assert (invariants(outcome), outcome.exit_code) == ([], 0), f"call {number}"


def begin_for_ever(sim: Simulation) -> None:
    """Let somebody else begin a capture that never ends."""
    sim.end_operations(NEVER_ENDS, Strike(0))  # of no call of the run, so theirs
    begin(sim, *OPERATIONS["a capture"])


def test_an_operation_of_others_that_never_ends_holds_up_and_is_told(tier: Tier) -> None:
    for number in calls(tier):
        sim = world()
        sim.at_call(number, partial(begin_for_ever, sim))
        outcome = sim.run()
        assert invariants(outcome) == [], f"call {number}"
        assert outcome.exit_code in {0, 6, 8}, f"call {number}"


def test_a_flush_of_others_is_not_taken_for_one_that_was_lost() -> None:
    """Ours never arrived; theirs is listed, of the same kind, new, and with other filters."""
    flush = next(
        call.number for call in clean_calls(Scenario("others", world)) if call.operation == "StartFlowFlush"
    )
    for asked in (OTHER_FLOWS, OUR_FLOWS):
        sim = world()
        sim.strike(TIMEOUT, Strike(flush))
        sim.at_call(flush, partial(begin, sim, "StartFlowFlush", asked), after=True)
        outcome = sim.run()
        assert invariants(outcome) == []
        assert outcome.exit_code == 5
        assert [each.id for each in flushes(sim.scene.emulator)] == list(sim.foreign)


@pytest.mark.parametrize("name", ["one zone", "three zones", "two batches", "second round"])
def test_the_journal_may_fail_at_any_event(name: str) -> None:
    """What was sent is told all the same, and what was not written down is not sent."""
    scenario = SCENARIOS[name]
    whole = scenario.simulation()
    whole.run()
    for number in range(1, len(whole.journal.events) + 1):
        sim = scenario.simulation()
        sim.journal.fails_at = number
        outcome = sim.run()
        assert invariants(outcome) == [], f"event {number}: {type(whole.journal.events[number - 1]).__name__}"
