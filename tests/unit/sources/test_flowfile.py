from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import InputError, Location
from nfw_reconcile.model.addresses import HIGHEST_ADDRESS, Address, Family
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS, CapturedFlow, FiveTuple
from nfw_reconcile.sources.flowfile import MOST_PROBLEMS, FlowLine, format_flow, read_flows

if TYPE_CHECKING:
    from collections.abc import Iterable

HEADER = "protocol,source,source_port,destination,destination_port"
FLOW: dict[str, Any] = {
    "SourceAddress": {"AddressDefinition": "10.0.0.1"},
    "DestinationAddress": {"AddressDefinition": "192.0.2.7"},
    "SourcePort": "40000",
    "DestinationPort": "443",
    "Protocol": "TCP",
}
TUPLE = FiveTuple(6, Address.parse("10.0.0.1"), 40000, Address.parse("192.0.2.7"), 443)


def read(*lines: str) -> list[FlowLine]:
    return list(read_flows(lines, "flows"))


def read_json(**changes: object) -> CapturedFlow:
    (line,) = read(json.dumps({**FLOW, **changes}))
    return line.flow


def problems(lines: Iterable[str]) -> list[tuple[str, Location | None]]:
    with pytest.raises(InputError) as caught:
        list(read_flows(lines, "flows"))
    return [(problem.summary, problem.where) for problem in caught.value.problems]


def test_json_lines() -> None:
    raw = FLOW | {
        "Age": 7,
        "PacketCount": 3,
        "ByteCount": 180,
        "AvailabilityZone": "eu-west-1a",
        "Note": "kept",
    }

    assert read(json.dumps(raw)) == [FlowLine(CapturedFlow(TUPLE, 7, 3, 180, "eu-west-1a"), raw)]


def test_csv() -> None:
    raw = {
        "Protocol": "tcp",
        "source": "10.0.0.1",
        "source_port": "40000",
        "destination": "192.0.2.7",
        "destination_port": "443",
        "age": "7",
        "packets": "",
        "bytes": "180",
        "zone": "eu-west-1a",
        "note": "kept, too",
    }
    header = ",".join(raw)
    row = 'tcp,10.0.0.1,40000,192.0.2.7,443,7,,180,eu-west-1a,"kept, too"'

    assert read(header, row) == [FlowLine(CapturedFlow(TUPLE, 7, None, 180, "eu-west-1a"), raw)]


def test_columns_may_stand_in_any_order() -> None:
    (line,) = read(
        "destination,destination_port,protocol,source,source_port", "192.0.2.7,443,6,10.0.0.1,40000"
    )

    assert line.flow.tuple == TUPLE


@pytest.mark.parametrize("lines", [[], ["", "  \n"], [HEADER], ["\ufeff" + HEADER + "\r\n"]])
def test_files_without_flows(lines: list[str]) -> None:
    assert read(*lines) == []


def test_byte_order_mark_and_line_ends_are_no_content() -> None:
    assert read("\ufeff" + json.dumps(FLOW) + "\r\n", "\n", json.dumps(FLOW) + "\n")[1].flow.tuple == TUPLE


def test_flows_come_as_they_are_read() -> None:
    def endless() -> Iterable[str]:
        while True:
            yield json.dumps(FLOW)

    assert next(read_flows(endless(), "flows")).flow.tuple == TUPLE


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("TCP", 6),
        ("tcp", 6),
        ("06", 6),
        (6, 6),
        ("Udp", 17),
        ("icmpv6", 58),
        (" 17 ", 17),
        (0, 0),
        ("255", 255),
    ],
)
def test_protocols_are_numbers_or_names(written: object, number: int) -> None:
    ports = {} if number in PROTOCOLS_WITH_PORTS else {"SourcePort": None, "DestinationPort": 0}

    assert read_json(Protocol=written, **ports).tuple.protocol == number


@pytest.mark.parametrize("port", [None, "", 0, "00"])
def test_protocols_without_ports_have_port_0_or_none(port: object) -> None:
    flow = read_json(Protocol="ICMP", SourcePort=port, DestinationPort=port)

    assert (flow.tuple.source_port, flow.tuple.destination_port) == (0, 0)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("10.0.0.1/32", "10.0.0.1"),
        ("2001:db8::1/128", "2001:db8::1"),
        ("2001:DB8:0::1", "2001:db8::1"),
    ],
)
def test_full_prefix_length_is_no_difference(written: str, address: str) -> None:
    endpoint = {"AddressDefinition": written}

    flow = read_json(SourceAddress=endpoint, DestinationAddress=endpoint)

    assert flow.tuple.source == Address.parse(address)


BAD_MEMBERS: dict[str, tuple[dict[str, Any], str]] = {
    "no protocol": ({"Protocol": None}, "protocol is missing: a protocol number or name"),
    "protocol 256": ({"Protocol": 256}, "protocol 256"),
    "protocol ANY": ({"Protocol": "ANY"}, "protocol 'ANY'"),
    "protocol true": ({"Protocol": True}, "protocol True"),
    "port 70000": ({"SourcePort": 70000}, "source port 70000: a port from 0 to 65535 is needed"),
    "port -1": ({"DestinationPort": -1}, "destination port -1"),
    "a range of ports": ({"DestinationPort": "80:90"}, "destination port '80:90'"),
    "port of other digits": ({"DestinationPort": "\u0664\u0664"}, "destination port"),
    "no port for TCP": ({"SourcePort": ""}, "source port ''"),
    "a port for ICMP": ({"Protocol": "ICMP"}, "protocol 1 has no ports"),
    "no address": ({"SourceAddress": {}}, "source is missing: an IP address is needed"),
    "an address that is no object": ({"SourceAddress": "10.0.0.1"}, "SourceAddress: an object"),
    "half an address": (
        {"SourceAddress": {"AddressDefinition": "10.0.1"}},
        "an IPv4 or IPv6 address is needed",
    ),
    "leading zeros": (
        {"SourceAddress": {"AddressDefinition": "10.0.0.01"}},
        "an IPv4 or IPv6 address is needed",
    ),
    "a block": (
        {"SourceAddress": {"AddressDefinition": "10.0.0.0/24"}},
        "one address is needed, not a block",
    ),
    "the other family's length": (
        {"SourceAddress": {"AddressDefinition": "2001:db8::1/32"}},
        "one address is needed, not a block",
    ),
    "a zone index": ({"SourceAddress": {"AddressDefinition": "fe80::1%eth0"}}, "without a zone index"),
    "two families": ({"SourceAddress": {"AddressDefinition": "2001:db8::1"}}, "different address families"),
    "a negative age": ({"Age": -1}, "age -1: a whole number that is not negative is needed"),
    "half an age": ({"Age": 1.5}, "age 1.5"),
    "an endless count": ({"PacketCount": 2**63}, "packets 9223372036854775808"),
    "a zone with a line break": (
        {"AvailabilityZone": "a\nb"},
        "zone 'a\\nb': a name of ASCII letters",
    ),
    "a zone that is a number": ({"AvailabilityZone": 1}, "zone 1"),
}


@pytest.mark.parametrize(("changes", "message"), BAD_MEMBERS.values(), ids=BAD_MEMBERS)
def test_malformed_members_are_named_with_their_line(changes: dict[str, Any], message: str) -> None:
    ((summary, where),) = problems(["", json.dumps(FLOW), json.dumps({**FLOW, **changes})])

    assert message in summary
    assert where == Location("flows", 3)


BAD_LINES: dict[str, tuple[str, str]] = {
    "cut off": ('{"Protocol": ', "the JSON ends too early"),
    "not a number": (json.dumps(FLOW | {"Age": float("nan")}), "NaN is not a JSON number"),
    "a key twice": ('{"Protocol": 6, "Protocol": 17}', 'the key "Protocol" occurs twice'),
    "two objects": ("{} {}", "there is more text after the JSON document"),
    "a list": ("[]", "a JSON object is needed"),
    "a string": ('"x"', "a JSON object is needed"),
    "a row": ("6,10.0.0.1,1,10.0.0.2,2", "there is more text after the JSON document"),
}


@pytest.mark.parametrize(("line", "message"), BAD_LINES.values(), ids=BAD_LINES)
def test_malformed_json_lines_are_named_with_their_line(line: str, message: str) -> None:
    ((summary, where),) = problems([json.dumps(FLOW), line])

    assert message in summary
    assert where == Location("flows", 2)


BAD_ROWS: dict[str, tuple[str, str]] = {
    "too few fields": ("6,10.0.0.1,1", "5 fields are needed, as in the header, and there are 3"),
    "too many fields": ("6,10.0.0.1,1,10.0.0.2,2,3", "and there are 6"),
    "an open quote": ('6,"10.0.0.1,1,10.0.0.2,2', "the line is not CSV"),
    "a control character": ("6,10.0.0.1,1,10.0.0.2,2\x1b[31m", "control characters"),
    "an object": ("{}", "5 fields are needed"),
    "no port": ("6,10.0.0.1,,10.0.0.2,2", "source port ''"),
}


@pytest.mark.parametrize(("line", "message"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_malformed_rows_are_named_with_their_line(line: str, message: str) -> None:
    ((summary, where),) = problems([HEADER, "", line])

    assert message in summary
    assert where == Location("flows", 3)


BAD_FILES: dict[str, tuple[str, str]] = {
    "a missing column": ("protocol,source", "lacks the column source_port, destination, destination_port"),
    "a column twice": (f"{HEADER},Source", "has the column source twice"),
    "no header": ("6,10.0.0.1,1,10.0.0.2,2", "lacks the column protocol"),
    "a list": ("[", "one JSON object a line is needed, not a list"),
    "a whole reply": ('{"Flows": []}', "this is a whole reply"),
    "an open quote": ('"protocol', "the line is not CSV"),
}


@pytest.mark.parametrize(("line", "message"), BAD_FILES.values(), ids=BAD_FILES)
def test_files_of_another_kind_are_refused_at_once(line: str, message: str) -> None:
    ((summary, where),) = problems([line, "more", "and more"])

    assert message in summary
    assert where == Location("flows", 1)


def test_good_lines_are_given_before_the_error_comes() -> None:
    lines = read_flows([json.dumps(FLOW), "{}", json.dumps(FLOW)], "flows")

    assert [next(lines).flow.tuple, next(lines).flow.tuple] == [TUPLE, TUPLE]
    with pytest.raises(InputError):
        next(lines)


def test_reading_stops_when_too_much_is_malformed() -> None:
    found = problems(["{}"] * 1000)

    assert len(found) == MOST_PROBLEMS + 1
    assert found[-1] == ("too many malformed lines; reading stopped here", Location("flows", MOST_PROBLEMS))


def addresses(family: Family) -> st.SearchStrategy[Address]:
    return st.builds(Address, st.just(family), st.integers(0, HIGHEST_ADDRESS[family]))


@st.composite
def flows(draw: st.DrawFn) -> CapturedFlow:
    protocol = draw(st.sampled_from([0, 1, 6, 17, 47, 58, 132, 255]))
    ports = st.integers(0, 65535) if protocol in PROTOCOLS_WITH_PORTS else st.just(0)
    families: list[Family] = [4, 6]
    address = addresses(draw(st.sampled_from(families)))
    counts = st.none() | st.integers(0, 2**40)
    entry = FiveTuple(protocol, draw(address), draw(ports), draw(address), draw(ports))
    return CapturedFlow(
        entry, draw(counts), draw(counts), draw(counts), draw(st.none() | st.just("eu-west-1a"))
    )


@given(flows())
def test_written_flows_are_read_back(flow: CapturedFlow) -> None:
    (line,) = read(json.dumps(format_flow(flow)))

    assert line.flow == flow


@given(st.lists(st.text(max_size=30), max_size=5))
def test_any_text_is_read_or_refused(lines: list[str]) -> None:
    try:
        read(*lines)
    except InputError as refused:
        assert all(problem.where is not None for problem in refused.problems)  # noqa: PT017 - one of two good outcomes
