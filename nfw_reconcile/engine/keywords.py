"""The keywords of rule options, by what they say about a rule (Suricata user guide, "Rules")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.model.rule import Option

LABELS: Final = frozenset(
    {
        "msg", "sid", "rev", "gid", "classtype", "reference", "metadata", "target", "noalert", "alert",
        "priority",
    }
)  # fmt: skip
"""Options that neither ask anything nor are part of what a rule is."""

INERT: Final = LABELS | {"tag", "logto", "requires"}
"""Options that ask nothing of a packet."""

BITS: Final = frozenset({"flowbits", "xbits", "hostbits"})
COUNTERS: Final = frozenset({"threshold", "detection_filter"})
STATE: Final = frozenset({"flowint", "pktvar", "flowvar", "lua", "luajit", "iprep"})
"""Options that ask about what other rules or flows have left behind; so do bits and counters."""

EVENTS: Final = frozenset({"app-layer-event", "stream-event", "decode-event", "stream_size"})
"""Options that ask about what the conversation has been like so far."""

PACKET: Final = frozenset(
    {
        "ttl", "tos", "id", "ipopts", "sameip", "fragbits", "fragoffset", "geoip", "seq", "ack", "window",
        "itype", "icode", "icmp_id", "icmp_seq", "tcp.mss", "tcp.hdr", "udp.hdr", "icmpv4.hdr", "icmpv6.hdr",
        "icmpv6.mtu", "ipv4.hdr", "ipv6.hdr", "ipv4-csum", "tcpv4-csum", "tcpv6-csum", "udpv4-csum",
        "udpv6-csum", "icmpv4-csum", "icmpv6-csum", "flow.age", "flow.pkts_toclient", "flow.pkts_toserver",
        "flow.bytes_toclient", "flow.bytes_toserver", "flags", "dsize", "tcp.flags",
    }
)  # fmt: skip
"""Options that make a rule look at packets, never at streams."""

PAYLOAD: Final = frozenset(
    {
        "content", "pcre", "byte_test", "byte_jump", "byte_extract", "byte_math", "isdataat", "bsize",
        "pkt_data", "absent", "dataset", "datarep",
    }
)  # fmt: skip
"""Options that look into the payload, or into the buffer that was named before them."""

MODIFIERS: Final = frozenset(
    {
        "nocase", "depth", "offset", "distance", "within", "startswith", "endswith", "fast_pattern", "rawbytes",
        "replace", "dotprefix", "to_lowercase", "to_uppercase", "to_md5", "to_sha1", "to_sha256", "url_decode",
        "strip_whitespace", "compress_whitespace", "pcrexform", "xor", "header_lowercase", "strip_pseudo_headers",
        "prefilter",
    }
)  # fmt: skip
"""Options that refine the content before them, or the buffer."""

_HTTP_MODIFIERS: Final = frozenset(
    {
        "http_client_body", "http_cookie", "http_header", "http_host", "http_method", "http_raw_header",
        "http_raw_host", "http_raw_uri", "http_server_body", "http_stat_code", "http_stat_msg", "http_uri",
        "http_user_agent",
    }
)  # fmt: skip
"""Modifiers of an older syntax, behind a content, that say which buffer it looks into."""

_PREFIXES: Final[dict[str, str]] = {
    "tls": "tls", "ssl": "tls", "ja3": "tls", "ja3s": "tls", "ja4": "tls", "http": "http", "http2": "http2",
    "dns": "dns", "ssh": "ssh", "smb": "smb", "krb5": "krb5", "quic": "quic", "smtp": "smtp", "ftp": "ftp",
    "mqtt": "mqtt", "snmp": "snmp", "sip": "sip", "rfb": "rfb", "dcerpc": "dcerpc", "ike": "ike", "nfs": "nfs",
}  # fmt: skip

_APPLICATIONS: Final[dict[str, str]] = {
    "urilen": "http", "uricontent": "http", "file.data": "", "file_data": "", "ssl_state": "tls",
    "ssl_version": "tls", "dce_iface": "dcerpc", "dce_opnum": "dcerpc", "dce_stub_data": "dcerpc",
    "ftpdata_command": "ftp-data", "ftpbounce": "ftp", "filename": "", "fileext": "", "filemagic": "",
    "filesize": "", "filestore": "", "filemd5": "", "filesha1": "", "filesha256": "", "aws_url_category": "",
    "aws_domain_category": "", "aws_route_53_resolved_domain": "",
}  # fmt: skip

_REQUESTS: Final = (
    "http.uri", "http.method", "http.host", "http.user_agent", "http.referer", "http.accept", "http.request",
    "http_uri", "http_method", "http_host", "http_user_agent", "http_raw_uri", "http_raw_host", "http_client",
    "urilen", "uricontent", "tls.sni", "tls_sni", "ssl_state:client_hello", "ja3.", "ja3_", "ja4.", "dns.query",
    "dns_query", "aws_",
)  # fmt: skip
_RESPONSES: Final = (
    "http.stat", "http.response", "http.server", "http.location", "http_stat", "http_server", "tls.cert",
    "tls_cert", "tls.subject", "tls.issuer", "tls.fingerprint", "tls.serial", "ja3s", "dns.answer",
)  # fmt: skip


def application_of(keyword: str) -> str | None:
    """Give the protocol that a keyword looks into, ``""`` where it is any; ``None`` for other keywords."""
    found = _APPLICATIONS.get(keyword)
    if found is not None:
        return found
    return _PREFIXES.get(keyword.replace("_", ".").split(".", maxsplit=1)[0])


def in_request(clause: str) -> bool:
    """Say whether a clause, as text, looks into what only the client sends."""
    return clause.startswith(_REQUESTS)


def in_response(clause: str) -> bool:
    """Say whether a clause, as text, looks into what only the server sends."""
    return clause.startswith(_RESPONSES)


def is_http_modifier(option: Option) -> bool:
    """Say whether the option sends the content before it into a buffer of HTTP."""
    return option.value is None and option.keyword in _HTTP_MODIFIERS


def is_buffer(option: Option) -> bool:
    """Say whether all contents behind the option, up to the next one, look into what it names."""
    if option.value is not None or is_http_modifier(option):
        return False
    keyword = option.keyword
    return "." in keyword or keyword in {"pkt_data", "base64_data"} or application_of(keyword) is not None


def inspects(option: Option) -> bool:
    """Say whether the option belongs to a clause: a buffer, what looks into it, and what refines that.

    The place of all other options in a rule means nothing.
    """
    return (
        option.keyword in PAYLOAD
        or option.keyword in MODIFIERS
        or is_http_modifier(option)
        or is_buffer(option)
    )


def clause_at(options: Sequence[Option], position: int) -> Sequence[Option]:
    """Give the clause that begins at a position: all up to the next buffer."""
    end = position + 1
    while end < len(options) and not is_buffer(options[end]):
        end += 1
    return options[position:end]


def clause_text(clause: Sequence[Option]) -> str:
    """Give the name of what a clause asks; what only makes it fast is no part of it."""
    return " ".join(str(option) for option in clause if option.keyword != "fast_pattern").rstrip(";")
