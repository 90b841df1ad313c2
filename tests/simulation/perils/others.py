"""Perils of not being alone: operations of others, changes of others, another run on the same firewall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.emulator.faults import TIMEOUT, TIMEOUT_AFTER
from nfw_reconcile.emulator.replies import Answer
from tests.simulation.perils.common import FLUSH, asked_of, ended, last_before, number_of
from tests.simulation.planned import NEW, OLD, planned_simulation, write_rules
from tests.simulation.scenarios import one_zone, two_batches
from tests.simulation.simulation import Strike
from tests.unit.act.scene import ALLOWED, A

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

LIST: Final = "ListFlowOperations"
OTHER_FLOWS: Final = [{"SourceAddress": {"AddressDefinition": "10.9.0.0/16"}}]


def as_ours() -> dict[str, Any]:
    """Give what the flush of an undisturbed run asks for."""
    (asked,) = asked_of(one_zone, FLUSH)
    return {name: asked[name] for name in ("FlowFilters", "MinimumFlowAgeInSeconds")}


def flush_of_others(sim: Simulation, asked: dict[str, Any]) -> None:
    given = {"FirewallArn": sim.scene.firewall, "AvailabilityZone": A, **asked}
    reply = sim.scene.emulator.call(FLUSH, given)
    assert isinstance(reply, Answer), "the zone is held"
    sim.foreign.add(str(reply.body["FlowOperationId"]))


def lost_beside_a_flush_of_others(asked: dict[str, Any], *, listed: bool = False) -> list[str]:
    """Ours never arrives; theirs is begun right after it, or right before the list of what there is already."""
    sim = one_zone()
    ours = number_of(one_zone, FLUSH)
    sim.strike(TIMEOUT, Strike(ours))
    at = last_before(one_zone, LIST, ours) if listed else ours
    sim.at_call(at, lambda: flush_of_others(sim, asked), after=not listed)
    return ended(sim, exit_code=5)


def others_flush_other_flows_when_ours_is_lost() -> list[str]:
    return lost_beside_a_flush_of_others(as_ours() | {"FlowFilters": OTHER_FLOWS})


def others_flush_the_same_flows_of_another_age_when_ours_is_lost() -> list[str]:
    return lost_beside_a_flush_of_others(as_ours() | {"MinimumFlowAgeInSeconds": 1})


def others_have_flushed_the_same_when_ours_is_lost() -> list[str]:
    return lost_beside_a_flush_of_others(as_ours(), listed=True)


def others_flush_the_same_after_the_reply_to_ours_is_lost() -> list[str]:
    """Two in the list are what was asked for, and nobody can tell which of them is ours."""
    sim = one_zone()
    (asked,) = asked_of(one_zone, FLUSH)
    ours = number_of(one_zone, FLUSH)
    sim.strike(TIMEOUT_AFTER, Strike(ours))
    sim.at_call(ours + 1, lambda: flush_of_others(sim, asked))
    return ended(sim, exit_code=5)


# The policy


def between_batches() -> list[str]:
    return ended(two_batches())


def other_rules_are_live_than_planned() -> list[str]:
    sim = planned_simulation()
    write_rules(sim.scene, f"{NEW}\ndrop tcp any any -> any {ALLOWED} (sid:3;)")
    return ended(sim, exit_code=3)


def other_rules_with_the_planned_sids_are_live() -> list[str]:
    sim = planned_simulation()
    write_rules(sim.scene, f"{OLD}\ndrop tcp any any -> any {ALLOWED} (sid:2;)")
    return ended(sim, exit_code=3)


def rolled_back_after_the_capture() -> list[str]:
    return ended(_written_after_the_capture(OLD), exit_code=3)


def a_comment_is_added_after_the_capture() -> list[str]:
    sim = _written_after_the_capture(f"# nothing new\n\n{NEW}\n", equal=True)
    return ended(sim)


def _written_after_the_capture(rules: str, *, equal: bool = False) -> Simulation:
    sim = planned_simulation()

    def write() -> None:
        write_rules(sim.scene, rules)
        if equal:
            sim.now_equal()

    sim.at_call(number_of(planned_simulation, "ListFlowOperationResults") + 1, write)
    return sim
