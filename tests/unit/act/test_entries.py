from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.act.entries import Look, as_flows, read_entry
from nfw_reconcile.act.paging import BrokenPagesError
from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import CapturedFlow, FiveTuple

WHOLE: dict[str, Any] = {
    "SourceAddress": {"AddressDefinition": "10.0.0.1/32"},
    "DestinationAddress": {"AddressDefinition": "192.0.2.1"},
    "SourcePort": "40000",
    "DestinationPort": "443",
    "Protocol": "6",
    "Age": 7,
    "PacketCount": 3,
    "ByteCount": 4,
}
TUPLE = FiveTuple(6, Address.parse("10.0.0.1"), 40000, Address.parse("192.0.2.1"), 443)


def test_an_entry_is_read_whole() -> None:
    assert read_entry(WHOLE, "a") == CapturedFlow(TUPLE, 7, 3, 4, "a")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"Protocol": "TCP"}, TUPLE),
        ({"Protocol": "udp"}, TUPLE._replace(protocol=17)),
        ({"Protocol": "ICMPv6"}, TUPLE._replace(protocol=58)),
        ({"SourcePort": "", "DestinationPort": None}, TUPLE._replace(source_port=0, destination_port=0)),
        (
            {"SourceAddress": {"AddressDefinition": "2001:db8::1/128"}},
            TUPLE._replace(source=Address.parse("2001:db8::1")),
        ),
    ],
)
def test_forms_that_aws_may_use(change: dict[str, Any], expected: FiveTuple) -> None:
    assert read_entry({**WHOLE, **change}, "a").tuple == expected


@pytest.mark.parametrize(
    "change",
    [
        {"SourceAddress": None},
        {"SourceAddress": {}},
        {"SourceAddress": {"AddressDefinition": "10.0.0.0/24"}},
        {"DestinationAddress": {"AddressDefinition": "host"}},
        {"SourcePort": "70000"},
        {"SourcePort": "-1"},
        {"DestinationPort": "4x"},
        {"Protocol": "300"},
        {"Protocol": "tls"},
        {"Protocol": None},
        {"Age": -1},
        {"Age": "7"},
        {"Age": True},
        {"PacketCount": 1.5},
    ],
    ids=str,
)
def test_an_entry_that_is_not_whole_breaks_the_list(change: dict[str, Any]) -> None:
    with pytest.raises(BrokenPagesError, match="a flow in it cannot be read"):
        read_entry({**WHOLE, **change}, "a")


def entry(found: FiveTuple, age: int | None = 5) -> CapturedFlow:
    return CapturedFlow(found, age, 1, 1, "a")


def test_an_entry_that_is_listed_twice_counts_once_with_its_highest_age() -> None:
    (found,) = as_flows([Look(1.0, (entry(TUPLE, 5), entry(TUPLE, 9), entry(TUPLE, 7)))])
    assert (found.age, len(found.entries)) == (9, 1)


def test_an_age_that_is_missing_once_is_not_known() -> None:
    (found,) = as_flows([Look(1.0, (entry(TUPLE, 5), entry(TUPLE, None)))])
    assert found.age is None


def test_of_several_looks_the_first_counts_with_its_time() -> None:
    (found,) = as_flows([Look(1.0, (entry(TUPLE, 5),)), Look(9.0, (entry(TUPLE, 13),))])
    assert (found.age, found.looked_at) == (5, 1.0)


def test_both_directions_are_one_flow() -> None:
    (found,) = as_flows([Look(1.0, (entry(TUPLE, 5), entry(TUPLE.reversed(), 4)))])
    assert [each.tuple for each in found.entries] == [TUPLE, TUPLE.reversed()]
    assert (found.age, found.key) == (5, TUPLE.canonical())


ports = st.integers(0, 3)
tuples = st.builds(
    lambda a, b, ends: FiveTuple(6, ends[0], a, ends[1], b),
    ports,
    ports,
    st.sampled_from(
        [(TUPLE.source, TUPLE.destination), (TUPLE.destination, TUPLE.source), (TUPLE.source, TUPLE.source)]
    ),
)


@given(st.lists(tuples))
def test_no_entry_is_lost_and_no_flow_is_there_twice(listed: list[FiveTuple]) -> None:
    flows = as_flows([Look(1.0, tuple(entry(each) for each in listed))])
    entries = [each.tuple for found in flows for each in found.entries]
    assert set(entries) == set(listed)
    assert len(entries) == len(set(listed))
    assert len({found.key for found in flows}) == len(flows)
