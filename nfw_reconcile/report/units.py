"""Numbers for people: bytes, ages, ports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.report.phrases import Phrase, say

if TYPE_CHECKING:
    from collections.abc import Iterable

UNKNOWN: Final = Phrase(("-",))
"""Stands where a number is not known."""

_SIZES: Final = ("kB", "MB", "GB", "TB", "PB")
_SPANS: Final = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def size(number: int | None) -> Phrase:
    """Give a number of bytes in decimal units, two or three digits: ``640 B``, ``1.2 GB``."""
    if number is None:
        return UNKNOWN
    amount, unit = float(number), "B"
    for larger in _SIZES:
        if amount < 999.5:
            break
        amount, unit = amount / 1_000, larger
    digits = 1 if unit != "B" and amount < 9.95 else 0
    return Phrase((f"{amount:,.{digits}f} {unit}",))


def total(numbers: Iterable[int | None]) -> Phrase | None:
    """Sum numbers of bytes up: ``1.2 GB or more`` where some are not known, ``None`` where none is."""
    found = list(numbers)
    known = [number for number in found if number is not None]
    if not known:
        return None
    return size(sum(known)) if len(known) == len(found) else say("{} or more", size(sum(known)))


def age(seconds: int | None) -> Phrase:
    """Give a span by its two largest units: ``45 s``, ``2 h 5 min``, ``3 d``."""
    if seconds is None:
        return UNKNOWN
    for index, (unit, length) in enumerate(_SPANS):
        whole, rest = divmod(seconds, length)
        if whole:
            smaller, size_of_smaller = _SPANS[min(index + 1, len(_SPANS) - 1)]
            more = rest // size_of_smaller
            return say(f"{{}} {unit} {more} {smaller}" if more else f"{{}} {unit}", whole)
    return Phrase(("0 s",))
