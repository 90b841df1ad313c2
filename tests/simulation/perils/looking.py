"""Perils of looking: operations that end badly or do nothing, flows that live on, and flows that must stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.emulator.outcomes import FAILED, NEVER_ENDS, Outcome, OutcomeRule, with_errors
from nfw_reconcile.emulator.outcomes import OperationType as Kind
from nfw_reconcile.emulator.settings import EmulatorSettings, OperationSettings
from nfw_reconcile.flows.wire import from_api
from tests.checker import flushes
from tests.simulation.perils.common import at_every_call, ended
from tests.simulation.scenarios import one_zone, shared_zone, two_batches, with_exceptions, with_names
from tests.simulation.simulation import Simulation, account, simulate
from tests.unit.act.scene import ALLOWED, NEW_RULES, OLD_RULES, A, flow

if TYPE_CHECKING:
    from nfw_reconcile.model.flow import FiveTuple

DENIED_TO_SERVERS: Final = "drop tcp any any -> any 5432 (flow:to_server; sid:2;)"


def ending(kind: Kind, outcome: Outcome, exit_code: int, *, only: int | None = None) -> list[str]:
    """All operations of a kind end like this, or only the one with that number."""
    sim = one_zone()
    sim.scene.emulator.outcomes.add(OutcomeRule(outcome, kind, lambda number: only in {None, number}))
    return ended(sim, exit_code)


def captures_miss_all_flows_and_say_so() -> list[str]:
    return ending(Kind.CAPTURE, with_errors(touches=0.0), exit_code=6)


def the_first_capture_misses_all_flows_and_says_so() -> list[str]:
    """It is asked again with narrower filters, and those find all of them."""
    return ending(Kind.CAPTURE, with_errors(touches=0.0), exit_code=0, only=1)


def a_capture_never_ends() -> list[str]:
    return ending(Kind.CAPTURE, NEVER_ENDS, exit_code=4, only=1)


def captures_fail() -> list[str]:
    return ending(Kind.CAPTURE, FAILED, exit_code=6)


def flushes_do_nothing_and_say_that_they_did() -> list[str]:
    return ending(Kind.FLUSH, Outcome(touches=0.0), exit_code=6)


def one_flush_fails() -> list[str]:
    return ending(Kind.FLUSH, FAILED, exit_code=0, only=1)


def captures_miss_flows_between_those_that_must_go() -> list[str]:
    """They must stay, and the captures say that they may have missed some; those after the flush are whole."""
    sim = two_batches()
    sim.scene.emulator.outcomes.add(
        OutcomeRule(with_errors(touches=1.0), Kind.CAPTURE, lambda _: not _flushed(sim))
    )
    at_every_call(sim, lambda: _hide(sim))
    return ended(sim)


def _flushed(sim: Simulation) -> bool:
    return bool(flushes(sim.scene.emulator))


def _hide(sim: Simulation) -> None:
    """Take the flows that must stay out of every list so far, before anybody reads it."""
    if not _flushed(sim):
        for each in sim.scene.emulator.flow_operations:
            each.listed = tuple(row for row in each.listed if int(str(row["DestinationPort"])) in sim.denied)


def an_operation_takes_long() -> list[str]:
    scene, wires = account(EmulatorSettings(operations=OperationSettings(duration=17.0)))
    scene.add_flows()
    return ended(simulate(scene, wires))


def a_flushed_connection_is_let_live_on() -> list[str]:
    """By CONTINUE: it is listed again, young, and nobody can tell whether it is blocked."""
    return ended(with_exceptions("CONTINUE"), exit_code=6)


# Flows that must stay


def allowed_ports_lie_between_denied_ones() -> list[str]:
    return ended(two_batches())


def flows_may_be_denied_by_their_content() -> list[str]:
    return ended(with_names(), exit_code=6)


def flows_that_nobody_can_decide_about() -> list[str]:
    scene, wires = account()
    scene.add_flows()
    rule = f"drop tcp any any -> any {ALLOWED} (flowbits:isset,seen; sid:3;)"
    return ended(simulate(scene, wires, rules=f"{NEW_RULES}\n{rule}"))


def connections_of_somebody_else_come_through_an_association() -> list[str]:
    sim = shared_zone()
    found = ended(sim)
    alive = [
        entry
        for each in sim.scene.emulator.world.associations.values()
        for entry in sim.scene.emulator.entries(each.endpoint)
    ]
    if not alive:
        found.append("connections through an association are gone")
    return found


def a_client_uses_a_denied_port_as_its_own() -> list[str]:
    """The answers that it gets go to a port that is denied as a destination; both directions are listed."""
    own = flow(8, ALLOWED, source_port=5432)
    return _staying(own, own, own.reversed())


def a_server_calls_back_from_a_denied_port() -> list[str]:
    """A filter that matched both directions would match it; AWS does not say whether filters do."""
    return _staying(flow(8, source_port=ALLOWED).reversed())


@dataclass
class OneStays(Simulation):
    """The change denies all flows with a denied port at either end, but for one."""

    stays: FiveTuple | None = None

    def may_flush(self, found: FiveTuple) -> bool:
        stays = self.stays is not None and found.canonical() == self.stays.canonical()
        return not stays and super().may_flush(found)


def _staying(stays: FiveTuple, *listed: FiveTuple) -> list[str]:
    scene, wires = account()
    scene.add_flows()
    scene.put(A, listed or (stays,))
    made = simulate(scene, wires, rules=f"{OLD_RULES}\n{DENIED_TO_SERVERS}")
    sim = OneStays(scene, wires, made.plan, made.denied, made.options, stays=stays)
    found = ended(sim)
    if stays not in scene.live(A):
        found.append(f"{stays} has to stay, and is gone")
    sent = [each for flush in flushes(scene.emulator) for each in flush.sent_filters]
    if any(from_api(each).matches(stays.reversed()) for each in sent):
        found.append(f"a filter matches the mirror image of {stays}, which has to stay")
    return found
