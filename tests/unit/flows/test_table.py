from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.flows.table import AddressColumn, FlowTable, enclosing
from nfw_reconcile.model.addresses import Address, Network
from nfw_reconcile.model.filters import FlowFilter
from tests.unit.flows.strategies import addresses, families, filters, flows

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
    assert table_of(found).matching(sought).tolist() == [sought.matches(flow) for flow in found]


@given(ONE_FAMILY)
def test_some_of_the_rows_match_as_they_did(drawn: tuple[list[FiveTuple], FlowFilter]) -> None:
    found, sought = drawn
    table = table_of(found)
    taken = table.take(table.matching(sought))
    assert len(taken) == sum(sought.matches(flow) for flow in found)
    assert taken.matching(sought).all()


@given(families.flatmap(lambda family: st.lists(addresses(family), min_size=1, max_size=20)))
def test_shared_bits_are_the_longest_common_prefix(found: list[Address]) -> None:
    family, bits = found[0].family, 32 if found[0].family == 4 else 128
    shared = AddressColumn.of(family, found[1:]).shared_bits(found[0]).tolist()
    assert shared == [bits - (found[0].value ^ other.value).bit_length() for other in found[1:]]


def test_enclosing_block() -> None:
    assert enclosing(Address.parse("10.1.2.3"), 24) == Network.parse("10.1.2.0/24")
    assert enclosing(Address.parse("10.1.2.3"), 0) == Network.parse("0.0.0.0/0")
    assert enclosing(Address.parse("2001:db8::1"), 128) == Network.parse("2001:db8::1/128")


def test_table_without_rows() -> None:
    table = FlowTable.of((4, 4), [])
    assert len(table) == 0
    assert table.sources.shared_bits(Address.parse("10.0.0.1")).tolist() == []
    assert table.matching(FlowFilter(Network(4, 0, 0), Network(4, 0, 0))).tolist() == []
