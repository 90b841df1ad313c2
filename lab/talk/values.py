"""What the two peers are told, and what they tell: conversations, commands and events, all of them JSON."""

from __future__ import annotations

import enum
import json
from collections import Counter
from dataclasses import dataclass, replace
from ipaddress import AddressValueError, IPv4Address
from typing import TYPE_CHECKING, Final, TypeVar

from nfw_reconcile.errors import Diagnostic, InputError, error
from nfw_reconcile.model.codec import from_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from _typeshed import DataclassInstance

D = TypeVar("D", bound="DataclassInstance")
T = TypeVar("T")

AGAIN: Final = "/again"
"""What a reopened conversation has behind its name."""


READY: Final = {"ready": True}
"""What a server says when it listens on all its addresses."""


class Kind(enum.StrEnum):
    """How a conversation goes.

    ``TCP``: the client sends a numbered line every so often, the server echoes each. ``TLS``: the same
    inside TLS 1.2 or 1.3. ``IDLE``: over TCP, one line, then none until the client is told to speak.
    ``UDP``: numbered datagrams, echoed. ``UDP_ONE_WAY``: numbered datagrams that nobody answers.
    """

    TCP = "tcp"
    IDLE = "idle"
    TLS = "tls"
    UDP = "udp"
    UDP_ONE_WAY = "udp-one-way"

    @property
    def datagrams(self) -> bool:
        """Say whether it goes over UDP, which may lose what is sent."""
        return self in {Kind.UDP, Kind.UDP_ONE_WAY}

    @property
    def answered(self) -> bool:
        """Say whether the server echoes what it hears."""
        return self is not Kind.UDP_ONE_WAY


class Side(enum.StrEnum):
    """Who saw an event."""

    CLIENT = "client"
    SERVER = "server"


class What(enum.StrEnum):
    """What was seen of a conversation.

    ``OPENED``: the client's TCP or TLS handshake is done, its first datagram was answered, or the server
    heard the first line or datagram. ``PROGRESS``: one more came back to the client, or was heard by the
    server. ``GAP``: datagrams were lost on the way. ``BROKEN``: one came twice, out of order or with
    other content, or a TCP stream lacks one. ``SILENT``: one that was due did not come. ``RESET``,
    ``CLOSED``: the connection was reset, or closed by the peer in order. ``REFUSED``, ``TIMED_OUT``: no
    connection (or TLS session) came about, because it was reset, or because nothing was answered.
    """

    OPENED = "opened"
    PROGRESS = "progress"
    GAP = "gap"
    BROKEN = "broken"
    SILENT = "silent"
    RESET = "reset"
    CLOSED = "closed"
    REFUSED = "refused"
    TIMED_OUT = "timed-out"


class Do(enum.StrEnum):
    """What a peer can be told to do; a server can only ``STOP``."""

    OPEN = "open"
    SPEAK = "speak"
    REOPEN = "reopen"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation: IPv4 addresses and ports of both ends, and the seconds from line to line.

    ``every`` does not matter where it is ``IDLE``. ``server_name`` is the SNI of a ``TLS`` conversation,
    and of no other.
    """

    name: str
    kind: Kind
    client: str
    client_port: int
    server: str
    server_port: int
    every: float
    server_name: str | None = None

    def again(self, port_step: int) -> Conversation:
        """Give the same conversation from another port of the client."""
        return replace(self, name=self.name + AGAIN, client_port=self.client_port + port_step)


@dataclass(frozen=True, slots=True)
class Script:
    """All conversations that two peers may be told to have."""

    conversations: tuple[Conversation, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """One command, about conversations by name; ``port_step`` is for ``REOPEN``."""

    do: Do
    names: tuple[str, ...] = ()
    port_step: int = 1


@dataclass(frozen=True, slots=True)
class Event:
    """Something that one side saw of one conversation.

    ``at`` is ``time.monotonic()``, the same clock for all processes of a machine. ``count`` is how many
    lines or datagrams were lost for a ``GAP``, and how many had been exchanged for all else.
    """

    at: float
    name: str
    side: Side
    what: What
    count: int


def read_script(text: bytes) -> Script:
    """Read a script from JSON; raises ``InputError`` with all problems."""
    script = _read(Script, text, "script")
    check(script.conversations)
    return script


def read_command(text: bytes) -> Command:
    """Read a command from JSON; raises ``InputError`` with all problems."""
    return _read(Command, text, "command")


def _read(kind: type[D], text: bytes, source: str) -> D:
    try:
        data = json.loads(text)
    except ValueError as wrong:
        raise InputError(error(f"the {source} is not JSON: {wrong}.")) from None
    return from_json(kind, data, source)


def check(conversations: Iterable[Conversation]) -> None:
    """Raise ``InputError`` with all that keeps conversations from taking place beside each other."""
    listed = list(conversations)
    problems = [problem for conversation in listed for problem in _problems(conversation)]
    problems += _clashes(listed)
    if problems:
        raise InputError(problems)


def _problems(conversation: Conversation) -> Iterator[Diagnostic]:
    name = conversation.name
    if not name or name.split() != [name]:
        yield error(f"the name {name!r} is empty or has spaces.")
    for address in (conversation.client, conversation.server):
        try:
            IPv4Address(address)
        except AddressValueError:
            yield error(f"{name}: {address!r} is no IPv4 address.")
    for port in (conversation.client_port, conversation.server_port):
        if not 0 < port < 1 << 16:
            yield error(f"{name}: {port} is no port.")
    if not 0 < conversation.every < float("inf"):
        yield error(f"{name}: every {conversation.every} seconds is not possible.")
    if (conversation.kind is Kind.TLS) != (conversation.server_name is not None):
        yield error(f"{name}: a server_name belongs to TLS, and TLS needs one.")


def _clashes(conversations: list[Conversation]) -> Iterator[Diagnostic]:
    streams = {
        (f"{one.server}:{one.server_port}", one.kind is Kind.TLS)
        for one in conversations
        if not one.kind.datagrams
    }
    for name in _repeated(one.name for one in conversations):
        yield error(f"{name} is the name of several conversations.")
    for _, way in _repeated((one.kind.datagrams, _way(one)) for one in conversations):
        yield error(f"several conversations go {way}.")
    for door in _repeated(door for door, _ in streams):
        yield error(f"{door} is to speak TLS and plain TCP.")


def _way(one: Conversation) -> str:
    return f"from {one.client}:{one.client_port} to {one.server}:{one.server_port}"


def _repeated(values: Iterable[T]) -> list[T]:
    return [value for value, count in Counter(values).items() if count > 1]
