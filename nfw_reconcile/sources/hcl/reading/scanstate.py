"""Where the scanner is: what it has read, what is open, and the masked text so far."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.reading.limits import MOST_LEVELS
from nfw_reconcile.sources.hcl.reading.pieces import Form, Hole, Piece, RawTemplate, Scanned
from nfw_reconcile.sources.hcl.reading.places import SyntaxProblem

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.reading.places import Places


ENDS_A_TERM: Final = frozenset({"name", "number", "string", "close"})
"""Tokens behind which a value is complete."""


class Kind(enum.Enum):
    """What an open bracket is."""

    FILE = enum.auto()
    TEXT = enum.auto()
    BLOCK = enum.auto()
    OBJECT = enum.auto()
    FOR = enum.auto()
    ROUND = enum.auto()
    SQUARE = enum.auto()
    HOLE = enum.auto()

    @property
    def by_line(self) -> bool:
        """Tell whether a newline separates things in it; everywhere else it is white space."""
        return self in {Kind.FILE, Kind.BLOCK, Kind.OBJECT}

    @property
    def closer(self) -> str:
        """Give what closes the bracket."""
        match self:
            case Kind.ROUND:
                return ")"
            case Kind.SQUARE:
                return "]"
            case Kind.FILE | Kind.TEXT:
                return ""
            case _:
                return "}"


@dataclass(slots=True)
class Bracket:
    """An open bracket; ``hole`` is the template sequence that it belongs to."""

    kind: Kind
    start: int
    hole: Hole | None = None


@dataclass(slots=True)
class Draft:
    """An open template.

    ``opened`` is where the masked text begins it, ``marker`` ends a heredoc, ``follows`` is the token before it.
    """

    form: Form
    start: int
    opened: int
    marker: str = ""
    follows: str = ""
    at_line_start: bool = True
    expressions: int = 0
    directives: int = 0
    pieces: list[Piece] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Unary:
    """The last unary operator: where it stands, what stands directly before it, and where it is masked."""

    offset: int
    before: tuple[int, ...]
    index: int


@dataclass(slots=True)
class State:
    """The scanner's memory; ``last`` is the kind of the last significant token, or the token itself."""

    text: str
    places: Places
    stack: list[Bracket | Draft]
    position: int = 0
    last: str = ""
    unary: Unary | None = None
    directives: int = 0
    masked: list[str] = field(default_factory=list)
    templates: dict[int, RawTemplate] = field(default_factory=dict)
    prefixes: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def emit(self, chunk: str, last: str | None = None) -> None:
        """Go forward by as many characters as the masked text gets."""
        self.masked.append(chunk)
        self.position += len(chunk)
        if last is not None:
            self.last = last

    def blank(self, length: int) -> None:
        """Go forward over what the grammar need not see."""
        self.masked.append(" " * length)
        self.position += length

    def push(self, frame: Bracket | Draft) -> None:
        """Open a bracket or a template; raises :class:`SyntaxProblem` where too many are open."""
        self.stack.append(frame)
        self.check_depth(frame.start)

    def check_depth(self, start: int) -> None:
        """Raise :class:`SyntaxProblem` where too much is open, directives included."""
        if len(self.stack) + self.directives > MOST_LEVELS + 1:
            summary = f"Blocks, brackets and templates are nested more than {MOST_LEVELS} levels deep."
            raise self.problem(start, summary, "Take the inner parts out, into locals.")

    def problem(self, offset: int, summary: str, remedy: str) -> SyntaxProblem:
        """Build the error for what stands at an offset."""
        return SyntaxProblem.at(self.places.at(offset), summary, remedy)

    def unary_operator(self) -> None:
        """Read a unary operator. The grammar takes one: of several in a row, the last one is kept."""
        before: tuple[int, ...] = ()
        if self.last == "unary" and self.unary is not None:
            before = (*self.unary.before, self.unary.offset)
            self.masked[self.unary.index] = " "
            if len(before) > MOST_LEVELS:
                summary = f"More than {MOST_LEVELS} operators stand in a row."
                raise self.problem(self.position, summary, "Take them out.")
            self.prefixes[self.position] = before
        self.unary = Unary(self.position, before, len(self.masked))
        self.emit("!", "unary")

    def done(self) -> Scanned:
        """Give what was read."""
        return Scanned(self.text, "".join(self.masked), self.places, self.templates, self.prefixes)
