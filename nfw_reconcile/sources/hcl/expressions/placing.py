"""Where the results of templates and functions are written: for those that keep the lines of their arguments.

Each gives a value that is equal to the one that it is given. What a function is not listed here for has no place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.errors import Location
from nfw_reconcile.sources.hcl.cty import values
from nfw_reconcile.sources.hcl.expressions.dataplaces import csv_placed, json_placed, yaml_placed
from nfw_reconcile.sources.hcl.expressions.files import Files
from nfw_reconcile.sources.hcl.placed import MOST_LINES, Piece, PlacedText, lines_of, together, whole_file
from nfw_reconcile.sources.hcl.syntax import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from nfw_reconcile.sources.hcl.cty.values import Value
    from nfw_reconcile.sources.hcl.expressions.session import Session
    from nfw_reconcile.sources.hcl.syntax import Part


def placed_template(found: Value, parts: Sequence[Part], texts: Sequence[Value], session: Session) -> Value:
    """Give the text of a template, made of the texts of its parts, with its places."""
    pieces = [_piece(part, text) for part, text in zip(parts, texts, strict=True)]
    return _composed(found, pieces, session)


def placed_loop(found: Value, texts: Iterable[Value], place: Location, session: Session) -> Value:
    """Give the text of a ``for`` directive, made of those of its rounds, with its places."""
    return _composed(found, [Piece(_text(each), lines_of(each.value), place) for each in texts], session)


def placed_result(name: str, arguments: Sequence[Value], result: Value, session: Session) -> Value:
    """Give the result of a function with the places that it has from its arguments, or from the file it read."""
    if values.is_unknown(result) or values.is_null(result):
        return result
    if name == "file":
        return _file(arguments, result, session)
    if name == "join":
        return _composed(result, list(_joined(arguments)), session)
    place = _FUNCTIONS.get(name)
    if place is None or not arguments:
        return result
    at = _SUBJECTS.get(name, 0)
    subject = arguments[at].value if at < len(arguments) else None
    if not isinstance(subject, PlacedText) or not session.may_place(len(subject.lines)):
        return result
    made = place(subject, [_text(each) for each in arguments], result)
    return values.marked(made, result.marks)


def _piece(part: Part, text: Value) -> Piece:
    if isinstance(part, Text):
        source = part.place.source
        lines = tuple(None if line is None else Location(source, line) for line in part.lines)
        return Piece(part.text, lines, None, is_own=True)
    return Piece(_text(text), lines_of(text.value), _line(part.place))


def _line(place: Location) -> Location | None:
    return None if place.line is None else Location(place.source, place.line)


def _text(value: Value) -> str:
    return value.value if isinstance(value.value, str) else ""


def _composed(found: Value, pieces: Sequence[Piece], session: Session) -> Value:
    count = 1 + sum(piece.text.count("\n") for piece in pieces)
    if not session.may_place(count):
        return found
    made = together(pieces, session.record)
    return values.marked(values.text(made), found.marks) if made == found.value else found


def _file(arguments: Sequence[Value], result: Value, session: Session) -> Value:
    text = _text(result)
    count = text.count("\n") + 1
    if not session.may_place(count):
        return result
    source = session.tree.place(Files(session).path(_text(arguments[0])))
    return values.marked(values.text(whole_file(text, source)), result.marks)


def _joined(arguments: Sequence[Value]) -> Iterator[Piece]:
    between = _text(arguments[0])
    first = True
    for argument in arguments[1:]:
        for each in values.members(argument):
            if not first:
                yield Piece(between, ())
            first = False
            yield Piece(_text(each), lines_of(each.value))


# Functions of one text


def _part_of(text: PlacedText, offset: int, length: int) -> PlacedText:
    before = text.count("\n", 0, offset)
    cut = text[offset : offset + length]
    return PlacedText(cut, text.lines[before : before + cut.count("\n") + 1], text.record)


def _trimmed(text: PlacedText, _: Sequence[str], result: Value) -> Value:
    """Place what is left of a text; what begins it is no character that is taken, so that it is found at once."""
    cut = _text(result)
    return values.text(_part_of(text, text.find(cut), len(cut))) if cut else result


def _without_end(text: PlacedText, _: Sequence[str], result: Value) -> Value:
    return values.text(_part_of(text, 0, len(_text(result))))


def _without_start(text: PlacedText, _: Sequence[str], result: Value) -> Value:
    cut = _text(result)
    return values.text(_part_of(text, len(text) - len(cut), len(cut)))


def _line_by_line(text: PlacedText, _: Sequence[str], result: Value) -> Value:
    made = _text(result)
    return values.text(PlacedText(made, text.lines, text.record)) if _same_lines(text, made) else result


def _replaced(text: PlacedText, arguments: Sequence[str], result: Value) -> Value:
    """Place a text in which words were replaced; a regular expression may have moved its lines."""
    _, old, new = arguments
    is_pattern = len(old) > 1 and old.startswith("/") and old.endswith("/")
    if is_pattern or "\n" in old or "\n" in new:
        return result
    return _line_by_line(text, arguments, result)


def _split(text: PlacedText, arguments: Sequence[str], result: Value) -> Value:
    offset = 0
    found: list[Value] = []
    for each in values.members(result):
        piece = _text(each)
        if text[offset : offset + len(piece)] != piece:
            return result
        found.append(values.text(_part_of(text, offset, len(piece))))
        offset += len(piece) + len(arguments[0])
    return values.of_type(result.type, found)


def _same_lines(text: PlacedText, made: str) -> bool:
    return made.count("\n") + 1 == len(text.lines) <= MOST_LINES


def _decoded(
    place: Callable[[Value, PlacedText], Value],
) -> Callable[[PlacedText, Sequence[str], Value], Value]:
    return lambda text, _, result: place(result, text)


_SUBJECTS: Final[Mapping[str, int]] = {"indent": 1, "split": 1}
"""Which argument the text is, where it is not the first."""

_FUNCTIONS: Final[Mapping[str, Callable[[PlacedText, Sequence[str], Any], Value]]] = {
    "chomp": _without_end,
    "csvdecode": _decoded(csv_placed),
    "indent": _line_by_line,
    "jsondecode": _decoded(json_placed),
    "lower": _line_by_line,
    "replace": _replaced,
    "split": _split,
    "title": _line_by_line,
    "trim": _trimmed,
    "trimprefix": _without_start,
    "trimspace": _trimmed,
    "trimsuffix": _without_end,
    "upper": _line_by_line,
    "yamldecode": _decoded(yaml_placed),
}
