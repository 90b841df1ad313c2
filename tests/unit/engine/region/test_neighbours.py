from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.engine.region.neighbours import Neighbours
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS
from tests.strategies import flows
from tests.unit.engine.test_headers import boxes, matches

if TYPE_CHECKING:
    from nfw_reconcile.engine.headers import HeaderBox
    from nfw_reconcile.model.flow import FiveTuple
    from nfw_reconcile.model.intervals import IntervalSet


def clip_of(box: HeaderBox, flow: FiveTuple) -> list[IntervalSet]:
    family = flow.source.family
    addresses = [box.source.family(family), box.destination.family(family)]
    return addresses + [box.source_ports, box.destination_ports] * (flow.protocol in PROTOCOLS_WITH_PORTS)


@given(boxes(), st.lists(boxes(), max_size=6), st.lists(flows(), max_size=20))
def test_every_header_that_shares_a_flow_is_found(
    centre: HeaderBox, others: list[HeaderBox], tried: list[FiveTuple]
) -> None:
    neighbours = Neighbours(others)
    for flow in tried:
        clip = clip_of(centre, flow)
        if not matches(centre, flow) or not all(clip):
            continue
        for backward, packet in ((False, flow), (True, flow.reversed())):
            found = neighbours.of(clip, flow.protocol, flow.source.family, backward=backward)
            assert {n for n, box in enumerate(others) if not box.both_ways and matches(box, packet)} <= set(
                found
            )


def test_without_headers_none_is_found() -> None:
    assert Neighbours([]).of([], 6, 4, backward=False) == []
