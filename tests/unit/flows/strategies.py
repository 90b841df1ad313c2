"""Flows, filters and boxes from a domain so small that they meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from nfw_reconcile.engine.headers import HeaderBox
from nfw_reconcile.engine.protocols import ProtocolMatch
from nfw_reconcile.flows.hulls import range_hull
from nfw_reconcile.flows.table import enclosing
from nfw_reconcile.model.addresses import HIGHEST_ADDRESS, Address, AddressSet, Family, everything
from nfw_reconcile.model.filters import ANY_PORT, FlowFilter
from nfw_reconcile.model.flow import ICMP, ICMPV6, PROTOCOLS_WITH_PORTS, SCTP, TCP, UDP, FiveTuple
from nfw_reconcile.model.intervals import ALL_PORTS, HIGHEST_PORT, IntervalSet

if TYPE_CHECKING:
    from nfw_reconcile.flows.hulls import Ports
    from nfw_reconcile.model.addresses import Network

EVERYTHING: Final = tuple(FlowFilter(everything(family), everything(family)) for family in (4, 6))

_NEAR: Final[dict[Family, int]] = {
    4: Address.parse("10.0.0.0").value,
    6: Address.parse("2001:db8::").value,
}

families: st.SearchStrategy[Family] = st.sampled_from((4, 6))
protocols = st.sampled_from((TCP, UDP, SCTP, ICMP, ICMPV6))
ports = st.one_of(st.sampled_from((0, 1, 22, 80, 443, HIGHEST_PORT)), st.integers(50_000, 50_007))


def addresses(family: Family) -> st.SearchStrategy[Address]:
    """Draw neighbours that share long prefixes, some in another subnet, and both ends of the family."""
    near = st.builds(
        lambda host, subnet: _NEAR[family] + host + (subnet << 8), st.integers(0, 7), st.integers(0, 3)
    )
    ends = st.sampled_from((0, HIGHEST_ADDRESS[family]))
    return st.one_of(near, near, near, ends).map(lambda value: Address(family, value))


@st.composite
def flows(draw: st.DrawFn, only: Family | None = None) -> FiveTuple:
    family = draw(families) if only is None else only
    protocol = draw(protocols)
    with_ports = ports if protocol in PROTOCOLS_WITH_PORTS else st.just(0)
    return FiveTuple(
        protocol, draw(addresses(family)), draw(with_ports), draw(addresses(family)), draw(with_ports)
    )


def odd_flows() -> st.SearchStrategy[FiveTuple]:
    """Draw flows that carry ports whatever their protocol is."""
    return st.builds(FiveTuple, protocols, addresses(4), ports, addresses(4), ports)


@st.composite
def blocks(draw: st.DrawFn, family: Family) -> Network:
    bits = 32 if family == 4 else 128
    length = draw(st.one_of(st.integers(bits - 10, bits), st.sampled_from((0, 1, bits))))
    return enclosing(draw(addresses(family)), length)


@st.composite
def port_ranges(draw: st.DrawFn) -> Ports:
    if draw(st.booleans()):
        return ANY_PORT
    one, other = draw(ports), draw(ports)
    return min(one, other), max(one, other)


@st.composite
def filters(draw: st.DrawFn, only: Family | None = None) -> FlowFilter:
    family = draw(families) if only is None else only
    chosen = draw(st.sets(protocols, max_size=3))
    return FlowFilter(
        draw(blocks(family)),
        draw(blocks(family)),
        draw(port_ranges()),
        draw(port_ranges()),
        tuple(sorted(chosen)),
    )


@st.composite
def filters_around(draw: st.DrawFn, flow: FiveTuple) -> FlowFilter:
    """Draw filters that match the flow."""
    bits = 32 if flow.source.family == 4 else 128
    lengths = st.one_of(st.just(0), st.integers(bits - 10, bits))
    others = draw(st.one_of(st.none(), st.sets(protocols, max_size=2)))
    source_ports, destination_ports = draw(port_ranges()), draw(port_ranges())
    return FlowFilter(
        enclosing(flow.source, draw(lengths)),
        enclosing(flow.destination, draw(lengths)),
        range_hull(source_ports, (flow.source_port, flow.source_port)),
        range_hull(destination_ports, (flow.destination_port, flow.destination_port)),
        () if others is None else tuple(sorted(others | {flow.protocol})),
    )


def address_sets(most: int) -> st.SearchStrategy[AddressSet]:
    either = families.flatmap(blocks)
    return st.lists(either, min_size=1, max_size=most).map(AddressSet.of)


@st.composite
def boxes(draw: st.DrawFn, most: int = 3) -> HeaderBox:
    """Draw boxes of up to ``most`` blocks and port ranges a side."""
    numbers = draw(st.sets(protocols, max_size=2))
    sides: list[tuple[IntervalSet, bool]] = []
    for _ in range(2):
        anything = draw(st.booleans())
        some = st.lists(port_ranges(), min_size=1, max_size=most).map(IntervalSet.of)
        sides.append((ALL_PORTS if anything else draw(some), anything))
    return HeaderBox(
        ProtocolMatch(frozenset(numbers), draw(st.sampled_from((None, None, 4, 6)))),
        draw(address_sets(most)),
        sides[0][0],
        draw(address_sets(most)),
        sides[1][0],
        draw(st.booleans()),
        sides[0][1],
        sides[1][1],
    )
