"""Numbered lines, and what one side makes of those that it hears."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeAlias

from lab.talk.values import What

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.talk.values import Kind

Tell: TypeAlias = "Callable[[str, What, int], None]"
"""Tells of an event: the conversation's name, what was seen, and the count that belongs to it."""

Later: TypeAlias = "Callable[[float, Callable[[], None]], object]"
"""Has a function called after so many seconds."""


def line(name: str, number: int) -> bytes:
    """Give the line, or datagram, of a number; every byte of it follows from the name and the number."""
    said = f"{name} {number}"
    return f"{said} {hashlib.sha256(said.encode()).hexdigest()}\n".encode()


def read_line(data: bytes) -> tuple[str, int] | None:
    """Read name and number; ``None`` unless each byte is as it was sent."""
    name, _, rest = data.decode(errors="replace").partition(" ")
    number, _, _ = rest.partition(" ")
    whole = number.isdecimal() and len(number) < 20 and data == line(name, int(number))
    return (name, int(number)) if whole else None


class Witness:
    """Holds what one side hears of a conversation against what it should hear, and tells what it sees.

    ``tell`` is called at once, and ``later`` only for what may turn out to be a silence.
    """

    def __init__(self, name: str, kind: Kind, tell: Tell, later: Later) -> None:
        self._name = name
        self._kind = kind
        self._tell = tell
        self._later = later
        self._last = 0
        self._count = 0
        self._opened = self._silent = self._over = False

    def open(self) -> None:
        """Take note that the conversation has begun, if that is news."""
        if not self._opened:
            self._opened = True
            self._say(What.OPENED)

    def hear(self, data: bytes) -> None:
        """Take a line or datagram that arrived."""
        self.open()
        self._silent = False
        name, number = read_line(data) or ("", 0)
        if name != self._name:
            number = 0  # which is never the next
        missing = number - self._last - 1
        self._last = max(self._last, number)
        if missing < 0 or (missing > 0 and not self._kind.datagrams):
            self._say(What.BROKEN)
            return
        if missing:
            self._tell(self._name, What.GAP, missing)
        self._count += 1
        self._say(What.PROGRESS)

    def expect(self, number: int, within: float) -> None:
        """Tell of a silence if neither this number nor a later one is heard within so many seconds."""

        def overdue() -> None:
            if number > self._last and not self._silent and not self._over:
                self._silent = True
                self._say(What.SILENT)

        self._later(within, overdue)

    def expect_next(self, within: float) -> None:
        """Expect the number after the last that was heard."""
        self.expect(self._last + 1, within)

    def end(self, how: What) -> None:
        """Tell how the conversation ended."""
        self._over = True
        self._say(how)

    def _say(self, what: What) -> None:
        self._tell(self._name, what, self._count)
