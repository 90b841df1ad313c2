"""What a process that acts is given by the command line: a journal, and somebody who watches."""

from __future__ import annotations

import secrets
import socket
import sys
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO, cast

from nfw_reconcile.cli.clock import SystemClock
from nfw_reconcile.cli.talk import Unheard, report, say, unexpected
from nfw_reconcile.errors import JournalError, NfwReconcileError, UnsettledRun, error

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from nfw_reconcile.act.journal.events import Event
    from nfw_reconcile.act.journal.journal import Journal, RunJournal
    from nfw_reconcile.act.journal.leases import Leases
    from nfw_reconcile.act.waiting import Deadline
    from nfw_reconcile.cli.journals import JournalPlace
    from nfw_reconcile.cli.stopping import StopRequest
    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.pipeline.acting import Process

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


class _RenewingClock(SystemClock):
    """A clock that renews leases before every sleep; that this fails shows when something is to be sent."""

    def __init__(self, stop: StopRequest) -> None:
        super().__init__(stop)
        self.leases: Leases | None = None

    def sleep(self, seconds: float) -> None:
        if self.leases is not None:
            with suppress(JournalError):
                self.leases.keep()
        super().sleep(seconds)


@contextmanager
def watched(
    place: JournalPlace,
    stop: StopRequest,
    *,
    resumed: str | None = None,
    written: bytes = b"",
    waits: bool = True,
) -> Iterator[Process]:
    """Open the journal of a new run, or of the one to resume; tell on stderr what is written to it.

    ``written`` is what was read of the run to resume: it is gone on with only where that is still all of it.
    ``waits`` says that the process will, so that somebody who looks on is told. On ``stop``, what was sent is
    written down, and nothing more is sent. Nobody has to listen: a broken stderr stops nothing.

    Whatever escapes while the run has begun and not ended leaves it to be settled: it is raised as
    ``UnsettledRun``, with the command that does that.
    """
    from nfw_reconcile.act.journal.journal import RunJournal  # noqa: PLC0415 - not for --help
    from nfw_reconcile.act.journal.leases import Holder, Leases  # noqa: PLC0415
    from nfw_reconcile.pipeline.acting import Process  # noqa: PLC0415

    clock = _RenewingClock(stop)
    run = resumed or _new_name(clock.now())
    holder = Holder(_this_machine(), secrets.token_hex(8))
    clock.leases = Leases(place.store, clock, run, holder)
    journal = RunJournal(place.store, run, clock, clock.leases, written)
    told = _Told(journal, place, run)
    try:
        with _spinner() if waits else nullcontext():
            yield Process(run, clock, told, stop.asked, report)
    except NfwReconcileError as problem:
        if not told.under_way:
            raise
        raise _left_open(place.resume(run), problem.problems) from problem
    except Exception as problem:
        if not (told.under_way or resumed):
            raise
        raise _left_open(place.resume(run), [error(unexpected(problem))]) from problem
    finally:
        _close(journal)


@contextmanager
def looking(stop: StopRequest) -> Iterator[Process]:
    """Give what a dry run is done with: its journal refuses everything, so that no flush can be sent."""
    from nfw_reconcile.pipeline.acting import NoJournal, Process  # noqa: PLC0415 - not for --help

    with _spinner():
        yield Process("dry-run", SystemClock(stop), NoJournal(), stop.asked, report)


def _left_open(command: str, problems: Iterable[Diagnostic]) -> UnsettledRun:
    last = error(
        "the run has begun, and has not come to its end.", None, f"Settle and finish it with: {command}"
    )
    return UnsettledRun([*problems, last])


def _close(journal: RunJournal) -> None:
    """Let go of the run; where that fails, what came of the run counts all the same."""
    try:
        journal.close()
    except Exception as problem:  # noqa: BLE001 - it would hide a result, or what prevents one
        say(f"error: the journal cannot be closed: {unexpected(problem)}")


def _new_name(now: float) -> str:
    return f"{datetime.fromtimestamp(now, UTC):%Y%m%dt%H%M%Sz}-{secrets.token_hex(3)}"


def _this_machine() -> str:
    """Tell this computer, since it was booted, apart from all others: containers share the boot, not the name."""
    with suppress(OSError):
        return f"{socket.gethostname()}/{_BOOT_ID.read_text(encoding='ascii').strip()}"
    return f"{socket.gethostname()}/{secrets.token_hex(8)}"


class _Told:
    """A journal that says on stderr what is written to it, each line with its zone."""

    def __init__(self, journal: Journal, place: JournalPlace, run: str) -> None:
        self._journal = journal
        self._place = place
        self._run = run
        self.under_way = False

    def begin(self, firewalls: Collection[str], deadline: Deadline) -> None:
        try:
            self._journal.begin(firewalls, deadline)
        except UnsettledRun as problem:
            ways_out = self._place.ways_out(firewalls, but=self._run)
            raise UnsettledRun([*problem.problems, *ways_out]) from problem

    def write(self, event: Event) -> None:
        from nfw_reconcile.act.journal.events import RunFinished  # noqa: PLC0415 - not for --help

        self._journal.write(event)
        self.under_way = not isinstance(event, RunFinished)
        told = self._words(event)
        if told:
            say(told)

    @staticmethod
    def _words(event: Event) -> str:
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
            case Intended(zone=zone, filters=filters, flows=flows, minimum_age=age):
                return f"{zone}: flushing {len(flows)} flows of at least {age} s with {len(filters)} filters"
            case Taken(operation_id=operation_id):
                return f"{_zone(event.send)}: accepted as {operation_id}"
            case Refusal(reason=reason):
                return f"{_zone(event.send)}: not accepted: {reason}"
            case NoReply(reason=reason):
                return f"{_zone(event.send)}: no reply ({reason}); looking for it in the list of operations"
            case NeverTaken():
                return f"{_zone(event.send)}: was never accepted"
            case Ended(status=status):
                return f"{_zone(event.send)}: ended {status}"
            case _:
                return ""


def _zone(send: str) -> str:
    """Give the zone out of the name of a flush: FIREWALL/ZONE/ROUND.BATCH#ATTEMPT."""
    return send.split("/")[-2]


@contextmanager
def _spinner() -> Iterator[None]:
    if sys.stderr is None or not sys.stderr.isatty():
        say("Waiting for every zone to run the planned rules, then looking at their flows.")
        yield
        return
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    console = Console(file=cast("TextIO", Unheard(sys.stderr)))
    with Progress(*columns, console=console, transient=True) as progress:
        progress.add_task("waiting for sync, capturing, flushing, verifying", total=None)
        yield
