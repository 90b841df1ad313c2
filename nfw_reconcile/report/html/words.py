"""Which words two texts have in common, in bounded time: the texts are those of others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORD: Final = re.compile(r"[\w$./-]+|\s+|[^\w\s]")
"""A word, a block of addresses or a path is one piece; so are spaces, and each other character."""

MOST_PAIRS: Final = 40_000
"""Pairs of words that are compared; where there are more, all between what both begin and end with differs."""

_ALIKE: Final = 0.5
"""The share of words (twice those in common, of those of both) below which two texts are just different."""

Marked = tuple[str, bool]
"""A word, and whether the other text has it too."""


def words(text: str) -> list[str]:
    """Give the words of a text; put together they are the text."""
    return _WORD.findall(text)


def compared(old: str, new: str) -> tuple[list[Marked], list[Marked]]:
    """Give the words of both texts, each with whether it is in a longest common subsequence.

    Texts with little in common count as wholly in common: marks all over them would tell nothing.
    """
    ours, theirs = words(old), words(new)
    kept = _common(ours, theirs)
    told = sum(not ours[index].isspace() for index, _ in kept)
    total = sum(not word.isspace() for word in (*ours, *theirs))
    if 2 * told < _ALIKE * total:
        return [(word, True) for word in ours], [(word, True) for word in theirs]
    left, right = {one for one, _ in kept}, {other for _, other in kept}
    return (
        [(word, index in left) for index, word in enumerate(ours)],
        [(word, index in right) for index, word in enumerate(theirs)],
    )


def _common(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[int, int]]:
    """Give the places of a common subsequence in both: what they begin and end with, and what lies between."""
    shorter = min(len(ours), len(theirs))
    start = next((n for n in range(shorter) if ours[n] != theirs[n]), shorter)
    rest = shorter - start
    end = next((n for n in range(rest) if ours[-1 - n] != theirs[-1 - n]), rest)
    between = _longest(ours[start : len(ours) - end], theirs[start : len(theirs) - end])
    return [
        *((n, n) for n in range(start)),
        *((start + one, start + other) for one, other in between),
        *((len(ours) - n, len(theirs) - n) for n in range(end, 0, -1)),
    ]


def _longest(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[int, int]]:
    """Give a longest common subsequence; none of texts that are too long."""
    if len(ours) * len(theirs) > MOST_PAIRS:
        return []
    lengths = [[0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    for one in range(len(ours) - 1, -1, -1):
        below, row = lengths[one + 1], lengths[one]
        for other in range(len(theirs) - 1, -1, -1):
            same = ours[one] == theirs[other]
            row[other] = below[other + 1] + 1 if same else max(below[other], row[other + 1])
    return _walked(ours, theirs, lengths)


def _walked(
    ours: Sequence[str], theirs: Sequence[str], lengths: Sequence[Sequence[int]]
) -> list[tuple[int, int]]:
    found, one, other = [], 0, 0
    while one < len(ours) and other < len(theirs):
        if ours[one] == theirs[other]:
            found.append((one, other))
            one, other = one + 1, other + 1
        elif lengths[one + 1][other] >= lengths[one][other + 1]:
            one += 1
        else:
            other += 1
    return found
