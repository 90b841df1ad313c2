"""Whether one rule matches one packet, in one world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.conditions import (
    ApplicationIs,
    Carrier,
    ClientHello,
    Condition,
    DataSize,
    FlowState,
    Meaning,
    NameIs,
    OpaqueIs,
    ProtocolNumbers,
    Stateful,
    TcpFlagsAre,
)
from nfw_reconcile.engine.questions import (
    UNDETECTED,
    NameMatch,
    Names,
    Opaque,
    Speaks,
    Unknown,
)
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS, FiveTuple

if TYPE_CHECKING:
    from nfw_reconcile.engine.compiled import CompiledHeader, CompiledRule
    from nfw_reconcile.engine.exchange import Packet
    from nfw_reconcile.engine.worlds import World

_UNDETECTED: Final = Speaks(frozenset({UNDETECTED}))
_TLS: Final = Speaks(frozenset({"tls"}))


def rule_matches(rule: CompiledRule, packet: Packet, header: FiveTuple, world: World, past: str) -> bool:
    """Say whether the rule matches the packet, whose header already lies in the rule's box.

    ``past`` names what has happened before, for a rule that asks about it.
    """
    meaning = rule.meaning
    if meaning.flow is not None and not _flow_state_holds(meaning.flow, packet):
        return False
    if not rule.header.certain and not _header_matches(rule.header, header, world):
        return False
    return all(_holds(condition, packet, header, world, past) for condition in meaning.conditions)


def may_match(meaning: Meaning, packet: Packet) -> bool:
    """Say whether a rule of this meaning matches the packet in some world."""
    if meaning.flow is not None and not _flow_state_holds(meaning.flow, packet):
        return False
    return all(_may_hold(condition, packet) for condition in meaning.conditions)


def _may_hold(condition: Condition, packet: Packet) -> bool:
    match condition:
        case TcpFlagsAre():
            return condition.holds(packet.flags)
        case DataSize(has_data=has_data):
            return packet.data == has_data
        case ApplicationIs():
            return packet.detected
        case ClientHello() | NameIs():
            return _asks_whole(packet)
        case OpaqueIs(carrier=carrier):
            return _carries(carrier, packet)
        case ProtocolNumbers() | Stateful():
            return True


def _flow_state_holds(wanted: FlowState, packet: Packet) -> bool:
    if not packet.tracked:
        return not wanted.of_flow and wanted.to_server is not False
    if wanted.to_server not in (None, packet.to_server):
        return False
    return wanted.established is None or wanted.established == packet.established


def _header_matches(header: CompiledHeader, flow: FiveTuple, world: World) -> bool:
    if _one_way(header, flow, world):
        return True
    return header.both_ways and _one_way(header, flow.reversed(), world)


def _one_way(header: CompiledHeader, flow: FiveTuple, world: World) -> bool:
    ported = flow.protocol in PROTOCOLS_WITH_PORTS
    return (
        flow.source in header.source.possible
        and flow.destination in header.destination.possible
        and (
            header.source_ports.anything or (ported and header.source_ports.matches(flow.source_port, world))
        )
        and (
            header.destination_ports.anything
            or (ported and header.destination_ports.matches(flow.destination_port, world))
        )
        and header.source.matches(flow.source, world)
        and header.destination.matches(flow.destination, world)
    )


def _holds(condition: Condition, packet: Packet, header: FiveTuple, world: World, past: str) -> bool:
    match condition:
        case ProtocolNumbers(numbers=numbers):
            return header.protocol in numbers
        case TcpFlagsAre():
            return condition.holds(packet.flags)
        case DataSize(has_data=has_data):
            return packet.data == has_data
        case ApplicationIs(applications=applications, negated=negated):
            return _application_holds(applications, packet, world, negated=negated)
        case ClientHello():
            return _asks_whole(packet) and world.ask(_TLS)
        case NameIs(names=names, negated=negated):
            return _asks_whole(packet) and _name_holds(names, world, negated=negated)
        case OpaqueIs(text=text, carrier=carrier):
            scope = "to server" if packet.to_server else "to client"
            return _carries(carrier, packet) and world.ask(Opaque(text, scope))
        case Stateful(text=text):
            return world.ask(Unknown(f"{text} (depends on earlier packets)", past))


def _application_holds(applications: frozenset[str], packet: Packet, world: World, *, negated: bool) -> bool:
    if not packet.detected:
        return False
    if not negated:
        return world.ask(Speaks(applications))
    return not world.ask(_UNDETECTED) and not world.ask(Speaks(applications))


def _asks_whole(packet: Packet) -> bool:
    """Say whether the packet completes what the client asks for."""
    return packet.to_server and packet.detected and not packet.part


def _name_holds(names: Names, world: World, *, negated: bool) -> bool:
    if not negated:
        return world.ask(names)
    gives_a_name = Names(names.buffer, NameMatch.SUFFIX, "")
    return world.ask(gives_a_name) and not world.ask(names)


def _carries(carrier: Carrier, packet: Packet) -> bool:
    match carrier:
        case Carrier.ANY:
            return True
        case Carrier.DATA:
            return packet.data
        case Carrier.REQUEST:
            return packet.data and packet.to_server and not packet.part
        case Carrier.RESPONSE:
            return packet.data and not packet.to_server
