"""What the protocol word of a rule header matches, as Suricata 7.0.10 reads it.

The transports of the application protocols are those that the running engine implies for a bare
``drop PROTOCOL any any -> any any`` (measured on 7.0.10).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.flow import ICMP, ICMPV6, SCTP, TCP, UDP

if TYPE_CHECKING:
    from nfw_reconcile.model.addresses import Family


class Payload(enum.Enum):
    """Which bytes of a TCP connection ``content`` looks at; other protocols have packets only."""

    PACKET = "packet"
    STREAM = "stream"


@dataclass(frozen=True, slots=True)
class ProtocolMatch:
    """What one protocol word matches.

    ``numbers`` is empty for any IP protocol; ``applications`` is empty for a rule that does not wait for
    protocol detection. ``known`` is false for a word that this engine has never heard of.
    """

    numbers: frozenset[int] = frozenset()
    family: Family | None = None
    applications: frozenset[str] = frozenset()
    payload: Payload = Payload.STREAM
    known: bool = True

    def admits(self, number: int, family: Family) -> bool:
        """Say whether a packet of that IP protocol and family can match."""
        return (not self.numbers or number in self.numbers) and self.family in (None, family)


_TCP_UDP: Final = frozenset({TCP, UDP})

_NETWORK: Final[dict[str, ProtocolMatch]] = {
    "ip": ProtocolMatch(),
    "pkthdr": ProtocolMatch(),
    "ip4": ProtocolMatch(family=4),
    "ipv4": ProtocolMatch(family=4),
    "ip6": ProtocolMatch(family=6),
    "ipv6": ProtocolMatch(family=6),
    "tcp": ProtocolMatch(frozenset({TCP})),
    "tcp-pkt": ProtocolMatch(frozenset({TCP}), payload=Payload.PACKET),
    "tcp-stream": ProtocolMatch(frozenset({TCP})),
    "udp": ProtocolMatch(frozenset({UDP})),
    "sctp": ProtocolMatch(frozenset({SCTP})),
    "icmp": ProtocolMatch(frozenset({ICMP, ICMPV6})),
    "icmpv4": ProtocolMatch(frozenset({ICMP})),
    "icmpv6": ProtocolMatch(frozenset({ICMPV6})),
}

_TRANSPORTS: Final[dict[str, frozenset[int]]] = {
    **dict.fromkeys(
        (
            "ftp", "ftp-data", "http1", "http2", "imap", "modbus", "dnp3", "mqtt", "pgsql",
            "rdp", "rfb", "smb", "smtp", "ssh", "telnet", "tls",
        ),
        frozenset({TCP}),
    ),
    **dict.fromkeys(("dcerpc", "dns", "enip", "krb5", "nfs"), _TCP_UDP),
    **dict.fromkeys(
        ("bittorrent-dht", "dhcp", "ike", "ntp", "quic", "sip", "snmp", "tftp"), frozenset({UDP})
    ),
}  # fmt: skip

APPLICATIONS: Final = frozenset(_TRANSPORTS)
"""Every application protocol that can be detected."""

_ALIASES: Final[dict[str, frozenset[str]]] = {
    "http": frozenset({"http1", "http2"}),
    "ikev2": frozenset({"ike"}),
}

UNKNOWN_PROTOCOL: Final = ProtocolMatch(known=False)


def applications(name: str) -> frozenset[str]:
    """Give the detected protocols that an application protocol name stands for; empty for an unknown name."""
    if name in _ALIASES:
        return _ALIASES[name]
    return frozenset({name}) if name in _TRANSPORTS else frozenset()


def transports(application: str) -> frozenset[int]:
    """Give the IP protocols over which an application protocol can be detected."""
    return _TRANSPORTS.get(application, _TCP_UDP)


def protocol_match(name: str) -> ProtocolMatch:
    """Give what a protocol word of a header matches; :data:`UNKNOWN_PROTOCOL` for one never heard of."""
    if name in _NETWORK:
        return _NETWORK[name]
    found = applications(name)
    if not found:
        return UNKNOWN_PROTOCOL
    numbers = frozenset(number for application in found for number in transports(application))
    return ProtocolMatch(numbers, applications=found)
