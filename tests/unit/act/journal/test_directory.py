from __future__ import annotations

import errno
import fcntl
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from nfw_reconcile.act.journal.directory import DirectoryStore
from nfw_reconcile.act.journal.lines import read_lines
from nfw_reconcile.errors import JournalError
from tests.unit.act.journal.samples import EVERY, RUN, STARTED, journal_in, written

LINE = b'{"a":1}\n'
HOLDING = """
import sys, time
from pathlib import Path
from nfw_reconcile.act.journal.directory import DirectoryStore

run = DirectoryStore(Path(sys.argv[1])).open("other")
run.append(b"{}\\n")
print(flush=True)
time.sleep(60)
"""


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "journal")
    store.open(RUN).append(LINE)
    store.keep_plan("0" * 64, b"plan")
    assert store.swap_lease("lease", None, b"lease")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "journal").iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "journal").stat().st_mode) == 0o700
    assert {Path(name).suffix for name in modes} == {".jsonl", ".plan", ".lease", ".lock"}


def test_every_line_is_on_disk_before_write_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        real(handle)
        target = Path(f"/proc/self/fd/{handle}").readlink()
        synced.append(target.stat().st_size if target.is_file() else -1)

    monkeypatch.setattr(os, "fsync", fsync)
    path = written(tmp_path, STARTED, EVERY[1])
    sizes = [len(line) for line in path.read_bytes().splitlines(keepends=True)]
    assert synced == [-1, sizes[0], sum(sizes)]


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A", "run 1", "."])
def test_a_run_has_a_name_that_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(JournalError, match="no name"):
        DirectoryStore(tmp_path).open(name)


def test_a_journal_is_never_written_over(tmp_path: Path) -> None:
    written(tmp_path, STARTED)
    with pytest.raises(JournalError, match="cannot be written"):
        written(tmp_path, STARTED)


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    (tmp_path / f"{RUN}.jsonl").symlink_to(target)
    with pytest.raises(JournalError):
        written(tmp_path, STARTED)
    assert not target.exists()


def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="--journal"):
        written(tmp_path / "file" / "journal", STARTED)


def test_a_run_that_is_not_there_is_told_and_an_empty_place_has_none(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "none")
    with pytest.raises(JournalError, match="cannot be read"):
        store.read(RUN)
    assert (store.runs(), store.plan("0"), store.lease("x"), store.abandoned(RUN)) == ((), None, None, False)


def test_a_torn_last_line_is_cut_off_before_the_next_is_written(tmp_path: Path) -> None:
    path = written(tmp_path, *EVERY[:3])
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"at":"2026')
    file = DirectoryStore(tmp_path).open(RUN, whole)
    file.append(LINE)
    assert path.read_bytes() == whole + LINE


def test_a_run_that_has_gone_on_meanwhile_is_not_opened(tmp_path: Path) -> None:
    path = written(tmp_path, *EVERY[:3])
    with pytest.raises(JournalError, match="meanwhile"):
        DirectoryStore(tmp_path).open(RUN, path.read_bytes()[: path.read_bytes().index(b"\n") + 1])


def test_a_run_has_one_writer_and_its_death_sets_it_free(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    command = [sys.executable, "-c", HOLDING, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert not store.abandoned("other")
        with pytest.raises(JournalError, match="another process"):
            store.open("other", b"{}\n")
        process.kill()
        process.wait()
    assert store.abandoned("other")
    store.open("other", b"{}\n").append(LINE)
    assert store.read("other") == b"{}\n" + LINE


def test_a_run_is_locked_before_anything_that_takes_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, locked = DirectoryStore(tmp_path), []
    real = os.fsync

    def fsync(handle: int) -> None:
        with (tmp_path / "other.jsonl").open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                locked.append(store.abandoned("other"))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    store.open("other")
    assert locked == [False]


@pytest.mark.parametrize("text", [b"", b'{"at":"2026'])
def test_a_run_without_a_whole_line_is_not_abandoned_but_may_just_be_made(
    tmp_path: Path, text: bytes
) -> None:
    (tmp_path / "other.jsonl").write_bytes(text)
    assert not DirectoryStore(tmp_path).abandoned("other")


def test_who_only_looks_is_in_nobodys_way(tmp_path: Path) -> None:
    """As ``status`` does while a run is resumed, or while another ``status`` looks."""
    path = tmp_path / "other.jsonl"
    path.write_bytes(LINE)
    with path.open("rb") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        pauses: list[float] = []

        def sleep(seconds: float) -> None:
            pauses.append(seconds)
            fcntl.flock(looking, fcntl.LOCK_UN)

        store = DirectoryStore(tmp_path, sleep)
        assert store.abandoned("other")
        store.open("other", LINE).append(LINE)
    assert len(pauses) == 1
    assert store.read("other") == LINE * 2


def test_a_place_that_cannot_be_listed_is_not_taken_for_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match=f"{tmp_path}/file cannot be read: Not a directory"):
        DirectoryStore(tmp_path / "file").runs()

    def denied(*_: object) -> object:
        raise PermissionError(errno.EACCES, "Permission denied")

    written(tmp_path, STARTED)
    monkeypatch.setattr(os, "listdir", denied)
    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(JournalError, match="cannot be read: Permission denied"):
        DirectoryStore(tmp_path).runs()


def test_locks_that_the_file_system_does_not_have_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, STARTED)

    def none_left(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none_left)
    with pytest.raises(JournalError, match="No locks available"):
        DirectoryStore(tmp_path).abandoned(RUN)
    with pytest.raises(JournalError, match="No locks available"):
        DirectoryStore(tmp_path).open("run-2")


def test_what_another_container_is_writing_is_left_alone(tmp_path: Path) -> None:
    """In a container the number of the process is 1 every time."""
    passing = tmp_path / f"0a.plan.{os.getpid()}.part"
    passing.write_bytes(b"half")
    DirectoryStore(tmp_path).keep_plan("0a", b"one")
    assert passing.read_bytes() == b"half"


def test_a_plan_that_cannot_be_kept_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(JournalError, match="No space left"):
        DirectoryStore(tmp_path).keep_plan("0a", b"one")
    assert list(tmp_path.iterdir()) == []


def test_a_line_that_the_disk_takes_half_of_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = journal_in(tmp_path)
    journal.write(STARTED)
    real = os.write

    def half(handle: int, data: bytes) -> int:
        monkeypatch.setattr(os, "write", full)
        return real(handle, bytes(data)[: len(data) // 2])

    def full(_handle: int, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(JournalError, match="No space left"):
        journal.write(EVERY[1])
    monkeypatch.setattr(os, "write", real)
    journal.write(EVERY[1])
    found = read_lines(DirectoryStore(tmp_path).read(RUN), RUN)
    assert tuple(line.event for line in found) == EVERY[:2]


def test_where_half_a_line_cannot_be_taken_back_nothing_more_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = journal_in(tmp_path)
    journal.write(STARTED)

    def broken(*_: object) -> int:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", broken)
        patch.setattr(os, "ftruncate", broken)
        with pytest.raises(JournalError, match="Input/output"):
            journal.write(EVERY[1])
    with pytest.raises(JournalError, match="closed"):
        journal.write(EVERY[1])


def test_a_lease_is_swapped_only_if_it_is_as_it_was_read(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    assert store.swap_lease("x", None, b"1")
    assert not store.swap_lease("x", None, b"2")
    assert not store.swap_lease("x", b"0", b"2")
    assert store.lease("x") == b"1"
    assert store.swap_lease("x", b"1", b"2")
    assert store.lease("x") == b"2"


def test_plans_are_kept_by_their_digest(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    store.keep_plan("0a", b"one")
    store.keep_plan("0a", b"two")
    assert (store.plan("0a"), store.plan("0b")) == (b"two", None)
