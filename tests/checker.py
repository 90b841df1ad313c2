"""An independent look at what a run did: out of the emulator's own records, sharing nothing with the program.

It knows the service's documentation, the flows that the new rules allow, and nothing else.
"""

from __future__ import annotations

import ipaddress
import math
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.emulator.replies import Answer
from nfw_reconcile.emulator.resources import references
from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import PROTOCOL_NUMBERS, FiveTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from nfw_reconcile.emulator.emulator import Emulator
    from nfw_reconcile.emulator.operations import FlowOperation
    from nfw_reconcile.emulator.request_log import LoggedCall

CAPTURE, FLUSH = "FLOW_CAPTURE", "FLOW_FLUSH"
STARTS: Final = {"StartFlowCapture": CAPTURE, "StartFlowFlush": FLUSH}
POLICY_READS: Final = ("DescribeFirewall", "DescribeFirewallPolicy", "DescribeRuleGroup")
MOST_ROUNDS: Final = 2

Key = tuple[str, ...]
"""A listed flow: source, source port, destination, destination port, as it is listed."""


@dataclass(frozen=True)
class Most:
    """What a run may flush at most, all zones together: flows, percent of those captured, none protected."""

    flows: int | None = None
    percent: float | None = None
    protected: Callable[[FiveTuple], bool] = lambda _: False


def current_tokens(emulator: Emulator) -> dict[str, str]:
    """Give the update tokens of all policies, and of the groups that they refer to, as they are now."""
    world = emulator.world
    used = {arn for policy in world.policies.values() for arn in references(policy.version)}
    listed = (*world.policies.items(), *((arn, each) for arn, each in world.groups.items() if arn in used))
    return {arn: each.version.token for arn, each in listed}


@dataclass(frozen=True)
class Expectations:
    """What must hold of a run.

    ``may_flush`` says which flows the change newly denies; ``current`` gives the update token of the
    policy and of every group that must be in force at each flush; ``foreign`` are operations of others.
    ``equal`` are further tokens, by ARN, of versions that decide as the planned one does; ``is_own`` tells
    the run's requests from those of others.
    """

    may_flush: Callable[[FiveTuple], bool]
    current: Mapping[str, str]
    foreign: frozenset[str] = frozenset()
    equal: Mapping[str, frozenset[str]] = field(default_factory=dict)
    most: Most = Most()
    is_own: Callable[[LoggedCall], bool] = lambda _: True

    def planned(self, tokens: Mapping[str, str]) -> bool:
        """Say whether these are the planned versions of the policy and of all its groups."""
        return tokens.keys() == self.current.keys() and all(
            token == self.current[arn] or token in self.equal.get(arn, ()) for arn, token in tokens.items()
        )


def violations(emulator: Emulator, expected: Expectations) -> list[str]:
    """Say everything that the run must not have done."""
    own = [each for each in emulator.flow_operations if each.id not in expected.foreign]
    calls = [call for call in emulator.requests if expected.is_own(call)]
    found: list[str] = []
    for call in calls:
        if call.operation in STARTS:
            found += _filter_violations(call)
    for operation in own:
        if operation.type == FLUSH:
            found += _flush_violations(operation, own, expected)
            found += _repeats(emulator, operation, own)
    found += _overlaps(emulator, calls, own)
    found += _unread(emulator, calls, expected)
    found += _over_limits(own, expected.most)
    return found


def ended_at(emulator: Emulator, operation: FlowOperation) -> float:
    """Give when an operation is over (epoch seconds), as far as the service tells."""
    never = operation.outcome.never_ends
    return math.inf if never else operation.accepted_at + emulator.settings.operations.duration


def flushes(emulator: Emulator) -> list[FlowOperation]:
    """Give every flush that the service ever accepted."""
    return [each for each in emulator.flow_operations if each.type == FLUSH]


def flushes_asked(emulator: Emulator) -> int:
    """Count the StartFlowFlush requests, accepted or not."""
    return sum(call.operation == "StartFlowFlush" for call in emulator.requests)


def _filter_violations(call: LoggedCall) -> Iterator[str]:
    filters = call.input.get("FlowFilters", ())
    if not 1 <= len(filters) <= 20:
        yield f"{call.operation} {call.number} has {len(filters)} filters"
    for each in filters:
        if _matches_all(each):
            yield f"{call.operation} {call.number} has a filter that matches everything: {each}"


def _flush_violations(
    flush: FlowOperation, own: list[FlowOperation], expected: Expectations
) -> Iterator[str]:
    for flow in flush.touched:
        if not expected.may_flush(flow):
            yield f"flush {flush.id} touched {flow}, which the change does not newly deny"
    if flush.in_force is None or not expected.planned(flush.in_force.versions):
        yield f"flush {flush.id} was accepted in {flush.zone} while the zone did not run the planned rules"
    looked = _looks(flush, own)
    listed = _listed(looked)
    for flow in flush.touched:
        if _tuple_key(flow) not in listed:
            yield f"flush {flush.id} touched {flow}, which no capture had listed"
    stay = [flow for look in looked[-1:] for flow in map(_flow, look.listed) if not expected.may_flush(flow)]
    for each in flush.sent_filters:
        for problem in _aims(each, looked, stay):
            yield f"flush {flush.id} has a filter {problem}: {each}"


def _aims(asked: Mapping[str, Any], looked: list[FlowOperation], stay: list[FiveTuple]) -> Iterator[str]:
    """Say what is wrong with a filter, by what was looked at before and by what must ``stay`` of it."""
    if not any(_inside(asked, outer) for look in looked for outer in look.sent_filters):
        yield "beyond all captures"
    if not any(_matches(asked, key) for key in _listed(looked)):
        yield "for no flow that was listed"
    for flow in stay:
        if any(_matches(asked, _tuple_key(way)) for way in (flow, flow.reversed())):
            yield f"for {flow}, which was listed and must stay"


def _repeats(emulator: Emulator, flush: FlowOperation, own: list[FlowOperation]) -> Iterator[str]:
    """Find what was flushed again without need.

    A flow may be flushed again only once an earlier flush of it has ended and a capture that was started
    after that lists it, alive; and in no more than two rounds.
    """
    looks = _looks(flush, own)
    earlier = [each for each in _in_zone(flush, own) if each.type == FLUSH]
    times: Counter[Key] = Counter()
    for former in earlier:
        both = {
            key for key in _listed(_looks(former, own)) if _is_target(former, key) and _is_target(flush, key)
        }
        end = ended_at(emulator, former)
        seen_after = _listed(look for look in looks if look.accepted_at >= end)
        times.update(both)
        if both and (flush.accepted_at < end or not both & seen_after):
            yield f"flush {flush.id} repeats {former.id}, and nobody had seen its flows alive since"
    if times and max(times.values()) >= MOST_ROUNDS:
        yield f"flush {flush.id} is one too many for the same flows"


def _is_target(flush: FlowOperation, key: Key) -> bool:
    return any(_matches(each, key) for each in flush.sent_filters)


def _in_zone(flush: FlowOperation, own: list[FlowOperation]) -> list[FlowOperation]:
    """Give the operations in the same zone that were accepted before this one, in order."""
    before = own[: own.index(flush)]
    return [each for each in before if (each.firewall, each.zone) == (flush.firewall, flush.zone)]


def _looks(flush: FlowOperation, own: list[FlowOperation]) -> list[FlowOperation]:
    return [each for each in _in_zone(flush, own) if each.type == CAPTURE]


def _listed(looks: Iterable[FlowOperation]) -> set[Key]:
    return {_key(row) for look in looks for row in look.listed}


def _overlaps(emulator: Emulator, calls: list[LoggedCall], own: list[FlowOperation]) -> Iterator[str]:
    """Find starts that were sent while an operation of the run was under way in the same zone.

    One that the run was told to be over is over, even if that was wrong.
    """
    begun: set[str] = set()
    over = {each.id: ended_at(emulator, each) for each in own}
    for call in calls:
        identity, status = _told(call)
        if call.operation == "DescribeFlowOperation" and status not in {None, "IN_PROGRESS"}:
            over[str(identity)] = min(over.get(str(identity), math.inf), call.time)
        if call.operation not in STARTS:
            continue
        zone = _zone_of(emulator, call.input)
        for each in own:
            same_place = (each.firewall, each.zone) == (call.input["FirewallArn"], zone)
            if same_place and each.id in begun and call.time < over[each.id]:
                yield f"{call.operation} was sent at {call.time} while {each.id} held {zone}"
        if call.accepted:
            begun.add(str(_answered(call)["FlowOperationId"]))


def _told(call: LoggedCall) -> tuple[object, object]:
    """Give the operation and the status that a reply told, right or wrong."""
    body = call.reply.body if isinstance(call.reply, Answer) else {}
    return body.get("FlowOperationId"), body.get("FlowOperationStatus")


def _unread(emulator: Emulator, calls: list[LoggedCall], expected: Expectations) -> Iterator[str]:
    """Find flushes that were sent without reading the live policy since the last start in the same zone."""
    read: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
    for call in calls:
        if call.operation in POLICY_READS and call.reply == Answer(_answered(call)):
            for told in read.values():
                told.setdefault(call.operation, {}).update(_tokens(call))
        if call.operation not in STARTS:
            continue
        place = call.input["FirewallArn"], _zone_of(emulator, call.input)
        told = read.get(place, {})
        if call.operation == "StartFlowFlush":
            missing = [name for name in POLICY_READS if name not in told]
            if missing:
                yield f"a flush was sent in {place[1]} at {call.time} without {', '.join(missing)} before it"
            elif not expected.planned(told["DescribeFirewallPolicy"] | told["DescribeRuleGroup"]):
                yield f"a flush was sent in {place[1]} at {call.time} on a policy that was read to be another"
        read[place] = {}


def _tokens(call: LoggedCall) -> dict[str, str]:
    """Give the token that a description of a policy or rule group tells."""
    body = _answered(call)
    for kind in ("FirewallPolicy", "RuleGroup"):
        if f"{kind}Response" in body:
            return {body[f"{kind}Response"][f"{kind}Arn"]: body["UpdateToken"]}
    return {}


def _answered(call: LoggedCall) -> dict[str, Any]:
    return call.answered if isinstance(call.answered, dict) else {}


def _over_limits(own: list[FlowOperation], most: Most) -> Iterator[str]:
    touched = {
        (each.firewall, each.zone, flow.canonical()): flow
        for each in own
        if each.type == FLUSH
        for flow in each.touched
    }
    captured = {
        (each.firewall, each.zone, *sorted((key[:2], key[2:])))
        for each in own
        if each.type == CAPTURE
        for key in _listed([each])
    }
    if most.flows is not None and len(touched) > most.flows:
        yield f"{len(touched)} flows were flushed, and {most.flows} are the most allowed"
    if most.percent is not None and len(touched) * 100 > most.percent * len(captured):
        yield f"{len(touched)} of {len(captured)} flows were flushed, more than {most.percent:g}%"
    for flow in touched.values():
        if most.protected(flow):
            yield f"{flow} was flushed, which is protected"


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
    small, large = (_network(each["AddressDefinition"]) for each in (inner, outer))
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


def _matches(asked: Mapping[str, Any], key: Key) -> bool:
    """Say whether a filter matches a listed flow; protocols are left out, so it may say yes too often."""
    source, source_port, destination, destination_port = key
    blocks = (("SourceAddress", source), ("DestinationAddress", destination))
    ports = (("SourcePort", source_port), ("DestinationPort", destination_port))
    return all(
        name not in asked or _within({"AddressDefinition": address}, asked[name]) for name, address in blocks
    ) and all(low <= int(port) <= high for name, port in ports for low, high in [_ports(asked, name)])


@cache
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text)


def _key(row: Mapping[str, Any]) -> Key:
    source, destination = (
        str(row[name]["AddressDefinition"]).partition("/")[0]
        for name in ("SourceAddress", "DestinationAddress")
    )
    return source, str(row["SourcePort"]), destination, str(row["DestinationPort"])


def _flow(row: Mapping[str, Any]) -> FiveTuple:
    source, source_port, destination, destination_port = _key(row)
    ends = Address.parse(source), Address.parse(destination)
    number = PROTOCOL_NUMBERS.get(str(row["Protocol"]).upper())
    protocol = int(row["Protocol"]) if number is None else number
    return FiveTuple(protocol, ends[0], int(source_port), ends[1], int(destination_port))


def _tuple_key(flow: FiveTuple) -> Key:
    return str(flow.source), str(flow.source_port), str(flow.destination), str(flow.destination_port)
