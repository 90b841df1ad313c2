"""What clients and servers say, in bytes, so that Suricata recognises the protocol and the name."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.questions import OTHER, UNDETECTED
from nfw_reconcile.model.flow import TCP
from tests.oracle.conversation import NO_PROTOCOL, Payload

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.realities import Reality

_TLS_1_2: Final = b"\x03\x03"
_HANDSHAKE, _ALERT, _CLIENT_HELLO, _SERVER_NAME = 22, 21, 1, 0


def payload_of(reality: Reality) -> Payload:
    """Give what both sides say in a conversation of which everything is known."""
    if reality.application == "dns":
        over_tcp = reality.flow.protocol == TCP
        return Payload(
            dns_message(reality.name, over_tcp=over_tcp),
            dns_message(reality.name, over_tcp=over_tcp, reply=True),
        )
    return _SAID[reality.application](reality.name)


def client_hello(name: str) -> bytes:
    """Build the first record of a TLS connection; without a name it has no server_name extension."""
    host = name.encode()
    entry = struct.pack("!BH", 0, len(host)) + host
    names = struct.pack("!H", len(entry)) + entry
    extensions = struct.pack("!HH", _SERVER_NAME, len(names)) + names if name else b""
    ciphers, compressions = b"\x13\x01\xc0\x2f", b"\x00"
    hello = _TLS_1_2 + bytes(range(32)) + b"\x00"
    hello += struct.pack("!H", len(ciphers)) + ciphers + struct.pack("!B", len(compressions)) + compressions
    hello += struct.pack("!H", len(extensions)) + extensions
    message = struct.pack("!I", _CLIENT_HELLO << 24 | len(hello)) + hello
    return _record(_HANDSHAKE, message)


def _record(kind: int, message: bytes) -> bytes:
    return struct.pack("!B", kind) + _TLS_1_2 + struct.pack("!H", len(message)) + message


def http_request(host: str) -> bytes:
    """Build a request for a page; without a name it has no Host header."""
    header = f"Host: {host}\r\n" if host else ""
    return f"GET / HTTP/1.1\r\n{header}User-Agent: test\r\n\r\n".encode()


def dns_message(name: str, *, over_tcp: bool, reply: bool = False) -> bytes:
    """Build a question for the address of a name, or a reply that knows none."""
    labels = b"".join(struct.pack("!B", len(label)) + label.encode() for label in name.split("."))
    flags = 0x8180 if reply else 0x0100
    message = struct.pack("!HHHHHH", 7, flags, 1, 0, 0, 0) + labels + b"\x00" + struct.pack("!HH", 1, 1)
    return struct.pack("!H", len(message)) + message if over_tcp else message


_SIP_REQUEST: Final = (
    b"OPTIONS sip:b@example.com SIP/2.0\r\n"
    b"Via: SIP/2.0/TCP 10.0.1.10:5060;branch=z9hG4bK1\r\n"
    b"From: <sip:a@example.com>;tag=1\r\n"
    b"To: <sip:b@example.com>\r\n"
    b"Call-ID: 1@10.0.1.10\r\n"
    b"CSeq: 1 OPTIONS\r\n"
    b"Content-Length: 0\r\n\r\n"
)

_SAID: Final[dict[str, Callable[[str], Payload]]] = {
    "tls": lambda name: Payload(client_hello(name), _record(_ALERT, b"\x02\x28")),
    "http1": lambda name: Payload(http_request(name), b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    "ssh": lambda _: Payload(b"SSH-2.0-client\r\n", b"SSH-2.0-server\r\n"),
    "sip": lambda _: Payload(_SIP_REQUEST, b"SIP/2.0 200 OK\r\n\r\n"),
    UNDETECTED: lambda _: Payload(),
    OTHER: lambda _: Payload(NO_PROTOCOL * 50),
}
