"""Templates: pieces of text and sequences become parts, as Terraform puts them together.

Strip markers, the indentation of ``<<-`` heredocs and directives follow "HCL Native Syntax Specification",
"Templates". Where the text leaves something open, this follows what Terraform 1.11 does: a strip marker takes the
white space of the neighbouring token only, which in a heredoc ends with its line; and what a marker has emptied no
longer ends a line for the sake of indentation.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.reading.lexicon import WHITE_SPACE
from nfw_reconcile.sources.hcl.reading.pieces import Characters, Form, Hole, Sequence
from nfw_reconcile.sources.hcl.reading.places import SyntaxProblem
from nfw_reconcile.sources.hcl.syntax import ForDirective, IfDirective, Interpolation, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nfw_reconcile.sources.hcl.reading.pieces import Piece, RawTemplate
    from nfw_reconcile.sources.hcl.reading.places import Places
    from nfw_reconcile.sources.hcl.syntax import Expression, Part

_CUT_UNFORESEEN: Final = re.compile(r"[$%]\s+\n\Z")
_CLOSES: Final = {Sequence.IF: "%{ endif }", Sequence.FOR: "%{ endfor }"}


def parts_of(raw: RawTemplate, expressions: Mapping[int, Expression], places: Places) -> tuple[Part, ...]:
    """Put a template together; ``expressions`` are those of its sequences, by their offsets.

    Texts are in Unicode's normal form C, as all of Terraform's strings are, and none is empty; but a single
    interpolation with an emptied text beside it keeps that, for only alone does it keep its type. Raises
    :class:`SyntaxProblem` for directives that do not match.
    """
    pieces = _stripped(raw, places)
    if raw.form is Form.FLUSH:
        pieces = _flush(pieces, places)
    return _Assembly(expressions, places, raw.form).of(pieces)


def _stripped(raw: RawTemplate, places: Places) -> list[Piece]:
    """Apply the strip markers: each to the piece of text directly beside its sequence."""
    stripped: list[Piece] = []
    strip_next = False
    for piece in raw.pieces:
        match piece:
            case Characters():
                text = piece.text.lstrip(WHITE_SPACE) if strip_next else piece.text
                stripped.append(replace(piece, text=text))
                strip_next = False
            case Hole():
                if piece.strip_before and stripped and isinstance(last := stripped[-1], Characters):
                    stripped[-1] = _without_end(last, raw.form, places)
                stripped.append(piece)
                strip_next = piece.strip_after
    return stripped


def _without_end(piece: Characters, form: Form, places: Places) -> Characters:
    """Strip the end of a text.

    Behind ``$`` or ``%`` and more than a newline, Terraform's scanner cuts a line where neither its documentation nor
    the specification says so: that is refused.
    """
    if form is not Form.QUOTED and _CUT_UNFORESEEN.search(piece.text):
        summary = "A strip marker takes a line's end behind `$` or `%` and white space."
        raise SyntaxProblem.at(
            places.at(piece.start), summary, "Take the white space or the strip marker out."
        )
    return replace(piece, text=piece.text.rstrip(WHITE_SPACE))


def _flush(pieces: list[Piece], places: Places) -> list[Piece]:
    """Take the indentation of the least indented line from every line; lines of white space stay as they are."""
    indented: dict[int, int] = {}
    line_starts = True
    for index, piece in enumerate(pieces):
        if line_starts and (spaces := _indentation(piece)) is not None:
            indented[index] = spaces
        line_starts = isinstance(piece, Characters) and piece.text.endswith("\n")
    least = min(indented.values(), default=0)
    return [
        _dedented(piece, least, places) if index in indented else piece for index, piece in enumerate(pieces)
    ]


def _indentation(piece: Piece) -> int | None:
    """Count the white space before a line; ``None`` for a line that has nothing else."""
    if isinstance(piece, Hole):
        return 0
    content = piece.text.lstrip(WHITE_SPACE)
    if not content and piece.text.endswith("\n"):
        return None
    return len(piece.text) - len(content)


def _dedented(piece: Piece, spaces: int, places: Places) -> Piece:
    if isinstance(piece, Hole) or not spaces:
        return piece
    text = piece.text[spaces:]
    if text and unicodedata.category(text[0]).startswith("M"):
        summary = "A combining character stands directly behind the indentation of a heredoc."
        raise SyntaxProblem.at(places.at(piece.start), summary, "Put a letter before it.")
    return replace(piece, text=text)


@dataclass(slots=True)
class _Open:
    """A directive that has no end yet; ``opening`` is ``None`` for the template itself."""

    opening: Hole | None
    parts: list[Part] = field(default_factory=list)
    then: tuple[Part, ...] | None = None


class _Assembly:
    """Nests directives, with a stack of its own: the scanner has limited the depth."""

    def __init__(self, expressions: Mapping[int, Expression], places: Places, form: Form) -> None:
        self._expressions = expressions
        self._places = places
        self._form = form
        self._stack = [_Open(None)]

    def of(self, pieces: list[Piece]) -> tuple[Part, ...]:
        for piece in pieces:
            match piece:
                case Characters():
                    self._stack[-1].parts.append(self._text(piece))
                case Hole():
                    self._sequence(piece)
        (outermost, *unclosed) = self._stack
        if unclosed and (opening := unclosed[-1].opening) is not None:
            raise self._mismatch(opening, f"`{opening.kind.value}` has no `{_CLOSES[opening.kind]}`.")
        return _melded(outermost.parts, alone=len(pieces) == 1)

    def _text(self, piece: Characters) -> Text:
        """Read a piece of text: what is behind a line end of it stands in the next piece, unless it is quoted."""
        line = self._places.line(piece.start)
        further = (line if self._form is Form.QUOTED else None,) * piece.text.count("\n")
        return Text(piece.text, lines=(line, *further), place=self._places.at(piece.start))

    def _sequence(self, hole: Hole) -> None:
        match hole.kind:
            case Sequence.INTERPOLATION:
                part = Interpolation(self._expressions[hole.start], place=self._places.at(hole.start))
                self._stack[-1].parts.append(part)
            case Sequence.IF | Sequence.FOR:
                self._stack.append(_Open(hole))
            case Sequence.ELSE:
                self._else(hole)
            case Sequence.ENDIF:
                self._end(hole, Sequence.IF)
            case Sequence.ENDFOR:
                self._end(hole, Sequence.FOR)

    def _else(self, hole: Hole) -> None:
        innermost = self._stack[-1]
        if (
            innermost.opening is None
            or innermost.opening.kind is not Sequence.IF
            or innermost.then is not None
        ):
            raise self._mismatch(hole, "`%{ else }` stands outside of `%{ if }`, or for the second time.")
        innermost.then = _melded(innermost.parts)
        innermost.parts = []

    def _end(self, hole: Hole, kind: Sequence) -> None:
        ended = self._stack[-1]
        if ended.opening is None or ended.opening.kind is not kind:
            raise self._mismatch(hole, f"`{hole.kind.value} }}` ends no `{kind.value}`.")
        self._stack.pop()
        self._stack[-1].parts.append(self._directive(ended.opening, ended))

    def _directive(self, opening: Hole, ended: _Open) -> Part:
        expression, place = self._expressions[opening.start], self._places.at(opening.start)
        parts = _melded(ended.parts)
        if opening.kind is Sequence.IF:
            then, otherwise = (parts, ()) if ended.then is None else (ended.then, parts)
            return IfDirective(expression, then, otherwise, place=place)
        *key, value = opening.names
        return ForDirective(key[0] if key else None, value, expression, parts, place=place)

    def _mismatch(self, hole: Hole, summary: str) -> SyntaxProblem:
        return SyntaxProblem.at(
            self._places.at(hole.start), summary, "Directives end in the order they begin."
        )


def _melded(parts: list[Part], *, alone: bool = True) -> tuple[Part, ...]:
    """Join neighbouring texts; ``alone`` tells that nothing was emptied beside a single interpolation."""
    joined: list[Part] = []
    for is_text, run in groupby(parts, lambda part: isinstance(part, Text)):
        found = list(run)
        joined += [_one(found)] if is_text else found
    kept = tuple(_normal(part) for part in joined if not isinstance(part, Text) or part.text)
    if len(kept) == 1 and isinstance(kept[0], Interpolation) and not alone:
        return (*kept, Text("", lines=(kept[0].place.line,), place=kept[0].place))
    return kept


def _one(parts: Iterable[Part]) -> Text:
    """Join texts; where two meet on a line, it is that of the first with more on it than white space."""
    texts = [part for part in parts if isinstance(part, Text)]
    lines: list[int | None] = [None]
    blank = True
    for each in texts:
        if blank:
            lines[-1] = each.lines[0]
        lines += each.lines[1:]
        blank = not each.text.rpartition("\n")[2].strip(WHITE_SPACE) and (blank or "\n" in each.text)
    return replace(texts[0], text="".join(each.text for each in texts), lines=tuple(lines))


def _normal(part: Part) -> Part:
    if isinstance(part, Text) and not part.text.isascii():
        return replace(part, text=unicodedata.normalize("NFC", part.text))
    return part
