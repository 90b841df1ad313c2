"""Regular expressions: RE2 itself, whose syntax Terraform's are ("Regular expression syntax", Go's ``regexp/syntax``).

RE2 runs in time linear in the text, so that a pattern of an attacker is no way to stop the program.
"""

from __future__ import annotations

import re as _standard
import unicodedata
from typing import TYPE_CHECKING, Any, Final

import re2  # type: ignore[import-untyped]  # it ships no types; its values get types of ours here

from nfw_reconcile.sources.hcl.cty import values
from nfw_reconcile.sources.hcl.cty.functions import limits
from nfw_reconcile.sources.hcl.cty.functions.signature import TEXT, Around, Function
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nfw_reconcile.sources.hcl.cty.values import Type, Value

_LONGEST_PATTERN: Final = 10_000
_MEMORY: Final = 8 << 20
_MOST_WORK: Final = 1_000_000_000
"""Bytes that all searches of one call may look at, at worst."""

_UNICODE: Final = _standard.compile(r"\\[pP]|\(\?[a-zA-Z-]*i")
"""Patterns whose meaning depends on the version of Unicode."""

_GROUP_NAME: Final = _standard.compile(r"\(\?P?<(\w+)>")
_REFERENCE: Final = _standard.compile(r"\$(?:\$|\{(\w+)\}|(\w+))")
_GROUP_NUMBER: Final = _standard.compile(r"0|[1-9][0-9]{0,7}", _standard.ASCII)

Spans = tuple[tuple[int, int] | None, ...]
"""Where a match and each of its groups lie, in bytes; ``None`` for a group that takes no part."""


class Pattern:
    """A compiled pattern; raises :class:`EvaluationError` for what is no pattern in Terraform either."""

    def __init__(self, written: str) -> None:
        """Compile; raises :class:`Unresolvable` for patterns whose meaning may differ from Terraform's."""
        named = _GROUP_NAME.findall(written)
        if len(written) > _LONGEST_PATTERN or r"\C" in written or len(set(named)) != len(named):
            raise Unresolvable("the pattern is too long, means single bytes, or has two groups of one name")
        options: Any = re2.Options()
        options.max_mem = _MEMORY
        options.log_errors = False
        if not all(name.isascii() for name in named):
            raise EvaluationError(f"{written!r} is no regular expression: names of groups are ASCII.")
        self._has_inner_boundary = r"\B" in written
        self._depends_on_unicode = _UNICODE.search(written) is not None
        try:
            self._compiled: Any = re2.compile(written.encode("utf-8"), options)
        except re2.error as problem:
            if "too large" in str(problem) or "pattern too" in str(problem):
                raise Unresolvable("the pattern takes too much memory") from problem
            raise EvaluationError(f"{written!r} is no regular expression: {_told(problem)}.") from problem
        numbered: Mapping[bytes, int] = self._compiled.groupindex
        self.groups = int(self._compiled.groups)
        self.names = {number: name.decode("utf-8") for name, number in numbered.items()}
        self._work = 0

    def at(self, text: bytes, position: int) -> Spans | None:
        """Give the leftmost match from a position on; raises :class:`Unresolvable` once all took too long."""
        self._work += len(text) - position
        if self._work > _MOST_WORK:
            raise Unresolvable("the pattern is searched for too often in too long a text")
        match = self._compiled.search(text, position)
        if match is None:
            return None
        found = (match.span(group) for group in range(self.groups + 1))
        return tuple(None if start < 0 else (start, end) for start, end in found)

    def all_in(self, text: bytes) -> Iterator[Spans]:
        """Give all matches; an empty one that adjoins the match before it is none."""
        position, before = 0, -1
        while position <= len(text):
            spans = self.at(text, position)
            if spans is None or spans[0] is None:
                return
            start, end = spans[0]
            accepted = not (end == position and start == before)
            position = _next(text, position) if end == position else end
            before = end
            if accepted:
                yield spans

    def check(self, text: str) -> None:
        """Raise :class:`Unresolvable` where versions of Unicode may disagree on the text."""
        limits.text_within(len(text))
        if self._depends_on_unicode and any(unicodedata.category(each) == "Cn" for each in set(text)):
            raise Unresolvable("the text holds characters that not every version of Unicode knows")
        if self._has_inner_boundary and not text.isascii():
            raise Unresolvable(r"\B is found inside of characters of more than one byte")


def _next(text: bytes, position: int) -> int:
    """Give where the next character begins."""
    position += 1
    while position < len(text) and text[position] & 0xC0 == 0x80:
        position += 1
    return position


def _told(problem: Exception) -> str:
    told = problem.args[0] if problem.args else ""
    return told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)


def _result_type(pattern: Pattern) -> Type:
    if not pattern.groups:
        return values.STRING
    if not pattern.names:
        return values.tuple_of([values.null(values.STRING)] * pattern.groups).type
    if len(pattern.names) != pattern.groups:
        raise EvaluationError("A pattern has groups with names or groups without, and not both.")
    return values.object_of(dict.fromkeys(pattern.names.values(), values.null(values.STRING))).type


def _captured(pattern: Pattern, text: bytes, spans: Spans) -> Value:
    found = [
        values.null(values.STRING) if span is None else values.text(text[slice(*span)].decode("utf-8"))
        for span in spans
    ]
    if not pattern.groups:
        return found[0]
    if pattern.names:
        return values.object_of({name: found[number] for number, name in pattern.names.items()})
    return values.tuple_of(found[1:])


def _prepared(arguments: Sequence[Value]) -> tuple[Pattern, bytes]:
    written, text = (str(each.value) for each in arguments)
    pattern = Pattern(written)
    pattern.check(text)
    return pattern, text.encode("utf-8")


def _first(arguments: Sequence[Value], _: Around) -> Value:
    pattern, text = _prepared(arguments)
    _result_type(pattern)
    spans = pattern.at(text, 0)
    if spans is None:
        raise EvaluationError("The pattern does not match the string.")
    return _captured(pattern, text, spans)


def _all(arguments: Sequence[Value], _: Around) -> Value:
    pattern, text = _prepared(arguments)
    kind = values.list_type(_result_type(pattern))
    found = []
    for spans in pattern.all_in(text):
        found.append(_captured(pattern, text, spans))
        limits.elements_within(len(found) * (pattern.groups + 1))
    return values.of_type(kind, found)


def _replace(arguments: Sequence[Value], _: Around) -> Value:
    text, searched, replacement = (str(each.value) for each in arguments)
    if len(searched) > 1 and searched[0] == searched[-1] == "/":
        pattern = Pattern(searched[1:-1])
        pattern.check(text)
        return values.text(_replaced(pattern, text.encode("utf-8"), replacement).decode("utf-8"))
    limits.text_within(len(text) + (text.count(searched) if searched else len(text) + 1) * len(replacement))
    return values.text(text.replace(searched, replacement))


def _replaced(pattern: Pattern, text: bytes, replacement: str) -> bytes:
    """Replace all matches; an empty one that adjoins the match before it is left alone."""
    pieces: list[bytes] = []
    position = last = length = 0
    while position <= len(text):
        spans = pattern.at(text, position)
        if spans is None or spans[0] is None:
            break
        start, end = spans[0]
        pieces.append(text[last:start])
        if end > last or start == 0:
            pieces.append(_expanded(pattern, text, spans, replacement))
            length += len(pieces[-1])
            limits.text_within(length + len(text))
        last = end
        position = max(_next(text, position), end)
    return b"".join([*pieces, text[last:]])


def _expanded(pattern: Pattern, text: bytes, spans: Spans, replacement: str) -> bytes:
    """Fill a replacement: ``$1``, ``${name}`` and ``$$``; a group that is not there is empty."""

    def filled(reference: _standard.Match[str]) -> str:
        name = reference[1] or reference[2]
        if name is None:
            return "$"
        if _GROUP_NUMBER.fullmatch(name):
            numbered = [int(name)]
        else:
            numbered = [number for number, known in sorted(pattern.names.items()) if known == name]
        found = [spans[number] for number in numbered if number < len(spans)]
        return next((text[slice(*span)].decode("utf-8") for span in found if span is not None), "")

    return _REFERENCE.sub(filled, replacement).encode("utf-8")


PATTERNS: Final[Mapping[str, Function]] = {
    "regex": Function(_first, (TEXT, TEXT)),
    "regexall": Function(_all, (TEXT, TEXT)),
    "replace": Function(_replace, (TEXT, TEXT, TEXT), result=values.STRING),
}
