"""Killed anywhere, gone on with anywhere: the flows that must go are gone in the end, and no others.

A process is killed at every call and at every line of its journal, before and after. Another one goes on: here,
on another machine, or with the journal lost. After all that the checker finds nothing, and 0 means proven.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.act.journal.lines import whole_lines
from nfw_reconcile.emulator.faults import TIMEOUT, TIMEOUT_AFTER, FaultRule
from nfw_reconcile.model.result_document import ZoneState
from tests.checker import flushes
from tests.simulation import scenarios
from tests.simulation.processes import RUN, Disk, Kill, Moment, patient_history
from tests.simulation.simulation import Strike
from tests.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.simulation.processes import History
    from tests.simulation.simulation import Outcome, Simulation

WORLDS: Final = (
    scenarios.one_zone,
    scenarios.two_batches,
    scenarios.three_zones,
    scenarios.second_round,
)
MACHINES: Final = ("here", "elsewhere")


def every_kill(world: Callable[[], Simulation], directory: Path) -> list[Kill]:
    """Give every moment at which the process of an undisturbed run can be killed."""
    clean = patient_history(world(), directory)
    assert clean.problems(clean.apply()) == []
    calls = len(clean.simulation.wires.calls)
    numbers = {
        Moment.CALL: calls,
        Moment.REPLY: calls,
        Moment.LINE: clean.lines,
        Moment.WRITTEN: clean.lines,
    }
    return [Kill(moment, number) for moment, most in numbers.items() for number in range(1, most + 1)]


def go_on(run: History, *, machine: str = "here") -> Outcome | None:
    """Do what the program told: resume what was begun, apply what was not."""
    begun = RUN in Disk(run.directory).runs() and whole_lines(Disk(run.directory).read(RUN))
    return run.resume(machine=machine) if begun else run.apply(machine=machine)


def some(kills: list[Kill], tier: Tier, most: int) -> list[Kill]:
    """Take all of them, in the quick tier an even share that begins anywhere."""
    if tier is not Tier.QUICK:
        return kills
    step = max(1, len(kills) // most)
    return kills[random.randrange(step) :: step]  # noqa: S311 - to begin anywhere


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.__name__)
def test_killed_at_every_call_and_line_it_ends_as_if_nothing_had_happened(
    world: Callable[[], Simulation], tmp_path: Path, tier: Tier
) -> None:
    failures: list[str] = []
    kills = some(every_kill(world, tmp_path / "clean"), tier, 12)
    for number, kill in enumerate(kills):
        run = patient_history(world(), tmp_path / str(number))
        outcome = run.apply(kill)
        if outcome is None:
            outcome = go_on(run, machine=MACHINES[number % 2])
        problems = run.problems(outcome)
        if problems or outcome is None or outcome.exit_code != 0:
            failures.append(f"{kill}: {problems or (outcome and (outcome.exit_code, outcome.error))}")
    assert failures == []


def test_killed_again_while_it_is_resumed(tmp_path: Path, tier: Tier, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    kills = every_kill(scenarios.two_batches, tmp_path / "clean")
    for number in range(tier.draws // 8):
        run = patient_history(scenarios.two_batches(), tmp_path / str(number))
        tried = [chance.choice(kills) for _ in range(3)]
        outcome = run.apply(tried[0])
        for kill in tried[1:]:
            if outcome is None and (run.directory / f"{RUN}.jsonl").exists():
                outcome = run.resume(kill, machine=chance.choice(MACHINES))
        if outcome is None:
            outcome = go_on(run)
        told = f"seed {seed}, {[str(kill) for kill in tried]}"
        assert run.problems(outcome) == [], told
        assert outcome is not None, told
        assert outcome.exit_code == 0, told


def test_with_the_journal_lost_apply_finds_what_was_sent(tmp_path: Path, tier: Tier) -> None:
    told = 0
    kills = some(every_kill(scenarios.two_batches, tmp_path / "clean"), tier, 16)
    for number, kill in enumerate(kills):
        run = patient_history(scenarios.two_batches(), tmp_path / f"{number}-1")
        outcome = run.apply(kill)
        before = {each.id for each in flushes(run.simulation.scene.emulator)}
        if outcome is None:
            run.directory = tmp_path / f"{number}-2"
            outcome = run.apply(machine="elsewhere")
        assert outcome is not None
        assert outcome.exit_code == 0, str(kill)
        run.simulation.foreign |= before  # nothing is left that says whose they are
        assert run.problems(outcome) == [], str(kill)
        assert outcome.result is not None
        messages = str([zone.messages for each in outcome.result.firewalls for zone in each.zones])
        if run.directory.name.endswith("-2"):
            assert all(identity in messages for identity in before), str(kill)
            told += len(before)
    assert told > 0


def test_a_journal_that_was_torn_anywhere_is_gone_on_with(tmp_path: Path) -> None:
    whole = _journal_of_a_run(tmp_path / "whole")
    for number in range(1, whole.count(b"\n")):
        lines = whole.splitlines(keepends=True)
        torn = b"".join(lines[:number]) + lines[number][: len(lines[number]) // 2]
        run = patient_history(scenarios.two_batches(), tmp_path / str(number))
        run.apply()
        (run.directory / f"{RUN}.jsonl").write_bytes(torn)
        outcome = run.resume()
        # Lines that are lost as a whole tell nothing of a flush: then it is as if somebody else had sent it.
        sent = [each.id for each in flushes(run.simulation.scene.emulator)]
        run.simulation.foreign |= set(sent[whole_lines(torn).count(b'"event":"intended"') :])
        assert run.problems(outcome) == [], number
        assert outcome is not None
        assert (outcome.exit_code, len(sent)) == (0, 2), number


def _journal_of_a_run(directory: Path) -> bytes:
    run = patient_history(scenarios.two_batches(), directory)
    run.apply()
    return (directory / f"{RUN}.jsonl").read_bytes()


def test_a_result_after_a_kill_tells_what_both_processes_did(tmp_path: Path) -> None:
    run = patient_history(scenarios.two_batches(), tmp_path)
    assert run.apply(Kill(Moment.WRITTEN, 5)) is None
    assert len(flushes(run.simulation.scene.emulator)) == 1
    outcome = run.resume()
    assert outcome is not None
    assert outcome.result is not None
    (zone,) = outcome.result.firewalls[0].zones
    assert zone.state is ZoneState.VERIFIED
    assert len(zone.flushed) == len(scenarios.MANY_PORTS)
    told = {each.operation_id for each in zone.operations}
    assert {each.id for each in flushes(run.simulation.scene.emulator)} <= told


def test_a_flush_without_a_reply_is_settled_by_resume(tmp_path: Path) -> None:
    """Accepted, not answered, and not listed for longer than apply looks for it: resume finds it."""
    flush = _number_of_the_flush(tmp_path / "x")
    run = patient_history(scenarios.one_zone(), tmp_path)
    run.simulation.strike(TIMEOUT_AFTER, Strike(flush))
    faults = run.simulation.scene.emulator.faults
    run.simulation.at_call(flush, lambda: faults.add(FaultRule(TIMEOUT, "ListFlowOperations")))
    outcome = run.apply()
    assert outcome is not None
    assert outcome.exit_code == 5
    assert run.problems(outcome) == []
    outcome = run.resume()
    assert outcome is not None
    assert outcome.exit_code == 0
    assert run.problems(outcome) == []
    assert len(flushes(run.simulation.scene.emulator)) == 1


def _number_of_the_flush(directory: Path) -> int:
    clean = patient_history(scenarios.one_zone(), directory)
    clean.apply()
    return next(call.number for call in clean.simulation.wires.calls if call.operation == "StartFlowFlush")
