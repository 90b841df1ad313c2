from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.flows.table import FIELDS, FlowTable, enclosing
from nfw_reconcile.model.addresses import Address, Network, everything
from nfw_reconcile.model.filters import ANY_PORT, FlowFilter
from tests.unit.flows.strategies import families, filters, flows

if TYPE_CHECKING:
    from nfw_reconcile.model.flow import FiveTuple

ONE_FAMILY = families.flatmap(
    lambda family: st.tuples(st.lists(flows(family), min_size=1, max_size=20), filters(family))
)


def table_of(found: list[FiveTuple]) -> FlowTable:
    return FlowTable.of((found[0].source.family, found[0].destination.family), found)


@given(ONE_FAMILY)
def test_columns_match_as_the_filter_does(drawn: tuple[list[FiveTuple], FlowFilter]) -> None:
    found, sought = drawn
    matched = table_of(found).matching(sought).tolist()
    assert sorted(matched) == [row for row, flow in enumerate(found) if sought.matches(flow)]


@given(ONE_FAMILY)
def test_some_of_the_rows_match_as_they_did(drawn: tuple[list[FiveTuple], FlowFilter]) -> None:
    found, sought = drawn
    table = table_of(found)
    taken = table.take(table.matching(sought))
    assert len(taken) == sum(sought.matches(flow) for flow in found)
    assert sorted(taken.matching(sought).tolist()) == list(range(len(taken)))


@given(ONE_FAMILY, st.integers(0, FIELDS - 1))
def test_a_field_that_is_left_out_admits_everything(
    drawn: tuple[list[FiveTuple], FlowFilter], field: int
) -> None:
    found, sought = drawn
    table, family = table_of(found), found[0].source.family
    open_fields = (
        replace(sought, source=everything(family)),
        replace(sought, destination=everything(family)),
        replace(sought, source_ports=ANY_PORT),
        replace(sought, destination_ports=ANY_PORT),
    )
    rows = table.rows(table.spans(sought), sought.protocols, field)
    assert sorted(rows.tolist()) == sorted(table.matching(open_fields[field]).tolist())


def test_enclosing_block() -> None:
    assert enclosing(Address.parse("10.1.2.3"), 24) == Network.parse("10.1.2.0/24")
    assert enclosing(Address.parse("10.1.2.3"), 0) == Network.parse("0.0.0.0/0")
    assert enclosing(Address.parse("2001:db8::1"), 128) == Network.parse("2001:db8::1/128")


def test_table_without_rows() -> None:
    table = FlowTable.of((4, 4), [])
    assert len(table) == 0
    assert table.matching(FlowFilter(Network(4, 0, 0), Network(4, 0, 0))).tolist() == []
