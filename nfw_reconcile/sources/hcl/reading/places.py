"""Offsets of a text as places that people can look up, and the error for text that is no configuration."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final, Protocol, Self

from nfw_reconcile.errors import InputError, Location, error
from nfw_reconcile.sources.hcl.reading.limits import MOST_SHOWN

_NEWLINE: Final = re.compile("\n")


class SyntaxProblem(InputError):  # noqa: N818 - what is wrong is the text that was read
    """A text does not follow the grammar, or goes beyond a limit: says where, what was found and what to do."""

    @classmethod
    def at(cls, place: Location, summary: str, remedy: str) -> Self:
        """Build the error of one problem."""
        return cls(error(summary, place, remedy))


class Places(Protocol):
    """Where the characters of one text stand."""

    def at(self, offset: int) -> Location:
        """Give the place of the character at an offset."""
        ...  # pragma: no cover - a protocol has no body

    def line(self, offset: int) -> int | None:
        """Give the line of the character at an offset, where it is known."""
        ...  # pragma: no cover


class Written:
    """The places of a text that stands in a file as it is; columns count characters (Unicode code points)."""

    def __init__(self, text: str, source: str, line: int = 1, column: int = 1) -> None:
        """Take a text, and where in which file its first character stands."""
        self._source = source
        self._line = line
        self._column = column
        self._breaks = [match.start() for match in _NEWLINE.finditer(text)]

    def at(self, offset: int) -> Location:
        """Give the place of the character at an offset."""
        row = bisect_left(self._breaks, offset)
        column = offset - self._breaks[row - 1] if row else self._column + offset
        return Location(self._source, self._line + row, column)

    def line(self, offset: int) -> int:
        """Give the line of the character at an offset."""
        return self._line + bisect_left(self._breaks, offset)


@dataclass(frozen=True, slots=True)
class Together:
    """One place for a whole text.

    So stands a text whose characters are not where they were written (a JSON string, which has escapes of its own),
    or that stands in no file at all (a value from the command line).
    """

    place: Location

    def at(self, offset: int) -> Location:  # noqa: ARG002 - the same wherever it is
        """Give the place of the text."""
        return self.place

    def line(self, offset: int) -> int | None:  # noqa: ARG002
        """Give the line of the text."""
        return self.place.line


def places_of(text: str, start: Location) -> Places:
    """Give the places of a text that begins at ``start``; one without line and column stands for all of it."""
    if start.line is None or start.column is None:
        return Together(start)
    return Written(text, start.source, start.line, start.column)


def shown(text: str) -> str:
    """Quote source text in a message: on one line, and cut off where it is long."""
    line = " ".join(text.split())
    return f"`{line}`" if len(line) <= MOST_SHOWN else f"`{line[: MOST_SHOWN - 1]}…`"
