"""JSON with places: what the ``json`` module reads, and where each value stands.

It is strict as Terraform is (RFC 8259, no ``NaN``, no leading zeros); a key that occurs twice is kept twice, because
what that means depends on where it stands.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.reading.lexicon import number_of
from nfw_reconcile.sources.hcl.reading.limits import MOST_LEVELS, MOST_TOKENS
from nfw_reconcile.sources.hcl.reading.places import SyntaxProblem, Written, shown

if TYPE_CHECKING:
    from decimal import Decimal

    from nfw_reconcile.errors import Location

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_STRING: Final = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*+"')
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.])")
_WORD: Final = re.compile(r"\w+")
_HALF: Final = re.compile("[\ud800-\udfff]")
_CONSTANTS: Final = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class Span:
    """Where a value stands: its first place, its last line, and its offsets in the text."""

    place: Location
    end_line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string, number, ``true``, ``false`` or ``null``."""

    value: str | Decimal | bool | None
    span: Span


@dataclass(frozen=True, slots=True)
class Array:
    """``[...]``."""

    items: tuple[Value, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Member:
    """``"name": value``; the place is that of the name."""

    name: str
    value: Value
    place: Location


@dataclass(frozen=True, slots=True)
class Object:
    """``{...}``, in written order."""

    members: tuple[Member, ...]
    span: Span


Value = Scalar | Array | Object


def read_json_text(text: str, source: str) -> Value:
    """Read a text that holds exactly one JSON document; raises :class:`SyntaxProblem`."""
    reader = _Reader(text, Written(text, source))
    value = reader.value(1)
    reader.end()
    return value


class _Reader:
    def __init__(self, text: str, places: Written) -> None:
        self._text = text
        self._places = places
        self._position = 0
        self._values = 0

    def value(self, level: int) -> Value:
        self._count(level)
        letter = self._next()
        start = self._position
        match letter:
            case "{":
                members = self._members(level)
                return Object(members, self._span(start))
            case "[":
                items = self._items(level)
                return Array(items, self._span(start))
            case '"':
                string = self._string()
                return Scalar(string, self._span(start))
            case _:
                word = self._word()
                return Scalar(word, self._span(start))

    def end(self) -> None:
        if self._next():
            raise self._problem(f"{self._found()} stands behind the JSON document.", "Take it out.")

    def _count(self, level: int) -> None:
        self._values += 1
        if level > MOST_LEVELS:
            summary = f"Objects and arrays are nested more than {MOST_LEVELS} levels deep."
            raise self._problem(summary, "Write the inner parts into files that file() reads.")
        if self._values > MOST_TOKENS:
            summary = f"The file has more than {MOST_TOKENS:,} values."
            raise self._problem(summary, "Put large data into files that file() reads.")

    def _next(self) -> str:
        """Skip white space and give the next character, or nothing at the end."""
        if found := _SPACE.match(self._text, self._position):
            self._position = found.end()
        return self._text[self._position : self._position + 1]

    def _span(self, start: int) -> Span:
        end = self._position
        return Span(self._places.at(start), self._places.line(end - 1), start, end)

    def _items(self, level: int) -> tuple[Value, ...]:
        items: list[Value] = []
        self._position += 1
        if self._next() == "]":
            self._position += 1
            return ()
        while True:
            items.append(self.value(level + 1))
            if self._ends("]"):
                return tuple(items)

    def _members(self, level: int) -> tuple[Member, ...]:
        members: list[Member] = []
        self._position += 1
        if self._next() == "}":
            self._position += 1
            return ()
        while True:
            members.append(self._member(level))
            if self._ends("}"):
                return tuple(members)

    def _member(self, level: int) -> Member:
        if self._next() != '"':
            raise self._problem(f"{self._found()} was found where a name in quotes is needed.", "Correct it.")
        place = self._places.at(self._position)
        name = self._string()
        if self._next() != ":":
            raise self._problem(f"{self._found()} was found where `:` is needed.", "Correct it.")
        self._position += 1
        return Member(name, self.value(level + 1), place)

    def _ends(self, closer: str) -> bool:
        """Read the sign behind an item: a comma, or the end."""
        sign = self._next()
        if sign not in {",", closer}:
            raise self._problem(
                f"{self._found()} was found where `,` or `{closer}` is needed.", "Correct it."
            )
        self._position += 1
        return sign == closer

    def _string(self) -> str:
        found = _STRING.match(self._text, self._position)
        if found is None:
            raise self._problem("A string does not end on its line.", 'Close it with ", and write \\n in it.')
        try:
            string: str = json.loads(found[0])
        except json.JSONDecodeError as bad:
            remedy = 'JSON knows \\n, \\r, \\t, \\b, \\f, \\", \\\\, \\/ and \\uXXXX.'
            raise self._problem(f"{shown(found[0])} is no JSON string: {bad.msg}.", remedy) from None
        if _HALF.search(string):
            raise self._problem(
                "A string holds half of a surrogate pair (\\ud800 to \\udfff).", "Correct it."
            )
        self._position = found.end()
        return string

    def _word(self) -> Decimal | bool | None:
        if found := _NUMBER.match(self._text, self._position):
            number = self._number(found[0])
            self._position = found.end()
            return number
        if (found := _WORD.match(self._text, self._position)) and found[0] in _CONSTANTS:
            self._position = found.end()
            return _CONSTANTS[found[0]]
        raise self._problem(f"{self._found()} was found where a value is needed.", "Correct it.")

    def _number(self, digits: str) -> Decimal:
        number = number_of(digits)
        if number is None:
            raise self._problem(f"The number {shown(digits)} is too long.", "Correct it.")
        return number

    def _found(self) -> str:
        rest = self._text[self._position : self._position + 40]
        if not rest:
            return "The end of the file"
        word = _WORD.match(rest)
        return shown(word[0] if word else rest[0])

    def _problem(self, summary: str, remedy: str) -> SyntaxProblem:
        return SyntaxProblem.at(self._places.at(self._position), summary, remedy)
