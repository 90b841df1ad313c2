"""Patterns for one name of a path, as ``fileset`` reads them.

Terraform documents ``*``, ``**``, ``?``, ``{a,b}`` and classes ("fileset Function"). Where its patterns differ from
what one would expect, they do here: an alternative that is empty matches nothing at the end of a name, ``!`` negates
no class, a mistake is none before a name comes to it, nor behind a ``*``, and a ``*`` takes as many bytes at a time as
the character has that it begins at. Every form is compared with the real Terraform by tests.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEP: Final = "**"
"""The name of a pattern that stands for any number of directories."""

SPECIAL: Final = "*?[{\\"
"""What a name of a pattern holds that is not taken by its letters."""

LONGEST: Final = 250
"""Characters of a pattern."""

MOST_STEPS: Final = 20_000
"""Ways in which one name is held against a pattern."""

_NO_CHARACTER: Final = "\ufffd"
"""What Go reads where a byte begins no character."""


class BadPatternError(EvaluationError):
    """A pattern that cannot be read, where a name comes to the mistake in it."""


def matches(pattern: str, name: str) -> bool:
    """Say whether a pattern, without ``/`` in it, matches a name.

    Raises :class:`BadPatternError`, and :class:`Unresolvable` for a pattern with too many ways to match.
    """
    return _Match().of(pattern, name)


@dataclass(slots=True)
class _Match:
    """One name held against one pattern; every pair of what is left of both is looked at once."""

    _known: dict[tuple[str, str], bool | BadPatternError] = field(default_factory=dict)

    def of(self, pattern: str, name: str) -> bool:
        if (pattern, name) not in self._known:
            if len(self._known) >= MOST_STEPS:
                raise Unresolvable(f"the pattern {pattern!r} matches in too many ways")
            try:
                self._known[pattern, name] = self._matches(pattern, name)
            except BadPatternError as problem:
                self._known[pattern, name] = problem
        found = self._known[pattern, name]
        if isinstance(found, BadPatternError):
            raise found
        return found

    def _behind_star(self, pattern: str, name: str) -> bool:
        """Hold what is behind a ``*`` against a part of the name: a mistake there is none."""
        try:
            return self.of(pattern, name)
        except BadPatternError:
            return False

    def _matches(self, pattern: str, name: str) -> bool:
        if not pattern or not name:
            return not name and pattern in {"", "*", DEEP}
        match pattern[0]:
            case "*":
                rest = pattern[1:]
                return not rest or any(self._behind_star(rest, left) for left in _behind(name))
            case "?":
                return self.of(pattern[1:], name[1:])
            case "\\":
                if len(pattern) == 1:
                    raise _bad(pattern)
                return pattern[1] == _character(name) and self.of(pattern[2:], name[1:])
            case "[":
                end = _end(pattern, "]")
                return _in_class(pattern[1:end], _character(name)) and self.of(pattern[end + 1 :], name[1:])
            case "{":
                end = _end(pattern, "}")
                return any(self.of(each + pattern[end + 1 :], name) for each in _alternatives(pattern[1:end]))
            case letter:
                return letter == _character(name) and self.of(pattern[1:], name[1:])


def _behind(name: str) -> Iterator[str]:
    """Give what a ``*`` may leave of a name; a byte that has lost its character is a surrogate (PEP 383)."""
    content = name.encode("utf-8", "surrogateescape")
    step = len(name[0].encode("utf-8", "surrogateescape"))
    return (content[start:].decode("utf-8", "surrogateescape") for start in range(0, len(content), step))


def _character(name: str) -> str:
    """Give the first character of a name, or what stands for a byte that has lost its character."""
    return _NO_CHARACTER if "\udc80" <= name[0] <= "\udcff" else name[0]


def _alternatives(text: str) -> Iterator[str]:
    """Give the parts of ``a,b``."""
    start = position = 0
    while position < len(text):
        if text[position] == ",":
            yield text[start:position]
            start = position + 1
        position += 2 if text[position] == "\\" else 1
    yield text[start:]


def _end(pattern: str, closing: str) -> int:
    """Find the end of a class or of alternatives, which begin the pattern; raises where there is none."""
    position = 1
    while position < len(pattern):
        if pattern[position] == closing:
            return position
        position += 2 if pattern[position] == "\\" else 1
    raise _bad(pattern)


def _in_class(members: str, letter: str) -> bool:
    if not members:
        raise _bad("[]")
    negated = members[0] == "^"
    rest = list(members[1:] if negated else members)[::-1]
    found = False
    while rest:
        low = high = _member(rest, members)
        if rest and rest[-1] == "-":
            rest.pop()
            high = _member(rest, members)
        found = found or low <= letter <= high
    return found is not negated


def _member(rest: list[str], members: str) -> str:
    """Take the next character of a class, whose rest is in reverse."""
    letter = rest.pop() if rest else "-"
    if letter == "-":
        raise _bad(f"[{members}]")
    if letter != "\\":
        return letter
    if not rest:
        raise _bad(f"[{members}]")
    return rest.pop()


def _bad(pattern: str) -> BadPatternError:
    return BadPatternError(f"The pattern {pattern!r} is not complete.")
