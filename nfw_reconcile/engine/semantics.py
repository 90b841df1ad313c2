"""From the options of a rule to their meaning."""

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
    OpaqueIs,
    ProtocolNumbers,
    Reach,
    Stateful,
    TcpFlagsAre,
    When,
)
from nfw_reconcile.engine.names import BUFFERS, read_name
from nfw_reconcile.engine.protocols import Payload, ProtocolMatch, applications

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.model.rule import Option

LABELS: Final = frozenset(
    {
        "msg",
        "sid",
        "rev",
        "gid",
        "classtype",
        "reference",
        "metadata",
        "target",
        "noalert",
        "alert",
        "priority",
    }
)
"""Options that neither ask anything nor are part of what a rule is."""

INERT: Final = LABELS | {"tag", "logto", "requires"}
"""Options that ask nothing of a packet."""

_COUNTERS: Final = frozenset({"threshold", "detection_filter"})
_STATE: Final = frozenset({"flowbits", "xbits", "hostbits", "flowint", "pktvar", "flowvar", "lua", "luajit",
                           "dataset", "datarep", "iprep", "app-layer-event"})  # fmt: skip
_SETS_STATE_ONLY: Final = ("set", "unset", "toggle", "noalert")

_PACKET_KEYWORDS: Final = frozenset(
    {
        "ttl", "tos", "id", "ipopts", "sameip", "fragbits", "fragoffset", "geoip", "seq", "ack", "window",
        "itype", "icode", "icmp_id", "icmp_seq", "tcp.mss", "tcp.hdr", "udp.hdr", "icmpv4.hdr", "icmpv6.hdr",
        "icmpv6.mtu", "ipv4.hdr", "ipv6.hdr", "ipv4-csum", "tcpv4-csum", "tcpv6-csum", "udpv4-csum",
        "udpv6-csum", "icmpv4-csum", "icmpv6-csum", "flow.age", "flow.pkts_toclient", "flow.pkts_toserver",
        "flow.bytes_toclient", "flow.bytes_toserver", "stream_size", "flags", "dsize", "tcp.flags",
    }
)  # fmt: skip

_PAYLOAD_KEYWORDS: Final = frozenset(
    {
        "content", "pcre", "byte_test", "byte_jump", "byte_extract", "byte_math", "isdataat", "bsize",
        "pkt_data", "absent",
    }
)  # fmt: skip

_MODIFIERS: Final = frozenset(
    {
        "nocase", "depth", "offset", "distance", "within", "startswith", "endswith", "fast_pattern", "rawbytes",
        "replace", "dotprefix", "to_lowercase", "to_uppercase", "to_md5", "to_sha1", "to_sha256", "url_decode",
        "strip_whitespace", "compress_whitespace", "pcrexform", "xor", "header_lowercase", "strip_pseudo_headers",
        "prefilter",
    }
)  # fmt: skip

_APPLICATION_PREFIXES: Final[dict[str, str]] = {
    "tls": "tls", "ssl": "tls", "ja3": "tls", "ja4": "tls", "http": "http", "http2": "http2", "dns": "dns",
    "ssh": "ssh", "smb": "smb", "krb5": "krb5", "krb5_": "krb5", "quic": "quic", "smtp": "smtp", "ftp": "ftp",
    "mqtt": "mqtt", "snmp": "snmp", "sip": "sip", "rfb": "rfb", "dcerpc": "dcerpc", "ike": "ike", "nfs": "nfs",
}  # fmt: skip

_APPLICATION_KEYWORDS: Final[dict[str, str]] = {
    "urilen": "http", "uricontent": "http", "file.data": "", "file_data": "", "ssl_state": "tls",
    "ssl_version": "tls", "dce_iface": "dcerpc", "dce_opnum": "dcerpc", "dce_stub_data": "dcerpc",
    "ftpdata_command": "ftp-data", "ftpbounce": "ftp", "dns_query": "dns", "filename": "", "fileext": "",
    "filemagic": "", "filesize": "", "filestore": "", "filemd5": "", "filesha1": "", "filesha256": "",
    "aws_url_category": "", "aws_domain_category": "", "aws_route_53_resolved_domain": "",
}  # fmt: skip

_RESPONSES: Final = (
    "http.stat", "http.response", "http.server", "http.location", "http_stat", "http_server", "tls.cert",
    "tls.subject", "tls.issuer", "tls.fingerprint", "tls.serial", "ja3s", "ja4s", "dns.answer", "ssh.server",
)  # fmt: skip


def meaning_of(options: Sequence[Option], protocol: ProtocolMatch, *, negated_address: bool) -> Meaning:
    """Work out what the options of a rule ask, when they are asked, and how far the rule's action reaches.

    ``negated_address`` says whether the source or destination holds a negation anywhere.
    """
    reader = _Reader(protocol)
    position = 0
    while position < len(options):
        position += reader.read(options, position)
    return reader.meaning(negated_address=negated_address)


class _Reader:
    """Collects conditions and the traits that decide the type of the rule."""

    def __init__(self, protocol: ProtocolMatch) -> None:
        self._protocol = protocol
        self._conditions: list[Condition] = []
        self._flow: FlowState | None = None
        self._priority = 3
        self._traits: set[str] = set()
        if protocol.applications:
            self._conditions.append(ApplicationIs(protocol.applications))
            self._traits.add("application")

    def read(self, options: Sequence[Option], position: int) -> int:
        """Take in the option at a position, with the content and modifiers that belong to it; give their number."""
        option = options[position]
        keyword, value = option.keyword, option.value or ""
        if keyword in BUFFERS:
            return self._read_name(options, position)
        if keyword == "priority" and value.isdecimal():
            self._priority = int(value)
        elif keyword == "flow":
            self._read_flow(value)
        elif keyword == "ip_proto":
            self._conditions.append(ProtocolNumbers(_protocol_numbers(value)))
        elif keyword == "app-layer-protocol":
            self._read_application(value)
        elif keyword in _STATE or keyword in _COUNTERS:
            self._read_state(keyword, value)
        elif keyword == "decode-event":
            self._add("packet", OpaqueIs(str(option).rstrip(";"), Carrier.ANY))
        elif keyword not in INERT:
            return self._read_payload(options, position)
        return 1

    def _add(self, trait: str, condition: Condition) -> None:
        self._traits.add(trait)
        self._conditions.append(condition)

    def _read_name(self, options: Sequence[Option], position: int) -> int:
        read = read_name(options, position)
        self._traits.add("transaction")
        self._conditions.extend(read.conditions)
        return read.used

    def _read_flow(self, value: str) -> None:
        words = {word.strip().lower() for word in value.split(",")}
        to_server = True if words & {"to_server", "from_client"} else None
        to_server = False if words & {"to_client", "from_server"} else to_server
        established = True if "established" in words else None
        established = False if "not_established" in words else established
        self._flow = FlowState(to_server, established)
        self._traits.add("flow state" if words - _DIRECTIONS else "flow direction")
        for word in sorted(words - _FLOW_WORDS):
            self._add("unknown", Stateful(f"flow:{word}"))

    def _read_application(self, value: str) -> None:
        negated = value.startswith("!")
        name = value.lstrip("!").split(",")[0].strip().lower()
        found = applications(name)
        self._traits.add("detection")
        if found and "," not in value:
            self._conditions.append(ApplicationIs(found, negated))
        else:
            self._conditions.append(OpaqueIs(f"app-layer-protocol:{value}", Carrier.DATA))

    def _read_state(self, keyword: str, value: str) -> None:
        command = value.split(",", maxsplit=1)[0].strip().lower()
        if keyword in {"flowbits", "xbits", "hostbits"} and command in _SETS_STATE_ONLY:
            return
        trait = "counter" if keyword in _COUNTERS else "packet"
        self._add(trait, Stateful(f"{keyword}:{value}"))

    def _read_payload(self, options: Sequence[Option], position: int) -> int:
        used = _clause_length(options, position)
        clause = options[position : position + used]
        keyword, value = clause[0].keyword, clause[0].value or ""
        text = " ".join(str(option) for option in clause if option.keyword != "fast_pattern").rstrip(";")
        simple = _simple_condition(keyword, value.replace(" ", ""))
        trait, carrier = _trait(keyword, text)
        if simple is not None:
            self._add(trait, simple)
        else:
            self._add(trait, OpaqueIs(text, carrier))
            application = applications(_application_of(keyword))
            if application:
                self._conditions.insert(0, ApplicationIs(application))
        return used

    def meaning(self, *, negated_address: bool) -> Meaning:
        """Put the traits together into the rule's type: when it is tried and how far it reaches."""
        when, reach = self._type(negated_address=negated_address)
        return Meaning(when, reach, self._flow, tuple(self._conditions), self._priority)

    def _type(self, *, negated_address: bool) -> tuple[When, Reach]:
        traits = self._traits
        if "unknown" in traits:
            return When.EVERY, Reach.UNSURE
        if "transaction" in traits:
            return When.EVERY, Reach.FLOW
        if "payload" in traits:
            stream = self._protocol.payload is Payload.STREAM and "packet" not in traits
            return When.EVERY, Reach.FLOW if stream else Reach.PACKET
        if traits & {"packet", "flow state"}:
            return When.EVERY, Reach.PACKET
        if "flow direction" in traits:
            return When.EVERY, Reach.FLOW if "detection" in traits else Reach.PACKET
        if traits & {"application", "detection"} or negated_address:
            return When.EVERY, Reach.FLOW
        return When.FIRST, Reach.FLOW


_DIRECTIONS: Final = frozenset({"to_server", "to_client", "from_client", "from_server"})
_FLOW_WORDS: Final = _DIRECTIONS | {"established", "not_established", "stateless", "only_stream", "no_stream",
                                    "no_frag", "only_frag"}  # fmt: skip


def _protocol_numbers(value: str) -> frozenset[int]:
    text = value.replace(" ", "")
    names = {"ICMP": 1, "TCP": 6, "UDP": 17, "GRE": 47, "ESP": 50, "AH": 51, "IPV6-ICMP": 58, "SCTP": 132}
    operator = text[:1] if text[:1] in {"!", "<", ">"} else ""
    word = text.removeprefix(operator).upper()
    number = names.get(word, int(word) if word.isdecimal() else -1)
    everything = range(256)
    match operator:
        case "!":
            return frozenset(everything) - {number}
        case "<":
            return frozenset(range(max(number, 0)))
        case ">":
            return frozenset(range(number + 1, 256))
        case _:
            return frozenset({number})


def _clause_length(options: Sequence[Option], position: int) -> int:
    """Count an option with all that refines it: a buffer's contents, a content's modifiers."""
    end = position + 1
    refining = _MODIFIERS | (_PAYLOAD_KEYWORDS if _is_buffer(options[position]) else frozenset())
    while end < len(options) and options[end].keyword in refining:
        end += 1
    return end - position


def _is_buffer(option: Option) -> bool:
    return option.value is None and "." in option.keyword


def _application_of(keyword: str) -> str:
    if keyword in _APPLICATION_KEYWORDS:
        return _APPLICATION_KEYWORDS[keyword]
    prefix = keyword.replace("_", ".").split(".")[0]
    return _APPLICATION_PREFIXES.get(prefix, "")


def _trait(keyword: str, text: str) -> tuple[str, Carrier]:
    if keyword in _PACKET_KEYWORDS:
        return "packet", Carrier.ANY
    if keyword in _PAYLOAD_KEYWORDS:
        return "payload", Carrier.DATA
    if keyword in _APPLICATION_KEYWORDS or _application_of(keyword):
        response = text.startswith(_RESPONSES)
        return "transaction", Carrier.RESPONSE if response else Carrier.REQUEST
    return "unknown", Carrier.ANY


def _simple_condition(keyword: str, value: str) -> Condition | None:
    if keyword in {"flags", "tcp.flags"} and value.isalpha() and set(value.upper()) <= set("FSRPAUCE"):
        return TcpFlagsAre(frozenset(value.upper()))
    if keyword == "dsize" and value in {">0", "0"}:
        return DataSize(value == ">0")
    if keyword == "ssl_state" and value == "client_hello":
        return ClientHello()
    return None
