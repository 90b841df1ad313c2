from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.engine.headers import HeaderBox, HeaderIndex
from nfw_reconcile.engine.protocols import protocol_match
from nfw_reconcile.errors import NfwReconcileError
from nfw_reconcile.flows.capture import cover
from nfw_reconcile.model.addresses import ANY_ADDRESS, Address, AddressSet, Network
from nfw_reconcile.model.filters import MOST_FILTERS
from nfw_reconcile.model.flow import ICMP, TCP, FiveTuple
from nfw_reconcile.model.intervals import ALL_PORTS, IntervalSet
from tests.unit.flows.notation import flow_filter
from tests.unit.flows.strategies import boxes, flows

if TYPE_CHECKING:
    from random import Random


def side(text: str) -> tuple[AddressSet, IntervalSet, bool]:
    """Read ``any`` or ``CIDR,CIDR``, then ``@PORT,LOW:HIGH`` for ports."""
    blocks, _, ports = text.partition("@")
    addresses = ANY_ADDRESS if blocks == "any" else AddressSet.of(map(Network.parse, blocks.split(",")))
    if not ports:
        return addresses, ALL_PORTS, True
    ends = (each.partition(":")[::2] for each in ports.split(","))
    return addresses, IntervalSet.of((int(low), int(high or low)) for low, high in ends), False


def box(text: str) -> HeaderBox:
    protocol, source, _, destination = text.split()
    (sources, source_ports, any_source), (addresses, ports, anything) = side(source), side(destination)
    match = protocol_match(protocol)
    return HeaderBox(match, sources, source_ports, addresses, ports, False, any_source, anything)  # noqa: FBT003


def in_any(found: list[HeaderBox], flow: FiveTuple) -> bool:
    signature = HeaderIndex(found).signature(flow)
    return bool(signature.forward | signature.backward)


CASES = {
    "one rule is two filters": (
        ["tcp 10.0.0.0/24 -> 10.9.0.1/32@443"],
        ["tcp 10.0.0.0/24 -> 10.9.0.1/32@443", "tcp 10.9.0.1/32@443 -> 10.0.0.0/24"],
    ),
    "a rule that is its own mirror image is one": (
        ["tcp 10.0.0.0/8 -> 10.0.0.0/8"],
        ["tcp 10.0.0.0/8 -> 10.0.0.0/8"],
    ),
    "all addresses are two families": (
        ["udp any -> any"],
        ["udp 0.0.0.0/0 -> 0.0.0.0/0", "udp ::/0 -> ::/0"],
    ),
    "families never mix": (
        ["tcp 10.0.0.0/8 -> any@53"],
        ["tcp 0.0.0.0/0@53 -> 10.0.0.0/8", "tcp 10.0.0.0/8 -> 0.0.0.0/0@53"],
    ),
    "a protocol may have a family": (["ip6 any -> any"], ["ip ::/0 -> ::/0"]),
    "no protocol is all protocols": (
        ["ip 10.0.0.0/8 -> 10.0.0.0/8"],
        ["ip 10.0.0.0/8 -> 10.0.0.0/8"],
    ),
    "ports are ports of protocols that have them": (
        ["ip 10.0.0.0/8@1:9 -> 10.0.0.0/8@1:9"],
        ["tcp,udp,sctp 10.0.0.0/8@1:9 -> 10.0.0.0/8@1:9"],
    ),
    "ICMP leaves ports open": (
        ["icmp 10.0.0.0/8 -> 10.0.0.0/8"],
        ["icmp,icmpv6 10.0.0.0/8 -> 10.0.0.0/8"],
    ),
    "ICMP with ports matches nothing": (["icmp 10.0.0.0/8 -> 10.0.0.0/8@443"], []),
    "lists are one filter a block and range": (
        ["tcp 10.0.0.0/32,10.0.0.2/32 -> 10.0.0.0/32,10.0.0.2/32@80,443"],
        [
            f"tcp 10.0.0.{one}/32{left} -> 10.0.0.{other}/32{right}"
            for one in (0, 2)
            for other in (0, 2)
            for left, right in (("", "@80"), ("", "@443"), ("@80", ""), ("@443", ""))
        ],
    ),
    "blocks side by side are one": (
        ["tcp 10.0.0.0/25 -> 10.9.0.0/24", "tcp 10.0.0.128/25 -> 10.9.0.0/24"],
        ["tcp 10.0.0.0/24 -> 10.9.0.0/24", "tcp 10.9.0.0/24 -> 10.0.0.0/24"],
    ),
    "what another filter covers is left out": (
        ["tcp 10.0.0.0/24 -> 10.9.0.1/32@443", "ip 10.0.0.0/8 -> 10.0.0.0/8"],
        ["ip 10.0.0.0/8 -> 10.0.0.0/8"],
    ),
    "no rule is no filter": ([], []),
    "no address is no filter": (["tcp 10.0.0.0/8 -> 2001:db8::/32"], []),
}


@pytest.mark.parametrize(("headers", "filters"), CASES.values(), ids=CASES)
def test_worked_examples(headers: list[str], filters: list[str]) -> None:
    assert cover(map(box, headers)) == tuple(sorted(map(flow_filter, filters)))


def test_over_the_limit_the_cheapest_join_is_made() -> None:
    near = [f"tcp 10.0.0.0/24 -> 10.9.{n}.1/32@443" for n in (0, 1)]
    far = [f"tcp 10.0.{n}.0/24 -> 172.16.{n}.1/32@443" for n in range(10, 100, 10)]
    found = cover(map(box, [*near, *far]))
    assert len(found) == MOST_FILTERS
    assert flow_filter("tcp 10.0.0.0/24 -> 10.9.0.0/23@443") in found
    assert all(flow_filter(each) in found for each in far)


def test_two_families_do_not_fit_into_one_filter() -> None:
    with pytest.raises(NfwReconcileError, match="need 2 flow filters, more than the 1 allowed"):
        cover([box("udp any -> any")], 1)


def test_long_lists_are_cut_coarsely_and_lose_nothing() -> None:
    scattered = ",".join(f"10.{n}.{n}.{n}/32" for n in range(0, 250, 2))
    found = cover([box(f"tcp {scattered} -> {scattered}@1,3,5,7,9")])
    assert len(found) <= MOST_FILTERS
    flow = FiveTuple(TCP, Address.parse("10.8.8.8"), 40_000, Address.parse("10.244.244.244"), 9)
    assert any(each.matches(flow) for each in found)
    assert any(each.matches(flow.reversed()) for each in found)
    assert not any(each.matches(flow._replace(protocol=ICMP)) for each in found)


@given(st.lists(boxes(), max_size=5), st.lists(flows(), max_size=40), st.sampled_from((2, 3, 20)))
def test_every_flow_of_every_box_is_matched_in_both_orientations(
    found: list[HeaderBox], sample: list[FiveTuple], most: int
) -> None:
    filters = cover(found, most)
    assert len(filters) <= most
    for flow in sample:
        if in_any(found, flow):
            assert any(each.matches(flow) for each in filters)
            assert any(each.matches(flow.reversed()) for each in filters)


@given(boxes(most=1), st.lists(flows(), max_size=40))
def test_what_fits_is_exact(found: HeaderBox, sample: list[FiveTuple]) -> None:
    filters = cover([found])
    for flow in sample:
        assert any(each.matches(flow) for each in filters) == in_any([found], flow)


@given(st.lists(boxes(), max_size=5), st.randoms(use_true_random=False))
def test_outcome_depends_on_the_set_of_boxes_alone(found: list[HeaderBox], random: Random) -> None:
    other = [dataclasses.replace(each, both_ways=not each.both_ways) for each in [*found, *found[:2]]]
    random.shuffle(other)
    assert cover(found) == cover(other)


@given(st.lists(boxes(), max_size=5))
def test_no_filter_is_covered_by_another_and_families_never_mix(found: list[HeaderBox]) -> None:
    filters = cover(found)
    assert list(filters) == sorted(set(filters))
    for each in filters:
        assert each.source.family == each.destination.family
        assert not any(other.covers(each) for other in filters if other != each)
