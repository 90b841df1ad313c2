"""What a report says: our own words, and what comes from elsewhere, never mixed up.

A :class:`Phrase` keeps the two apart up to the renderer, so that each format neutralises data in its
own way, and none has to guess which part of a sentence somebody else wrote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Datum:
    """A value that others wrote: a name, an address, a rule. Shown literally, as code where a format can."""

    text: str


@dataclass(frozen=True, slots=True)
class Prose:
    """A sentence put together elsewhere, data and all: as little to be trusted as a :class:`Datum`."""

    text: str


_WORDS: Final = re.compile(r"(?:[A-Za-z0-9 ,.;:()'\"%/+=?-]|(?<=\w)_(?=\w))*")
"""Nothing in these can be read as markup in the middle of a line."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A piece of text; a ``str`` in it is our own wording, and ``ValueError`` where it could be markup."""

    parts: tuple[str | Datum | Prose, ...] = ()

    def __post_init__(self) -> None:
        for part in self.parts:
            if isinstance(part, str) and not _WORDS.fullmatch(part):
                message = f"not plain wording: {part!r}"
                raise ValueError(message)

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __add__(self, other: Phrase) -> Phrase:
        return Phrase(self.parts + other.parts)

    @property
    def raw(self) -> str:
        """Give the text as it is, data not neutralised: for sorting, never for showing."""
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)


Value = int | Datum | Prose | Phrase


def say(words: str, *values: Value) -> Phrase:
    """Put values into wording, one for each ``{}``; integers get thousands separators."""
    pieces = words.split("{}")
    parts: list[str | Datum | Prose] = [pieces[0]]
    for value, piece in zip(values, pieces[1:], strict=True):
        parts += [*_parts(value), piece]
    return Phrase(tuple(part for part in parts if part != ""))


def _parts(value: Value) -> tuple[str | Datum | Prose, ...]:
    match value:
        case Phrase():
            return value.parts
        case Datum() | Prose():
            return (value,)
        case int():
            return (f"{value:,}",)


def count(number: int, noun: str, plural: str | None = None) -> Phrase:
    """Give ``1 flow``, ``2 flows``, ``1,000 flows``."""
    return say(f"{{}} {noun if number == 1 else plural or f'{noun}s'}", number)


def joined(items: Iterable[Phrase], separator: str) -> Phrase:
    """Put phrases one after the other."""
    parts: tuple[str | Datum | Prose, ...] = ()
    for item in items:
        parts += (separator, *item.parts) if parts else item.parts
    return Phrase(parts)


def listed(items: Sequence[Phrase]) -> Phrase:
    """Give ``a``, ``a and b``, ``a, b and c``."""
    if len(items) < 2:
        return joined(items, "")
    return say("{} and {}", joined(items[:-1], ", "), items[-1])


def sentence(phrase: Phrase) -> Phrase:
    """Begin a phrase with a capital letter, where it begins with a word of ours."""
    match phrase.parts:
        case (str(first), *rest):
            return Phrase((f"{first[:1].upper()}{first[1:]}", *rest))
        case _:
            return phrase


def data(texts: Iterable[str]) -> tuple[Phrase, ...]:
    """Give each text as a datum."""
    return tuple(Phrase((Datum(text),)) for text in texts)
