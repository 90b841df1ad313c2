"""The server: echoes what it hears, or only counts it, and tells of both."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lab.talk.certificate import certified
from lab.talk.values import AGAIN, Kind
from lab.talk.wires import DatagramWire, StreamWire, bound, listen
from lab.talk.witness import Witness, read_line
from nfw_reconcile.errors import InputError, error

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.talk.values import Command, Conversation, Script
    from lab.talk.wires import Address
    from lab.talk.witness import Tell


@dataclass(frozen=True, slots=True)
class _Echo:
    """The server's end of one connection, or of the datagrams from one port."""

    conversation: Conversation
    witness: Witness
    send: Callable[[bytes], None]
    patience: float

    def hear(self, data: bytes) -> None:
        """Send a line back as it came; where that is not wanted, expect the next one at its time."""
        if self.conversation.kind.answered:
            self.send(data)
            self.witness.hear(data)
        else:
            self.witness.hear(data)
            self.witness.expect_next(self.conversation.every + self.patience)


class Server:
    """The server's side of all conversations of a script.

    The first line of a connection says whose it is: one on which none arrives is not told of.
    """

    def __init__(self, script: Script, patience: float, tell: Tell, group: asyncio.TaskGroup) -> None:
        """One-way datagrams are due ``patience`` seconds after their time; everything runs in the group."""
        self._known = {one.name: one for one in script.conversations}
        self._patience = patience
        self._tell = tell
        self._group = group
        self._listening: list[asyncio.Server] = []

    async def start(self) -> None:
        """Listen on all addresses of the script; raises ``OSError`` where one cannot be had."""
        kinds = {((one.server, one.server_port), one.kind) for one in self._known.values()}
        for address in {address for address, kind in kinds if kind.datagrams}:
            self._group.create_task(self._receive(bound(address, socket.SOCK_DGRAM)))
        context = certified() if any(kind is Kind.TLS for _, kind in kinds) else None
        for address, encrypted in {(door, kind is Kind.TLS) for door, kind in kinds if not kind.datagrams}:
            door = bound(address, socket.SOCK_STREAM)
            tls = context if encrypted else None
            self._listening.append(await asyncio.start_server(self._accept, sock=door, ssl=tls))

    def obey(self, command: Command) -> None:
        """Refuse: a server speaks when it is spoken to."""
        raise InputError(error(f"a server cannot {command.do}.", remedy="Tell the client."))

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._group.create_task(self._answer(StreamWire(reader, writer)))

    async def _answer(self, wire: StreamWire) -> None:
        first = b""
        with contextlib.suppress(ConnectionError):
            first = await wire.receive()
        echo = self._echo(first, wire.send)
        if echo is None:
            wire.close()
            return
        echo.hear(first)
        await listen(wire, echo.hear, echo.witness.end)

    async def _receive(self, door: socket.socket) -> None:
        echoes: dict[Address, _Echo] = {}
        with contextlib.closing(door):
            while True:
                data, sender = await asyncio.get_running_loop().sock_recvfrom(door, 65535)
                if echo := echoes.get(sender) or self._echo(data, DatagramWire(door, sender).send):
                    echoes[sender] = echo
                    echo.hear(data)

    def _echo(self, first: bytes, send: Callable[[bytes], None]) -> _Echo | None:
        """Find out from its first line whose a connection is; ``None`` for a stranger's."""
        name, _ = read_line(first) or ("", 0)
        original = name
        while original not in self._known and original.endswith(AGAIN):
            original = original.removesuffix(AGAIN)
        if (conversation := self._known.get(original)) is None:
            return None
        later = asyncio.get_running_loop().call_later
        witness = Witness(name, conversation.kind, self._tell, later)
        return _Echo(conversation, witness, send, self._patience)
