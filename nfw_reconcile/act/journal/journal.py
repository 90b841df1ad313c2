"""The journal of one run: what was about to be sent is safe before it is sent, and what came of it right after."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from nfw_reconcile.act.journal.events import RunFinished
from nfw_reconcile.act.journal.lines import FIRST, read_lines, whole_lines, write_line
from nfw_reconcile.act.journal.standing import interrupted
from nfw_reconcile.errors import JournalError, UnsettledRun, error

if TYPE_CHECKING:
    from collections.abc import Collection

    from nfw_reconcile.act.journal.events import Event
    from nfw_reconcile.act.journal.leases import Leases
    from nfw_reconcile.act.journal.store import JournalStore, RunFile
    from nfw_reconcile.act.ports import Clock
    from nfw_reconcile.act.waiting import Deadline


class Journal(Protocol):
    """Keeps events in the order in which they are written."""

    def begin(self, firewalls: Collection[str], deadline: Deadline) -> None:
        """Take firewalls (ARNs) for this run alone.

        Raises ``FirewallLeased`` where another run holds one until the deadline, and ``UnsettledRun`` where
        an earlier one was interrupted.
        """
        ...  # pragma: no cover - a protocol has no body

    def write(self, event: Event) -> None:
        """Keep an event; it is safe when this returns, and the firewalls are held for what is sent upon it.

        Raises ``JournalError``; the event may have been kept all the same.
        """
        ...  # pragma: no cover


def note(journal: Journal, event: Event) -> str | None:
    """Write down what has happened, and give what keeps it from being kept: too late to stop it, or ``None``."""
    try:
        journal.write(event)
    except JournalError as problem:
        return str(problem)
    return None


class RunJournal:
    """The journal of one run in a store; methods may be called from several threads.

    The run is made when the first event is written, or gone on with after ``written``.
    """

    def __init__(
        self, store: JournalStore, run: str, clock: Clock, leases: Leases, written: bytes = b""
    ) -> None:
        """``run`` names the run: letters, digits and hyphens; a new one was never used before."""
        self._store = store
        self._run = run
        self._clock = clock
        self._leases = leases
        self._written = whole_lines(written)
        lines = read_lines(self._written, store.run_place(run))
        self._check = lines[-1].check if lines else FIRST
        self._doubtful: dict[bytes, tuple[Event, str]] = {}
        self._file: RunFile | None = None
        self._lock = threading.Lock()

    def begin(self, firewalls: Collection[str], deadline: Deadline) -> None:
        """Take firewalls for this run alone; see :class:`Journal`."""
        if self._written:
            self._open()
        self._leases.acquire(firewalls, deadline)
        unsettled = self._others(firewalls)
        if unsettled:
            self._leases.release()
            summary = f"an earlier run was interrupted: {', '.join(unsettled)} in {self._store.name}."
            remedy = "Settle it first with: nfw-reconcile resume"
            raise UnsettledRun(error(summary, remedy=remedy))

    def write(self, event: Event) -> None:
        """Append an event, and return once it is safe.

        The firewalls are held for as long as a start may take from this return on (:meth:`Leases.keep`).
        """
        self._leases.keep()
        with self._lock:
            self._append(event)
        # The line may have taken long: it is no use to have held the firewalls before it.
        self._leases.keep()

    def close(self) -> None:
        """Let go of the run and of its firewalls."""
        self._leases.release()
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _others(self, firewalls: Collection[str]) -> list[str]:
        try:
            found = interrupted(self._store, firewalls)
        except JournalError:
            self._leases.release()
            raise
        return [each.run for each in found if each.run != self._run]

    def _append(self, event: Event) -> None:
        file = self._open()
        if self._settle_doubt(file) != event:
            line, check = write_line(event, self._clock.now(), self._check)
            self._doubtful[line] = event, check
            file.append(line)
            self._doubtful.clear()
            self._check = check
        if isinstance(event, RunFinished) and not event.resumable:
            with suppress(JournalError):
                self._store.mark_settled(self._run)

    def _settle_doubt(self, file: RunFile) -> Event | None:
        """Give the event whose append raised, and which is there all the same; the next line follows it."""
        found = file.landed() if self._doubtful else None
        if found is None:
            return None
        event, self._check = self._doubtful[found]
        self._doubtful.clear()
        return event

    def _open(self) -> RunFile:
        if self._file is None:
            self._file = self._store.open(self._run, self._written)
        return self._file
