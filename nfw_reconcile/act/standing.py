"""Where the runs of a journal stand: what was sent, what came of it, and what nobody knows yet."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nfw_reconcile.act.journal import (
    Ended,
    Intended,
    Line,
    NoReply,
    Refusal,
    RunFinished,
    RunStarted,
    Taken,
    read_journal,
    runs,
)
from nfw_reconcile.errors import JournalError, error

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class SendState(enum.StrEnum):
    """What is known about one flush."""

    INTENDED = "about to be sent"
    NO_REPLY = "sent, outcome unknown"
    RUNNING = "accepted"
    REFUSED = "refused"
    ENDED = "ended"

    @property
    def settled(self) -> bool:
        """Say whether nothing about it is open."""
        return self in {SendState.REFUSED, SendState.ENDED}


@dataclass(frozen=True, slots=True)
class SendStanding:
    """One flush: what was to be sent, and what is known about it; ``status`` is AWS's word at its end."""

    intended: Intended
    at: str
    state: SendState
    operation_id: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class RunStanding:
    """One run. ``exit_code`` is ``None`` where the run never came to its end."""

    run: str
    plan_sha256: str
    firewalls: tuple[str, ...]
    started_at: str
    sends: tuple[SendStanding, ...]
    exit_code: int | None

    @property
    def open_sends(self) -> tuple[SendStanding, ...]:
        """Give the flushes about which something is not known."""
        return tuple(send for send in self.sends if not send.state.settled)


def standings(directory: Path) -> tuple[RunStanding, ...]:
    """Summarise every run of a journal's directory, by name; raises ``JournalError``."""
    found = (standing(read_journal(path), str(path)) for path in runs(directory))
    return tuple(each for each in found if each is not None)


def standing(lines: Iterable[Line], source: str) -> RunStanding | None:
    """Summarise one run; ``None`` for one that never wrote a whole line. ``source`` names it in messages."""
    started: tuple[str, RunStarted] | None = None
    sends: dict[str, SendStanding] = {}
    exit_code = None
    for line in lines:
        match line.event:
            case RunStarted() as event if started is None:
                started = line.at, event
            case RunFinished(exit_code=code) if started is not None:
                exit_code = code
            case Intended(send=send) as event if started is not None and send not in sends:
                sends[send] = SendStanding(event, line.at, SendState.INTENDED)
            case Taken() | Refusal() | NoReply() | Ended() as event if event.send in sends:
                sends[event.send] = _after(sends[event.send], event)
            case _:
                summary = f"the lines of the journal {source} do not fit together."
                raise JournalError(
                    error(summary, remedy="Look at the flow operations of the firewall first.")
                )
    if started is None:
        return None
    at, begin = started
    return RunStanding(begin.run, begin.plan_sha256, begin.firewalls, at, tuple(sends.values()), exit_code)


def _after(send: SendStanding, event: Taken | Refusal | NoReply | Ended) -> SendStanding:
    match event:
        case Taken(operation_id=operation_id):
            return replace(send, state=SendState.RUNNING, operation_id=operation_id)
        case Refusal():
            return replace(send, state=SendState.REFUSED)
        case NoReply():
            return replace(send, state=SendState.NO_REPLY)
        case Ended(status=status):
            return replace(send, state=SendState.ENDED, status=status)
