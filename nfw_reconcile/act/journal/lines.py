"""The lines of a journal: one JSON object each, chained by checksums.

The ``check`` of a line is a digest over that of the line before it and over everything else in the line. So a
line that was changed, lost, doubled or moved shows. A line counts once its newline is kept: a last one without was
being written when the run ended, and nothing had been done upon it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.journal.events import KINDS
from nfw_reconcile.act.texts import time_text
from nfw_reconcile.errors import InputError, JournalError, Location, error
from nfw_reconcile.model.codec import canonical, from_json, to_json

if TYPE_CHECKING:
    from nfw_reconcile.act.journal.events import Event

CHECK_DIGITS: Final = 16
"""Hexadecimal digits of the SHA-256 that a line keeps: against accidents, not against forgery."""

FIRST: Final = ""
"""What the first line of a journal is chained to."""

REMEDY: Final = "Look at the flow operations of the firewall before apply is run on it again."

_WORDS: Final = {kind: word for word, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Line:
    """One event with its time (UTC text) and its checksum."""

    at: str
    event: Event
    check: str


def write_line(event: Event, now: float, previous: str) -> tuple[bytes, str]:
    """Give the line for an event at ``now`` (epoch seconds) after the line with that checksum, and its own."""
    content = {"at": time_text(now), "event": _WORDS[type(event)], **to_json(event)}
    check = _check(content, previous)
    return canonical({**content, "check": check}), check


def read_lines(text: bytes, source: str) -> tuple[Line, ...]:
    """Read a journal; ``source`` names it in messages.

    Raises ``JournalError`` for a whole line that is damaged, or does not follow the one before it.
    """
    lines: list[Line] = []
    previous = FIRST
    for number, line in enumerate(whole_lines(text).split(b"\n")[:-1], 1):
        found = _read_line(line, previous, Location(source, number))
        lines.append(found)
        previous = found.check
    return tuple(lines)


def whole_lines(text: bytes) -> bytes:
    """Give the text up to its last newline."""
    return text[: text.rfind(b"\n") + 1]


def _read_line(line: bytes, previous: str, where: Location) -> Line:
    try:
        data = json.loads(line)
        check = data.pop("check")
        if canonical({**data, "check": check}) != line + b"\n" or check != _check(data, previous):
            raise _damaged(where)
        at, kind = data.pop("at"), KINDS[data.pop("event")]
        return Line(str(at), from_json(kind, data, str(where)), check)
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError, InputError) as problem:
        raise _damaged(where) from problem


def _check(content: dict[str, object], previous: str) -> str:
    return hashlib.sha256(previous.encode() + canonical(content)).hexdigest()[:CHECK_DIGITS]


def _damaged(where: Location) -> JournalError:
    summary = "this line of the journal is damaged, or was written by a later version."
    return JournalError(error(summary, where, REMEDY))
