"""One field of many headers: which headers hold a value, looked up for many values at once.

The values fall into intervals that no header tells apart. Headers stand in blocks; of each block the
bit vectors are kept only where they change from one interval to the next, so that a table of 30,000
headers takes megabytes and not gigabytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from nfw_reconcile.engine.vectors.columns import Numbers, Words
    from nfw_reconcile.model.intervals import Interval

MOST_BLOCKS: Final = 64
"""Blocks are the bits of one word, which tells where a header may hold a value at all."""

_WORD: Final = 64


@dataclass(frozen=True, slots=True)
class Layout:
    """How headers are spread over bits: ``blocks`` of ``words`` words of 64 bits each."""

    blocks: int
    words: int

    @classmethod
    def of(cls, headers: int) -> Layout:
        """Spread that many headers."""
        words = max(1, -(-headers // (_WORD * MOST_BLOCKS)))
        return cls(max(1, -(-headers // (_WORD * words))), words)

    @property
    def headers(self) -> int:
        """Give the number of headers of a block."""
        return self.words * _WORD


@dataclass(frozen=True, slots=True)
class Field:
    """The field's table; intervals are numbered from 0, which lies before the first cut and is in no header.

    ``versions[b][variants[b][i]]`` are the words of block *b* for interval *i*; bit *b* of
    ``summaries[i]`` says whether any of their bits is set.
    """

    cuts: tuple[int, ...]
    variants: tuple[npt.NDArray[np.int32], ...]
    versions: tuple[Words, ...]
    summaries: Words

    @classmethod
    def of(cls, layout: Layout, sets: Sequence[Sequence[Interval]]) -> Field:
        """Take for each header the closed intervals, disjoint and not touching, of the values that it holds."""
        cuts = sorted({edge for found in sets for low, high in found for edge in (low, high + 1)})
        number = {cut: n for n, cut in enumerate(cuts)}
        toggles = [
            (n, number[edge])
            for n, found in enumerate(sets)
            for low, high in found
            for edge in (low, high + 1)
        ]
        header, cut = np.array(toggles or np.empty((0, 2)), dtype=np.int64).T
        bounds = np.searchsorted(header, np.arange(layout.blocks + 1) * layout.headers)
        variants: list[npt.NDArray[np.int32]] = []
        versions: list[Words] = []
        summaries = np.zeros(len(cuts) + 1, np.uint64)
        intervals = np.arange(len(cuts) + 1)
        for block in range(layout.blocks):
            part = slice(bounds[block], bounds[block + 1])
            found, words = _versions(layout, header[part] - block * layout.headers, cut[part])
            variant = np.searchsorted(found, intervals, side="left").astype(np.int32)
            holds = np.logical_or.reduce(words != 0, axis=1).astype(np.uint64)
            summaries |= holds[variant] << np.uint64(block)
            variants.append(variant)
            versions.append(words)
        return cls(tuple(cuts), tuple(variants), tuple(versions), summaries)

    def rows(self, block: int, intervals: Numbers) -> Words:
        """Give the words of a block for each of the intervals."""
        return np.take(self.versions[block], np.take(self.variants[block], intervals), axis=0)


def _versions(layout: Layout, header: Numbers, cut: Numbers) -> tuple[Numbers, Words]:
    """Give the cuts at which a block's bits change, and the bits before the first and behind each of them."""
    found, at = np.unique(cut, return_inverse=True)
    words = np.zeros((len(found) + 1, layout.words), np.uint64)
    word, bit = np.divmod(header, _WORD)
    np.bitwise_xor.at(words, (at + 1, word), np.uint64(1) << bit.astype(np.uint64))
    np.bitwise_xor.accumulate(words, axis=0, out=words)
    return found, words
