from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.engine.headers import HeaderBox, HeaderIndex, bits
from nfw_reconcile.engine.protocols import protocol_match
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS, SCTP, TCP, UDP, FiveTuple
from nfw_reconcile.model.intervals import ALL_PORTS
from tests.strategies import NASTY_ADDRESSES, address_sets, flows, interval_sets

if TYPE_CHECKING:
    from nfw_reconcile.model.intervals import IntervalSet

WORDS: Final = ("ip", "ip4", "ip6", "tcp", "udp", "icmp", "icmpv6", "sctp", "tls", "dns", "gopher")


@st.composite
def boxes(draw: st.DrawFn) -> HeaderBox:
    any_source, any_destination = draw(st.booleans()), draw(st.booleans())

    def ports(*, anything: bool) -> IntervalSet:
        return ALL_PORTS if anything else draw(interval_sets())

    return HeaderBox(
        protocol_match(draw(st.sampled_from(WORDS))),
        draw(address_sets()),
        ports(anything=any_source),
        draw(address_sets()),
        ports(anything=any_destination),
        draw(st.booleans()),
        any_source,
        any_destination,
    )


def matches(box: HeaderBox, flow: FiveTuple) -> bool:
    """Compare a header with one packet, field by field."""
    ported = flow.protocol in PROTOCOLS_WITH_PORTS

    def one_way(packet: FiveTuple) -> bool:
        return (
            packet.source in box.source
            and packet.destination in box.destination
            and (box.any_source_port or (ported and packet.source_port in box.source_ports))
            and (box.any_destination_port or (ported and packet.destination_port in box.destination_ports))
        )

    if not box.protocol.admits(flow.protocol, flow.source.family):
        return False
    return one_way(flow) or (box.both_ways and one_way(flow.reversed()))


@given(st.lists(boxes(), max_size=5), st.lists(flows(), max_size=5))
def test_the_index_finds_what_a_comparison_of_fields_finds(
    found: list[HeaderBox], tried: list[FiveTuple]
) -> None:
    index = HeaderIndex(found)
    for flow in tried:
        signature = index.signature(flow)
        assert bits(signature.forward) == [n for n, box in enumerate(found) if matches(box, flow)]
        assert bits(signature.backward) == [n for n, box in enumerate(found) if matches(box, flow.reversed())]


@given(st.sets(st.integers(0, 200)))
def test_bits_gives_the_positions_in_order(positions: set[int]) -> None:
    assert bits(sum(1 << position for position in positions)) == sorted(positions)


def test_the_pool_of_addresses_has_neighbours() -> None:
    assert all(any(value + 1 in pool for value in pool) for pool in NASTY_ADDRESSES.values())


def test_an_application_protocol_admits_the_transports_that_suricata_implies() -> None:
    assert protocol_match("tls").numbers == {TCP}
    assert protocol_match("dns").numbers == {TCP, UDP}
    assert protocol_match("quic").numbers == {UDP}
    assert protocol_match("sctp").numbers == {SCTP}


def test_a_word_that_is_not_known_admits_everything() -> None:
    assert not protocol_match("gopher").known
    assert protocol_match("gopher").admits(TCP, 4)
