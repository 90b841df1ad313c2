"""Rows of CSV as one text of bytes, in which each cell is found by its place, for many rows at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.engine.vectors.columns import Numbers

Letters = npt.NDArray[np.uint8]

_COMMA, _QUOTE, _NEWLINE = (np.uint8(ord(sign)) for sign in ',"\n')
_FIRST_PRINTED, _LAST_PRINTED = np.uint8(ord("!")), np.uint8(ord("~"))
_WORD: Final = 8


@dataclass(frozen=True, slots=True)
class Cells:
    """One column: cell *i* is what ``text`` holds from ``start[i]`` to before ``end[i]``, in ASCII."""

    text: Letters
    start: Numbers
    end: Numbers

    def __len__(self) -> int:
        return len(self.start)

    def __getitem__(self, index: int) -> str:
        return self.text[self.start[index] : self.end[index]].tobytes().decode("ascii")

    def letters(self, longest: int) -> list[Letters]:
        """Give the first letter of each cell, then the second of each and so on, and 0 where a cell has ended.

        The last ones are 0 throughout, but for the cells that are longer than ``longest``.
        """
        length = self.end - self.start
        count = min(int(length.max(initial=0)), longest) + 1
        found = [self.text.take(self.start + n, mode="clip") for n in range(count)]
        for n, letters in enumerate(found):
            letters[length <= n] = 0
        return found

    def distinct(self, longest: int) -> tuple[list[str], Numbers] | None:
        """Give the distinct cells, and the place of each cell's text among them.

        ``None`` where a cell is longer than ``longest``.
        """
        letters = self.letters(longest)
        if letters[-1].any():
            return None
        letters += [np.zeros_like(letters[0])] * (-len(letters) % _WORD)
        words = np.ascontiguousarray(np.stack(letters, axis=1)).view(np.uint64)
        place = np.zeros(len(self), np.int64)
        for column in words.T:
            kinds, kind = np.unique(column, return_inverse=True)
            if len(kinds) > 1:
                place = np.unique(place * len(kinds) + kind, return_inverse=True)[1]
        _, first = np.unique(place, return_index=True)
        return [self[n] for n in first.tolist()], place


def cells_of(rows: Sequence[str], columns: int) -> list[Cells] | None:
    """Give the columns of rows in printable ASCII, without quotes and blanks, that all have as many cells.

    ``None`` for any others. The rows come without their line ends.
    """
    body = "\n".join((*rows, ""))
    if not body.isascii():
        return None
    text = np.frombuffer(body.encode("ascii"), np.uint8)
    is_end = text == _NEWLINE
    odd = (text < _FIRST_PRINTED) | (text > _LAST_PRINTED) | (text == _QUOTE)
    ends = np.flatnonzero(is_end | (text == _COMMA))
    if np.count_nonzero(is_end) != len(rows) or np.count_nonzero(odd) != len(rows):
        return None
    if len(ends) != len(rows) * columns or not is_end[ends[columns - 1 :: columns]].all():
        return None
    starts = np.append(0, ends[:-1] + 1)
    return [Cells(text, starts[n::columns], ends[n::columns]) for n in range(columns)]
