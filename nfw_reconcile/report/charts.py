"""Pictures as data: what a chart shows, and how that is called. Formats that can draw lay it out.

The numbers stand here alone, so that a picture and the table beside it cannot differ.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from nfw_reconcile.report.phrases import Phrase, say

NAMELESS: Final = Phrase()


@dataclass(frozen=True, slots=True)
class Label:
    """What a part of a picture stands for, and what that is called; ``name`` is empty where it has no name.

    A picture may have no room for all of a name; the table beside it has.
    """

    what: Phrase
    name: Phrase = NAMELESS

    @property
    def whole(self) -> Phrase:
        """Give both: ``10.0.1.0/24 (checkout, payments)``."""
        return say("{} ({})", self.what, self.name) if self.name else self.what


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what is counted, and how many there are."""

    label: Label
    value: int


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of one measure, longest first; ``rest`` says what was left out, if anything was.

    ``of`` is what each bar stands for and ``measure`` what its length counts: the titles of two columns.
    """

    title: str
    caption: Phrase
    of: str
    measure: str
    bars: tuple[Bar, ...]
    rest: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Bin:
    """One column of a histogram; ``span`` and ``unit`` stand below it, ``name`` says the same in words."""

    span: str
    unit: str
    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """How a measure is distributed over spans of another; all spans are there, empty ones too."""

    title: str
    caption: Phrase
    of: str
    measure: str
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A count for each pair of a row and a column: ``cells[row][column]``."""

    title: str
    caption: Phrase
    of: str
    rows: tuple[Label, ...]
    columns: tuple[Phrase, ...]
    cells: tuple[tuple[int, ...], ...]


class Part(enum.StrEnum):
    """What became of the flows that a part of a stage stands for."""

    DENIED = "denied"
    GONE = "flushed"
    ALIVE = "still alive"
    UNSURE = "not known"
    LEFT = "not flushed"


@dataclass(frozen=True, slots=True)
class Stage:
    """One moment of a run: how many flows there are of each kind; no parts where that is not known."""

    label: str
    parts: tuple[tuple[Part, int], ...] | None


@dataclass(frozen=True, slots=True)
class Stages:
    """The same flows at one moment after the other."""

    title: str
    caption: Phrase
    stages: tuple[Stage, ...]


Chart = Bars | Histogram | Grid | Stages
