"""What formats with room show of flows beside the sums: pictures, and the flows themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.report import naming
from nfw_reconcile.report.blocks import Column, Detail, Table
from nfw_reconcile.report.flow_charts import flow_charts
from nfw_reconcile.report.names import NO_NAMES, in_full
from nfw_reconcile.report.phrases import Datum, Phrase, count, say
from nfw_reconcile.report.units import UNKNOWN, age, size, total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.model.documents import FlowRow
    from nfw_reconcile.report.charts import Chart
    from nfw_reconcile.report.names import Names


def in_detail(
    rows: Sequence[FlowRow], most: int, names: Names = NO_NAMES, *, was_allowed: bool = True
) -> tuple[Chart | Detail, ...]:
    """Give the pictures of flows, then at most ``most`` flows one by one: those with most bytes.

    ``names`` say what addresses are, and are told in full at the end. ``was_allowed``: with the old policy's cause
    in the last column.
    """
    table = _largest(rows, most, names, was_allowed=was_allowed)
    one_by_one = Detail("Flow by flow, largest first", (table,))
    return (*flow_charts(rows, names), one_by_one, *in_full(rows, names, most))


def _largest(rows: Sequence[FlowRow], most: int, names: Names, *, was_allowed: bool) -> Table:
    ranked = sorted(rows, key=_weight)
    columns = (
        Column("Flow"),
        Column("Zone"),
        Column("Age", right=True),
        Column("Packets", right=True),
        Column("Bytes", right=True),
        Column("Denied by"),
        *((Column("Was allowed by"),) if was_allowed else ()),
    )
    cells = tuple(_cells(row, names)[: len(columns)] for row in ranked[:most])
    return Table(columns, cells, _rest(ranked[most:]))


def _weight(row: FlowRow) -> tuple[int, int, str, str]:
    told = -1 if row.bytes is None else row.bytes
    return -told, -(row.age or 0), naming.five_tuple(row.flow).text, row.zone or ""


def _cells(row: FlowRow, names: Names) -> tuple[Phrase, ...]:
    return (
        names.five_tuple(row.flow),
        UNKNOWN if row.zone is None else Phrase((Datum(row.zone),)),
        age(row.age),
        UNKNOWN if row.packets is None else Phrase((f"{row.packets:,}",)),
        size(row.bytes),
        naming.cause(row.new),
        naming.cause(row.old),
    )


def _rest(rows: Sequence[FlowRow]) -> Phrase | None:
    if not rows:
        return None
    in_all = total(row.bytes for row in rows)
    carried = Phrase() if in_all is None else say(" with {} in all", in_all)
    return say("and {}{}", count(len(rows), "more flow"), carried)
