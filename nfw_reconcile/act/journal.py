"""The journal: what was about to be sent is on disk before it is sent, and what came of it right after.

One file for each run, ``RUN.jsonl`` in the journal's directory, one JSON object a line, only ever appended
to. A line counts once its newline is on disk: a last line without one was never acted upon.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from nfw_reconcile.act.texts import time_text
from nfw_reconcile.errors import InputError, JournalError, Location, error
from nfw_reconcile.model.codec import canonical, from_json, to_json
from nfw_reconcile.model.documents import FilterText  # noqa: TC001 - the codec reads the annotations

if TYPE_CHECKING:
    from pathlib import Path

    from nfw_reconcile.act.ports import Clock

FORMAT: Final = "1.0"
SUFFIX: Final = ".jsonl"
NAMES: Final = "abcdefghijklmnopqrstuvwxyz0123456789-"


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run begins with this plan."""

    format_version: str
    run: str
    plan_sha256: str
    firewalls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Intended:
    """This flush will be sent now. ``send`` names it within the run; ``known`` are the zone's flushes before it."""

    send: str
    firewall_arn: str
    zone: str
    scope: str
    filters: tuple[FilterText, ...]
    minimum_age: int
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """AWS accepted it: by its reply, or because it was found in the list of operations."""

    send: str
    operation_id: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """AWS said a definite no: nothing was started."""

    send: str
    reason: str


@dataclass(frozen=True, slots=True)
class NoReply:
    """Nobody knows whether it was accepted; ``settled`` is false as long as it is being looked for."""

    send: str
    reason: str
    settled: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """The operation has ended with AWS's status."""

    send: str
    status: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run came to its end."""

    exit_code: int


Event = RunStarted | Intended | Taken | Refusal | NoReply | Ended | RunFinished

_KINDS: Final[dict[str, type[Event]]] = {
    "run started": RunStarted,
    "intended": Intended,
    "taken": Taken,
    "refused": Refusal,
    "no reply": NoReply,
    "ended": Ended,
    "run finished": RunFinished,
}
_WORDS: Final = {kind: word for word, kind in _KINDS.items()}


class Journal(Protocol):
    """Keeps events in the order in which they are written."""

    def write(self, event: Event) -> None:
        """Keep an event; it is safe when this returns. Raises ``JournalError``."""
        ...  # pragma: no cover - a protocol has no body


class FileJournal:
    """A journal in a directory of the local disk; the file is for its owner alone (mode 0600).

    Methods may be called from several threads.
    """

    def __init__(self, directory: Path, run: str, clock: Clock) -> None:
        """``run`` is the name of the run: letters, digits and hyphens, never used before."""
        if not run or set(run) - set(NAMES):
            raise JournalError(error(f"{run!r} is no name for a run."))
        self._path = directory / f"{run}{SUFFIX}"
        self._clock = clock
        self._lock = threading.Lock()
        self._file: int | None = None

    def write(self, event: Event) -> None:
        """Append a line, and return once it is on disk."""
        line = canonical({"at": time_text(self._clock.now()), "event": _WORDS[type(event)], **to_json(event)})
        with self._lock:
            try:
                self._append(line)
            except OSError as problem:
                summary = f"the journal {self._path} cannot be written: {problem.strerror or problem}."
                remedy = "Make room, or name another directory with --journal."
                raise JournalError(error(summary, remedy=remedy)) from problem

    def _append(self, line: bytes) -> None:
        if self._file is None:
            self._file = self._create()
        while line:
            line = line[os.write(self._file, line) :]
        os.fsync(self._file)

    def _create(self) -> int:
        directory = self._path.parent
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        found = os.open(self._path, flags, 0o600)
        _sync_directory(directory)
        return found

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None


def _sync_directory(directory: Path) -> None:
    """Make the name of a new file as durable as its content (POSIX: fsync of the directory)."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(frozen=True, slots=True)
class Line:
    """One event with its time (UTC text)."""

    at: str
    event: Event


def read_journal(path: Path) -> tuple[Line, ...]:
    """Read the journal of one run.

    A last line without a newline is left out: it was being written when the run ended. Any other line
    that cannot be read raises ``JournalError``, as does a file that cannot be read.
    """
    try:
        text = path.read_bytes()
    except OSError as problem:
        summary = f"the journal {path} cannot be read: {problem.strerror or problem}."
        raise JournalError(error(summary, remedy="Name its directory with --journal.")) from problem
    whole, _, _ = text.rpartition(b"\n")
    if not whole:
        return ()
    return tuple(
        _read_line(line, Location(str(path), number)) for number, line in enumerate(whole.split(b"\n"), 1)
    )


def runs(directory: Path) -> tuple[Path, ...]:
    """Give the journals of a directory, by name; none where there is no such directory."""
    return tuple(sorted(directory.glob(f"*{SUFFIX}")))


def _read_line(line: bytes, where: Location) -> Line:
    try:
        data = json.loads(line)
        at, kind = data.pop("at"), _KINDS[data.pop("event")]
        return Line(str(at), from_json(kind, data, str(where)))
    except (ValueError, KeyError, AttributeError, TypeError, InputError) as problem:
        summary = "this line of the journal is damaged, or was written by a later version."
        remedy = "Do not run apply again before the flow operations of the firewall were looked at."
        raise JournalError(error(summary, where, remedy)) from problem
