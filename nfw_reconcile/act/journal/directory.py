"""Journals in a directory: ``RUN.jsonl`` for each run, ``DIGEST.plan`` for each plan, ``NAME.lease`` for each lease.

All files are for their owner alone (mode 0600). The writer of a run holds a lock on its file (flock), which the
operating system takes away when the process ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.journal.lines import whole_lines
from nfw_reconcile.act.journal.store import checked_name
from nfw_reconcile.errors import JournalError, error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUN: Final = ".jsonl"
PLAN: Final = ".plan"
LEASE: Final = ".lease"
LOCK: Final = ".lock"

_SAFE: Final = os.O_NOFOLLOW | os.O_CLOEXEC


class DirectoryStore:
    """A directory of the local disk; it is made when something is first written to it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @property
    def name(self) -> str:
        """Give the directory."""
        return str(self._directory)

    def runs(self) -> tuple[str, ...]:
        """Give the names of all runs, in order; none where there is no such directory."""
        return tuple(sorted(path.stem for path in self._directory.glob(f"*{RUN}")))

    def read(self, run: str) -> bytes:
        """Give what was written of a run."""
        with self._told("read", self._path(run, RUN)) as path:
            return path.read_bytes()

    def open(self, run: str, written: bytes = b"") -> DirectoryRun:
        """Open a run to go on after ``written``; what follows it can only be a torn line, and is cut off."""
        with self._told("written", self._path(run, RUN)) as path:
            if not written:
                self._make_directory()
                handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | _SAFE, 0o600)
                _sync_directory(self._directory)
            else:
                handle = os.open(path, os.O_RDWR | os.O_APPEND | _SAFE)
            try:
                _lock_now(handle)
                if written:
                    _cut_off_after(handle, written, path)
            except BlockingIOError as problem:
                os.close(handle)
                summary = f"another process is working on run {run} of {self.name}."
                raise JournalError(
                    error(summary, remedy="Wait for it; nfw-reconcile status shows it.")
                ) from problem
            except BaseException:
                os.close(handle)
                raise
        return DirectoryRun(path, handle)

    def abandoned(self, run: str) -> bool:
        """Say whether the run is there and nobody holds the lock on it."""
        try:
            handle = os.open(self._path(run, RUN), os.O_RDWR | _SAFE)
        except OSError:
            return False
        try:
            _lock_now(handle)
        except BlockingIOError:
            return False
        else:
            return True
        finally:
            os.close(handle)

    def plan(self, sha256: str) -> bytes | None:
        """Give the plan file with that digest, if it is kept here."""
        return self._content(self._path(sha256, PLAN))

    def keep_plan(self, sha256: str, content: bytes) -> None:
        """Keep a plan file."""
        with self._told("written", self._path(sha256, PLAN)) as path:
            self._make_directory()
            _replace(path, content)

    def lease(self, name: str) -> bytes | None:
        """Give a lease as it was last written."""
        return self._content(self._path(name, LEASE))

    def swap_lease(self, name: str, before: bytes | None, after: bytes) -> bool:
        """Write a lease if it still is as ``before``; a lock keeps other processes out meanwhile."""
        path = self._path(name, LEASE)
        with self._told("written", path):
            self._make_directory()
            with _locked(self._path(name, LOCK)):
                if self._content(path) != before:
                    return False
                _replace(path, after)
                return True

    def _content(self, path: Path) -> bytes | None:
        with self._told("read", path):
            try:
                return path.read_bytes()
            except FileNotFoundError:
                return None

    def _path(self, name: str, suffix: str) -> Path:
        return self._directory / f"{checked_name(name)}{suffix}"

    def _make_directory(self) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextmanager
    def _told(self, what: str, path: Path) -> Iterator[Path]:
        """Turn what the operating system says into an error that says what to do."""
        try:
            yield path
        except OSError as problem:
            raise _failed(what, path, problem) from problem


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
            rest = line
            while rest:
                rest = rest[os.write(self._handle, rest) :]
            os.fsync(self._handle)
        except OSError as problem:
            self._take_back(self._handle)
            raise _failed("written", self._path, problem) from problem
        self._length += len(line)

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


def _failed(what: str, path: Path, problem: OSError) -> JournalError:
    summary = f"the journal {path} cannot be {what}: {problem.strerror or problem}."
    remedy = "Make room, or name another directory with --journal."
    return JournalError(
        error(summary, remedy=remedy if what == "written" else "Name its directory with --journal.")
    )


def _lock_now(handle: int) -> None:
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | _SAFE, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _cut_off_after(handle: int, written: bytes, path: Path) -> None:
    found = os.pread(handle, os.fstat(handle).st_size, 0)
    if whole_lines(found) != written:
        remedy = "Run the command again."
        raise JournalError(error(f"the journal {path} was written to meanwhile.", remedy=remedy))
    os.ftruncate(handle, len(written))
    os.fsync(handle)


def _replace(path: Path, content: bytes) -> None:
    """Put a file in place, whole or not at all, also through a power cut."""
    passing = path.with_name(f"{path.name}.{os.getpid()}.part")
    passing.unlink(missing_ok=True)
    handle = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFE, 0o600)
    try:
        while content:
            content = content[os.write(handle, content) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    passing.replace(path)
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    """Make the name of a new file as durable as its content (POSIX: fsync of the directory)."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
