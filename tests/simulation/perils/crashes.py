"""Perils of a run that ends too early: what it sent may be under way, may still arrive, may be forgotten."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.act.recovery import SIGNATURE_LIFETIME
from nfw_reconcile.act.settle import CLOCK_SKEW
from nfw_reconcile.emulator.clients import Client, ClientState
from nfw_reconcile.emulator.outcomes import NEVER_ENDS, OperationType, OutcomeRule
from nfw_reconcile.emulator.outcomes import Outcome as Ending
from nfw_reconcile.emulator.settings import EmulatorSettings, OperationSettings, SyncSettings, TableSettings
from nfw_reconcile.model.documents import Limits
from tests.checker import flushes
from tests.simulation.perils.common import FLUSH, asked_of, at_every_call, number_of
from tests.simulation.perils.histories import history, killed_at, told
from tests.simulation.perils.holdups import nothing_to_flush_yet, one_begins_under_the_old_rules
from tests.simulation.processes import RUN, Kill, Moment
from tests.simulation.scenarios import MANY_PORTS, one_zone, two_batches, with_exceptions
from tests.simulation.simulation import PACE, account, simulate
from tests.unit.act.scene import A, flow

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.emulator.replies import JsonObject
    from tests.simulation.simulation import Simulation

HALF_A_DAY: Final = 13 * 3600.0
"""Longer than the service tells of an operation."""

LATE: Final = 50.0
"""Seconds after the update at which the zone runs it."""

AHEAD: Final = 25.0
"""Seconds by which a clock may be ahead of another, as far as the program allows."""


LIST: Final = "ListFlowOperations"

SEEN_IN_SYNC: Final = Kill(Moment.WRITTEN, 2)
"""Right after the line that says so, the second of any process that has not sent anything."""


# Resume


def killed_before_the_reply_to_a_flush() -> list[str]:
    """It was accepted, and nothing but the intent is written down."""
    with history(one_zone) as run:
        killed_at(run, one_zone, Moment.REPLY)
        return told(run.resume())


def slow_lists() -> Simulation:
    scene, wires = account(EmulatorSettings(operations=OperationSettings(list_lag=150.0)))
    scene.add_flows()
    return simulate(scene, wires)


def killed_before_the_reply_to_a_flush_that_is_listed_late() -> list[str]:
    with history(slow_lists) as run:
        killed_at(run, slow_lists, Moment.REPLY)
        return told(run.resume())


def a_flush_arrives_long_after_its_process_was_killed() -> list[str]:
    """It was on its way for longer than clocks differ, and its signature is good."""
    (asked,) = asked_of(one_zone, FLUSH)
    with history(one_zone) as run:
        killed_at(run, one_zone, Moment.CALL)
        arrive = _arriving(run.simulation, asked, after=150.0)
        outcome = run.resume()
        run.simulation.scene.clock.sleep(150.0)
        arrive()
        return told(outcome)


def a_flush_arrives_right_after_the_last_look_for_it() -> list[str]:
    """The reply to that look takes until the signature has expired."""
    (asked,) = asked_of(one_zone, FLUSH)
    with history(one_zone) as run:
        sim, scene = run.simulation, run.simulation.scene
        killed_at(run, one_zone, Moment.CALL)
        waiting, due = [asked], scene.clock.now() + SIGNATURE_LIFETIME - 2 * PACE.poll

        def arrive() -> None:
            if waiting and sim.wires.calls[-1].operation == LIST and scene.clock.now() >= due:
                scene.ok(FLUSH, **waiting.pop())
                scene.clock.sleep(CLOCK_SKEW + 4 * PACE.poll)

        at_every_call(sim, arrive, after=True)
        found = told(run.resume())
        assert not waiting, "nobody looked for it at the end"
        return found


def killed_before_the_reply_to_a_flush_that_never_ends() -> list[str]:
    with history(endless_flushes) as run:
        killed_at(run, one_zone, Moment.REPLY)
        return told(run.resume(), exit_code=5)


def endless_flushes() -> Simulation:
    sim = one_zone()
    sim.scene.emulator.outcomes.add(OutcomeRule(NEVER_ENDS, OperationType.FLUSH))
    return sim


def _arriving(sim: Simulation, asked: JsonObject, after: float) -> Callable[[], None]:
    """Let the service get a flush before the first call that is made so many seconds later."""
    scene = sim.scene
    waiting, due = [asked], scene.clock.now() + after

    def arrive() -> None:
        if waiting and scene.clock.now() >= due:
            scene.emulator.call(FLUSH, waiting.pop())

    at_every_call(sim, arrive)
    return arrive


def killed_between_batches_with_little_left_of_the_limit() -> list[str]:
    """What the first process has flushed counts; flows that appeared meanwhile would be too many."""
    limits = Limits(len(MANY_PORTS) + 2, None, (), ())
    with history(two_batches, limits=limits) as run:
        killed_at(run, two_batches, Moment.CALL, 2)
        run.simulation.scene.put(A, [flow(host, MANY_PORTS[0]) for host in range(20, 30)])
        return told(run.resume(), exit_code=4)


def killed_before_its_flush_and_resumed_when_others_have_tried_in_vain() -> list[str]:
    """What was tried since the zone got in sync is no flow from before, however late the run goes on."""
    with history(with_attempts) as run:
        sim = run.simulation
        killed_at(run, with_attempts, Moment.CALL)
        attempt = Client(flow(9), 100.0, reconnects=True, port_step=0, state=ClientState.REFUSED)
        sim.scene.emulator.add_client(A, attempt)
        found = told(run.resume())
        if any(flow(9) in each.touched for each in flushes(sim.scene.emulator)):
            found.append("a flow was flushed that was born under the new rules")
        return found


def with_attempts() -> Simulation:
    """Denied attempts stay in the table for long, and those that must go lie on both sides of one."""
    scene, wires = account(EmulatorSettings(tables=TableSettings(stub_seconds=2000.0)))
    scene.put(A, [flow(host) for host in (8, 10, 11)])
    return simulate(scene, wires)


def resumed_where_the_clock_is_ahead() -> list[str]:
    """A flow that began under the old rules, shortly before the zone got in sync, is no younger there."""
    with history(late_connection) as run:
        killed_at(run, late_connection, Moment.CALL)
        return told(run.resume(machine="elsewhere", ahead=AHEAD))


def resumed_where_the_clock_is_behind_and_again_where_it_is_right() -> list[str]:
    """What the second process writes down is read by the third."""
    with history(late_connection) as run:
        assert run.apply(SEEN_IN_SYNC) is None
        assert run.resume(SEEN_IN_SYNC, machine="elsewhere", ahead=-AHEAD) is None
        return told(run.resume())


def resumed_after_rules_were_rolled_back_and_forth() -> list[str]:
    """Between two processes, so that neither of them has seen the zone out of sync."""
    with history(nothing_to_flush_yet) as run:
        assert run.apply(SEEN_IN_SYNC) is None
        one_begins_under_the_old_rules(run.simulation)
        return told(run.resume())


def late_connection() -> Simulation:
    scene, wires = account(EmulatorSettings(sync=SyncSettings(delay=LATE)))
    scene.add_flows()
    sim = simulate(scene, wires)
    scene.emulator.add_client(
        A, Client(flow(9), LATE - AHEAD / 2, state=ClientState.REFUSED, reconnects=True)
    )
    return sim


def others_flush_the_same_after_a_process_was_killed() -> list[str]:
    """Two are listed that could be what it sent, and nobody can tell which of them is."""
    (asked,) = asked_of(one_zone, FLUSH)
    with history(one_zone) as run:
        sim = run.simulation
        killed_at(run, one_zone, Moment.REPLY)
        sim.scene.clock.sleep(20.0)
        sim.scene.ok(FLUSH, **asked)
        sim.foreign |= {each.id for each in flushes(sim.scene.emulator)}
        return told(run.resume())


# Half a day later: the service has forgotten what was sent


def killed_before_the_reply_to_a_flush_that_does_nothing_and_resumed_half_a_day_later() -> list[str]:
    """It counts among the rounds of the run, although nothing can tell its id any more."""
    with history(vain_flushes) as run:
        sim = run.simulation
        killed_at(run, vain_flushes, Moment.REPLY)
        (forgotten,) = [each.id for each in flushes(sim.scene.emulator)]
        sim.scene.clock.sleep(HALF_A_DAY)
        found = told(run.resume(), exit_code=6)
        return [text for text in found if not text.endswith(f"flush {forgotten} is not told")]


def vain_flushes() -> Simulation:
    sim = one_zone()
    for host in (1, 2, 3):
        sim.scene.emulator.add_client(A, Client.chatty(flow(host), 1000.0))
    sim.scene.emulator.outcomes.add(OutcomeRule(Ending(touches=0.0), OperationType.FLUSH))
    return sim


def killed_before_its_flush_and_resumed_when_its_flows_have_ended() -> list[str]:
    """All of them by themselves, in half a day: nothing was flushed."""
    with history(one_zone) as run:
        sim = run.simulation
        killed_at(run, one_zone, Moment.CALL)
        sim.scene.clock.sleep(HALF_A_DAY)
        outcome = run.resume()
        result = outcome.result if outcome is not None else None
        zones = (
            [zone for firewall in result.firewalls for zone in firewall.zones] if result is not None else []
        )
        lies = [
            f"{row.flow} is told as flushed, and nothing was sent" for zone in zones for row in zone.flushed
        ]
        return told(outcome) + lies


# The disk


def the_journal_is_lost_under_continue() -> list[str]:
    """The flushed connection lives on, young: only the service remembers that it was flushed."""
    with history(continuing) as run:
        killed_at(run, continuing, Moment.REPLY)
        forgotten = {each.id for each in flushes(run.simulation.scene.emulator)}
        with tempfile.TemporaryDirectory() as empty:
            run.directory = Path(empty)
            outcome = run.apply(machine="elsewhere")
        run.simulation.foreign |= forgotten  # nothing is left that says whose it is
        return told(outcome, exit_code=6)


def continuing() -> Simulation:
    return with_exceptions("CONTINUE")


def a_power_cut_may_come_at_any_time() -> list[str]:
    """What is on disk when a flush is sent is all that is left after it."""
    kept: dict[int, int] = {}
    found: list[str] = []
    sync = os.fsync

    def watched(handle: int) -> None:
        sync(handle)
        status = os.fstat(handle)
        kept[status.st_ino] = status.st_size

    with history(one_zone) as run, pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", watched)

        def look() -> None:
            status = (run.directory / f"{RUN}.jsonl").stat()
            if kept.get(status.st_ino) != status.st_size:
                found.append("a flush is sent, and its intent is not on disk")

        run.simulation.at_call(number_of(one_zone, FLUSH), look)
        return told(run.apply()) + found
