"""A histogram: columns side by side, as many as there are spans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.report.html.svg import element, label, percent, picture

if TYPE_CHECKING:
    from nfw_reconcile.report.charts import Bin, Histogram
    from nfw_reconcile.report.html.escape import Html

_TOP: Final = 18
_TALL: Final = 120
_BASE: Final = _TOP + _TALL
_BELOW: Final = 38
_GAP: Final = 0.12
"""Of the width of a column, on either side of it."""

_LOWEST: Final = 1.5
"""Units that one flow is tall at least: it can still be seen."""


def draw_histogram(chart: Histogram, identity: str) -> Html:
    """Draw columns, the tallest as tall as the picture."""
    most = max((each.value for each in chart.bins), default=0) or 1
    wide = 100 / max(len(chart.bins), 1)
    columns = [_column(each, index * wide, wide, most) for index, each in enumerate(chart.bins)]
    axis = element("rect", class_="axis", x=0, y=_BASE, width="100%", height=1)
    return picture(
        chart,
        identity,
        *columns,
        axis,
        width="100%",
        height=_BASE + _BELOW,
    )


def _column(each: Bin, left: float, wide: float, most: int) -> Html:
    tall = max(_TALL * each.value / most, _LOWEST) if each.value else 0.0
    middle = percent(left + wide / 2)
    return element(
        "g",
        element(
            "rect",
            class_="bar",
            x=percent(left + wide * _GAP),
            y=_BASE - tall,
            width=percent(wide * (1 - 2 * _GAP)),
            height=tall,
            rx=2,
        ),
        label(
            f"{each.value:,}",
            class_="value" if each.value else "quiet",
            x=middle,
            y=_BASE - tall - 5,
            text_anchor="middle",
        ),
        label(each.span, class_="name", x=middle, y=_BASE + 17, text_anchor="middle"),
        label(each.unit, class_="quiet", x=middle, y=_BASE + 31, text_anchor="middle"),
    )
