from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.model.addresses import Address, everything
from nfw_reconcile.model.filters import ANY_PORT, FlowFilter, exact_filter
from nfw_reconcile.model.flow import ICMP, TCP, FiveTuple
from tests.strategies import families, filters, flows

if TYPE_CHECKING:
    from nfw_reconcile.model.addresses import Family

FILTERS = families.flatmap(filters)
PAIRS = families.flatmap(lambda family: st.tuples(filters(family), filters(family)))
MET = families.flatmap(lambda family: st.tuples(filters(family), flows(family)))


def corners(found: FlowFilter) -> list[FiveTuple]:
    """Give flows at both ends of every field of a filter."""
    protocols = found.protocols or (TCP, 255)
    family: Family = found.source.family
    ends = [
        (found.source.value, found.destination.value, found.source_ports[0], found.destination_ports[0]),
        (found.source.highest, found.destination.highest, found.source_ports[1], found.destination_ports[1]),
    ]
    return [
        FiveTuple(
            protocol, Address(family, source), source_port, Address(family, destination), destination_port
        )
        for protocol in protocols
        for source, destination, source_port, destination_port in ends
    ]


@given(MET)
def test_every_field_must_match(met: tuple[FlowFilter, FiveTuple]) -> None:
    found, flow = met
    fields = (
        found.source.holds(flow.source),
        found.destination.holds(flow.destination),
        flow.source_port in range(found.source_ports[0], found.source_ports[1] + 1),
        flow.destination_port in range(found.destination_ports[0], found.destination_ports[1] + 1),
        not found.protocols or flow.protocol in found.protocols,
    )
    assert found.matches(flow) == all(fields)


@given(FILTERS)
def test_a_filter_matches_its_corners(found: FlowFilter) -> None:
    assert all(found.matches(flow) for flow in corners(found))


@given(PAIRS)
def test_a_filter_covers_another_exactly_if_it_matches_its_corners(
    pair: tuple[FlowFilter, FlowFilter],
) -> None:
    one, other = pair
    assert one.covers(other) == all(one.matches(flow) for flow in corners(other))


@given(MET)
def test_a_reversed_filter_matches_the_mirror_images(met: tuple[FlowFilter, FiveTuple]) -> None:
    found, flow = met
    assert found.reversed().matches(flow.reversed()) == found.matches(flow)
    assert found.reversed().reversed() == found


@given(FILTERS)
def test_only_a_filter_without_any_limit_matches_everything(found: FlowFilter) -> None:
    family: Family = found.source.family
    unlimited = FlowFilter(everything(family), everything(family), ANY_PORT, ANY_PORT)
    assert found.matches_everything == found.covers(unlimited)


ENTRY = FiveTuple(TCP, Address.parse("10.0.0.1"), 40_000, Address.parse("192.0.2.1"), 5432)


def test_an_exact_filter_matches_its_entry_alone() -> None:
    found = exact_filter(ENTRY)
    assert found.matches(ENTRY)
    others = (
        ENTRY._replace(source=Address.parse("10.0.0.2")),
        ENTRY._replace(source_port=40_001),
        ENTRY._replace(destination_port=99),
        ENTRY.reversed(),
        ENTRY._replace(protocol=17),
    )
    assert not any(found.matches(each) for each in others)


def test_where_there_are_no_ports_none_is_named() -> None:
    entry = ENTRY._replace(protocol=ICMP, source_port=0, destination_port=0)
    found = exact_filter(entry)
    assert found.matches(entry)
    assert (found.source_ports, found.destination_ports) == (ANY_PORT, ANY_PORT)
