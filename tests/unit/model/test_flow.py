from __future__ import annotations

import pytest
from hypothesis import given

from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import PROTOCOL_NAMES, PROTOCOL_NUMBERS, FiveTuple, endpoint
from tests.strategies import flows


@given(flows())
def test_reversing_twice_changes_nothing(flow: FiveTuple) -> None:
    assert flow.reversed().reversed() == flow


@given(flows())
def test_a_flow_and_its_mirror_image_have_one_canonical_form(flow: FiveTuple) -> None:
    assert flow.canonical() == flow.reversed().canonical()
    assert flow.canonical() in {flow, flow.reversed()}


@given(flows(), flows())
def test_flows_share_a_canonical_form_only_as_mirror_images(one: FiveTuple, other: FiveTuple) -> None:
    assert (one.canonical() == other.canonical()) == (other in {one, one.reversed()})


@pytest.mark.parametrize(
    ("address", "port", "text"),
    [
        ("10.0.0.1", 443, "10.0.0.1:443"),
        ("2001:db8::1", 443, "[2001:db8::1]:443"),
        ("2001:db8::1", 0, "2001:db8::1"),
        ("10.0.0.1", 0, "10.0.0.1"),
    ],
)
def test_endpoints_are_written_as_people_do(address: str, port: int, text: str) -> None:
    assert endpoint(Address.parse(address), port) == text


def test_a_flow_names_its_protocol_or_gives_the_number() -> None:
    one, other = Address.parse("10.0.0.1"), Address.parse("10.0.0.2")
    assert str(FiveTuple(6, one, 1024, other, 443)) == "TCP 10.0.0.1:1024 -> 10.0.0.2:443"
    assert str(FiveTuple(89, one, 0, other, 0)) == "89 10.0.0.1 -> 10.0.0.2"


def test_names_and_numbers_of_protocols_belong_together() -> None:
    assert {PROTOCOL_NUMBERS[name.upper()]: name for name in PROTOCOL_NAMES.values()} == PROTOCOL_NAMES
