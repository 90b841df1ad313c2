"""Each kind of chart as a picture, and as the table that says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.report.blocks import Column, Table
from nfw_reconcile.report.charts import Bars, Grid, Histogram, Stages
from nfw_reconcile.report.html.bars import draw_bars, draw_stages, told
from nfw_reconcile.report.html.escape import shown
from nfw_reconcile.report.html.grid import draw_grid
from nfw_reconcile.report.html.histogram import draw_histogram
from nfw_reconcile.report.phrases import Phrase

if TYPE_CHECKING:
    from nfw_reconcile.report.charts import Chart
    from nfw_reconcile.report.html.escape import Html


def draw(chart: Chart, identity: str) -> Html:
    """Draw a chart; ``identity`` is a prefix for ids that no other picture of the page has."""
    match chart:
        case Bars():
            return draw_bars(chart, identity)
        case Histogram():
            return draw_histogram(chart, identity)
        case Grid():
            return draw_grid(chart, identity)
        case Stages():
            return draw_stages(chart, identity)


def twin(chart: Chart) -> Table:
    """Give the numbers of a chart as a table, in the order in which they are drawn."""
    match chart:
        case Bars():
            rows = tuple((bar.label.whole, _number(bar.value)) for bar in chart.bars)
            return Table((Column(chart.of), Column(chart.measure, right=True)), rows, chart.rest)
        case Histogram():
            rows = tuple((Phrase((each.name,)), _number(each.value)) for each in chart.bins)
            return Table((Column(chart.of), Column(chart.measure, right=True)), rows)
        case Grid():
            columns = (Column(chart.of), *(Column(shown(name), right=True) for name in chart.columns))
            cells = zip(chart.rows, chart.cells, strict=True)
            return Table(columns, tuple((label.whole, *map(_number, numbers)) for label, numbers in cells))
        case Stages():
            rows = tuple((Phrase((stage.label,)), Phrase((told(stage),))) for stage in chart.stages)
            return Table((Column("Moment"), Column("Flows", right=True)), rows)


def _number(value: int) -> Phrase:
    return Phrase((f"{value:,}",))
