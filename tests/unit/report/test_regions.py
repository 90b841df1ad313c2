from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.model.addresses import AddressSet, Network
from nfw_reconcile.report.regions import block_around, box, region_part
from tests import builders as make

if TYPE_CHECKING:
    from nfw_reconcile.model.plan_document import Box


@pytest.mark.parametrize(
    ("bounds", "shown"),
    [
        (make.box(), "TCP from 10.1.0.0/16 to any IPv4 port 443"),
        (make.box(["::/0"], ["2001:db8::/32"], port="any"), "TCP from any IPv6 to 2001:db8::/32"),
        (make.box(["192.0.2.1/32"], ["2001:db8::1/128"], port="ANY"), "TCP from 192.0.2.1 to 2001:db8::1"),
        (make.box(["0.0.0.0/0", "::/0"], [], protocols=()), "any protocol from any to any port 443"),
        (
            make.box(port="80,443", source_port="1024:65535"),
            "TCP from 10.1.0.0/16 ports 1024:65535 to any IPv4 ports 80,443",
        ),
        (make.box(protocols=(17, 6, 99)), "TCP, UDP, protocol 99 from 10.1.0.0/16 to any IPv4 port 443"),
        (
            make.box(["10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16", "10.4.0.0/16"]),
            "TCP from (10.1.0.0/16, 10.2.0.0/16, 10.3.0.0/16 and 1 more) to any IPv4 port 443",
        ),
        (
            make.box(["0.0.0.0/2", "64.0.0.0/3", "96.0.0.0/4", "128.0.0.0/1"]),
            "TCP from (any IPv4 but 112.0.0.0/4) to any IPv4 port 443",
        ),
        (
            make.box(
                [
                    "10.20.0.0/21",
                    "10.20.12.0/22",
                    "10.20.16.0/20",
                    "10.20.32.0/19",
                    "10.20.64.0/18",
                    "10.20.128.0/17",
                ]
            ),
            "TCP from (10.20.0.0/16 but 10.20.8.0/22) to any IPv4 port 443",
        ),
        (
            make.box(["2001:db8::1/128", "2001:db8::2/127", "2001:db8::4/126", "2001:db8::8/125"]),
            "TCP from (2001:db8::/124 but 2001:db8::) to any IPv4 port 443",
        ),
        (
            make.box(["0.0.0.0/2", "64.0.0.0/3", "96.0.0.0/4", "::/0"]),
            "TCP from (0.0.0.0/2, 64.0.0.0/3, 96.0.0.0/4 and 1 more) to any IPv4 port 443",
        ),
        (
            make.box(["10.x.x.x#1"] * 4),
            "TCP from (10.x.x.x#1, 10.x.x.x#1, 10.x.x.x#1 and 1 more) to any IPv4 port 443",
        ),
    ],
)
def test_boxes(bounds: Box, shown: str) -> None:
    assert box(bounds) == shown


def test_the_box_of_the_witness_comes_first() -> None:
    part = make.region_part(
        make.box(port="80"), make.box(port="442:443"), make.box(port="9"), witness=make.flow()
    )
    assert region_part(part, most=1).raw == "TCP from 10.1.0.0/16 to any IPv4 ports 442:443 and 2 more"


def test_mirror_images_are_told_once() -> None:
    there = make.box(["10.1.0.0/16"], ["192.0.2.0/24"])
    back = make.box(["192.0.2.0/24"], ["10.1.0.0/16"], port="any", source_port="443")
    assert (
        region_part(make.region_part(back, there)).raw
        == "TCP from 10.1.0.0/16 to 192.0.2.0/24 port 443, either way"
    )


def test_a_box_that_is_its_own_mirror_image_says_so_by_itself() -> None:
    same = make.box(["10.1.0.0/16"], ["10.1.0.0/16"], port="any")
    assert region_part(make.region_part(same)).raw == "TCP from 10.1.0.0/16 to 10.1.0.0/16"


def test_boxes_that_differ_in_protocol_only_are_one() -> None:
    boxes = [make.box(protocols=(number,)) for number in (132, 6, 17)]
    assert region_part(make.region_part(*boxes)).raw == "TCP, UDP, SCTP from 10.1.0.0/16 to any IPv4 port 443"
    every = make.region_part(make.box(protocols=()), make.box(protocols=(6,)))
    assert region_part(every).raw == "any protocol from 10.1.0.0/16 to any IPv4 port 443"


def test_a_sensitive_part_shows_nothing() -> None:
    assert region_part(make.region_part(sensitive=True)).raw == "(sensitive)"


@pytest.mark.parametrize(
    ("addresses", "block"),
    [
        (["10.1.0.1", "10.1.0.2"], "10.1.0.0/30"),
        (["10.1.0.1", "10.1.255.2", "10.1.3.3"], "10.1.0.0/16"),
        (["2001:db8::1", "2001:db8::ff"], "2001:db8::/120"),
        (["10.0.0.1", "192.0.2.1"], None),
        (["10.0.0.1", "2001:db8::1"], None),
        (["10.x.x.x#1", "10.x.x.x#2"], None),
    ],
)
def test_addresses_lie_in_a_block(addresses: list[str], block: str | None) -> None:
    assert block_around(addresses) == block


@given(st.lists(st.ip_addresses(v=4, network="10.1.2.0/24").map(int), min_size=1, max_size=3, unique=True))
def test_what_is_said_of_many_blocks_is_true(left_out: list[int]) -> None:
    whole = AddressSet.of([Network.parse("10.1.2.0/24")])
    kept = whole - AddressSet.of([Network(4, value, 32) for value in left_out])
    blocks = [str(network) for network in kept.networks()]
    found = re.search(r"from \((\S+) but (.*)\) to", box(make.box(blocks, port="any")))
    assert found is not None
    said = AddressSet.of([Network.parse(found[1])]) - AddressSet.of(map(Network.parse, found[2].split(", ")))
    assert said == kept
