from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from nfw_reconcile.errors import InputError
from nfw_reconcile.flows.wire import from_api, to_api
from tests.unit.flows.notation import flow_filter
from tests.unit.flows.strategies import filters

if TYPE_CHECKING:
    from nfw_reconcile.model.filters import FlowFilter


def shape(source: str, destination: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {
        "SourceAddress": {"AddressDefinition": source},
        "DestinationAddress": {"AddressDefinition": destination},
        **more,
    }


CASES = {
    "tcp 10.0.0.1/32@1990:1994 -> 10.9.0.0/24@443": shape(
        "10.0.0.1/32", "10.9.0.0/24", SourcePort="1990:1994", DestinationPort="443", Protocols=["6"]
    ),
    "tcp,udp 10.0.0.0/8 -> 0.0.0.0/0@0": shape(
        "10.0.0.0/8", "0.0.0.0/0", SourcePort="ANY", DestinationPort="0", Protocols=["6", "17"]
    ),
    "ip ::/0 -> 2001:db8::1/128": shape("::/0", "2001:db8::1/128", SourcePort="ANY", DestinationPort="ANY"),
}


@pytest.mark.parametrize(("text", "wire"), CASES.items(), ids=CASES)
def test_aws_shape(text: str, wire: dict[str, Any]) -> None:
    assert to_api(flow_filter(text)) == wire
    assert from_api(wire) == flow_filter(text)


@given(filters())
def test_what_is_written_is_read_again(found: FlowFilter) -> None:
    assert from_api(to_api(found)) == found


@pytest.mark.parametrize(
    ("wire", "text"),
    [
        (shape("10.0.0.1", "10.9.0.1"), "ip 10.0.0.1/32 -> 10.9.0.1/32"),
        ({"SourceAddress": {"AddressDefinition": "10.0.0.0/8"}}, "ip 10.0.0.0/8 -> 0.0.0.0/0"),
        ({"DestinationAddress": {"AddressDefinition": "::/0"}}, "ip ::/0 -> ::/0"),
        (shape("::1", "::2", Protocols=["tcp", "58"]), "tcp,icmpv6 ::1/128 -> ::2/128"),
    ],
)
def test_what_means_the_same_is_read(wire: dict[str, Any], text: str) -> None:
    assert from_api(wire) == flow_filter(text)


@pytest.mark.parametrize(
    ("wire", "problem"),
    [
        ({}, "neither SourceAddress nor DestinationAddress"),
        (shape("10.0.0.0/33", "10.0.0.1"), "SourceAddress of a flow filter is"),
        ({"SourceAddress": "10.0.0.1"}, "SourceAddress of a flow filter is '10.0.0.1'"),
        (shape("10.0.0.1", "10.0.0.2", SourcePort="80,443"), "SourcePort of a flow filter is '80,443'"),
        (shape("10.0.0.1", "10.0.0.2", SourcePort="9:1"), "SourcePort of a flow filter is '9:1'"),
        (
            shape("10.0.0.1", "10.0.0.2", DestinationPort="65536"),
            "DestinationPort of a flow filter is '65536'",
        ),
        (shape("10.0.0.1", "10.0.0.2", DestinationPort="1:x"), "DestinationPort of a flow filter is '1:x'"),
        (shape("10.0.0.1", "10.0.0.2", Protocols=["256"]), "Protocols of a flow filter is '256'"),
    ],
)
def test_what_is_no_filter_is_refused(wire: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        from_api(wire)


def test_all_problems_are_told_at_once() -> None:
    wire = shape("x", "y", SourcePort="a", DestinationPort="b", Protocols=["c", "d"])
    with pytest.raises(InputError) as caught:
        from_api(wire)
    assert len(caught.value.problems) == 6
