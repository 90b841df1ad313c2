"""Bars and stages: one below the other, each under its name, so that a narrow screen has room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.report.html.svg import element, label, named, percent, picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.report.charts import Bars, Part, Stage, Stages
    from nfw_reconcile.report.html.escape import Html

_ROW: Final = 38
_BASELINE: Final = 14
_TOP: Final = 21
_THICK: Final = 9
_THINNEST: Final = 0.75
"""Percent: one flow among millions can still be seen."""


def draw_bars(chart: Bars, identity: str) -> Html:
    """Draw bars, the longest as wide as the picture."""
    most = max((bar.value for bar in chart.bars), default=1)
    rows = [
        _row(index, named(bar.label), f"{bar.value:,}", [("bar", bar.value)], most)
        for index, bar in enumerate(chart.bars)
    ]
    return picture(chart, identity, *rows, width="100%", height=_ROW * len(rows))


def draw_stages(chart: Stages, identity: str) -> Html:
    """Draw one bar a stage, all to one scale; a stage that is not known is an empty frame."""
    most = max((_total(stage) for stage in chart.stages), default=1) or 1
    rows = [
        _row(index, stage.label, told(stage), [(part.name.lower(), n) for part, n in stage.parts or ()], most)
        for index, stage in enumerate(chart.stages)
    ]
    return picture(chart, identity, *rows, width="100%", height=_ROW * len(rows))


def told(stage: Stage) -> str:
    """Say what a stage holds: ``41``, ``40 flushed, 1 not flushed``, ``not known``."""
    if stage.parts is None:
        return "not known"
    if len(stage.parts) == 1:
        return f"{stage.parts[0][1]:,}"
    return ", ".join(_counted(part, number) for part, number in stage.parts)


def _counted(part: Part, number: int) -> str:
    return f"{number:,} {part}"


def _total(stage: Stage) -> int:
    return sum(number for _, number in stage.parts or ())


def _row(index: int, name: str, value: str, parts: Sequence[tuple[str, int]], most: int) -> Html:
    top = index * _ROW
    drawn, at = [], 0.0
    for kind, number in parts:
        wide = max(100 * number / most, _THINNEST) if number else 0.0
        if number:
            drawn.append(
                element(
                    "rect", class_=kind, x=percent(at), y=top + _TOP, width=percent(wide), height=_THICK, rx=2
                )
            )
        at += wide
    return element(
        "g",
        label(name, class_="name", x=0, y=top + _BASELINE),
        label(value, class_="value", x="100%", y=top + _BASELINE, text_anchor="end"),
        element("rect", class_="track", x=0, y=top + _TOP, width="100%", height=_THICK, rx=2),
        *drawn,
    )
