from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nfw_reconcile.sources.flowfile import FlowLine, format_flow, read_flows
from tests.fuzz.corpus import CSV_FLOWS, JSON_FLOWS
from tests.fuzz.mutate import mutated_text
from tests.fuzz.trials import try_all

if TYPE_CHECKING:
    from tests.tiers import Tier


def test_json_lines(tier: Tier) -> None:
    try_all(tier, lambda random: mutated_text(random, JSON_FLOWS), read)


def test_csv(tier: Tier) -> None:
    try_all(tier, lambda random: mutated_text(random, CSV_FLOWS), read)


def read(text: str) -> None:
    for line in read_flows(text.splitlines(keepends=True), "flows"):
        check(line)


def check(line: FlowLine) -> None:
    """Check types and ranges, and that what is read can be written and read again."""
    flow, entry = line.flow, line.flow.tuple
    numbers = (entry.protocol, entry.source_port, entry.destination_port)
    assert all(type(number) is int for number in numbers)
    assert 0 <= entry.protocol <= 255
    assert 0 <= min(numbers) <= max(numbers) <= 65_535
    assert entry.source.family == entry.destination.family
    for count in (flow.age, flow.packets, flow.bytes):
        assert count is None or (type(count) is int and 0 <= count < 2**63)
    assert flow.zone is None or flow.zone
    (again,) = read_flows([json.dumps(format_flow(flow))], "again")
    assert again.flow == flow
