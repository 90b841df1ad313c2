from __future__ import annotations

import json
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st

from nfw_reconcile.errors import Diagnostic, InputError
from nfw_reconcile.model.flow import CapturedFlow
from nfw_reconcile.sources.flowcells import cells_of
from nfw_reconcile.sources.flowchunks import read_chunks
from nfw_reconcile.sources.flowfile import MOST_PROBLEMS, format_flow, read_flows
from nfw_reconcile.sources.flowtext import read_dotted
from tests.strategies import flows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HEADER = "protocol,source,source_port,destination,destination_port,age,packets,bytes,zone"
ROW = "TCP,10.0.0.1,40000,192.0.2.7,443,7,3,180,eu-west-1a"

Read = list[tuple[object, object]]
"""Flows with what was read of each."""


def by_line(lines: Iterable[str]) -> tuple[Read, list[Diagnostic]]:
    found: Read = []
    try:
        for line in read_flows(lines, "flows"):
            found.append((line.flow.tuple, line.raw))
    except InputError as bad:
        return found, list(bad.problems)
    return found, []


def by_chunk(lines: Iterable[str], size: int) -> tuple[Read, list[Diagnostic]]:
    found: Read = []
    try:
        for chunk in read_chunks(lines, "flows", size):
            found += zip(chunk.flows.flows(), map(chunk.raw, range(len(chunk.flows))), strict=True)
    except InputError as bad:
        return found, list(bad.problems)
    return found, []


CELLS = (
    "TCP", "udp", "icmp", "6", "0", "132", "300", "", " 6", "10.0.0.1", "10.0.0.01", "10.0.0.256", "10.0.0.1/32",
    "255.255.255.255", "0.0.0.1", "10.0.0", "1.2.3.4.5", "2001:db8::1", "::ffff:10.0.0.1", "65535", "65536", "443",
    "0443", "-1", "9223372036854775807", "9223372036854775808", "eu-west-1a", "\t", "é", '"a,b"', '"', "٣", "+5",
)  # fmt: skip
rows = st.one_of(
    st.just(ROW),
    st.just(ROW.replace("TCP", "1").replace("40000", "").replace("443", "0")),
    st.just(ROW.replace("10.0.0.1", "2001:db8::1").replace("192.0.2.7", "2001:db8::7")),
    st.tuples(st.integers(0, 8), st.sampled_from(CELLS)).map(
        lambda drawn: ",".join(drawn[1] if n == drawn[0] else cell for n, cell in enumerate(ROW.split(",")))
    ),
    st.sampled_from(("", "  ", ROW + ",", ROW + "\r", "\ufeff" + ROW, "x" * 200_000, '{"Protocol": "TCP"}')),
)
headers = st.sampled_from(
    (
        HEADER,
        HEADER.upper(),
        HEADER.rsplit(",", 4)[0],
        "note," + HEADER,
        HEADER.replace("age", "rage"),
        "a,b",
        "",
    )
)


@given(headers, st.lists(rows, max_size=12), st.integers(1, 5), st.sampled_from(("\n", "\r\n")))
@example(HEADER, [ROW.replace("eu-west-1a", "2001:db8::1")], 1, "\n")
@example(HEADER, [ROW.replace("eu-west-1a", "##[error]")], 1, "\n")
def test_csv_is_read_as_line_by_line(header: str, found: list[str], size: int, end: str) -> None:
    lines = [f"{line}{end}" for line in (header, *found)]
    assert by_chunk(lines, size) == by_line(lines)


@given(
    st.lists(
        st.one_of(flows().map(lambda one: json.dumps(format_flow(CapturedFlow(one)))), st.just("{}")),
        max_size=9,
    )
)
def test_json_is_read_as_line_by_line(lines: list[str]) -> None:
    assert by_chunk(lines, 3) == by_line(lines)


def test_reading_stops_where_reading_line_by_line_stops() -> None:
    lines = [HEADER, ROW, *["x"] * (MOST_PROBLEMS + 5), ROW]
    assert by_chunk(lines, 7) == by_line(lines)
    assert len(by_chunk(lines, 7)[1]) == MOST_PROBLEMS + 1


def test_what_stops_the_reading_first_is_told() -> None:
    """The lines of a batch are pulled before they are read: what cannot be pulled stands behind them."""

    def lines() -> Iterator[str]:
        yield from (HEADER, *["x"] * (MOST_PROBLEMS + 5), ROW)
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")

    assert by_chunk(lines(), 100) == by_line(lines())
    assert len(by_chunk(lines(), 100)[1]) == MOST_PROBLEMS + 1


def test_plain_rows_are_kept_as_text() -> None:
    plain = list(read_chunks([HEADER, ROW, ROW], "flows"))
    assert [chunk.plain is not None for chunk in plain] == [True]
    quoted = list(read_chunks([HEADER, ROW, ROW.replace("eu-west-1a", '"eu-west-1a"')], "flows"))
    assert [chunk.plain is not None for chunk in quoted] == [False]


def test_no_more_lines_are_pulled_than_a_chunk_needs() -> None:
    pulled = 0

    def endless() -> Iterator[str]:
        nonlocal pulled
        yield HEADER
        while True:
            pulled += 1
            yield ROW

    chunks = read_chunks(endless(), "flows", 10)
    assert (len(next(chunks).flows), pulled) == (10, 10)
    assert (len(next(chunks).flows), pulled) == (10, 20)


octets = st.one_of(
    st.integers(0, 260).map(str),
    st.sampled_from(("", "00", "01", "1e", "-1", "0255", "4294967297", "1" * 11)),
)


@given(st.lists(st.lists(octets, min_size=2, max_size=5).map(".".join), min_size=1))
def test_dotted_addresses(texts: list[str]) -> None:
    columns = cells_of(texts, 1)
    assert columns is not None
    values, good = read_dotted(columns[0])
    for text, value, is_good in zip(texts, values.tolist(), good.tolist(), strict=True):
        try:
            expected = int(IPv4Address(text))
        except ValueError:
            assert (value, is_good) == (0, False)
        else:
            assert (value, is_good) == (expected, True)
