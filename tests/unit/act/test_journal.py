from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from nfw_reconcile.act.journal import (
    Ended,
    Event,
    FileJournal,
    Intended,
    NoReply,
    Refusal,
    RunFinished,
    RunStarted,
    Taken,
    read_journal,
    runs,
)
from nfw_reconcile.act.standing import SendState, standings
from nfw_reconcile.emulator.clock import VirtualClock
from nfw_reconcile.errors import JournalError
from nfw_reconcile.model.documents import FilterText

FILTER = FilterText("10.0.0.0/8", "192.0.2.1/32", "ANY", "5432", (6,), sensitive=False)
STARTED = RunStarted("1.0", "run-1", "5" * 64, ("arn",))
FIRST = Intended("edge/a/1.1#1", "arn", "a", "AvailabilityZone a", (FILTER,), 11, ("0001",))
AGAIN = Intended("edge/a/1.1#2", "arn", "a", "AvailabilityZone a", (FILTER,), 12, ())
EVERY: tuple[Event, ...] = (
    STARTED,
    FIRST,
    Refusal(FIRST.send, "ThrottlingException: Rate exceeded"),
    AGAIN,
    NoReply(AGAIN.send, "ReadTimeoutError", settled=False),
    Taken(AGAIN.send, "0002"),
    Ended(AGAIN.send, "COMPLETED"),
    RunFinished(0),
)


def written(directory: Path, *events: Event, run: str = "run-1") -> Path:
    journal = FileJournal(directory, run, VirtualClock())
    for event in events:
        journal.write(event)
    journal.close()
    return directory / f"{run}.jsonl"


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = written(tmp_path / "journal", *EVERY)
    assert tuple(line.event for line in read_journal(path)) == EVERY
    assert {line.at for line in read_journal(path)} == {"2026-01-01T00:00:00Z"}


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    path = written(tmp_path / "journal", STARTED)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_every_line_is_on_disk_before_write_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        real(handle)
        target = Path(f"/proc/self/fd/{handle}").readlink()
        synced.append(target.stat().st_size if target.is_file() else -1)

    monkeypatch.setattr(os, "fsync", fsync)
    path = written(tmp_path, STARTED, FIRST)
    sizes = [len(line) for line in path.read_bytes().splitlines(keepends=True)]
    assert synced == [-1, sizes[0], sum(sizes)]


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A", "run 1", "."])
def test_a_run_has_a_name_that_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(JournalError):
        FileJournal(tmp_path, name, VirtualClock())


def test_a_journal_is_never_written_over(tmp_path: Path) -> None:
    written(tmp_path, STARTED)
    with pytest.raises(JournalError, match="cannot be written"):
        written(tmp_path, STARTED)


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    (tmp_path / "run-1.jsonl").symlink_to(target)
    with pytest.raises(JournalError):
        written(tmp_path, STARTED)
    assert not target.exists()


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="--journal"):
        written(tmp_path / "file" / "journal", STARTED)


def test_a_torn_last_line_was_never_acted_upon(tmp_path: Path) -> None:
    whole = written(tmp_path, *EVERY).read_bytes()
    torn = tmp_path / "torn.jsonl"
    for size in range(len(whole)):
        torn.write_bytes(whole[:size])
        lines = whole[:size].count(b"\n")
        assert tuple(line.event for line in read_journal(torn)) == EVERY[:lines]


@pytest.mark.parametrize("number", range(1, len(EVERY) + 1))
def test_a_torn_line_before_the_last_is_refused_by_its_number(tmp_path: Path, number: int) -> None:
    path = written(tmp_path, *EVERY)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[number - 1] = lines[number - 1][: len(lines[number - 1]) // 2] + b"\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(JournalError, match=f"run-1.jsonl:{number}: "):
        read_journal(path)


@pytest.mark.parametrize(
    "line",
    [
        {"at": "x", "event": "unheard of"},
        {"event": "ended", "send": "a", "status": "b"},
        {"at": "x", "event": "ended", "send": "a"},
        {"at": "x", "event": "ended", "send": "a", "status": "b", "more": 1},
        [],
        7,
    ],
    ids=str,
)
def test_a_line_of_another_kind_is_refused(tmp_path: Path, line: object) -> None:
    path = tmp_path / "run-1.jsonl"
    path.write_text(json.dumps(line) + "\n")
    with pytest.raises(JournalError, match="damaged"):
        read_journal(path)


def test_a_journal_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be read"):
        read_journal(tmp_path / "none.jsonl")
    assert runs(tmp_path / "none") == ()


# Where it stands


@pytest.mark.parametrize(
    ("events", "states"),
    [
        ((STARTED,), []),
        ((STARTED, FIRST), [SendState.INTENDED]),
        (EVERY[:3], [SendState.REFUSED]),
        (EVERY[:5], [SendState.REFUSED, SendState.NO_REPLY]),
        (EVERY[:6], [SendState.REFUSED, SendState.RUNNING]),
        (EVERY, [SendState.REFUSED, SendState.ENDED]),
    ],
)
def test_the_standing_of_a_run(tmp_path: Path, events: tuple[Event, ...], states: list[SendState]) -> None:
    written(tmp_path, *events)
    (found,) = standings(tmp_path)
    assert [send.state for send in found.sends] == states
    assert (found.run, found.plan_sha256, found.firewalls) == ("run-1", "5" * 64, ("arn",))
    assert found.exit_code == (0 if len(events) == len(EVERY) else None)
    assert [send.intended for send in found.open_sends] == [
        send.intended for send in found.sends if not send.state.settled
    ]


def test_runs_are_told_by_name_and_one_that_wrote_nothing_is_none(tmp_path: Path) -> None:
    written(tmp_path, STARTED, run="b")
    written(tmp_path, STARTED, run="a")
    (tmp_path / "c.jsonl").write_bytes(b'{"at"')
    assert [path.name for path in runs(tmp_path)] == ["a.jsonl", "b.jsonl", "c.jsonl"]
    assert len(standings(tmp_path)) == 2


@pytest.mark.parametrize(
    "events",
    [
        (FIRST,),
        (RunFinished(0),),
        (STARTED, STARTED),
        (STARTED, FIRST, FIRST),
        (STARTED, Taken("unheard of", "1")),
    ],
    ids=str,
)
def test_lines_that_do_not_follow_from_each_other_are_refused(
    tmp_path: Path, events: tuple[Event, ...]
) -> None:
    written(tmp_path, *events)
    with pytest.raises(JournalError, match="do not fit together"):
        standings(tmp_path)
