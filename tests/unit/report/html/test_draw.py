"""A picture and the table beside it say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.report.charts import Bar, Bars, Bin, Grid, Histogram, Label, Part, Stage, Stages
from nfw_reconcile.report.html.draw import draw, twin
from nfw_reconcile.report.html.grid import STEPS, shade
from nfw_reconcile.report.html.svg import LONGEST_LABEL, short
from nfw_reconcile.report.phrases import Datum, Phrase, Prose
from tests.unit.report.html.reading import read
from tests.unit.report.strategies import hostile

if TYPE_CHECKING:
    from nfw_reconcile.report.charts import Chart
    from tests.unit.report.html.reading import Node

COUNTS = st.integers(min_value=0, max_value=10**7)
NAMES = hostile().map(lambda text: Phrase((Datum(text),)))
LABELS = st.builds(Label, NAMES, st.just(Phrase()) | NAMES)
CAPTION = Phrase(("a caption",))


def bars() -> st.SearchStrategy[Bars]:
    some = st.lists(st.builds(Bar, LABELS, COUNTS), min_size=1, max_size=6).map(tuple)
    return some.map(lambda found: Bars("Title", CAPTION, "Service", "Flows", found))


def histograms() -> st.SearchStrategy[Histogram]:
    some = st.lists(COUNTS, min_size=1, max_size=8)
    return some.map(
        lambda found: Histogram(
            "Title",
            CAPTION,
            "Age",
            "Flows",
            tuple(Bin(str(n), "h", f"bin {n}", v) for n, v in enumerate(found)),
        )
    )


@st.composite
def grids(draw_: st.DrawFn) -> Grid:
    wide, tall = draw_(st.integers(1, 5)), draw_(st.integers(1, 5))
    cells = draw_(
        st.lists(st.lists(COUNTS, min_size=wide, max_size=wide).map(tuple), min_size=tall, max_size=tall)
    )
    rows = tuple(draw_(LABELS) for _ in range(tall))
    columns = tuple(Phrase((f"TCP {n}",)) for n in range(wide))
    return Grid("Title", CAPTION, "Network", rows, columns, tuple(cells))


def stages() -> st.SearchStrategy[Stages]:
    parts = st.none() | st.lists(st.tuples(st.sampled_from(Part), COUNTS), min_size=1, max_size=3).map(tuple)
    some = st.lists(parts, min_size=1, max_size=3)
    return some.map(
        lambda found: Stages(
            "Title", CAPTION, tuple(Stage(f"stage {n}", each) for n, each in enumerate(found))
        )
    )


def _drawn(chart: Chart) -> Node:
    (svg,) = read(draw(chart, "f1")).all("svg")
    return svg


def _numbers(svg: Node) -> list[str]:
    """Give the numbers that a picture shows, in the order of the page."""
    wanted = {"value", "quiet"} if "histogram" in svg.classes else {"value"}
    if "grid" in svg.classes:
        return [
            node.text.replace("·", "0") for g in svg.all("g") if "heat" in g.classes for node in g.all("text")
        ]
    texts = [node for node in svg.all("text") if wanted & node.classes]
    return [node.text for node in texts if node.text != "h"]


@given(bars() | histograms() | grids() | stages())
def test_a_picture_shows_the_numbers_of_its_table(chart: Chart) -> None:
    table = twin(chart)
    assert _numbers(_drawn(chart)) == [cell.raw for row in table.rows for cell in row[1:]]
    assert {len(row) for row in table.rows} == {len(table.columns)}


@given(bars() | histograms() | grids() | stages())
def test_a_picture_has_a_name_and_a_description(chart: Chart) -> None:
    svg = _drawn(chart)
    named = {node.attributes["id"]: node.text for node in svg.all("title", "desc")}
    assert svg.attributes["role"] == "img"
    assert named[svg.attributes["aria-labelledby"]] == "Title"
    assert named[svg.attributes["aria-describedby"]] == "a caption"


@given(bars())
def test_bars_are_as_long_as_their_numbers_say(chart: Bars) -> None:
    most = max(bar.value for bar in chart.bars)
    drawn = iter(node.attributes["width"] for node in _drawn(chart).all("rect") if "bar" in node.classes)
    for bar in chart.bars:
        if bar.value:
            wide = float(next(drawn).removesuffix("%"))
            assert wide == pytest.approx(max(100 * bar.value / most, 0.75), abs=0.006)
    assert not list(drawn)


@pytest.mark.parametrize(
    ("what", "name", "drawn"),
    [
        ("TCP 192.0.2.1:443", "", "TCP 192.0.2.1:443"),
        ("TCP 192.0.2.1:443", "checkout, payments", "TCP 192.0.2.1:443 (checkout, payme…)"),
        ("TCP 192.0.2.1:443", "checkout", "TCP 192.0.2.1:443 (checkout)"),
        ("TCP [2001:db8:1111:2222::3333]:443", "checkout", "TCP [2001:db8:1111:2222::3333]:443"),
    ],
)
def test_of_a_label_the_name_is_cut_first(what: str, name: str, drawn: str) -> None:
    label = Label(Phrase((Datum(what),)), Phrase((Datum(name),)) if name else Phrase())
    (row,) = _drawn(Bars("Title", CAPTION, "Service", "Flows", (Bar(label, 1),))).all("g")
    assert row.all("text")[0].text == drawn
    grid = _drawn(Grid("Title", CAPTION, "Network", (label,), (Phrase(("TCP 1",)),), ((1,),)))
    assert len([node for node in grid.all("text") if "quiet" in node.classes]) == 1 + bool(name)


@given(histograms())
def test_columns_are_as_tall_as_their_numbers_say(chart: Histogram) -> None:
    most = max(each.value for each in chart.bins)
    drawn = [node for node in _drawn(chart).all("rect") if "bar" in node.classes]
    for each, column in zip(chart.bins, drawn, strict=True):
        tall = float(column.attributes["height"])
        assert tall == pytest.approx(max(120 * each.value / most, 1.5) if each.value else 0, abs=0.006)
        assert float(column.attributes["y"]) + tall == pytest.approx(138, abs=0.011)


@given(st.integers(1, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
def test_more_is_never_lighter(most: int, one: int, other: int) -> None:
    few, many = sorted((min(one, most), min(other, most)))
    assert 0 <= shade(few, most) <= shade(many, most) <= STEPS
    assert (shade(few, most) == 0) is (few == 0)


def test_the_most_is_darkest() -> None:
    assert shade(1_000, 1_000) == STEPS


def test_a_stage_that_is_not_known_is_no_number() -> None:
    chart = Stages("Title", CAPTION, (Stage("now", None),))
    assert _numbers(_drawn(chart)) == ["not known"]
    assert [node.attributes["class"] for node in _drawn(chart).all("rect")] == ["track"]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("TCP 192.0.2.1:443", "TCP 192.0.2.1:443"),
        ("abcdefghijklmnop", "abcde…mnop"),
        ("abcdefghij", "abcdefghij"),
    ],
)
def test_a_long_label_keeps_both_ends(text: str, label: str) -> None:
    assert short(Phrase((Prose(text),)), 10 if text.isalpha() else LONGEST_LABEL) == label
