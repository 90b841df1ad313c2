from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.report.blocks import Column
from nfw_reconcile.report.widths import Widths, share

COLUMNS = st.lists(
    st.tuples(st.booleans(), st.lists(st.text(alphabet="ab 1東", max_size=40), max_size=3)).map(
        lambda drawn: Widths.of(Column("A title", right=drawn[0]), drawn[1])
    ),
    min_size=1,
    max_size=9,
)


def test_a_column_is_measured() -> None:
    assert Widths.of(Column("Was allowed by"), ["web sid 7", "aws:drop_strict"]) == Widths(15, 15, 1)
    assert Widths.of(Column("Seen again", right=True), ["1,204", "3"]) == Widths(10, 5, 5)
    assert Widths.of(Column("x"), ["東京"]) == Widths(4, 4, 1)
    assert Widths.of(Column("x"), []) == Widths(1, 1, 1)


def test_wide_columns_give_way_first() -> None:
    assert share([Widths(50, 5, 1), Widths(10, 5, 1), Widths(30, 5, 1)], 40) == [15, 10, 15]


def test_words_before_numbers_before_anything() -> None:
    columns = [Widths(20, 10, 1), Widths(6, 6, 6)]
    assert share(columns, 16) == [10, 6]
    assert share(columns, 15) == [9, 6]
    assert share(columns, 6) == [3, 3]


@given(COLUMNS, st.integers(min_value=9, max_value=300))
def test_a_table_fits_and_wastes_nothing(columns: list[Widths], room: int) -> None:
    widths = share(columns, room)
    assert sum(widths) <= room
    assert all(1 <= width <= column.natural for width, column in zip(widths, columns, strict=True))
    if sum(column.natural for column in columns) <= room:
        assert widths == [column.natural for column in columns]
    if sum(column.words for column in columns) <= room:
        assert all(width >= column.words for width, column in zip(widths, columns, strict=True))
