"""Packets as bytes, and pcap files of them, as far as Suricata has to read them.

Checksums are left at zero: Suricata is told not to look at them (``-k none``).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.flow import ICMP, ICMPV6, SCTP, TCP, UDP

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.model.addresses import Address
    from nfw_reconcile.model.flow import FiveTuple

GRE: Final = 47

_FLAG_BITS: Final = {"F": 1, "S": 2, "R": 4, "P": 8, "A": 16, "U": 32, "E": 64, "C": 128}
_HOPS: Final = 64
_WINDOW: Final = 65535
_RAW_IP: Final = 101
"""The link type of a pcap file whose packets begin with the IP header."""


def ip_packet(flow: FiveTuple, body: bytes) -> bytes:
    """Put an IPv4 or IPv6 header for the flow's source, destination and protocol before ``body``."""
    source, destination = _packed(flow.source), _packed(flow.destination)
    if flow.source.family == 6:
        head = struct.pack("!IHBB", 6 << 28, len(body), flow.protocol, _HOPS)
    else:
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), 1, 0, _HOPS, flow.protocol, 0)
    return head + source + destination + body


def _packed(address: Address) -> bytes:
    return address.value.to_bytes(4 if address.family == 4 else 16, "big")


def tcp_segment(
    flow: FiveTuple, flags: Iterable[str], sequence: int, acknowledged: int, data: bytes
) -> bytes:
    """Build a segment; ``flags`` are Suricata's letters."""
    bits = sum(_FLAG_BITS[flag] for flag in flags)
    head = struct.pack(
        "!HHIIBBHHH",
        flow.source_port,
        flow.destination_port,
        sequence,
        acknowledged,
        5 << 4,
        bits,
        _WINDOW,
        0,
        0,
    )
    return head + data


def udp_datagram(flow: FiveTuple, data: bytes) -> bytes:
    """Build a datagram."""
    return struct.pack("!HHHH", flow.source_port, flow.destination_port, 8 + len(data), 0) + data


def sctp_packet(flow: FiveTuple, data: bytes) -> bytes:
    """Build a packet with one DATA chunk."""
    padded = data + bytes(-len(data) % 4)
    chunk = struct.pack("!BBHIHHI", 0, 3, 16 + len(data), 1, 0, 0, 0) + padded
    return struct.pack("!HHII", flow.source_port, flow.destination_port, 1, 0) + chunk


def echo_message(flow: FiveTuple, *, reply: bool) -> bytes:
    """Build an echo request or reply, for IPv4 or IPv6."""
    request, answer = (128, 129) if flow.source.family == 6 else (8, 0)
    return struct.pack("!BBHHH", answer if reply else request, 0, 0, 1, 1) + b"ping"


def gre_packet(data: bytes) -> bytes:
    """Build a GRE packet around something that is no protocol Suricata knows."""
    return struct.pack("!HH", 0, 0x1234) + data


def body_of(flow: FiveTuple, data: bytes, *, reply: bool) -> bytes:
    """Build the transport part of a packet of any protocol but TCP."""
    match flow.protocol:
        case protocol if protocol == UDP:
            return udp_datagram(flow, data)
        case protocol if protocol == SCTP:
            return sctp_packet(flow, data)
        case protocol if protocol in {ICMP, ICMPV6}:
            return echo_message(flow, reply=reply)
        case protocol if protocol == GRE:
            return gre_packet(data)
        case protocol:
            message = f"no packet is built for protocol {protocol} (TCP is {TCP}: use tcp_segment)"
            raise ValueError(message)


def pcap(packets: Iterable[bytes]) -> bytes:
    """Write a capture file; the packets are a millisecond apart."""
    parts = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, _RAW_IP)]
    for number, packet in enumerate(packets):
        seconds, milliseconds = divmod(number, 1000)
        length = len(packet)
        parts += [struct.pack("<IIII", 1_700_000_000 + seconds, milliseconds * 1000, length, length), packet]
    return b"".join(parts)
