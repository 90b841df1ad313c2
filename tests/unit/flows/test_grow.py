from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nfw_reconcile.flows.grow import FEW_ORDERS, ORDERS, Field, Grower
from nfw_reconcile.flows.table import FlowTable, enclosing
from nfw_reconcile.model.filters import ANY_PORT, FlowFilter
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS, FiveTuple
from tests.unit.flows.notation import flow, flow_filter
from tests.unit.flows.strategies import filters_around, flows, odd_flows, protocols

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.flows.hulls import Ports

EVERYTHING = flow_filter("ip 0.0.0.0/0 -> 0.0.0.0/0")


@st.composite
def seeds(draw: st.DrawFn) -> tuple[FiveTuple, list[FiveTuple], FlowFilter]:
    """Draw a flow, flows of its family that must stay, and a filter that matches it."""
    seed = draw(flows())
    keep = draw(st.lists(flows(seed.source.family), max_size=20))
    return seed, [each for each in keep if each != seed], draw(filters_around(seed))


def grow(
    seed: FiveTuple, keep: list[FiveTuple], within: FlowFilter, admitted: set[int] | None = None
) -> list[FlowFilter]:
    table = FlowTable.of((seed.source.family, seed.destination.family), keep)
    return Grower(within, (table,), {seed.protocol} | (admitted or set())).grow(seed)


@pytest.mark.parametrize(
    ("keep", "filters"),
    [
        pytest.param([], {"tcp 0.0.0.0/0 -> 0.0.0.0/0"}, id="nothing is in the way"),
        pytest.param(
            ["udp 10.0.0.9@40000 -> 10.9.0.1@443"],
            {"tcp 0.0.0.0/0 -> 0.0.0.0/0"},
            id="another protocol is not",
        ),
        pytest.param(
            ["tcp 10.0.0.9@40000 -> 10.9.0.1@443"],
            {
                "tcp 10.0.0.0/29 -> 0.0.0.0/0",
                "tcp 0.0.0.0/0@40001:65535 -> 0.0.0.0/0",
            },
            id="the client's neighbour",
        ),
        pytest.param(
            ["tcp 10.0.0.1@50000 -> 10.9.0.1@444", "tcp 10.0.0.1@50000 -> 10.9.0.1@80"],
            {"tcp 0.0.0.0/0 -> 0.0.0.0/0@81:443"},
            id="other ports of the server",
        ),
    ],
)
def test_worked_examples(keep: list[str], filters: set[str]) -> None:
    grown = grow(flow("tcp 10.0.0.1@50000 -> 10.9.0.1@443"), list(map(flow, keep)), EVERYTHING)
    assert set(grown) == set(map(flow_filter, filters))


def test_orders_are_distinct_and_open_every_field_to_the_end() -> None:
    assert len(set(ORDERS)) == len(ORDERS) == 24
    for order in ORDERS:
        assert {step.field for step in order if not step.as_clients} == set(Field)
    assert set(FEW_ORDERS) < set(ORDERS)


def test_a_server_that_answers_from_its_port_does_not_stand_in_the_way() -> None:
    """Clients of 10.9.0.0/16 must go; the servers there, whose clients sit where ours do, must stay."""
    keep = [f"tcp 10.9.{host}.1@443 -> 10.0.0.{host}@50000" for host in range(1, 9)]
    grown = grow(flow("tcp 10.9.0.1@50000 -> 10.0.0.5@443"), list(map(flow, keep)), EVERYTHING)
    assert flow_filter("tcp 0.0.0.0/0@444:65535 -> 0.0.0.0/0") in grown


def test_several_tables_are_as_good_as_one() -> None:
    seed = flow("tcp 10.0.0.1@50000 -> 10.9.0.1@443")
    keep = [flow("tcp 10.0.0.9@40000 -> 10.9.0.1@443"), flow("udp 10.0.0.1@50000 -> 10.9.0.1@80")]
    tables = [FlowTable.of((4, 4), [each]) for each in keep]
    assert Grower(EVERYTHING, tables, {6, 17}).grow(seed) == grow(seed, keep, EVERYTHING, {17})


def test_protocols_that_are_not_asked_for_are_not_admitted() -> None:
    seed = flow("tcp 10.0.0.1@50000 -> 10.9.0.1@443")
    assert {each.protocols for each in grow(seed, [], EVERYTHING, {6, 17})} == {(6, 17)}


def test_ports_stay_open_for_protocols_without_ports() -> None:
    grown = grow(flow("icmp 10.0.0.1 -> 10.9.0.1"), [flow("icmp 10.0.0.2 -> 10.9.0.1")], EVERYTHING)
    assert {(each.source_ports, each.destination_ports) for each in grown} == {(ANY_PORT, ANY_PORT)}


def test_ports_that_are_all_there_is_to_tell_by_are_used() -> None:
    """The service might list an ICMP type where other protocols have a port."""
    seed = flow("icmp 10.0.0.1 -> 10.9.0.1")
    grown = grow(seed, [seed._replace(source_port=8)], EVERYTHING)
    assert set(grown) == {flow_filter("icmp 0.0.0.0/0@0:7 -> 0.0.0.0/0")}


@given(seeds(), st.sets(protocols))
def test_grown_filters_are_safe(
    drawn: tuple[FiveTuple, list[FiveTuple], FlowFilter], admitted: set[int]
) -> None:
    seed, keep, within = drawn
    if within.protocols:
        admitted &= set(within.protocols)
    for grown in grow(seed, keep, within, admitted):
        assert grown.matches(seed)
        assert not any(grown.matches(each) for each in keep)
        assert within.covers(grown)
        assert {seed.protocol} <= set(grown.protocols) <= admitted | {seed.protocol}
        if {grown.source_ports, grown.destination_ports} != {ANY_PORT}:
            assert set(grown.protocols) <= PROTOCOLS_WITH_PORTS or grown.protocols == (seed.protocol,)


@given(odd_flows(), st.lists(odd_flows(), max_size=20))
def test_grown_filters_are_safe_whatever_ports_are_listed(seed: FiveTuple, keep: list[FiveTuple]) -> None:
    assume(seed not in keep)
    for grown in grow(seed, keep, EVERYTHING):
        assert grown.matches(seed)
        assert not any(grown.matches(each) for each in keep)


@given(seeds())
def test_grown_filters_are_as_large_as_can_be(
    drawn: tuple[FiveTuple, list[FiveTuple], FlowFilter],
) -> None:
    seed, keep, within = drawn
    for grown in grow(seed, keep, within):
        for larger in _one_step_larger(grown, seed):
            assert not within.covers(larger) or any(larger.matches(each) for each in keep)


def _one_step_larger(grown: FlowFilter, seed: FiveTuple) -> Iterator[FlowFilter]:
    if grown.source.length:
        yield replace(grown, source=enclosing(seed.source, grown.source.length - 1))
    if grown.destination.length:
        yield replace(grown, destination=enclosing(seed.destination, grown.destination.length - 1))
    for ports in _wider(grown.source_ports):
        yield replace(grown, source_ports=ports)
    for ports in _wider(grown.destination_ports):
        yield replace(grown, destination_ports=ports)


def _wider(ports: Ports) -> Iterator[Ports]:
    if ports[0] > ANY_PORT[0]:
        yield ports[0] - 1, ports[1]
    if ports[1] < ANY_PORT[1]:
        yield ports[0], ports[1] + 1
