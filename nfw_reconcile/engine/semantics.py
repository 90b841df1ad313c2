"""From the options of a rule to their meaning."""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.conditions import (
    ApplicationIs,
    Carrier,
    ClientHello,
    Condition,
    DataSize,
    FlagMatch,
    FlowState,
    Meaning,
    OpaqueIs,
    ProtocolNumbers,
    Reach,
    Stateful,
    TcpFlagsAre,
    When,
)
from nfw_reconcile.engine.keywords import (
    BITS,
    COUNTERS,
    EVENTS,
    INERT,
    PACKET,
    STATE,
    application_of,
    clause_at,
    clause_text,
    in_request,
    in_response,
    inspects,
    is_http_modifier,
)
from nfw_reconcile.engine.names import BUFFERS, name_conditions
from nfw_reconcile.engine.protocols import Payload, ProtocolMatch, applications
from nfw_reconcile.model.flow import TCP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.model.rule import Option


def meaning_of(options: Sequence[Option], protocol: ProtocolMatch, *, negated_address: bool) -> Meaning:
    """Work out what the options of a rule ask, when they are asked, and how far the rule's action reaches.

    ``negated_address`` says whether the source or destination holds a negation anywhere.
    """
    reader = _Reader(protocol)
    for option in options:
        if not inspects(option):
            reader.read(option)
    inspecting = [option for option in options if inspects(option)]
    position = 0
    while position < len(inspecting):
        clause = clause_at(inspecting, position)
        reader.read_clause(clause)
        position += len(clause)
    return reader.meaning(negated_address=negated_address)


class _Trait(enum.Enum):
    """What decides the type of a rule."""

    APPLICATION = "the header names an application protocol"
    DETECTION = "app-layer-protocol"
    TRANSACTION = "a buffer of an application protocol"
    PAYLOAD = "content outside such buffers"
    PACKET = "something only packets have"
    NUMBERS = "ip_proto"
    PACKETS_ONLY = "flow:no_stream"
    DIRECTION = "flow with a direction only"
    FLOW = "flow with more than a direction"
    STATE = "the past of the flow"
    SHARED_STATE = "the past of a host or pair of hosts"
    CLEARS_BITS = "flowbits:unset or toggle"
    UNKNOWN = "a keyword not known"


class _Reader:
    """Collects conditions, and the traits that decide the type of the rule."""

    def __init__(self, protocol: ProtocolMatch) -> None:
        self._protocol = protocol
        self._conditions: list[Condition] = []
        self._flow: FlowState | None = None
        self._traits: set[_Trait] = set()
        if protocol.applications:
            self._add(_Trait.APPLICATION, ApplicationIs(protocol.applications))

    def _add(self, trait: _Trait, condition: Condition) -> None:
        self._traits.add(trait)
        self._conditions.append(condition)

    def read(self, option: Option) -> None:
        """Take in an option that stands for itself."""
        keyword, value = option.keyword, option.value or ""
        if keyword == "flow":
            self._read_flow(value)
        elif keyword == "ip_proto":
            self._add(_Trait.NUMBERS, ProtocolNumbers(_protocol_numbers(value)))
        elif keyword == "app-layer-protocol":
            self._read_application(value)
        elif keyword in BITS:
            self._read_bits(keyword, value)
        elif keyword in COUNTERS:
            self._conditions.append(Stateful(str(option).rstrip(";")))
        elif keyword in STATE:
            self._add(_Trait.STATE, Stateful(str(option).rstrip(";")))
        elif keyword not in INERT:
            self.read_clause((option,))

    def _read_flow(self, value: str) -> None:
        words = {word.strip().lower() for word in value.split(",")}
        to_server = True if words & {"to_server", "from_client"} else None
        to_server = False if words & {"to_client", "from_server"} else to_server
        established = True if "established" in words else None
        established = False if "not_established" in words else established
        self._flow = FlowState(to_server, established, of_flow=not words <= _DIRECTIONS | {"no_stream"})
        self._traits.add(_Trait.DIRECTION if words <= _DIRECTIONS else _Trait.FLOW)
        if "no_stream" in words:
            self._traits.add(_Trait.PACKETS_ONLY)
        self._conditions += [OpaqueIs(f"flow:{word}", Carrier.ANY) for word in sorted(words & _PIECES)]
        for word in sorted(words - _FLOW_WORDS):
            self._add(_Trait.UNKNOWN, Stateful(f"flow:{word}"))

    def _read_application(self, value: str) -> None:
        negated = value.startswith("!")
        found = applications(value.removeprefix("!").strip().lower())
        if found:
            self._add(_Trait.DETECTION, ApplicationIs(found, negated))
        else:
            self._add(_Trait.DETECTION, OpaqueIs(f"app-layer-protocol:{value}", Carrier.DATA))

    def _read_bits(self, keyword: str, value: str) -> None:
        command = value.split(",", maxsplit=1)[0].strip().lower()
        if command in {"isset", "isnotset"}:
            trait = _Trait.STATE if keyword == "flowbits" else _Trait.SHARED_STATE
            self._add(trait, Stateful(f"{keyword}:{value}"))
        elif keyword == "flowbits" and command in {"unset", "toggle"}:
            self._traits.add(_Trait.CLEARS_BITS)

    def read_clause(self, clause: Sequence[Option]) -> None:
        """Take in a content or buffer with all that belongs to it, or any other option that asks something."""
        keyword = clause[0].keyword
        if keyword in BUFFERS:
            self._traits.add(_Trait.TRANSACTION)
            self._conditions += name_conditions(clause)
            return
        trait = _trait(clause)
        simple = _simple_condition(keyword, (clause[0].value or "").replace(" ", ""))
        application = applications(_application_of(clause) or "")
        if application and simple is None:
            self._conditions.append(ApplicationIs(application))
        self._add(trait, simple or OpaqueIs(clause_text(clause), _carrier(clause, trait)))

    def meaning(self, *, negated_address: bool) -> Meaning:
        """Put the traits together into the rule's type: when it is tried and how far it reaches."""
        when, reach = self._type(negated_address=negated_address)
        return Meaning(when, reach, self._flow, tuple(self._conditions))

    def _type(self, *, negated_address: bool) -> tuple[When, Reach]:
        traits = self._traits
        if _Trait.UNKNOWN in traits:
            return When.EVERY, Reach.UNSURE
        if _Trait.TRANSACTION in traits:
            return When.EVERY, Reach.FLOW
        if _Trait.PAYLOAD in traits:
            return When.EVERY, self._payload_reach()
        if traits & {_Trait.PACKET, _Trait.FLOW, _Trait.STATE}:
            return When.EVERY, Reach.PACKET
        if _Trait.APPLICATION in traits:
            return When.EVERY, Reach.PACKET if _Trait.SHARED_STATE in traits else Reach.FLOW
        if _Trait.DETECTION in traits:
            return When.EVERY, Reach.FLOW
        if traits & {_Trait.DIRECTION, _Trait.CLEARS_BITS}:
            return When.EVERY, Reach.PACKET
        return When.EVERY if negated_address else When.FIRST, Reach.FLOW

    def _payload_reach(self) -> Reach:
        """Tell whether the payload is looked at as a stream; only TCP has one."""
        numbers = self._protocol.numbers
        packets = self._traits & {_Trait.PACKET, _Trait.NUMBERS, _Trait.PACKETS_ONLY}
        if packets or self._protocol.payload is Payload.PACKET or (numbers and TCP not in numbers):
            return Reach.PACKET
        return Reach.STREAM


_DIRECTIONS: Final = frozenset({"to_server", "to_client", "from_client", "from_server"})
_PIECES: Final = frozenset({"only_stream", "only_frag"})
_FLOW_WORDS: Final = (
    _DIRECTIONS | _PIECES | {"established", "not_established", "stateless", "no_stream", "no_frag"}
)
_PROTOCOL_NUMBERS: Final = {
    "ICMP": 1, "TCP": 6, "UDP": 17, "GRE": 47, "ESP": 50, "AH": 51, "IPV6-ICMP": 58, "SCTP": 132,
}  # fmt: skip


def _protocol_numbers(value: str) -> frozenset[int]:
    text = value.replace(" ", "")
    operator = text[:1] if text[:1] in {"!", "<", ">"} else ""
    word = text.removeprefix(operator).upper()
    number = _PROTOCOL_NUMBERS.get(word, int(word) if word.isdecimal() else -1)
    match operator:
        case "!":
            return frozenset(range(256)) - {number}
        case "<":
            return frozenset(range(max(number, 0)))
        case ">":
            return frozenset(range(number + 1, 256))
        case _:
            return frozenset({number})


def _application_of(clause: Sequence[Option]) -> str | None:
    return "http" if any(map(is_http_modifier, clause)) else application_of(clause[0].keyword)


def _trait(clause: Sequence[Option]) -> _Trait:
    keyword = clause[0].keyword
    if keyword in PACKET:
        return _Trait.PACKET
    if keyword in EVENTS:
        return _Trait.STATE
    if _application_of(clause) is not None:
        return _Trait.TRANSACTION
    return _Trait.PAYLOAD if inspects(clause[0]) else _Trait.UNKNOWN


def _carrier(clause: Sequence[Option], trait: _Trait) -> Carrier:
    if trait not in {_Trait.TRANSACTION, _Trait.PAYLOAD}:
        return Carrier.ANY
    named = [option.keyword for option in clause if is_http_modifier(option)] or [clause_text(clause)]
    if all(map(in_request, named)):
        return Carrier.REQUEST
    return Carrier.RESPONSE if all(map(in_response, named)) else Carrier.DATA


_FLAGS: Final = re.compile(r"([+*!]?)([FSRPAUCE012]+)([+*!]?)(?:,([FSRPAUCE12]+))?")


def _simple_condition(keyword: str, value: str) -> Condition | None:
    if keyword in {"flags", "tcp.flags"}:
        return _tcp_flags(value)
    if keyword == "dsize" and value in {">0", "!0", "0"}:
        return DataSize(value != "0")
    if keyword == "ssl_state" and value == "client_hello":
        return ClientHello()
    return None


def _tcp_flags(value: str) -> TcpFlagsAre | None:
    found = _FLAGS.fullmatch(value)
    if found is None or (found[1] and found[3]):
        return None
    return TcpFlagsAre(_letters(found[2]), _letters(found[4] or ""), FlagMatch(found[1] or found[3]))


def _letters(text: str) -> frozenset[str]:
    return frozenset(text.replace("1", "C").replace("2", "E").replace("0", ""))
