"""The two peers, started, told what to do, and listened to."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
from typing import TYPE_CHECKING, Final, Self

from lab.talk.child import Child
from lab.talk.values import READY, Command, Do, Event, Script, Side, check
from nfw_reconcile.errors import NfwReconcileError
from nfw_reconcile.model.codec import canonical, from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lab.talk.values import Conversation

WITHIN: Final = 30.0
"""Seconds that the server may take until it listens, and either peer until it has stopped."""


class Peers:
    """A client and a server for the time of a ``with`` block, each behind a command of its own.

    ``client`` and ``server`` are what their command lines begin with, as in ``["ip", "netns", "exec", "a"]``.
    The server listens when the block is entered; both processes are gone when it is left. Every method that
    tells a peer something, or waits, raises ``NfwReconcileError`` where one has ended by itself.
    """

    def __init__(
        self,
        conversations: Sequence[Conversation],
        *,
        client: Sequence[str] = (),
        server: Sequence[str] = (),
        patience: float = 2.0,
    ) -> None:
        """Take the conversations, and the seconds within which an answer is due; raises ``InputError``."""
        check(conversations)
        self._script = Script(tuple(conversations))
        self._children = {
            side: Child(
                side, [*prefix, sys.executable, "-m", "lab.talk", side, f"--patience={patience}"], self._hear
            )
            for side, prefix in ((Side.SERVER, server), (Side.CLIENT, client))
        }
        self._news = threading.Condition()
        self._events: list[Event] = []
        self._ready = self._stopped = False

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            for child in self._children.values():
                stack.enter_context(child).write(canonical(to_json(self._script)))
            self._wait(lambda: self._ready, WITHIN, "the server listens")
            self._leaving = stack.pop_all()
        return self

    def __exit__(self, *raised: object) -> None:
        self._leaving.close()

    def open(self, *names: str) -> None:
        """Have the client open conversations."""
        self.tell(Command(Do.OPEN, names))

    def speak(self, *names: str) -> None:
        """Have idle conversations exchange one more line."""
        self.tell(Command(Do.SPEAK, names))

    def reopen(self, *names: str, port_step: int = 1) -> None:
        """Have the client open conversations anew from other ports, beside the old ones."""
        self.tell(Command(Do.REOPEN, names, port_step))

    def tell(self, command: Command) -> None:
        """Send the client a command."""
        self._children[Side.CLIENT].write(canonical(to_json(command)))

    def stop(self) -> None:
        """Have both stop; ``events`` has all they told when this returns. What has ended already is no error."""
        self._stopped = True
        for side in (Side.CLIENT, Side.SERVER):
            with contextlib.suppress(NfwReconcileError):
                self._children[side].write(canonical(to_json(Command(Do.STOP))))
            self._children[side].wait(WITHIN)

    def events(self) -> tuple[Event, ...]:
        """Give all events so far; those of one side are in their order."""
        with self._news:
            return tuple(self._events)

    def wait_for(self, predicate: Callable[[Sequence[Event]], bool], seconds: float) -> tuple[Event, ...]:
        """Wait until a predicate of all events holds, and give them; raises ``TimeoutError`` if it does not."""
        self._wait(lambda: predicate(self._events), seconds, "what was waited for happened")
        return self.events()

    def _wait(self, holds: Callable[[], bool], seconds: float, what: str) -> None:
        with self._news:
            self._news.wait_for(lambda: holds() or self._failed(), seconds)
            if holds():
                return
            failed = self._failed()
        for child in failed:
            raise child.failure()
        raise TimeoutError(f"{seconds} seconds passed before {what}")

    def _failed(self) -> list[Child]:
        return [] if self._stopped else [child for child in self._children.values() if child.ended]

    def _hear(self, line: bytes) -> None:
        data = json.loads(line or "null")
        with self._news:
            if data == READY:
                self._ready = True
            elif data is not None:
                self._events.append(from_json(Event, data, "event"))
            self._news.notify_all()
