"""Where the runs of a journal stand: what was sent, what came of it, and what nobody knows yet."""

from __future__ import annotations

import enum
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.journal.events import (
    Ended,
    Intended,
    NeverTaken,
    NoReply,
    Refusal,
    RunFinished,
    RunResumed,
    RunStarted,
    SeenInSync,
    Taken,
)
from nfw_reconcile.act.journal.lines import REMEDY, read_lines
from nfw_reconcile.errors import ExitCode, JournalError, error

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from nfw_reconcile.act.journal.events import Event
    from nfw_reconcile.act.journal.lines import Line
    from nfw_reconcile.act.journal.store import JournalStore
    from nfw_reconcile.errors import Diagnostic


class SendState(enum.StrEnum):
    """What is known about one flush."""

    INTENDED = "about to be sent"
    NO_REPLY = "sent, outcome unknown"
    RUNNING = "accepted"
    REFUSED = "refused"
    NEVER_TAKEN = "never accepted"
    ENDED = "ended"

    @property
    def settled(self) -> bool:
        """Say whether nothing about it is open."""
        return self in {SendState.REFUSED, SendState.NEVER_TAKEN, SendState.ENDED}


@dataclass(frozen=True, slots=True)
class SendStanding:
    """One flush: what was to be sent and when (UTC text); ``status`` is AWS's word at its end."""

    intended: Intended
    at: str
    state: SendState
    operation_id: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class RunStanding:
    """One run. ``exit_code`` is ``None`` where it never came to its end.

    ``in_sync`` has what was last seen of each zone, by the ARN of its firewall and its name. ``resumed`` is how
    often somebody has gone on with it.
    """

    started: RunStarted
    started_at: str
    sends: tuple[SendStanding, ...]
    in_sync: dict[tuple[str, str], SeenInSync]
    exit_code: int | None
    resumed: int

    @property
    def run(self) -> str:
        """Give the name of the run."""
        return self.started.run

    @property
    def firewalls(self) -> tuple[str, ...]:
        """Give the ARNs of the firewalls that it is about."""
        return self.started.firewalls

    @property
    def open_sends(self) -> tuple[SendStanding, ...]:
        """Give the flushes about which something is not known."""
        return tuple(send for send in self.sends if not send.state.settled)

    def may_concern(self, firewalls: Collection[str]) -> bool:
        """Say whether it is about one of these firewalls (ARNs)."""
        return not set(self.firewalls).isdisjoint(firewalls)

    @property
    def resumable(self) -> bool:
        """Say whether there is something to resume: it was interrupted, or an outcome is unknown."""
        return self.exit_code in {None, ExitCode.UNKNOWN_OUTCOME} or bool(self.open_sends)


@dataclass(frozen=True, slots=True)
class DamagedRun:
    """A run that cannot be read: why, where it is kept, and how it began if at least its first line is whole."""

    run: str
    place: str
    problem: str
    begun: RunStanding | None

    def may_concern(self, firewalls: Collection[str]) -> bool:
        """Say whether it may be about one of these firewalls (ARNs); of one that tells nothing, all may be it."""
        return self.begun is None or not set(self.begun.firewalls).isdisjoint(firewalls)

    @property
    def error(self) -> JournalError:
        """Say what is damaged, what that keeps from being done, and how to go on."""
        about = "its firewalls" if self.begun is not None else "any firewall, for it does not tell its own"
        remedy = f"No other run is begun on {about}, until {self.place} is moved away."
        return JournalError(error(self.problem, remedy=remedy))


def standings(store: JournalStore) -> tuple[RunStanding, ...]:
    """Summarise every run of a journal, by name; raises ``JournalError`` with all that are damaged."""
    return _undamaged(records(store, store.runs()))


def interrupted(store: JournalStore, firewalls: Collection[str]) -> tuple[RunStanding, ...]:
    """Summarise the runs that can be resumed and are about one of these firewalls (ARNs).

    Raises ``JournalError`` for a damaged run that may be about one of them. A run that can never be resumed is
    marked as settled on this occasion: the process that ended it may not have come to that.
    """
    found = records(store, store.unsettled_runs())
    for each in found:
        if isinstance(each, RunStanding) and not each.resumable:
            with suppress(JournalError):
                store.mark_settled(each.run)
    concerned = [each for each in found if each.may_concern(firewalls)]
    return tuple(each for each in _undamaged(concerned) if each.resumable)


def records(store: JournalStore, runs: Iterable[str]) -> tuple[RunStanding | DamagedRun, ...]:
    """Summarise runs, also where some are damaged; those that never wrote a whole line are left out."""
    found = (_record(store, run) for run in runs)
    return tuple(each for each in found if each is not None)


def standing_of(store: JournalStore, run: str) -> RunStanding | None:
    """Summarise one run; ``None`` for one that never wrote a whole line. Raises ``JournalError``."""
    return standing_in(store, run, store.read(run))


def standing_in(store: JournalStore, run: str, text: bytes) -> RunStanding | None:
    """Summarise what was read of a run; ``None`` where no line is whole. Raises ``JournalError``."""
    source = store.run_place(run)
    return standing(read_lines(text, source), source)


def _record(store: JournalStore, run: str) -> RunStanding | DamagedRun | None:
    try:
        return standing_of(store, run)
    except JournalError as problem:
        return DamagedRun(run, store.run_place(run), str(problem), _begun(store, run))


def _begun(store: JournalStore, run: str) -> RunStanding | None:
    try:
        return standing_in(store, run, store.first_line(run))
    except JournalError:
        return None


def _undamaged(found: Iterable[RunStanding | DamagedRun]) -> tuple[RunStanding, ...]:
    whole: list[RunStanding] = []
    problems: list[Diagnostic] = []
    for each in found:
        if isinstance(each, RunStanding):
            whole.append(each)
        else:
            problems.extend(each.error.problems)
    if problems:
        raise JournalError(problems)
    return tuple(whole)


def standing(lines: Iterable[Line], source: str) -> RunStanding | None:
    """Summarise the lines of one run; ``source`` names it in messages.

    Raises ``JournalError`` for lines that do not follow from each other.
    """
    summary = _Summary(source)
    for line in lines:
        summary.add(line)
    return summary.standing


_NEXT: Final[dict[type[Event], frozenset[SendState]]] = {
    Taken: frozenset({SendState.INTENDED, SendState.NO_REPLY}),
    Refusal: frozenset({SendState.INTENDED}),
    # A reply may have named another operation than the one that was asked for.
    NoReply: frozenset({SendState.INTENDED, SendState.NO_REPLY, SendState.RUNNING}),
    NeverTaken: frozenset({SendState.INTENDED, SendState.NO_REPLY}),
    # What came before it may be missing: a reply is told, not raised, where the journal cannot be written.
    Ended: frozenset({SendState.INTENDED, SendState.NO_REPLY, SendState.RUNNING}),
}
"""In which states a flush can be when each event befalls it."""


class _Summary:
    """Adds one line after the other."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._started: tuple[str, RunStarted] | None = None
        self._sends: dict[str, SendStanding] = {}
        self._in_sync: dict[tuple[str, str], SeenInSync] = {}
        self._exit_code: int | None = None
        self._resumed = 0

    @property
    def standing(self) -> RunStanding | None:
        if self._started is None:
            return None
        at, started = self._started
        sends = tuple(self._sends.values())
        return RunStanding(started, at, sends, self._in_sync, self._exit_code, self._resumed)

    def add(self, line: Line) -> None:
        event = line.event
        if isinstance(event, RunStarted) is (self._started is not None):
            raise self._misfit()
        match event:
            case RunStarted():
                self._started = line.at, event
            case RunResumed():
                self._exit_code = None
                self._resumed += 1
            case RunFinished(exit_code=code):
                self._exit_code = code
            case SeenInSync(firewall_arn=arn, zone=zone):
                self._in_sync[arn, zone] = event
            case Intended(send=send):
                if send in self._sends:
                    raise self._misfit()
                self._sends[send] = SendStanding(event, line.at, SendState.INTENDED)
            case _:
                known = self._sends.get(event.send)
                if known is None or known.state not in _NEXT[type(event)]:
                    raise self._misfit()
                self._sends[event.send] = _after(known, event)

    def _misfit(self) -> JournalError:
        summary = f"the lines of the journal {self._source} do not fit together."
        return JournalError(error(summary, remedy=REMEDY))


def _after(send: SendStanding, event: Taken | Refusal | NoReply | NeverTaken | Ended) -> SendStanding:
    match event:
        case Taken(operation_id=operation_id):
            return replace(send, state=SendState.RUNNING, operation_id=operation_id)
        case Refusal():
            return replace(send, state=SendState.REFUSED)
        case NoReply():
            return replace(send, state=SendState.NO_REPLY, operation_id=None)
        case NeverTaken():
            return replace(send, state=SendState.NEVER_TAKEN)
        case Ended(status=status):
            return replace(send, state=SendState.ENDED, status=status)
