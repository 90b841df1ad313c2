"""Flows that are born, tried in vain, or die, at every instant around sync, capture and flush."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.emulator.clients import Client, ClientState
from nfw_reconcile.emulator.settings import (
    AgeMode,
    EmulatorSettings,
    OperationSettings,
    SyncSettings,
    TableSettings,
)
from tests.checker import FLUSH
from tests.simulation.invariants import invariants, passing
from tests.simulation.scenarios import IDLE_TIMEOUT
from tests.simulation.simulation import account, simulate
from tests.tiers import Tier
from tests.unit.act.scene import ALLOWED, A, flow

if TYPE_CHECKING:
    from tests.simulation.simulation import Outcome, Simulation

SYNC: Final = 7.3
"""Seconds after the update at which the zone runs it: between two reads of the gate."""

SEEN: Final = 10.0
"""Seconds after which the gate sees that: it reads every 5 s."""

ROUNDING: Final = 2.0
"""Ages are whole seconds, and a flush finds its flows half a second after it was sent."""

LAST: Final = 40.0
"""Seconds after which a run is over, whatever it is disturbed by here."""

STEPS: Final = {Tier.QUICK: 7.3, Tier.FULL: 0.5, Tier.SOAK: 0.1}


def instants(tier: Tier) -> list[float]:
    step = STEPS[tier]
    return [step * (1 + number) for number in range(int(LAST / step))]


def world(mode: AgeMode, stubs: float) -> EmulatorSettings:
    return EmulatorSettings(
        sync=SyncSettings(delay=SYNC),
        operations=OperationSettings(age=mode),
        tables=TableSettings(stub_seconds=stubs),
    )


def starting(host: int, port: int, after: float) -> Client:
    """Build a client that connects after so many seconds, tries again as often, and talks as often."""
    return Client(flow(host, port), after, reconnects=True, port_step=0, state=ClientState.REFUSED)


def born(after: float, mode: AgeMode, stubs: float) -> Simulation:
    """One flow that must go, one that must stay, and one of each that is born later."""
    scene, wires = account(world(mode, stubs))
    scene.add_flows(1)
    sim = simulate(scene, wires)
    for port in (5432, ALLOWED):
        scene.emulator.add_client(A, starting(9, port, after))
    return sim


def dying(after: float, mode: AgeMode) -> Simulation:
    """A flow of each kind that has been silent, and times out after so many seconds; and others."""
    scene, wires = account(world(mode, 0.0))
    scene.put(A, [flow(9), flow(9, ALLOWED)])
    scene.clock.sleep(IDLE_TIMEOUT - after)
    scene.add_flows(2)
    return simulate(scene, wires)


def allowed_alive(outcome: Outcome) -> int:
    return sum(not outcome.simulation.may_flush(each) for each in outcome.simulation.scene.live(A))


@pytest.mark.parametrize("stubs", [0.0, 60.0])
@pytest.mark.parametrize("mode", AgeMode)
def test_flows_may_be_born_at_any_instant(mode: AgeMode, stubs: float, tier: Tier) -> None:
    for after in instants(tier):
        outcome = born(after, mode, stubs).run()
        assert invariants(outcome) == [], f"born after {after:g} s"
        assert outcome.exit_code in {0, 6}
        if mode is AgeMode.SINCE_FIRST_PACKET:
            assert (outcome.exit_code, passing(outcome, A)) == (0, set()), f"born after {after:g} s"


@pytest.mark.parametrize("mode", AgeMode)
def test_flows_may_die_at_any_instant(mode: AgeMode, tier: Tier) -> None:
    for after in instants(tier):
        outcome = dying(after, mode).run()
        assert invariants(outcome) == [], f"dead after {after:g} s"
        assert allowed_alive(outcome) in {2, 3}
        assert outcome.exit_code == 0, f"dead after {after:g} s"


def test_no_flow_that_was_born_under_the_new_rules_is_flushed(tier: Tier) -> None:
    """Such a flow can only be a blocked attempt; whoever flushes it, flushes too much."""
    for after in instants(tier):
        outcome = born(after, AgeMode.SINCE_FIRST_PACKET, 60.0).run()
        sim = outcome.simulation
        for flush in sim.scene.emulator.flow_operations:
            if flush.type == FLUSH and flow(9) in flush.touched:
                assert after < SEEN + ROUNDING, f"born after {after:g} s"
