"""Perils of two runs on one firewall: begun instead of resumed, in each other's way, after a lease has ended."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.act.journal.leases import LENGTH, SKEW, Holder, Leases
from nfw_reconcile.act.waiting import Deadline
from nfw_reconcile.emulator.settings import EmulatorSettings, SyncSettings
from nfw_reconcile.errors import ExitCode, FirewallLeased, JournalError, error
from tests.checker import STARTS
from tests.simulation.perils.common import FLUSH, judged, number_of, started
from tests.simulation.perils.histories import history, killed_at, told
from tests.simulation.processes import RUN, Disk, Moment
from tests.simulation.scenarios import one_zone
from tests.simulation.simulation import PACE, account, simulate

if TYPE_CHECKING:
    from tests.simulation.processes import History
    from tests.simulation.simulation import Simulation


def applied_again_instead_of_resumed() -> list[str]:
    """With the same journal, which tells of a flush whose outcome nobody knows."""
    with history(one_zone) as run:
        killed_at(run, one_zone, Moment.REPLY)
        begun = len(run.simulation.wires.calls)
        outcome = run.apply(run="run-2")
        calls = run.simulation.wires.calls[begun:]
        found = [f"{call.operation} was sent" for call in calls if call.operation in STARTS]
        exit_code = None if outcome is None else outcome.exit_code
        if exit_code != ExitCode.UNKNOWN_OUTCOME:
            found.append(f"exit code {exit_code}, and a flush of the run before is not settled")
        return found


def another_run_holds_the_firewall() -> list[str]:
    with history(one_zone, pace=PACE) as run:
        _take(run)
        outcome = run.apply()
        assert outcome is not None
        return judged(outcome, ExitCode.BUSY) + started(outcome)


def slow_sync(delay: float = 500.0) -> Simulation:
    scene, wires = account(EmulatorSettings(sync=SyncSettings(delay=delay)))
    scene.add_flows()
    return simulate(scene, wires, sync_timeout=600.0, timeout=1500.0, gate_poll=50.0)


def another_run_wants_the_firewall_when_a_flush_is_sent() -> list[str]:
    """The run has waited for longer than a lease lasts, and has to hold the firewall all the same."""
    found: list[str] = []
    with history(slow_sync) as run:

        def want() -> None:
            with suppress(FirewallLeased):
                _take(run)
                found.append("a flush is sent, and another run can take the firewall")

        run.simulation.at_call(number_of(slow_sync, FLUSH), want)
        return told(run.apply()) + found


def another_run_has_the_firewall_when_the_intent_is_written_down() -> list[str]:
    """Writing it has taken longer than a lease lasts, and they keep the firewall."""
    with history(one_zone) as run, pytest.MonkeyPatch.context() as patch:
        sync, file = os.fsync, run.directory / f"{RUN}.jsonl"

        def slow(handle: int) -> None:
            sync(handle)
            if file.exists() and b'"event":"intended"' in file.read_bytes():
                patch.setattr(os, "fsync", sync)
                run.simulation.scene.clock.sleep(LENGTH + 2 * SKEW)
                _take(run)

        patch.setattr(os, "fsync", slow)
        outcome = run.apply()
        assert os.fsync is sync, "no intent was written down"
        assert outcome is not None
        return judged(outcome, exit_code=4) + started(outcome, FLUSH)


def leases_cannot_be_renewed_any_more() -> list[str]:
    """What is left of one when the zone gets in sync is less than a start may take."""
    with history(partial(slow_sync, LENGTH / 2)) as run, pytest.MonkeyPatch.context() as patch:
        swap = Disk.swap_lease

        def only_new(disk: Disk, name: str, before: bytes | None, after: bytes) -> bool:
            if before is not None:
                raise JournalError(error("the disk is full."))
            return swap(disk, name, before, after)

        patch.setattr(Disk, "swap_lease", only_new)
        outcome = run.apply()
        assert outcome is not None
        return judged(outcome, exit_code=4) + started(outcome, FLUSH)


def _take(run: History) -> None:
    """Take the firewall for another run; raises ``FirewallLeased``."""
    clock = run.simulation.scene.clock
    others = Leases(Disk(run.directory), clock, "others", Holder("elsewhere", "others"))
    others.acquire([run.simulation.scene.firewall], Deadline.after(clock, 0.0))
