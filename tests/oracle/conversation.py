"""The packets of one flow as the engine imagines them, with the copy that a real peer sends of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.exchange import exchange
from nfw_reconcile.model.flow import TCP
from tests.oracle.wire import body_of, ip_packet, tcp_segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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

    def of(self, packets: Sequence[Packet]) -> Iterator[bytes]:
        """Give the data of each packet; a request of which a part comes first is cut in its middle."""
        middle = len(self.client) // 2 if any(packet.part for packet in packets) else 0
        for packet in packets:
            if not packet.data:
                yield b""
            elif packet.to_server:
                yield self.client[:middle] if packet.part else self.client[middle:]
            else:
                yield self.server


def conversation(
    flow: FiveTuple,
    payload: Payload = Payload(),
    packets: Sequence[Packet] | None = None,
    *,
    turned: bool = False,
) -> Sequence[bytes]:
    """Give packets as bytes: those of :func:`~nfw_reconcile.engine.exchange.exchange`, or of another course.

    ``turned``: the flow's source is the server, whose next packet is the first that an engine sees.
    """
    chosen = exchange(flow.protocol) if packets is None else packets
    spoken = Payload(payload.server, payload.client) if turned else payload
    said = zip(chosen, spoken.of(chosen), strict=True)
    if flow.protocol == TCP:
        return list(_tcp(flow, said))
    return [
        ip_packet(flow, body_of(flow, data, reply=turned))
        if packet.to_server
        else ip_packet(flow.reversed(), body_of(flow.reversed(), data, reply=not turned))
        for packet, data in said
    ]


def _tcp(flow: FiveTuple, said: Iterable[tuple[Packet, bytes]]) -> Iterator[bytes]:
    following = dict(_FIRST_NUMBERS)
    for packet, data in said:
        tuple_ = flow if packet.to_server else flow.reversed()
        acknowledged = following[not packet.to_server] if "A" in packet.flags else 0
        yield ip_packet(
            tuple_, tcp_segment(tuple_, packet.flags, following[packet.to_server], acknowledged, data)
        )
        following[packet.to_server] += len(data) + ("S" in packet.flags)
