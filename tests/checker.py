"""An independent look at what a run did: out of the emulator's own records, sharing nothing with the program.

It knows the service's documentation, the flows that the new rules allow, and nothing else.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from nfw_reconcile.emulator.emulator import Emulator
    from nfw_reconcile.emulator.operations import FlowOperation
    from nfw_reconcile.model.flow import FiveTuple

CAPTURE, FLUSH = "FLOW_CAPTURE", "FLOW_FLUSH"


@dataclass(frozen=True)
class Expectations:
    """What must hold of a run.

    ``may_flush`` says which flows the change newly denies; ``current`` gives the update token of the
    policy and of every group that must be in force at each flush; ``foreign`` are operations of others.
    """

    may_flush: Callable[[FiveTuple], bool]
    current: Mapping[str, str]
    foreign: frozenset[str] = frozenset()


def violations(emulator: Emulator, expected: Expectations) -> list[str]:
    """Say everything that the run must not have done."""
    own = [each for each in emulator.flow_operations if each.id not in expected.foreign]
    found: list[str] = []
    for operation in own:
        found += _filter_violations(operation)
        if operation.type == FLUSH:
            found += _flush_violations(operation, own, expected)
    found += _overlaps(emulator, own)
    return found


def flushes(emulator: Emulator) -> list[FlowOperation]:
    """Give every flush that the service ever accepted."""
    return [each for each in emulator.flow_operations if each.type == FLUSH]


def flushes_asked(emulator: Emulator) -> int:
    """Count the StartFlowFlush requests, accepted or not."""
    return sum(call.operation == "StartFlowFlush" for call in emulator.requests)


def _filter_violations(operation: FlowOperation) -> Iterator[str]:
    filters = operation.sent_filters
    if not 1 <= len(filters) <= 20:
        yield f"{operation.type} {operation.id} has {len(filters)} filters"
    for each in filters:
        if operation.type == FLUSH and _matches_all(each):
            yield f"{operation.type} {operation.id} has a filter that matches everything: {each}"


def _flush_violations(
    flush: FlowOperation, own: list[FlowOperation], expected: Expectations
) -> Iterator[str]:
    for flow in flush.touched:
        if not expected.may_flush(flow):
            yield f"flush {flush.id} touched {flow}, which the change does not newly deny"
    if flush.in_force is None or dict(flush.in_force.versions) != dict(expected.current):
        yield f"flush {flush.id} was accepted in {flush.zone} before the zone ran the planned rules"
    looked = [
        each
        for each in own
        if each.type == CAPTURE and each.zone == flush.zone and each.accepted_at < flush.accepted_at
    ]
    listed = {_key(row) for each in looked for row in each.listed}
    for flow in flush.touched:
        if _tuple_key(flow) not in listed:
            yield f"flush {flush.id} touched {flow}, which no capture had listed"
    for each in flush.sent_filters:
        if not any(_inside(each, outer) for capture in looked for outer in capture.sent_filters):
            yield f"flush {flush.id} has a filter beyond all captures: {each}"


def _overlaps(emulator: Emulator, own: list[FlowOperation]) -> Iterator[str]:
    """Find starts that were sent while an operation of the run was under way in the same zone."""
    duration = emulator.settings.operations.duration
    for call in emulator.requests:
        if call.operation not in {"StartFlowCapture", "StartFlowFlush"}:
            continue
        zone = _zone_of(emulator, call.input)
        for each in own:
            if each.zone == zone and each.accepted_at < call.time < each.accepted_at + duration:
                yield f"{call.operation} was sent at {call.time} while {each.id} held {zone}"


def _zone_of(emulator: Emulator, asked: Mapping[str, Any]) -> str:
    if "AvailabilityZone" in asked:
        return str(asked["AvailabilityZone"])
    firewall = emulator.world.firewalls[asked["FirewallArn"]]
    return next(e.zone for e in emulator.world.endpoints(firewall) if e.id == asked["VpcEndpointId"])


def _matches_all(asked: Mapping[str, Any]) -> bool:
    blocks = [
        asked.get(name, {}).get("AddressDefinition", "/0") for name in ("SourceAddress", "DestinationAddress")
    ]
    open_ports = all(
        asked.get(name, "ANY") in {"ANY", "0:65535"} for name in ("SourcePort", "DestinationPort")
    )
    return all(block.endswith("/0") for block in blocks) and open_ports and not asked.get("Protocols")


def _inside(inner: Mapping[str, Any], outer: Mapping[str, Any]) -> bool:
    blocks = all(_within(inner.get(n), outer.get(n)) for n in ("SourceAddress", "DestinationAddress"))
    ports = all(
        low[0] <= high[0] and high[1] <= low[1]
        for low, high in ((_ports(outer, n), _ports(inner, n)) for n in ("SourcePort", "DestinationPort"))
    )
    wanted = set(outer.get("Protocols") or ())
    given = set(inner.get("Protocols") or ())
    return blocks and ports and (not wanted or (bool(given) and given <= wanted))


def _within(inner: Mapping[str, str] | None, outer: Mapping[str, str] | None) -> bool:
    if outer is None:
        return True
    if inner is None:
        return False
    small, large = (ipaddress.ip_network(each["AddressDefinition"]) for each in (inner, outer))
    return small.version == large.version and (
        int(large.network_address) <= int(small.network_address)
        and int(small.broadcast_address) <= int(large.broadcast_address)
    )


def _ports(asked: Mapping[str, Any], name: str) -> tuple[int, int]:
    text = str(asked.get(name, "ANY"))
    if text == "ANY":
        return 0, 65535
    low, _, high = text.partition(":")
    return int(low), int(high or low)


def _key(row: Mapping[str, Any]) -> tuple[str, ...]:
    source, destination = (
        str(row[name]["AddressDefinition"]).partition("/")[0]
        for name in ("SourceAddress", "DestinationAddress")
    )
    return source, str(row["SourcePort"]), destination, str(row["DestinationPort"])


def _tuple_key(flow: FiveTuple) -> tuple[str, ...]:
    return str(flow.source), str(flow.source_port), str(flow.destination), str(flow.destination_port)
