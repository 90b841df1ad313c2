"""What carries lines: a TCP connection, plain or in TLS, or a UDP socket."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from lab.talk.values import Kind, What

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.talk.values import Conversation

Address: TypeAlias = tuple[str, int]


class Wire(Protocol):
    """A way to the other side and back."""

    def send(self, data: bytes) -> None:
        """Send a line, without waiting for anything."""
        ...  # pragma: no cover - a protocol has no body

    async def receive(self) -> bytes:
        """Wait for a line; nothing, where the other side has closed. Raises ``ConnectionError`` on a reset."""
        ...  # pragma: no cover

    def close(self) -> None:
        """Close at once; what is still on its way is lost."""
        ...  # pragma: no cover


@dataclass(frozen=True, slots=True)
class StreamWire:
    """A TCP connection; asyncio has set TCP_NODELAY on it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, data: bytes) -> None:
        """Leave the line to the kernel, which sends it until it is acknowledged."""
        self.writer.write(data)

    async def receive(self) -> bytes:
        """Wait for a line."""
        return await self.reader.readline()

    def close(self) -> None:
        """Close without TLS's goodbye, for which nobody might answer."""
        self.writer.transport.abort()


@dataclass(frozen=True, slots=True)
class DatagramWire:
    """A UDP socket; not connected, because ICMP errors on one that is would keep later datagrams back."""

    socket: socket.socket
    peer: Address

    def send(self, data: bytes) -> None:
        """Send a datagram."""
        self.socket.sendto(data, self.peer)

    async def receive(self) -> bytes:
        """Wait for a datagram of the peer; there is no end."""
        while True:
            data, sender = await asyncio.get_running_loop().sock_recvfrom(self.socket, 65535)
            if data and sender == self.peer:
                return data

    def close(self) -> None:
        """Close the socket."""
        self.socket.close()


def bound(address: Address, kind: socket.SocketKind) -> socket.socket:
    """Give a socket on an address; raises ``OSError``, which names the address, where it cannot be had.

    Two UDP sockets with SO_REUSEADDR would share a port in silence, and one of them hear nothing: so TCP only.
    """
    made = socket.socket(socket.AF_INET, kind)
    try:
        made.settimeout(0)
        if kind is socket.SOCK_STREAM:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
    except OSError as wrong:
        made.close()
        raise OSError(wrong.errno, f"{wrong.strerror} ({address[0]}:{address[1]})") from None
    return made


async def connect(conversation: Conversation) -> Wire:
    """Connect from the client's address and port; raises ``ConnectionError`` where that is refused."""
    here = (conversation.client, conversation.client_port)
    there = (conversation.server, conversation.server_port)
    if conversation.kind.datagrams:
        return DatagramWire(bound(here, socket.SOCK_DGRAM), there)
    plain = bound(here, socket.SOCK_STREAM)
    try:
        await asyncio.get_running_loop().sock_connect(plain, there)
        context = _unverified() if conversation.kind is Kind.TLS else None
        return StreamWire(
            *await asyncio.open_connection(sock=plain, ssl=context, server_hostname=conversation.server_name)
        )
    except BaseException:
        plain.close()
        raise


def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def listen(wire: Wire, hear: Callable[[bytes], None], end: Callable[[What], None]) -> None:
    """Hear all that comes over a wire until its end, tell how it ended, and close it."""
    with contextlib.closing(wire):
        try:
            while data := await wire.receive():
                hear(data)
            end(What.CLOSED)
        except ConnectionError:
            end(What.RESET)
        except TimeoutError:
            pass  # the kernel gave up sending, after a quarter of an hour: the silence was told
