"""Texts that know where they are written.

A text of a configuration keeps, beside its characters, the file and the line of each of its lines. It is a string
like any other: equal to one without places, printed and hashed as it is. What computes a new text from it without
regard for places gives one that has none; so a place can get lost on the way, and never become that of another text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from nfw_reconcile.errors import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nfw_reconcile.sources.hcl.syntax import Literal

MOST_LINES: Final = 100_000
"""Lines of one text that keep their places."""

Lines = tuple[Location | None, ...]
"""The place of each line of a text; ``None`` where it has none, or more than one."""


@dataclass(frozen=True, slots=True)
class Record:
    """An object or a list that a text stands in, and those around it."""

    place: Location
    is_list: bool
    around: Record | None = None

    def outwards(self) -> list[Record]:
        """Give this record and all around it, the innermost first."""
        found: list[Record] = [self]
        while found[-1].around is not None:
            found.append(found[-1].around)
        return found


class PlacedText(str):
    """A text with the place of each of its lines, and the record that it stands in."""

    __slots__ = ("lines", "record")
    lines: Lines
    record: Record | None

    def __new__(cls, text: str, lines: Lines, record: Record | None = None) -> Self:
        """Take a text, and as many places as it has lines."""
        if len(lines) != text.count("\n") + 1:
            raise ValueError("a text has as many places as lines")
        made = super().__new__(cls, str.__str__(text))
        made.lines = lines
        made.record = record
        return made

    def __str__(self) -> str:
        """Give the text itself: conversions of values to text go through this, and the places with them."""
        return self


def bare(text: str) -> str:
    """Give a text without its places."""
    return str.__str__(text)


def lines_of(text: object) -> Lines:
    """Give the places of the lines of a text; nothing where it has none."""
    return text.lines if isinstance(text, PlacedText) else ()


def sole_line(text: object) -> Location | None:
    """Give the place of a text that is one line, blank ones before and behind it aside."""
    if not isinstance(text, PlacedText):
        return None
    found = [place for line, place in zip(text.split("\n"), text.lines, strict=True) if line.strip()]
    return found[0] if len(found) == 1 else None


def of_literal(literal: Literal, text: str, record: Record | None) -> str:
    """Give the text of a literal with its places; one that stands in no file has none."""
    source, first = literal.place.source, literal.place.line
    if first is None or text.count("\n") >= MOST_LINES:
        return text
    lines = literal.lines or (first,) * (text.count("\n") + 1)
    return PlacedText(text, tuple(None if line is None else Location(source, line) for line in lines), record)


def whole_file(text: str, source: str) -> PlacedText:
    """Give the text of a file, each line of it at its own place."""
    return PlacedText(text, tuple(Location(source, at) for at in range(1, text.count("\n") + 2)))


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text that is put together.

    ``lines`` are the places of its own lines. ``around`` is the place of what it is put into, for a line that it
    shares with others; a piece without one (``is_own``) is what the others are put into.
    """

    text: str
    lines: Lines
    around: Location | None = None
    is_own: bool = False


def together(pieces: Iterable[Piece], record: Record | None = None) -> PlacedText:
    """Put pieces together.

    A line that one piece alone makes is where that piece has it. One that several make is where the template is
    written that puts them together.
    """
    rows: list[list[tuple[Piece, Location | None]]] = [[]]
    texts: list[str] = []
    for piece in pieces:
        texts.append(bare(piece.text))
        places = piece.lines or (None,) * (piece.text.count("\n") + 1)
        for number, (line, place) in enumerate(zip(texts[-1].split("\n"), places, strict=True)):
            if number:
                rows.append([])
            if line.strip():
                rows[-1].append((piece, place))
    return PlacedText("".join(texts), tuple(map(_place, rows)), record)


def _place(shares: Sequence[tuple[Piece, Location | None]]) -> Location | None:
    match shares:
        case []:
            return None
        case [(piece, place)]:
            return place or piece.around
        case _:
            own = next((place for piece, place in shares if piece.is_own), None)
            return own or shares[0][0].around
