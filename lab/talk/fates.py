"""What became of a conversation, worked out from what both sides saw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lab.talk.values import Side, What

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lab.talk.values import Conversation, Event

ENDS: Final = frozenset({What.RESET, What.SILENT, What.CLOSED, What.REFUSED, What.TIMED_OUT})


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a conversation in a window of time.

    ``alive``: something was exchanged in the window, and no end followed. ``how`` and ``ended_at``: the
    last end that no exchange followed, also one from before the window; a silence ends at the moment
    when patience ran out, so the last exchange was longer ago. Neither alive nor ended is a
    conversation of which the window shows nothing. ``exchanged``: lines or datagrams, in the window.
    ``continuous``: neither side missed any in it, or saw one that was wrong.
    """

    alive: bool
    ended_at: float | None
    how: What | None
    exchanged: int
    continuous: bool


def fate(conversation: Conversation, events: Iterable[Event], start: float, until: float) -> Fate:
    """Work out a conversation's fate from ``start`` to just before ``until`` (``time.monotonic()``).

    Events of other conversations, and from ``until`` on, take no part. The client decides; of one-way
    datagrams the server, who alone knows. What was cut off within the patience of the peers before ``until``
    may still count as alive: nothing is missed yet.
    """
    seen = [event for event in events if event.name == conversation.name and event.at < until]
    decider = Side.CLIENT if conversation.kind.answered else Side.SERVER
    told = [event for event in seen if event.side is decider]
    exchanged = sum(event.what is What.PROGRESS for event in told if event.at >= start)
    signs = [event for event in told if event.what is What.PROGRESS or event.what in ENDS]
    last = signs[-1] if signs else None
    end = last if last and last.what in ENDS else None
    return Fate(
        alive=exchanged > 0 and end is None,
        ended_at=end.at if end else None,
        how=end.what if end else None,
        exchanged=exchanged,
        continuous=not any(event.at >= start and event.what in {What.GAP, What.BROKEN} for event in seen),
    )
