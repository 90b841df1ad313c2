"""Perils of being held up: a line, a list or a call takes long, and other rules, or flows, are there by then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.journal.events import Intended
from nfw_reconcile.flows.texts import read_filter
from nfw_reconcile.model.documents import FilterSafety
from tests.simulation.perils.common import (
    CAPTURE,
    FLUSH,
    at_operation,
    bounded,
    ended,
    judged,
    last_before,
    number_of,
)
from tests.simulation.scenarios import MANY_PORTS, one_zone
from tests.simulation.simulation import WatchedJournal, account, simulate
from tests.unit.act.scene import ALLOWED, NEW_RULES, OLD_RULES, A, flow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nfw_reconcile.act.journal.events import Event
    from nfw_reconcile.model.result_document import ResultDocument
    from tests.simulation.simulation import Simulation

HELD_UP: Final = 40.0
"""Seconds: longer than anybody lets pass between two looks, shorter than the run."""

READ: Final = "DescribeFirewall"
LIST: Final = "ListFlowOperations"


class SlowJournal(WatchedJournal):
    """Something happens while the first intent is written down."""

    def __init__(self, sim: Simulation, meanwhile: Callable[[], object]) -> None:
        super().__init__(sim.wires)
        self._waiting = [meanwhile]

    def write(self, event: Event) -> None:
        super().write(event)
        if isinstance(event, Intended) and self._waiting:
            self._waiting.pop()()


def unused_ports_between() -> Simulation:
    """Flows to many denied ports, and none to the allowed ones between: filters reach over these."""
    scene, wires = account()
    scene.put(A, [flow(1, port) for port in MANY_PORTS])
    denied = "\n".join(
        f"drop tcp any any -> any {port} (sid:{sid};)" for sid, port in enumerate(MANY_PORTS, 2)
    )
    return simulate(scene, wires, rules=f"{OLD_RULES}\n{denied}", denied=MANY_PORTS)


def allowed_flows_begin_while_the_intent_is_written_down() -> list[str]:
    """Between two denied ports each; by the time that it is written, they are older than it says."""
    sim = unused_ports_between()

    def meanwhile() -> None:
        sim.scene.clock.sleep(1.0)
        for port in MANY_PORTS:
            assert sim.scene.emulator.attempt(A, flow(1, port + 1))
        sim.scene.clock.sleep(HELD_UP)

    sim.journal = sim.scene.journal = SlowJournal(sim, meanwhile)
    return ended(sim)


def filters_reach_over_allowed_ports() -> list[str]:
    """No more than the denied region may be told to be safe whatever else is alive."""
    outcome = bounded(unused_ports_between()).run()
    return judged(outcome) + list(_told_as_safe(outcome.result))


def _told_as_safe(result: ResultDocument | None) -> Iterator[str]:
    zones = [zone for firewall in result.firewalls for zone in firewall.zones] if result is not None else []
    for each in (each for zone in zones for sent in zone.operations for each in sent.filters):
        if each.safety is FilterSafety.REGION:
            reached = [port + 1 for port in MANY_PORTS if read_filter(each).matches(flow(1, port + 1))]
            yield from (
                f"a filter is told to be inside the region, and matches port {port}" for port in reached
            )


# Rules that are rolled back


def one_begins_under_the_old_rules(sim: Simulation) -> None:
    """They come back, a flow begins that they allow, and the new ones come back, all of it within a minute."""
    scene = sim.scene
    scene.tighten(OLD_RULES)
    scene.emulator.put_in_sync()
    scene.clock.sleep(HELD_UP / 2)
    assert scene.emulator.attempt(A, flow(9))
    scene.clock.sleep(HELD_UP / 2)
    scene.tighten(NEW_RULES)
    scene.emulator.put_in_sync()
    sim.now_equal()


def nothing_to_flush_yet() -> Simulation:
    scene, wires = account()
    scene.put(A, [flow(host, ALLOWED) for host in (1, 2)])
    return simulate(scene, wires)


def rolled_back_and_forth_before_the_capture() -> list[str]:
    sim = nothing_to_flush_yet()
    sim.at_call(number_of(nothing_to_flush_yet, CAPTURE), lambda: one_begins_under_the_old_rules(sim))
    return ended(sim)


def rolled_back_and_forth_between_the_reads_of_the_gate() -> list[str]:
    """The last read of the gate is followed by the one of the policy that flows are judged by."""
    sim = nothing_to_flush_yet()
    judged_by = last_before(nothing_to_flush_yet, READ, number_of(nothing_to_flush_yet, CAPTURE))
    last = last_before(nothing_to_flush_yet, READ, judged_by)
    sim.at_call(last, lambda: one_begins_under_the_old_rules(sim))
    return ended(sim)


def rolled_back_while_operations_are_listed() -> list[str]:
    """That list is the last before the flush, and may take minutes."""
    sim = one_zone()

    def roll_back() -> None:
        sim.scene.tighten(OLD_RULES)
        sim.scene.emulator.put_in_sync()

    at_operation(sim, LIST, _lists_before_the_flush(), roll_back)
    return ended(sim, exit_code=3)


def _lists_before_the_flush() -> int:
    flush, nth = number_of(one_zone, FLUSH), 1
    while number_of(one_zone, LIST, nth + 1) < flush:
        nth += 1
    return nth


# The deadline


def the_time_is_up_while_a_capture_is_started() -> list[str]:
    sim = one_zone()
    timeout = sim.options["timeout"]
    start = number_of(one_zone, CAPTURE)
    sim.at_call(start, lambda: sim.scene.clock.sleep(timeout), after=True)
    outcome = bounded(sim).run()
    late = [call for call in outcome.requests if call.time >= sim.begins_at + timeout]
    return judged(outcome, exit_code=4) + [
        f"{call.operation} was begun when the time was up" for call in late
    ]
