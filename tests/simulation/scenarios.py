"""The worlds that everything is tried in: each a small account with something awkward about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.emulator.clients import Client
from nfw_reconcile.emulator.outcomes import FAILED, OperationType, OutcomeRule, with_errors
from nfw_reconcile.emulator.settings import (
    ConfigKey,
    EmulatorSettings,
    ListingSettings,
    OperationSettings,
    ProtocolText,
    SyncSettings,
    TableSettings,
)
from nfw_reconcile.model.verdict import Effect
from tests.simulation.simulation import account, simulate
from tests.unit.act.scene import ALLOWED, NEW_RULES, OLD_RULES, A, B, flow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nfw_reconcile.emulator.outcomes import Outcome
    from tests.simulation.simulation import Simulation
    from tests.unit.act.scene import Scene

IDLE_TIMEOUT: Final = 6000.0
"""TcpIdleTimeoutSeconds of the scene's policy."""

MANY_PORTS: Final = range(5001, 5051, 2)
"""Denied ports with an allowed one between any two: too many filters for one flush."""


@dataclass(frozen=True)
class Scenario:
    """A world by its name; ``exit_code`` is how an undisturbed run in it ends."""

    name: str
    simulation: Callable[[], Simulation]
    exit_code: int = 0

    def __str__(self) -> str:
        return self.name


def one_zone() -> Simulation:
    scene, wires = account()
    scene.add_flows()
    return simulate(scene, wires)


def three_zones() -> Simulation:
    scene, wires = account(zones=3)
    scene.add_flows(2)
    return simulate(scene, wires)


def pages_of_two() -> Simulation:
    scene, wires = account(page=2)
    scene.add_flows()
    return simulate(scene, wires)


def lagging_zones() -> Simulation:
    sync = SyncSettings(zone_delays={A: 12.0, B: 31.0}, pending_lag=3.0)
    scene, wires = account(EmulatorSettings(sync=sync), zones=2)
    scene.add_flows()
    return simulate(scene, wires)


def busy_network() -> Simulation:
    """Flows are born, die of silence, and are tried again, all the time."""
    tables = TableSettings(stub_seconds=40.0)
    scene, wires = account(EmulatorSettings(tables=tables))
    for host, pause in ((21, 9.0), (22, 13.0), (23, IDLE_TIMEOUT - 2.0 - 22.0 - 100.0)):
        scene.put(A, [flow(host), flow(host, ALLOWED)])
        scene.clock.sleep(pause)  # they time out 2, 11 and 24 seconds after the run has begun
    for host, interval in enumerate((0.7, 2.0, 3.1), 1):
        scene.emulator.add_client(A, Client.reconnecting(flow(host), interval, port_step=host - 1))
        scene.emulator.add_client(A, Client.chatty(flow(host, ALLOWED), interval))
        scene.emulator.add_client(A, Client.reconnecting(flow(host + 10, 23), interval))
    scene.clock.sleep(100)
    return simulate(scene, wires)


def other_spellings() -> Simulation:
    """Objects keyed by name, protocols by name, bare addresses, both directions listed, some flows twice."""
    settings = EmulatorSettings(
        sync=SyncSettings(key=ConfigKey.NAME),
        listing=ListingSettings(prefix_length=False, protocol=ProtocolText.NAME, duplicate_share=0.5),
    )
    scene, wires = account(settings, page=3)
    for port in (5432, ALLOWED):
        both = [each for host in (1, 2) for each in (flow(host, port), flow(host, port).reversed())]
        scene.put(A, both)
    return simulate(scene, wires)


def tokens_that_never_match() -> Simulation:
    scene, wires = account(EmulatorSettings(sync=SyncSettings(tokens_match=False, delay=12.0)))
    scene.add_flows()
    return simulate(scene, wires)


def two_batches() -> Simulation:
    scene, wires = account()
    for port in MANY_PORTS:
        scene.put(A, [flow(1, port), flow(1, port + 1)])
    denied = "\n".join(
        f"drop tcp any any -> any {port} (sid:{sid};)" for sid, port in enumerate(MANY_PORTS, 2)
    )
    return simulate(scene, wires, rules=f"{OLD_RULES}\n{denied}", denied=MANY_PORTS)


def with_exceptions(policy: str) -> Simulation:
    """One chatty denied client that the stream exception policy sees midstream after the flush."""
    tables = TableSettings(continue_survives=True, stub_seconds=300.0)
    scene, wires = account(EmulatorSettings(tables=tables))
    scene.set_engine_options(StreamExceptionPolicy=policy, RuleOrder="DEFAULT_ACTION_ORDER")
    scene.add_flows()
    scene.emulator.add_client(A, Client.chatty(flow(1), 2.0))
    return simulate(scene, wires)


def late_lists() -> Simulation:
    """Operations are listed late, end late and prune late; a held zone is told by an invalid request."""
    operations = OperationSettings(
        list_lag=8.0,
        duration=7.0,
        prune_after=14.0,
        early_timestamp=True,
        busy_code="InvalidRequestException",
    )
    scene, wires = account(EmulatorSettings(operations=operations))
    scene.add_flows()
    return simulate(scene, wires)


def second_round() -> Simulation:
    """The first capture may miss flows, and the first flush fails."""
    scene, wires = account()
    scene.add_flows()
    _ending(scene, with_errors(touches=0.5), OperationType.CAPTURE)
    _ending(scene, FAILED, OperationType.FLUSH)
    return simulate(scene, wires)


def _ending(scene: Scene, outcome: Outcome, kind: OperationType) -> None:
    scene.emulator.outcomes.add(OutcomeRule(outcome, kind, lambda number: number == 1))


def shared_zone() -> Simulation:
    """A VPC endpoint association of somebody else in the zone, and an operation of theirs under way."""
    operations = OperationSettings(duration=20.0)
    scene, wires = account(EmulatorSettings(operations=operations))
    scene.add_flows()
    other = scene.emulator.add_association(scene.firewall, A, "vpc-other", account="999999999999")
    scene.emulator.put_flow(other, flow(7), age=3600)
    sim = simulate(scene, wires)
    sim.foreign.add(foreign_flush(scene))
    return sim


def foreign_flush(scene: Scene, **changes: Any) -> str:  # noqa: ANN401 - any member of StartFlowFlush
    """Let somebody else start a flush of other flows; gives its id."""
    asked = {
        "FlowFilters": [{"SourceAddress": {"AddressDefinition": "10.9.0.0/16"}}],
        "AvailabilityZone": A,
        **changes,
    }
    return str(scene.ok("StartFlowFlush", FirewallArn=scene.firewall, **asked)["FlowOperationId"])


def with_names() -> Simulation:
    """Possibly denied flows, which are left alive and make the run end with 6."""
    rules = f'{NEW_RULES}\ndrop tls any any -> any {ALLOWED} (tls.sni; content:"example.com"; sid:3;)'
    scene, wires = account()
    scene.add_flows()
    return simulate(scene, wires, rules=rules, fail_on=frozenset({Effect.POSSIBLY_DENIED}))


def nothing_to_flush() -> Simulation:
    scene, wires = account()
    scene.put(A, [flow(host, ALLOWED) for host in (1, 2)])
    return simulate(scene, wires)


def dry_run() -> Simulation:
    scene, wires = account()
    scene.add_flows()
    return simulate(scene, wires, dry_run=True)


def _scenarios() -> Mapping[str, Scenario]:
    listed = [
        Scenario("one zone", one_zone),
        Scenario("three zones", three_zones),
        Scenario("pages of two", pages_of_two),
        Scenario("lagging zones", lagging_zones),
        Scenario("busy network", busy_network),
        Scenario("other spellings", other_spellings),
        Scenario("tokens that never match", tokens_that_never_match),
        Scenario("two batches", two_batches),
        Scenario("midstream DROP", lambda: with_exceptions("DROP")),
        Scenario("midstream REJECT", lambda: with_exceptions("REJECT")),
        Scenario("midstream CONTINUE", lambda: with_exceptions("CONTINUE"), 6),
        Scenario("late lists", late_lists),
        Scenario("second round", second_round),
        Scenario("shared zone", shared_zone),
        Scenario("possibly denied", with_names, 6),
        Scenario("nothing to flush", nothing_to_flush),
        Scenario("dry run", dry_run),
    ]
    return {each.name: each for each in listed}


SCENARIOS: Final = _scenarios()
