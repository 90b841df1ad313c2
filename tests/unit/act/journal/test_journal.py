from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.act.journal.directory import DirectoryStore
from nfw_reconcile.act.journal.events import RunFinished, RunResumed
from nfw_reconcile.act.journal.journal import RunJournal, note
from nfw_reconcile.act.journal.leases import START, Holder, Leases, holder_of
from nfw_reconcile.act.journal.lines import read_lines
from nfw_reconcile.act.waiting import Deadline
from nfw_reconcile.emulator.clock import VirtualClock
from nfw_reconcile.errors import ExitCode, FirewallLeased, JournalError, UnsettledRun
from tests.unit.act.journal.samples import ARN, EVERY, RUN, STARTED, journal_in, written

if TYPE_CHECKING:
    from collections.abc import Callable

ELSEWHERE = f"{ARN}-2"


def soon(clock: VirtualClock) -> Deadline:
    return Deadline.after(clock, 0)


def test_a_run_that_was_interrupted_is_in_the_way_of_the_next(tmp_path: Path) -> None:
    written(tmp_path, STARTED)
    clock = VirtualClock()
    journal = journal_in(tmp_path, "run-2", clock)
    with pytest.raises(UnsettledRun, match=f"interrupted: {RUN}") as told:
        journal.begin([ARN], soon(clock))
    assert told.value.exit_code is ExitCode.UNKNOWN_OUTCOME
    assert not (tmp_path / "run-2.jsonl").exists()
    journal.begin([ELSEWHERE], soon(clock))


@pytest.mark.parametrize("code", [0, 3, 4, 6, 8])
def test_a_run_whose_end_is_known_is_in_nobodys_way(tmp_path: Path, code: int) -> None:
    written(tmp_path, STARTED, RunFinished(code))
    clock = VirtualClock()
    journal_in(tmp_path, "run-2", clock).begin([ARN], soon(clock))


def test_a_run_that_ended_in_doubt_is_in_the_way(tmp_path: Path) -> None:
    written(tmp_path, STARTED, RunFinished(ExitCode.UNKNOWN_OUTCOME))
    clock = VirtualClock()
    with pytest.raises(UnsettledRun):
        journal_in(tmp_path, "run-2", clock).begin([ARN], soon(clock))


def test_a_run_is_gone_on_with_where_it_was(tmp_path: Path) -> None:
    written(tmp_path, *EVERY[:6])
    store, clock = DirectoryStore(tmp_path), VirtualClock()
    leases = Leases(store, clock, RUN, Holder("this machine", "2"))
    journal = RunJournal(store, RUN, clock, leases, store.read(RUN))
    journal.begin([ARN], soon(clock))
    journal.write(RunResumed("0.1.0"))
    assert tuple(line.event for line in read_lines(store.read(RUN), RUN)) == EVERY[:7]


def test_two_cannot_go_on_with_one_run(tmp_path: Path) -> None:
    written(tmp_path, STARTED)
    store, clock = DirectoryStore(tmp_path), VirtualClock()
    journals = [
        RunJournal(
            store, RUN, clock, Leases(store, clock, RUN, Holder("this machine", name)), store.read(RUN)
        )
        for name in "12"
    ]
    journals[0].begin([ARN], soon(clock))
    with pytest.raises(JournalError, match="another process"):
        journals[1].begin([ARN], soon(clock))


def test_nothing_is_written_once_another_run_has_taken_the_firewall(tmp_path: Path) -> None:
    clock = VirtualClock()
    first = journal_in(tmp_path, "run-1", clock, Holder("machine-1", "1"))
    first.begin([ARN], soon(clock))
    first.write(STARTED)
    second = journal_in(tmp_path, "run-2", clock, Holder("machine-2", "2"))
    with pytest.raises(UnsettledRun):  # the lease has expired by then, and the run is still not settled
        second.begin([ARN], Deadline.after(clock, 1000))
    with pytest.raises(JournalError, match="taken over"):
        first.write(EVERY[1])


def test_a_damaged_run_is_in_the_way_of_its_own_firewalls_only(tmp_path: Path) -> None:
    path = written(tmp_path, STARTED, EVERY[1], RunFinished(0))
    path.write_bytes(path.read_bytes().replace(b'"proof"', b'"proff"', 1))
    clock = VirtualClock()
    journal = journal_in(tmp_path, "run-2", clock)
    with pytest.raises(JournalError, match=f"until {path} is moved away"):
        journal.begin([ARN], soon(clock))
    assert not any(holder_of(DirectoryStore(tmp_path), arn, clock.now()) for arn in (ARN, ELSEWHERE))
    journal.begin([ELSEWHERE], soon(clock))


def test_a_run_that_is_just_being_made_is_not_taken_for_one_whose_process_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = VirtualClock()
    first = journal_in(tmp_path, "run-1", clock, Holder("machine", "1"))
    second = journal_in(tmp_path, "run-2", clock, Holder("machine", "2"))
    first.begin([ARN], soon(clock))
    real, told = os.fsync, []

    def fsync(handle: int) -> None:
        monkeypatch.setattr(os, "fsync", real)
        with pytest.raises(FirewallLeased) as problem:
            second.begin([ARN], soon(clock))
        told.append(problem.value)
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    first.write(STARTED)
    assert len(told) == 1


def slow_lines(clock: VirtualClock, seconds: float, meanwhile: Callable[[], None]) -> Callable[[int], None]:
    """Give an fsync that takes that long for a line of a journal, and no time for anything else."""
    real = os.fsync

    def fsync(handle: int) -> None:
        real(handle)
        if Path(f"/proc/self/fd/{handle}").readlink().suffix == ".jsonl":
            clock.sleep(seconds)
            meanwhile()

    return fsync


def test_the_firewall_is_held_for_a_start_also_after_a_line_that_took_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = VirtualClock()
    journal = journal_in(tmp_path, clock=clock)
    journal.begin([ARN], soon(clock))
    journal.write(STARTED)
    monkeypatch.setattr(os, "fsync", slow_lines(clock, 250, lambda: None))
    journal.write(EVERY[1])
    lease = holder_of(DirectoryStore(tmp_path), ARN, clock.now())
    assert lease is not None
    assert lease.expires_at - clock.now() >= START


def test_who_was_taken_over_during_a_line_that_took_long_sends_nothing_upon_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = VirtualClock()
    journal = journal_in(tmp_path, clock=clock, holder=Holder("machine-1", "1"))
    journal.begin([ARN], soon(clock))
    journal.write(STARTED)
    other = Leases(DirectoryStore(tmp_path), clock, "run-2", Holder("machine-2", "2"))
    monkeypatch.setattr(os, "fsync", slow_lines(clock, 400, lambda: other.acquire([ARN], soon(clock))))
    with pytest.raises(JournalError, match="taken over"):
        journal.write(EVERY[2])


def test_a_note_that_cannot_be_kept_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = journal_in(tmp_path)
    assert note(journal, STARTED) is None

    def full(_handle: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    assert "No space left" in str(note(journal, EVERY[1]))


def test_closing_lets_go_of_the_firewall(tmp_path: Path) -> None:
    clock = VirtualClock()
    first = journal_in(tmp_path, "run-1", clock, Holder("machine-1", "1"))
    first.begin([ARN], soon(clock))
    first.close()
    journal_in(tmp_path, "run-2", clock, Holder("machine-2", "2")).begin([ARN], soon(clock))
