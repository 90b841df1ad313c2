"""Who talks through the demo's firewall: a small company's connections, by kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import TCP, UDP, FiveTuple

ZONES: Final = ("eu-west-1a", "eu-west-1b", "eu-west-1c")
_FIRST_PORT: Final = 49200


@dataclass(frozen=True, slots=True)
class Kind:
    """Connections of one kind: from consecutive addresses to a few servers, on one port."""

    name: str
    protocol: int
    first_client: str
    clients: int
    servers: tuple[str, ...]
    port: int

    def flows(self) -> list[FiveTuple]:
        """Give the connections of this kind; the same ones every time."""
        first = Address.parse(self.first_client)
        servers = [Address.parse(server) for server in self.servers]
        return [
            FiveTuple(
                self.protocol,
                Address(first.family, first.value + number),
                _FIRST_PORT + 7 * number,
                servers[number % len(servers)],
                self.port,
            )
            for number in range(self.clients)
        ]


KINDS: Final = (
    Kind("shop servers, HTTPS", TCP, "10.20.8.10", 40, ("203.0.113.10", "203.0.113.80"), 443),
    Kind("shop servers, plain HTTP", TCP, "10.20.9.10", 12, ("203.0.113.33",), 80),
    Kind("office desks, HTTPS", TCP, "10.20.1.20", 24, ("203.0.113.10", "203.0.113.144"), 443),
    Kind("file transfer, partner's server", TCP, "10.20.8.200", 6, ("198.51.100.20",), 22),
    Kind("file transfer, other partner hosts", TCP, "10.20.8.210", 5, ("198.51.100.77", "198.51.100.78"), 22),
    Kind("software updates, by TLS name", TCP, "10.20.1.120", 8, ("203.0.113.201",), 8443),
    Kind("DNS", UDP, "10.20.8.10", 10, ("192.0.2.53",), 53),
    Kind("NTP", UDP, "10.20.1.20", 6, ("192.0.2.123",), 123),
)
