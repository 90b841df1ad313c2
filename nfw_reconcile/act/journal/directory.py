"""Journals in a directory: ``RUN.jsonl`` for each run, ``DIGEST.plan`` for each plan, ``NAME.lease`` for each lease.

All files are for their owner alone (mode 0600). The writer of a run holds a lock on its file (flock), which the
operating system takes away when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.journal.lines import whole_lines
from nfw_reconcile.act.journal.store import checked_name
from nfw_reconcile.errors import JournalError, error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RUN: Final = ".jsonl"
PLAN: Final = ".plan"
LEASE: Final = ".lease"
LOCK: Final = ".lock"

LOCK_TRIES: Final = 20
LOCK_PAUSE: Final = 0.05
"""Seconds between tries: whoever only looks whether a run is abandoned holds its lock for far less than a second."""

_SAFE: Final = os.O_NOFOLLOW | os.O_CLOEXEC


class DirectoryStore:
    """A directory of the local disk; it is made when something is first written to it."""

    def __init__(self, directory: Path, sleep: Callable[[float], None] = time.sleep) -> None:
        """``sleep`` passes the time, in seconds, until a lock is tried again."""
        self._directory = directory
        self._sleep = sleep

    @property
    def name(self) -> str:
        """Give the directory."""
        return str(self._directory)

    def run_place(self, run: str) -> str:
        """Give the file of a run."""
        return str(self._directory / f"{run}{RUN}")

    def lease_place(self, name: str) -> str:
        """Give the file of a lease."""
        return str(self._directory / f"{name}{LEASE}")

    def runs(self) -> tuple[str, ...]:
        """Give the names of all runs, in order; none where there is no such directory."""
        with _told("read", self._directory):
            try:
                names = [path.name for path in self._directory.iterdir()]
            except FileNotFoundError:
                return ()
        return tuple(sorted(name.removesuffix(RUN) for name in names if name.endswith(RUN)))

    def unsettled_runs(self) -> tuple[str, ...]:
        """Give the names of all runs: to read them takes no time that counts."""
        return self.runs()

    def mark_settled(self, run: str) -> None:
        """Leave it to the last line of the run."""

    def read(self, run: str) -> bytes:
        """Give what was written of a run."""
        with _told("read", self._path(run, RUN)) as path:
            return path.read_bytes()

    def first_line(self, run: str) -> bytes:
        """Give the first line of a run."""
        text = self.read(run)
        return text[: text.find(b"\n") + 1]

    def open(self, run: str, written: bytes = b"") -> DirectoryRun:
        """Open a run to go on after ``written``; what follows it can only be a torn line, and is cut off."""
        with _told("written", self._path(run, RUN)) as path:
            if not written:
                self._make_directory()
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL
            else:
                flags = os.O_RDWR | os.O_APPEND
            handle = os.open(path, flags | _SAFE, 0o600)
            try:
                # Before anything that takes time: until then, nothing tells others that somebody is at work.
                self._lock(handle, run)
                if written:
                    _cut_off_after(handle, written, path)
                else:
                    _sync_directory(self._directory)
            except BaseException:
                os.close(handle)
                raise
        return DirectoryRun(path, handle)

    def abandoned(self, run: str) -> bool:
        """Say whether a whole line of the run is there and nobody holds the lock on it.

        Before its first line is whole, a run may have been made a moment ago, and not be locked yet.
        """
        with _told("read", self._path(run, RUN)) as path:
            try:
                handle = os.open(path, os.O_RDONLY | _SAFE)
            except FileNotFoundError:
                return False
            try:
                # Shared, so that two who look at the same time do not take each other for the writer.
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return b"\n" in _content_of(handle)
            except BlockingIOError:
                return False
            finally:
                os.close(handle)

    def plan(self, sha256: str) -> bytes | None:
        """Give the plan file with that digest, if it is kept here."""
        return _content(self._path(sha256, PLAN))

    def keep_plan(self, sha256: str, content: bytes) -> None:
        """Keep a plan file."""
        with _told("written", self._path(sha256, PLAN)) as path:
            self._make_directory()
            _replace(path, content)

    def lease(self, name: str) -> bytes | None:
        """Give a lease as it was last written."""
        return _content(self._path(name, LEASE))

    def swap_lease(self, name: str, before: bytes | None, after: bytes) -> bool:
        """Write a lease if it still is as ``before``; a lock keeps other processes out meanwhile."""
        path = self._path(name, LEASE)
        with _told("written", path):
            self._make_directory()
            with _locked(self._path(name, LOCK)):
                if _content(path) != before:
                    return False
                _replace(path, after)
                return True

    def _lock(self, handle: int, run: str) -> None:
        for _ in range(LOCK_TRIES):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._sleep(LOCK_PAUSE)
            else:
                return
        summary = f"another process is working on run {run} of {self.name}."
        raise JournalError(error(summary, remedy="Wait for it; nfw-reconcile status shows it."))

    def _path(self, name: str, suffix: str) -> Path:
        return self._directory / f"{checked_name(name)}{suffix}"

    def _make_directory(self) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)


class DirectoryRun:
    """The file of one run, locked."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path = path
        self._handle: int | None = handle
        self._length = os.fstat(handle).st_size

    def append(self, line: bytes) -> None:
        """Write a line, and return once it is on disk; one that could not be written whole is taken back."""
        if self._handle is None:
            raise JournalError(error(f"the journal {self._path} is closed."))
        try:
            _write_all(self._handle, line)
            os.fsync(self._handle)
        except OSError as problem:
            self._take_back(self._handle)
            raise _failed("written", self._path, problem) from problem
        self._length += len(line)

    def landed(self) -> bytes | None:
        """Give nothing: a line whose append raised was taken back, or nothing can be added any more."""
        return None

    def _take_back(self, handle: int) -> None:
        """Cut a half-written line off, so that no other follows it; where that fails, nothing may follow."""
        try:
            os.ftruncate(handle, self._length)
        except OSError:
            self.close()

    def close(self) -> None:
        """Close the file, and with it the lock."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


@contextmanager
def _told(what: str, path: Path) -> Iterator[Path]:
    """Turn what the operating system says into an error that says what to do."""
    try:
        yield path
    except OSError as problem:
        raise _failed(what, path, problem) from problem


def _failed(what: str, path: Path, problem: OSError) -> JournalError:
    summary = f"the journal {path} cannot be {what}: {problem.strerror or problem}."
    first = "Make room" if what == "written" else "Look at its owner and mode"
    return JournalError(error(summary, remedy=f"{first}, or name another directory with --journal."))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | _SAFE, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _content(path: Path) -> bytes | None:
    with _told("read", path):
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None


def _content_of(handle: int) -> bytes:
    return os.pread(handle, os.fstat(handle).st_size, 0)


def _cut_off_after(handle: int, written: bytes, path: Path) -> None:
    if whole_lines(_content_of(handle)) != written:
        remedy = "Run the command again."
        raise JournalError(error(f"the journal {path} was written to meanwhile.", remedy=remedy))
    os.ftruncate(handle, len(written))
    os.fsync(handle)


def _replace(path: Path, content: bytes) -> None:
    """Put a file in place, whole or not at all, also through a power cut (mode 0600, as mkstemp makes it)."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".nfw-reconcile.")
    passing = Path(name)
    try:
        try:
            _write_all(handle, content)
            os.fsync(handle)
        finally:
            os.close(handle)
        passing.replace(path)
    except BaseException:
        passing.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)


def _write_all(handle: int, content: bytes) -> None:
    while content:
        content = content[os.write(handle, content) :]


def _sync_directory(directory: Path) -> None:
    """Make the name of a new file as durable as its content (POSIX: fsync of the directory)."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
