from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.act.journal.directory import DirectoryStore
from nfw_reconcile.act.journal.events import (
    Ended,
    Event,
    NeverTaken,
    NoReply,
    Refusal,
    RunFinished,
    RunResumed,
    Taken,
)
from nfw_reconcile.act.journal.standing import (
    DamagedRun,
    RunStanding,
    SendState,
    interrupted,
    records,
    standings,
)
from nfw_reconcile.errors import JournalError
from tests.unit.act.journal.samples import ARN, EVERY, RUN, STARTED, SYNC, intended, written

if TYPE_CHECKING:
    from pathlib import Path

FIRST = intended("1")


@pytest.mark.parametrize(
    ("events", "states"),
    [
        ((STARTED,), []),
        (EVERY[:3], [SendState.INTENDED]),
        (EVERY[:4], [SendState.REFUSED]),
        (EVERY[:6], [SendState.REFUSED, SendState.NO_REPLY]),
        (EVERY[:8], [SendState.REFUSED, SendState.RUNNING]),
        (EVERY, [SendState.REFUSED, SendState.ENDED, SendState.NEVER_TAKEN]),
    ],
)
def test_the_standing_of_a_run(tmp_path: Path, events: tuple[Event, ...], states: list[SendState]) -> None:
    written(tmp_path, *events)
    (found,) = standings(DirectoryStore(tmp_path))
    assert [send.state for send in found.sends] == states
    assert (found.run, found.started, found.firewalls) == (RUN, STARTED, (ARN,))
    assert found.in_sync == ({(ARN, "a"): SYNC} if SYNC in events else {})
    assert found.resumed == sum(isinstance(event, RunResumed) for event in events)
    assert [send.intended for send in found.open_sends] == [
        send.intended for send in found.sends if not send.state.settled
    ]


@pytest.mark.parametrize(
    "events",
    [
        pytest.param((STARTED,), id="begun"),
        pytest.param((STARTED, FIRST), id="killed"),
        pytest.param((STARTED, FIRST, NoReply("1", "lost", settled=True), RunFinished(5)), id="in doubt"),
        pytest.param((STARTED, RunFinished(5), RunResumed("0")), id="killed again"),
    ],
)
def test_a_run_can_be_resumed_that_did_not_end_or_ended_in_doubt(
    tmp_path: Path, events: tuple[Event, ...]
) -> None:
    written(tmp_path, *events)
    (found,) = standings(DirectoryStore(tmp_path))
    assert found.resumable


@pytest.mark.parametrize(
    "events",
    [
        pytest.param((STARTED, RunFinished(0)), id="done"),
        pytest.param((STARTED, RunFinished(4)), id="partly done"),
        pytest.param((STARTED, RunFinished(5), RunResumed("0"), RunFinished(6)), id="resumed"),
    ],
)
def test_a_run_whose_end_is_known_cannot_be_resumed(tmp_path: Path, events: tuple[Event, ...]) -> None:
    written(tmp_path, *events)
    (found,) = standings(DirectoryStore(tmp_path))
    assert not found.resumable


def test_an_end_is_understood_where_what_came_before_could_not_be_written(tmp_path: Path) -> None:
    written(tmp_path, STARTED, FIRST, Ended("1", "COMPLETED"))
    (found,) = standings(DirectoryStore(tmp_path))
    assert [(send.state, send.status) for send in found.sends] == [(SendState.ENDED, "COMPLETED")]


def test_runs_are_told_by_name_and_one_that_wrote_nothing_is_none(tmp_path: Path) -> None:
    for name in ("b", "a"):
        written(tmp_path, STARTED, run=name)
    (tmp_path / "c.jsonl").write_bytes(b'{"at"')
    store = DirectoryStore(tmp_path)
    assert store.runs() == ("a", "b", "c")
    assert len(standings(store)) == 2


@pytest.mark.parametrize(
    "events",
    [
        (FIRST,),
        (RunFinished(0),),
        (SYNC,),
        (STARTED, STARTED),
        (STARTED, FIRST, FIRST),
        (STARTED, Taken("unheard of", "1")),
        (STARTED, FIRST, Refusal("1", "no"), Taken("1", "2")),
        (STARTED, FIRST, Taken("1", "2"), Taken("1", "3")),
        (STARTED, FIRST, Taken("1", "2"), NeverTaken("1")),
        (STARTED, FIRST, NeverTaken("1"), Ended("1", "COMPLETED")),
    ],
    ids=lambda events: " > ".join(type(event).__name__ for event in events),
)
def test_lines_that_do_not_follow_from_each_other_are_refused(
    tmp_path: Path, events: tuple[Event, ...]
) -> None:
    written(tmp_path, *events)
    with pytest.raises(JournalError, match="do not fit together"):
        standings(DirectoryStore(tmp_path))


def damaged(path: Path, line: int) -> Path:
    """Flip a bit of one line."""
    lines = path.read_bytes().splitlines(keepends=True)
    lines[line] = lines[line].replace(b"2026", b"2036", 1)
    path.write_bytes(b"".join(lines))
    return path


def test_a_damaged_run_that_tells_its_firewalls_is_in_the_way_of_those(tmp_path: Path) -> None:
    path = damaged(written(tmp_path, *EVERY), 3)
    store = DirectoryStore(tmp_path)
    assert interrupted(store, [f"{ARN}-2"]) == ()
    with pytest.raises(JournalError, match=f"{path}:4: .* damaged(.|\n)*on its firewalls, until {path} is"):
        interrupted(store, [ARN])


def test_a_damaged_run_that_tells_nothing_is_in_the_way_of_all(tmp_path: Path) -> None:
    path = damaged(written(tmp_path, *EVERY), 0)
    with pytest.raises(JournalError, match=f"on any firewall, .*, until {path} is moved away"):
        interrupted(DirectoryStore(tmp_path), ["another"])


def test_a_file_whose_name_is_none_of_a_run_is_told(tmp_path: Path) -> None:
    written(tmp_path, *EVERY).rename(tmp_path / "run-1 copy.jsonl")
    with pytest.raises(JournalError, match=f"until {tmp_path}/run-1 copy.jsonl is moved away"):
        interrupted(DirectoryStore(tmp_path), [ARN])


def test_all_that_are_damaged_are_told_at_once_and_the_others_are_read(tmp_path: Path) -> None:
    for name in ("a", "b"):
        damaged(written(tmp_path, *EVERY, run=name), 2)
    written(tmp_path, STARTED, run="c")
    store = DirectoryStore(tmp_path)
    with pytest.raises(JournalError) as told:
        standings(store)
    assert len(told.value.problems) == 2
    found = records(store, store.runs())
    assert [type(each) for each in found] == [DamagedRun, DamagedRun, RunStanding]
    assert [each.may_concern([ARN]) for each in found] == [True] * 3
    assert [each.may_concern(["another"]) for each in found] == [False] * 3


def test_what_is_interrupted_is_told_by_firewall(tmp_path: Path) -> None:
    written(tmp_path, STARTED, run="a")
    written(tmp_path, STARTED, RunFinished(0), run="b")
    store = DirectoryStore(tmp_path)
    assert len(interrupted(store, [ARN, "another"])) == 1
    assert interrupted(store, ["another"]) == ()
