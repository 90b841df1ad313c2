"""Flows: the 5-tuple that the firewall tracks, and what a capture says about one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from nfw_reconcile.model.addresses import Address

PROTOCOL_NAMES: Final[dict[int, str]] = {1: "ICMP", 6: "TCP", 17: "UDP", 47: "GRE", 58: "ICMPv6", 132: "SCTP"}
PROTOCOL_NUMBERS: Final[dict[str, int]] = {name.upper(): number for number, name in PROTOCOL_NAMES.items()}
TCP: Final = 6
UDP: Final = 17
SCTP: Final = 132
ICMP: Final = 1
ICMPV6: Final = 58
PROTOCOLS_WITH_PORTS: Final = frozenset({TCP, UDP, SCTP})


class FiveTuple(NamedTuple):
    """What identifies a flow. The source is taken as the initiator; ports are 0 where the protocol has none."""

    protocol: int
    source: Address
    source_port: int
    destination: Address
    destination_port: int

    def reversed(self) -> FiveTuple:
        """Give the tuple as the other side's packets carry it."""
        return FiveTuple(
            self.protocol, self.destination, self.destination_port, self.source, self.source_port
        )

    def canonical(self) -> FiveTuple:
        """Give the same value for a tuple and its mirror image: both name one connection."""
        return min(self, self.reversed())

    def __str__(self) -> str:
        name = PROTOCOL_NAMES.get(self.protocol, str(self.protocol))
        source = endpoint(self.source, self.source_port)
        return f"{name} {source} -> {endpoint(self.destination, self.destination_port)}"


def endpoint(address: Address, port: int) -> str:
    """Write an endpoint as people do: ``10.0.0.1:443``, ``[2001:db8::1]:443``, or the address alone for port 0."""
    if not port:
        return str(address)
    return f"[{address}]:{port}" if address.family == 6 else f"{address}:{port}"


@dataclass(frozen=True, slots=True)
class CapturedFlow:
    """One entry of a flow table: the tuple, and age in seconds, packets and bytes where they were given."""

    tuple: FiveTuple
    age: int | None = None
    packets: int | None = None
    bytes: int | None = None
    zone: str | None = None
