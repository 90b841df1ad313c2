"""A grid of counts; the darker, the more, and each cell says how many."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from nfw_reconcile.report.html.escape import shown
from nfw_reconcile.report.html.svg import element, label, picture, short

if TYPE_CHECKING:
    from nfw_reconcile.report.charts import Grid, Label
    from nfw_reconcile.report.html.escape import Html
    from nfw_reconcile.report.phrases import Phrase

STEPS: Final = 5
"""Shades; zero has none."""

_NAMES: Final = 128
_WIDE: Final = 52
_TALL: Final = 28
_HEAD: Final = 36
_LONGEST_NAME: Final = 18


def draw_grid(chart: Grid, identity: str) -> Html:
    """Draw a grid of its natural size; where the screen is narrower, what holds it scrolls."""
    most = max((number for row in chart.cells for number in row), default=0)
    heads = [_head(name, _NAMES + _WIDE * (index + 0.5)) for index, name in enumerate(chart.columns)]
    rows = [
        _row(name, numbers, _HEAD + _TALL * index, most)
        for index, (name, numbers) in enumerate(zip(chart.rows, chart.cells, strict=True))
    ]
    return picture(
        chart,
        identity,
        *heads,
        *rows,
        width=_NAMES + _WIDE * len(chart.columns),
        height=_HEAD + _TALL * len(chart.rows),
    )


def shade(number: int, most: int) -> int:
    """Give the step of a count, 0 to :data:`STEPS`: each step stands for the same factor."""
    if number <= 0:
        return 0
    return 1 + min(math.floor(STEPS * math.log(number) / math.log(most + 1)), STEPS - 1)


def _head(name: Phrase, middle: float) -> Html:
    first, _, second = shown(name).rpartition(" ")
    return element(
        "g",
        label(first, class_="quiet", x=middle, y=13, text_anchor="middle"),
        label(second, class_="name", x=middle, y=28, text_anchor="middle"),
    )


def _row(name: Label, numbers: tuple[int, ...], top: float, most: int) -> Html:
    cells = [_cell(number, _NAMES + _WIDE * index, top, most) for index, number in enumerate(numbers)]
    what = short(name.what, _LONGEST_NAME)
    if not name.name:
        return element("g", label(what, class_="name", x=0, y=top + 19), *cells)
    called = short(name.name, _LONGEST_NAME)
    return element(
        "g",
        label(what, class_="name", x=0, y=top + 12),
        label(called, class_="quiet", x=0, y=top + 25),
        *cells,
    )


def _cell(number: int, left: float, top: float, most: int) -> Html:
    step = shade(number, most)
    return element(
        "g",
        element("rect", x=left + 1, y=top + 1, width=_WIDE - 2, height=_TALL - 2, rx=3),
        label(f"{number:,}" if number else "·", x=left + _WIDE / 2, y=top + 19, text_anchor="middle"),
        class_=f"heat heat-{step}",
    )
