from __future__ import annotations

from typing import Any

import pytest

from nfw_reconcile.emulator.filters import any_matches, read_filters
from nfw_reconcile.emulator.replies import ApiError, JsonObject
from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import TCP, UDP, FiveTuple
from tests.unit.emulator.scene import flow

SIX = FiveTuple(TCP, Address.parse("2001:db8::1"), 40_000, Address.parse("2001:db8::2"), 443)


def address(text: str) -> JsonObject:
    return {"AddressDefinition": text}


@pytest.mark.parametrize(
    ("sent", "entry", "expected"),
    [
        ({}, flow(443), True),
        ({}, SIX, True),
        ({"SourceAddress": address("10.0.0.0/24")}, flow(443), True),
        ({"SourceAddress": address("10.0.0.1")}, flow(443), True),
        ({"SourceAddress": address("10.0.0.2")}, flow(443), False),
        ({"SourceAddress": address("0.0.0.0/0")}, SIX, False),
        ({"DestinationAddress": address("2001:db8::/64")}, SIX, True),
        ({"SourceAddress": address("192.0.2.1")}, flow(443), False),
        ({"SourceAddress": address("192.0.2.1")}, flow(443).reversed(), True),
        ({"DestinationPort": "443"}, flow(443), True),
        ({"DestinationPort": "440:443"}, flow(443), True),
        ({"DestinationPort": "444:500"}, flow(443), False),
        ({"DestinationPort": "ANY"}, flow(443), True),
        ({"SourcePort": "443"}, flow(443), False),
        ({"Protocols": ["17", "6"]}, flow(443), True),
        ({"Protocols": ["17"]}, flow(443), False),
        ({"Protocols": ["17"], "DestinationPort": "53"}, flow(53, protocol=UDP), True),
        ({"Protocols": ["17"], "DestinationPort": "54"}, flow(53, protocol=UDP), False),
    ],
)
def test_every_field_of_a_filter_must_match_the_entry_as_it_is_listed(
    sent: JsonObject, entry: FiveTuple, *, expected: bool
) -> None:
    filters = read_filters([sent], address_required=False)
    assert any_matches(filters, entry) is expected


def test_one_matching_filter_is_enough() -> None:
    filters = read_filters([{"DestinationPort": "1"}, {"DestinationPort": "2"}], address_required=False)

    assert any_matches(filters, flow(2))
    assert not any_matches(filters, flow(3))


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ([], "at least one filter"),
        ([{}] * 21, "21 filters, more than 20"),
        ([{"SourceAddress": address("10.0.0.1.2")}], "neither an IP address nor a CIDR"),
        ([{"SourceAddress": address("10.0.0.0/33")}], "neither an IP address nor a CIDR"),
        ([{"SourcePort": "80,443"}], "'80,443' is not a port"),
        ([{"SourcePort": "!80"}], "'!80' is not a port"),
        ([{"SourcePort": "90:80"}], "'90:80' is not a port"),
        ([{"SourcePort": "65536"}], "'65536' is not a port"),
        ([{"SourcePort": "80:"}], "'80:' is not a port"),
        ([{"Protocols": ["TCP"]}], "'TCP' is not an IANA protocol number"),
        ([{"Protocols": ["256"]}], "'256' is not an IANA protocol number"),
    ],
)
def test_what_the_service_does_not_document_is_refused(sent: list[Any], message: str) -> None:
    with pytest.raises(ApiError, match="InvalidRequestException") as refused:
        read_filters(sent, address_required=False)
    assert message in refused.value.refusal.message


def test_all_problems_of_all_filters_are_told_at_once() -> None:
    sent: list[JsonObject] = [{"SourcePort": "x"}, {"Protocols": ["y"]}]
    with pytest.raises(ApiError) as refused:
        read_filters(sent, address_required=True)

    message = refused.value.refusal.message
    assert "FlowFilters[0].SourcePort" in message
    assert "FlowFilters[1].Protocols" in message
    assert message.count("neither a source nor a destination") == 2


def test_twenty_filters_are_allowed() -> None:
    assert len(read_filters([{}] * 20, address_required=False)) == 20
