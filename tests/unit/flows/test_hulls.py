from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.flows.hulls import (
    filter_cost,
    filter_hull,
    joinable,
    network_cost,
    network_hull,
    range_cost,
    range_hull,
)
from nfw_reconcile.model.addresses import Network
from tests.unit.flows.notation import flow_filter
from tests.unit.flows.strategies import filters, flows

if TYPE_CHECKING:
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import FiveTuple

PAIRS = st.one_of(st.tuples(filters(4), filters(4)), st.tuples(filters(6), filters(6)))


@pytest.mark.parametrize(
    ("one", "other", "hull", "cost"),
    [
        ("10.0.0.0/25", "10.0.0.128/25", "10.0.0.0/24", 0),
        ("10.0.0.1/32", "10.0.0.2/32", "10.0.0.0/30", 2),
        ("10.0.0.0/8", "192.168.0.0/16", "0.0.0.0/0", 2**32 - 2**24 - 2**16),
        ("2001:db8::/64", "2001:db8:0:1::/64", "2001:db8::/63", 0),
    ],
)
def test_hull_of_blocks(one: str, other: str, hull: str, cost: int) -> None:
    assert network_hull(Network.parse(one), Network.parse(other)) == Network.parse(hull)
    assert network_cost(Network.parse(other), Network.parse(one)) == cost


def test_blocks_of_two_families_have_no_hull() -> None:
    assert network_cost(Network.parse("10.0.0.0/8"), Network.parse("::/0")) is None
    assert filter_cost(flow_filter("tcp 10.0.0.0/8 -> 10.0.0.0/8"), flow_filter("tcp ::/0 -> ::/0")) is None


def test_hull_of_ranges() -> None:
    assert range_hull((443, 443), (80, 81)) == (80, 443)
    assert range_cost((443, 443), (80, 81)) == 361
    assert range_cost((1, 2), (3, 4)) == 0


@pytest.mark.parametrize(
    ("one", "other", "hull", "free"),
    [
        (
            "tcp 10.0.0.0/25 -> 10.9.0.0/24@443",
            "tcp 10.0.0.128/25 -> 10.9.0.0/24@443",
            "tcp 10.0.0.0/24 -> 10.9.0.0/24@443",
            True,
        ),
        (
            "tcp 10.0.0.0/24 -> 10.9.0.0/24@443",
            "udp 10.0.0.0/24 -> 10.9.0.0/24@443",
            "tcp,udp 10.0.0.0/24 -> 10.9.0.0/24@443",
            True,
        ),
        (
            "tcp 10.0.0.0/24 -> 10.9.0.0/24@1:50",
            "tcp 10.0.0.0/24 -> 10.9.0.0/24@20:99",
            "tcp 10.0.0.0/24 -> 10.9.0.0/24@1:99",
            True,
        ),
        (
            "ip 10.0.0.0/8 -> 0.0.0.0/0",
            "tcp 10.1.0.0/16 -> 0.0.0.0/0@443",
            "ip 10.0.0.0/8 -> 0.0.0.0/0",
            True,
        ),
        (
            "tcp 10.0.0.0/24 -> 10.9.0.0/24@443",
            "udp 10.0.0.0/24 -> 10.9.0.0/24@444",
            "tcp,udp 10.0.0.0/24 -> 10.9.0.0/24@443:444",
            False,
        ),
        (
            "ip 10.0.0.0/24 -> 10.9.0.0/24",
            "tcp 10.0.1.0/24 -> 10.9.0.0/24",
            "ip 10.0.0.0/23 -> 10.9.0.0/24",
            False,
        ),
    ],
)
def test_hull_of_filters(one: str, other: str, hull: str, free: bool) -> None:  # noqa: FBT001 - a column
    assert filter_hull(flow_filter(one), flow_filter(other)) == flow_filter(hull)
    assert (filter_cost(flow_filter(one), flow_filter(other)) == 0) is free


@given(PAIRS)
def test_hull_covers_both_and_costs_the_same_either_way(pair: tuple[FlowFilter, FlowFilter]) -> None:
    one, other = pair
    hull = filter_hull(one, other)
    assert hull.covers(one)
    assert hull.covers(other)
    assert joinable(one, other)
    assert hull == filter_hull(other, one)
    assert filter_cost(one, other) == filter_cost(other, one)
    assert (filter_cost(one, other) or 0) >= 0


@given(PAIRS, st.lists(flows(), max_size=30))
def test_free_hull_matches_nothing_more(pair: tuple[FlowFilter, FlowFilter], sample: list[FiveTuple]) -> None:
    one, other = pair
    if filter_cost(one, other) == 0:
        hull = filter_hull(one, other)
        for each in sample:
            assert hull.matches(each) == (one.matches(each) or other.matches(each))


@given(PAIRS)
def test_covered_filter_costs_nothing(pair: tuple[FlowFilter, FlowFilter]) -> None:
    one, other = pair
    assert filter_cost(filter_hull(one, other), one) == 0
