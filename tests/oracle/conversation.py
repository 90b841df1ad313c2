"""The packets of one flow as the engine imagines them, with the copy that a real peer sends of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.exchange import exchange
from nfw_reconcile.model.flow import TCP
from tests.oracle.wire import body_of, ip_packet, tcp_segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nfw_reconcile.engine.exchange import Packet
    from nfw_reconcile.model.flow import FiveTuple

NO_PROTOCOL: Final = b"hello"
NO_PROTOCOL_REPLY: Final = b"howdy"
"""Data that Suricata takes for no application protocol."""

_FIRST_NUMBERS: Final = {True: 1000, False: 5000}


@dataclass(frozen=True, slots=True)
class Payload:
    """What the client and the server say."""

    client: bytes = NO_PROTOCOL
    server: bytes = NO_PROTOCOL_REPLY

    def of(self, packet: Packet) -> bytes:
        """Give the data of a packet of the exchange."""
        if not packet.data:
            return b""
        return self.client if packet.to_server else self.server


def conversation(flow: FiveTuple, payload: Payload = Payload()) -> Sequence[bytes]:
    """Give the packets of :func:`~nfw_reconcile.engine.exchange.exchange` as bytes."""
    packets = exchange(flow.protocol)
    if flow.protocol == TCP:
        return list(_tcp(flow, packets, payload))
    return [
        ip_packet(flow, body_of(flow, payload.of(packet), reply=False))
        if packet.to_server
        else ip_packet(flow.reversed(), body_of(flow.reversed(), payload.of(packet), reply=True))
        for packet in packets
    ]


def _tcp(flow: FiveTuple, packets: Sequence[Packet], payload: Payload) -> Iterator[bytes]:
    following = dict(_FIRST_NUMBERS)
    for packet in packets:
        tuple_ = flow if packet.to_server else flow.reversed()
        data = payload.of(packet)
        acknowledged = following[not packet.to_server] if "A" in packet.flags else 0
        yield ip_packet(
            tuple_, tcp_segment(tuple_, packet.flags, following[packet.to_server], acknowledged, data)
        )
        following[packet.to_server] += len(data) + ("S" in packet.flags)
