"""What the scanner finds: the pieces of templates, and the text that is left for the grammar."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.sources.hcl.reading.places import Places


class Sequence(enum.Enum):
    """What stands between ``${`` or ``%{`` and ``}``."""

    INTERPOLATION = "${"
    IF = "%{ if"
    ELSE = "%{ else"
    ENDIF = "%{ endif"
    FOR = "%{ for"
    ENDFOR = "%{ endfor"


@dataclass(frozen=True, slots=True)
class Characters:
    """One literal token, escapes resolved: in heredocs and template files a line, or a part of one."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Hole:
    """A template sequence; ``names`` are those that a ``for`` binds, a key before its value."""

    kind: Sequence
    start: int
    strip_before: bool
    strip_after: bool
    names: tuple[str, ...] = ()

    @property
    def holds_expression(self) -> bool:
        """Tell whether an expression stands in it."""
        return self.kind in {Sequence.INTERPOLATION, Sequence.IF, Sequence.FOR}


Piece = Characters | Hole


class Form(enum.Enum):
    """How a template is written, which decides about escapes and indentation."""

    QUOTED = '"'
    HEREDOC = "<<"
    FLUSH = "<<-"
    BARE = "a whole file or text"


@dataclass(frozen=True, slots=True)
class RawTemplate:
    """A template in the order that it is written; its expressions stand in the masked text."""

    form: Form
    start: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Scanned:
    """A text whose templates, comments and insignificant newlines no longer trouble the grammar.

    ``masked`` is as long as ``text``, so that offsets are the same in both. A template without expressions is a
    string of spaces there; one with expressions is a tuple of them, each in parentheses. ``templates`` has both by
    the offset where they begin. A minus sign is ``!`` where it negates and ``+`` where it subtracts; ``prefixes``
    has, by the offset of a unary operator, the offsets of those that stand directly before it, which are blank.
    """

    text: str
    masked: str
    places: Places
    templates: Mapping[int, RawTemplate]
    prefixes: Mapping[int, tuple[int, ...]]
