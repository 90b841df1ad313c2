from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.report.classified import LineWriter, csv_header, csv_row, json_line
from tests.unit.report.test_classified import CONDITIONAL, CUT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nfw_reconcile.model.verdict import FlowEffect

EFFECTS = (CUT, CONDITIONAL)
LINES: dict[str, Callable[[Mapping[str, object], FlowEffect], str]] = {"csv": csv_row, "jsonl": json_line}

cells = st.text(st.sampled_from("aZ09.:-/\\#%'{}|$"), max_size=6)
headers = st.sampled_from(
    (
        (
            "protocol",
            "source",
            "source_port",
            "destination",
            "destination_port",
            "age",
            "packets",
            "bytes",
            "zone",
        ),
        ("Protocol", "Source", "source_port", "destination", "destination_port"),
        ("zone", "note", "protocol", "destination", "destination_port", "source", "source_port", "50%##"),
    )
)


@st.composite
def plain(draw: st.DrawFn) -> tuple[tuple[str, ...], list[tuple[str, ...]], list[int]]:
    """Draw columns, rows of them, and the number of the effect on each."""
    columns = draw(headers)
    rows = draw(st.lists(st.tuples(*[cells] * len(columns)), max_size=5))
    return columns, rows, draw(st.lists(st.integers(0, 1), min_size=len(rows), max_size=len(rows)))


@pytest.mark.parametrize("form", LINES)
@given(drawn=plain())
def test_plain_rows_are_written_as_one_by_one(
    form: str, drawn: tuple[tuple[str, ...], list[tuple[str, ...]], list[int]]
) -> None:
    columns, rows, number = drawn
    written = LineWriter(form).write_rows(columns, [",".join(row) for row in rows], EFFECTS, number)
    assert written == "".join(
        LINES[form](dict(zip(columns, row, strict=True)), EFFECTS[n])
        for row, n in zip(rows, number, strict=True)
    )


@pytest.mark.parametrize("form", LINES)
def test_what_was_said_of_other_effects_is_not_said_again(form: str) -> None:
    writer = LineWriter(form)
    names = ("protocol", "source", "source_port", "destination", "destination_port")
    row = "6,10.0.0.1,5000,192.0.2.1,443"
    raw = dict(zip(names, row.split(","), strict=True))
    said = [writer.write_rows(names, [row], [effect], [0]) for effect in EFFECTS]
    assert said == [LINES[form](raw, effect) for effect in EFFECTS]
    assert writer.write([raw], [CUT]) == LINES[form](raw, CUT)


def test_only_csv_has_a_header() -> None:
    assert [LineWriter(form).header() for form in ("csv", "jsonl")] == [csv_header(), ""]
