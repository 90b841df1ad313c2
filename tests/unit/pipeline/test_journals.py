from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.act.journal.directory import DirectoryStore
from nfw_reconcile.act.journal.events import RunFinished
from nfw_reconcile.errors import JournalError, UsageError
from nfw_reconcile.model.status import RunState
from nfw_reconcile.pipeline.journals import run_to_resume, status_of
from nfw_reconcile.report.status import status_text
from tests.unit.act.journal.samples import ARN, EVERY, RUN, STARTED, intended, written

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1767225600.0


def begun(directory: Path, run: str) -> Path:
    return written(directory, replace(STARTED, run=run), run=run)


def damage(path: Path, line: int) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    lines[line] = lines[line].replace(b"2026", b"2036", 1)
    path.write_bytes(b"".join(lines))


def test_who_resumes_goes_on_after_what_was_read(tmp_path: Path) -> None:
    """A line that is written in between shows when the journal is opened, before anything is sent."""
    path = written(tmp_path, STARTED, intended("1"))
    store = DirectoryStore(tmp_path)
    found = run_to_resume(store, None)
    assert found is not None
    assert found.written == path.read_bytes()
    assert [send.intended.send for send in found.standing.sends] == ["1"]
    first = store.open(RUN, found.written)
    first.append(b"{}\n")
    first.close()
    with pytest.raises(JournalError, match="written to meanwhile"):
        store.open(RUN, found.written)


def test_a_torn_line_is_no_line(tmp_path: Path) -> None:
    path = written(tmp_path, STARTED)
    path.write_bytes(path.read_bytes() + b'{"at"')
    found = run_to_resume(DirectoryStore(tmp_path), RUN)
    assert found is not None
    assert found.standing.sends == ()


def test_one_of_several_has_to_be_named(tmp_path: Path) -> None:
    begun(tmp_path, "a")
    begun(tmp_path, "b")
    store = DirectoryStore(tmp_path)
    with pytest.raises(UsageError, match="several runs were interrupted: a, b"):
        run_to_resume(store, None)
    found = run_to_resume(store, "b")
    assert found is not None
    assert found.standing.run == "b"
    with pytest.raises(UsageError, match="there is no run c"):
        run_to_resume(store, "c")


def test_what_is_settled_is_not_resumed(tmp_path: Path) -> None:
    written(tmp_path, STARTED, RunFinished(0))
    store = DirectoryStore(tmp_path)
    assert run_to_resume(store, RUN) is None
    assert run_to_resume(store, None) is None


def test_another_run_that_is_damaged_is_in_nobodys_way(tmp_path: Path) -> None:
    damage(written(tmp_path, *EVERY), 3)
    begun(tmp_path, "run-2")
    store = DirectoryStore(tmp_path)
    for name in ("run-2", None):
        found = run_to_resume(store, name)
        assert found is not None
        assert found.standing.run == "run-2"


@pytest.mark.parametrize("name", [RUN, None])
def test_a_run_that_is_damaged_is_not_taken_for_nothing_to_resume(tmp_path: Path, name: str | None) -> None:
    damage(written(tmp_path, *EVERY), 3)
    with pytest.raises(JournalError, match="is damaged"):
        run_to_resume(DirectoryStore(tmp_path), name)


def test_status_shows_a_damaged_run_among_the_others(tmp_path: Path) -> None:
    path = written(tmp_path, *EVERY)
    damage(path, 3)
    begun(tmp_path, "run-2")
    document = status_of(DirectoryStore(tmp_path), NOW, None)
    damaged, other = document.runs
    assert (damaged.state, damaged.firewalls, damaged.flushes) == (RunState.DAMAGED, (ARN,), ())
    assert damaged.problem is not None
    assert (other.state, other.problem) == (RunState.UNFINISHED, None)
    text = status_text(document)
    assert f"Run {RUN}: damaged" in text
    assert f"problem  {path}:4: this line of the journal is damaged" in text
    assert f"until {path} is moved away" in text


def test_status_of_a_run_whose_first_line_is_damaged(tmp_path: Path) -> None:
    damage(written(tmp_path, *EVERY), 0)
    (damaged,) = status_of(DirectoryStore(tmp_path), NOW, RUN).runs
    assert (damaged.started_at, damaged.plan_sha256, damaged.firewalls) == (None, None, ())


def test_status_of_one_run_reads_no_other(tmp_path: Path) -> None:
    begun(tmp_path, "run-2")
    written(tmp_path, *EVERY)
    store = DirectoryStore(tmp_path)
    assert [each.run for each in status_of(store, NOW, "run-2").runs] == ["run-2"]
    with pytest.raises(UsageError, match="there is no run run-3"):
        status_of(store, NOW, "run-3")
