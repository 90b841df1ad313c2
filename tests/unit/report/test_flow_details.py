from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.report.blocks import Detail, Table
from nfw_reconcile.report.flow_details import in_detail
from tests import builders as make

if TYPE_CHECKING:
    from nfw_reconcile.model.documents import FlowRow


def _table(rows: list[FlowRow], most: int) -> Table:
    *_, detail = in_detail(rows, most)
    assert isinstance(detail, Detail)
    (table,) = detail.blocks
    assert isinstance(table, Table)
    return table


def test_flows_with_most_bytes_come_first_and_those_without_a_number_last() -> None:
    rows = [make.flow_row(make.flow(f"192.0.2.{n}"), size=size) for n, size in enumerate((5, None, 700, 0))]
    table = _table(rows, 9)
    assert [row[4].raw for row in table.rows] == ["700 B", "5 B", "0 B", "-"]
    assert table.rest is None


def test_what_is_left_out_is_summed_up() -> None:
    rows = [make.flow_row(make.flow(source_port=port), size=1_000 * port) for port in range(1, 5)]
    table = _table(rows, 1)
    assert len(table.rows) == 1
    assert table.rest is not None
    assert table.rest.raw == "and 3 more flows with 6.0 kB in all"


def test_what_no_flow_told_is_not_summed_up() -> None:
    table = _table([make.flow_row(size=None), make.flow_row(size=None, zone=None)], 1)
    assert table.rest is not None
    assert table.rest.raw == "and 1 more flow"


def test_a_sweep_has_no_old_cause_to_tell() -> None:
    (detail,) = in_detail([make.flow_row()], 1, was_allowed=False)
    assert isinstance(detail, Detail)
    (table,) = detail.blocks
    assert isinstance(table, Table)
    assert [column.title for column in table.columns][-1] == "Denied by"
    assert {len(row) for row in table.rows} == {len(table.columns)}
