"""Perils on the way to sync: zones that lag, say too much or change their mind, and flows that are born meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from nfw_reconcile.emulator.clients import Client, ClientState
from nfw_reconcile.emulator.settings import (
    AgeMode,
    EmulatorSettings,
    OperationSettings,
    Summary,
    SyncSettings,
    TableSettings,
)
from tests.checker import FLUSH
from tests.simulation.perils.common import CAPTURE, ended, number_of
from tests.simulation.scenarios import one_zone
from tests.simulation.simulation import account, simulate
from tests.unit.act.scene import ALLOWED, DENIED, A, B, flow

LATE: Final = 33.0
"""Seconds after the update at which a lagging zone runs it."""

BORN_EARLY, BORN_LATE = 21.0, 42.0
"""Between the begin of the run and sync; between the capture and the flush."""


def lagging(sync: SyncSettings) -> list[str]:
    scene, wires = account(EmulatorSettings(sync=replace(sync, delay=LATE)))
    scene.add_flows()
    return ended(simulate(scene, wires))


def a_zone_lags() -> list[str]:
    return lagging(SyncSettings())


def a_zone_tells_of_the_change_late() -> list[str]:
    """For some seconds it is IN_SYNC with the version before."""
    return lagging(SyncSettings(pending_lag=25.0))


def the_summary_says_in_sync_too_early() -> list[str]:
    return lagging(SyncSettings(summary=Summary.ALWAYS_IN_SYNC))


def a_zone_is_in_sync_at_every_second_look() -> list[str]:
    scene, wires = account(EmulatorSettings(sync=SyncSettings(flapping_zones=frozenset({A}))))
    scene.add_flows()
    return ended(simulate(scene, wires), exit_code=4)


def a_zone_never_gets_in_sync() -> list[str]:
    """The other one does, and is done; the exit code has to tell."""
    scene, wires = account(EmulatorSettings(sync=SyncSettings(stuck_zones=frozenset({A}))), zones=2)
    scene.add_flows()
    return ended(simulate(scene, wires), exit_code=4)


def a_zone_comes_late() -> list[str]:
    """It is there from when the other one is looked at, and nothing is known about it."""
    scene, wires = account()
    scene.add_flows()
    sim = simulate(scene, wires)
    deployments = scene.emulator.world.firewalls[scene.firewall].deployments
    endpoint = replace(deployments[A].endpoint, id="vpce-0late", zone=B)
    late = replace(deployments[A], endpoint=endpoint)
    sim.at_call(number_of(one_zone, CAPTURE), lambda: deployments.update({B: late}))
    return ended(sim, exit_code=4)


def a_zone_says_in_sync_before_it_is() -> list[str]:
    """By fewer seconds than ``--settle`` allows for."""
    sync = SyncSettings(delay=LATE, claims_ahead=25.0)
    scene, wires = account(EmulatorSettings(sync=sync))
    scene.add_flows()
    return ended(simulate(scene, wires, settle=30.0))


def a_flow_is_born_before_sync() -> list[str]:
    """The old rules let it through, after the run has begun; it is to go as well."""
    scene, wires = account(EmulatorSettings(sync=SyncSettings(delay=LATE)))
    scene.add_flows(1)
    sim = simulate(scene, wires)
    scene.emulator.add_client(A, _connecting(BORN_EARLY))
    return ended(sim)


def a_flow_is_tried_between_capture_and_flush() -> list[str]:
    """The new rules deny it, and it leaves an entry that nobody has looked at."""
    settings = EmulatorSettings(sync=SyncSettings(delay=LATE), tables=TableSettings(stub_seconds=60.0))
    scene, wires = account(settings)
    scene.put(A, [flow(host) for host in (8, 10, 11)])
    sim = simulate(scene, wires)
    scene.emulator.add_client(A, _connecting(BORN_LATE))
    found = ended(sim)
    flushes = [each for each in scene.emulator.flow_operations if each.type == FLUSH]
    born = sim.begins_at + BORN_LATE
    if not all(each.accepted_at > born for each in flushes):
        found.append("the flow is not born in time for what it is there for")
    return found


def ages_count_from_the_last_packet() -> list[str]:
    """A denied connection that is busy looks as if it had begun just now; a silent one shows that ages are not ages."""
    settings = EmulatorSettings(operations=OperationSettings(age=AgeMode.SINCE_LAST_PACKET))
    scene, wires = account(settings)
    scene.add_flows()
    for port in (DENIED, ALLOWED):
        scene.emulator.add_client(A, Client.chatty(flow(9, port), 1.0))
    scene.clock.sleep(100.0)
    return ended(simulate(scene, wires), exit_code=6)


def nothing_goes_wrong() -> list[str]:
    return ended(one_zone())


def _connecting(after: float) -> Client:
    """Build a client that connects after so many seconds, and is silent for as long after it."""
    return Client(flow(9), after, reconnects=True, port_step=0, state=ClientState.REFUSED)
