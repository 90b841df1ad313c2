from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.report.regions import box, region_part
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
            "TCP from any IPv4 but 112.0.0.0/4 to any IPv4 port 443",
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
