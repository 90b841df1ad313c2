"""Conversations over loopback addresses of this process alone, and a peer without the other."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import queue
import sys
from typing import TYPE_CHECKING, Final

from lab.talk.child import Child
from lab.talk.values import READY, Command, Conversation, Do, Event, Kind, Script, Side, What
from nfw_reconcile.model.codec import canonical, from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

WITHIN: Final = 60.0
"""Seconds that a machine which is busy with other things may take."""

_PORTS: Final = itertools.count(20_000)
_BY_PROCESS: Final = f"{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
CLIENT: Final = f"127.100.{_BY_PROCESS}"
SERVER: Final = f"127.200.{_BY_PROCESS}"


def conversation(kind: Kind, name: str = "", every: float = 0.02, server_port: int = 0) -> Conversation:
    """Give a conversation from and to ports that no other test of this process uses."""
    return Conversation(
        name or kind,
        kind,
        CLIENT,
        next(_PORTS),
        SERVER,
        server_port or next(_PORTS),
        every,
        "lab.example" if kind is Kind.TLS else None,
    )


def told(
    name: str, what: What, count: int = 0, side: Side = Side.CLIENT
) -> Callable[[Sequence[Event]], bool]:
    """Give a predicate: this was told, with at least this count."""
    return lambda events: any(
        (event.name, event.side, event.what) == (name, side, what) and event.count >= count
        for event in events
    )


class Alone:
    """One peer, whose other side is the test."""

    def __init__(self, child: Child, lines: queue.Queue[bytes]) -> None:
        self._child = child
        self._lines = lines

    def tell(self, document: Script | Command) -> None:
        self._child.write(canonical(to_json(document)))

    def next(self) -> Event:
        """Give the next event, ``AssertionError`` where the peer has ended."""
        line = self._lines.get(timeout=WITHIN)
        assert line, self._child.failure()
        return from_json(Event, json.loads(line), "event")

    def until(self, what: What) -> Event:
        """Pass over other events."""
        while (event := self.next()).what is not what:
            pass
        return event

    def listens(self) -> None:
        assert json.loads(self._lines.get(timeout=WITHIN)) == READY


@contextlib.contextmanager
def alone(side: Side, *conversations: Conversation, patience: float = WITHIN) -> Iterator[Alone]:
    """Run one peer for the time of a block; it has to end in order, without a word of complaint."""
    lines: queue.Queue[bytes] = queue.Queue()
    with Child(side, [sys.executable, "-m", "lab.talk", side, f"--patience={patience}"], lines.put) as child:
        peer = Alone(child, lines)
        peer.tell(Script(conversations))
        yield peer
        peer.tell(Command(Do.STOP))
        while lines.get(timeout=WITHIN):
            pass
        assert str(child.failure()) == f"the {side} ended with 0: no word"
