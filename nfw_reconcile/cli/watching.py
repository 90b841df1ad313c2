"""What a process that acts is given by the command line: a clock, a journal, and somebody who watches."""

from __future__ import annotations

import secrets
import signal
import socket
import sys
import threading
import time
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from nfw_reconcile.errors import JournalError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from types import FrameType

    from nfw_reconcile.act.journal.events import Event
    from nfw_reconcile.act.journal.journal import Journal
    from nfw_reconcile.act.journal.leases import Leases
    from nfw_reconcile.act.journal.store import JournalStore
    from nfw_reconcile.act.waiting import Deadline
    from nfw_reconcile.pipeline.acting import Process

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


class SystemClock:
    """The system's time (``act.ports.Clock``); a process asked to stop does not sleep on.

    It is set once, when it is made: a clock that somebody sets while a run is under way moves no deadline.
    """

    def __init__(self, stop: threading.Event | None = None) -> None:
        self._stop = stop or threading.Event()
        self._start = time.time() - time.monotonic()

    def now(self) -> float:
        """Give the seconds since the epoch."""
        return self._start + time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._stop.wait(seconds)


class _RenewingClock(SystemClock):
    """A clock that renews leases before every sleep; that this fails shows when something is to be sent."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__(stop)
        self.leases: Leases | None = None

    def sleep(self, seconds: float) -> None:
        if self.leases is not None:
            with suppress(JournalError):
                self.leases.keep()
        super().sleep(seconds)


@contextmanager
def watched(store: JournalStore, resumed: str | None = None, *, waits: bool = True) -> Iterator[Process]:
    """Open the journal of a new run, or of the one to resume; tell on stderr what is written to it.

    ``waits`` says that the process will, so that somebody who looks on is told.

    SIGINT and SIGTERM ask the process to stop: what was sent is written down, and nothing more is sent.
    """
    from nfw_reconcile.act.journal.journal import RunJournal  # noqa: PLC0415 - not for --help
    from nfw_reconcile.act.journal.leases import Holder, Leases  # noqa: PLC0415
    from nfw_reconcile.cli import report  # noqa: PLC0415 - it imports the commands
    from nfw_reconcile.pipeline.acting import Process  # noqa: PLC0415

    with _asked_to_stop() as stop:
        clock = _RenewingClock(stop)
        run = resumed or _new_name(clock.now())
        holder = Holder(_this_machine(), secrets.token_hex(8))
        clock.leases = Leases(store, clock, run, holder)
        journal = RunJournal(store, run, clock, clock.leases, store.read(run) if resumed else b"")
        try:
            with _spinner() if waits else nullcontext():
                yield Process(run, clock, _Told(journal), stop.is_set, report)
        finally:
            journal.close()


def _new_name(now: float) -> str:
    return f"{datetime.fromtimestamp(now, UTC):%Y%m%dt%H%M%Sz}-{secrets.token_hex(3)}"


def _this_machine() -> str:
    """Tell this computer, since it was booted, apart from all others: containers share the boot, not the name."""
    with suppress(OSError):
        return f"{socket.gethostname()}/{_BOOT_ID.read_text(encoding='ascii').strip()}"
    return f"{socket.gethostname()}/{secrets.token_hex(8)}"


@contextmanager
def _asked_to_stop() -> Iterator[threading.Event]:
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        if not stop.is_set():
            click.echo("Stopping: what was sent is looked after, and nothing more is sent.", err=True)
        stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Told:
    """A journal that says on stderr what is written to it, each line with its zone."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._zones: dict[str, str] = {}

    def begin(self, firewalls: Collection[str], deadline: Deadline) -> None:
        self._journal.begin(firewalls, deadline)

    def write(self, event: Event) -> None:
        self._journal.write(event)
        told = self._words(event)
        if told:
            click.echo(told, err=True)

    def _words(self, event: Event) -> str:
        from nfw_reconcile.act.journal.events import (  # noqa: PLC0415 - not for --help
            Ended,
            Intended,
            NeverTaken,
            NoReply,
            Refusal,
            SeenInSync,
            Taken,
        )

        match event:
            case SeenInSync(zone=zone, proof=proof):
                return f"{zone}: {proof}"
            case Intended(send=send, zone=zone, filters=filters, flows=flows, minimum_age=age):
                self._zones[send] = zone
                return f"{zone}: flushing {len(flows)} flows of at least {age} s with {len(filters)} filters"
            case Taken(operation_id=operation_id):
                return f"{self._zone(event.send)}: accepted as {operation_id}"
            case Refusal(reason=reason):
                return f"{self._zone(event.send)}: not accepted: {reason}"
            case NoReply(reason=reason):
                return (
                    f"{self._zone(event.send)}: no reply ({reason}); looking for it in the list of operations"
                )
            case NeverTaken():
                return f"{self._zone(event.send)}: was never accepted"
            case Ended(status=status):
                return f"{self._zone(event.send)}: ended {status}"
            case _:
                return ""

    def _zone(self, send: str) -> str:
        """Give the zone of a flush; one of an earlier process is known by its name alone."""
        return self._zones.get(send, send)


@contextmanager
def _spinner() -> Iterator[None]:
    if not sys.stderr.isatty():
        click.echo("Waiting for every zone to run the planned rules, then looking at their flows.", err=True)
        yield
        return
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        progress.add_task("waiting for sync, capturing, flushing, verifying", total=None)
        yield
