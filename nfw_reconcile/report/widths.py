"""How wide the columns of a table in text are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.report.blocks import Column


@dataclass(frozen=True, slots=True)
class Widths:
    """What a column would like, in characters of a terminal.

    ``natural`` breaks no cell, ``words`` breaks no word, ``numbers`` breaks no number.
    """

    natural: int
    words: int
    numbers: int

    @classmethod
    def of(cls, column: Column, cells: Sequence[str]) -> Widths:
        """Measure a column; the title of one of numbers may be broken between its words."""
        from rich.cells import cell_len  # noqa: PLC0415 - slow to import, and needed for text only

        widest = max(map(cell_len, cells), default=0)
        words = [cell_len(word) for text in (column.title, *cells) for word in text.split()]
        numbers = widest if column.right else 1
        return cls(max(widest, cell_len(column.title), 1), max(*words, numbers), max(numbers, 1))


def share(columns: Sequence[Widths], room: int) -> list[int]:
    """Give each column a width, in all at most ``room`` where there is one character for each.

    Words stay whole if all can, else numbers if all can. Wide columns are made narrow before narrow ones.
    """
    for least in (
        [column.words for column in columns],
        [column.numbers for column in columns],
        [1 for _ in columns],
    ):
        if sum(least) <= room:
            return _widest(columns, least, room)
    return [1 for _ in columns]


def _widest(columns: Sequence[Widths], least: Sequence[int], room: int) -> list[int]:
    """Give the widths under the highest common limit that fits, and what is left over to the first columns."""
    widths = list(least)
    for limit in range(1, max(column.natural for column in columns) + 1):
        wider = [max(floor, min(column.natural, limit)) for column, floor in zip(columns, least, strict=True)]
        if sum(wider) > room:
            break
        widths = wider
    left_over = room - sum(widths)
    for index, column in enumerate(columns):
        if left_over and widths[index] < column.natural:
            widths[index] += 1
            left_over -= 1
    return widths
