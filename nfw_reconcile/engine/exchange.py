"""The conversation that a verdict is worked out on: the packets of one flow, in time order.

TCP: SYN, SYN/ACK, ACK, client data, server data. UDP and other protocols with flows: client, server,
client, server. ICMP: request, reply. A protocol without flow tracking (GRE and the like) sends as
UDP does, each of its packets is judged alone, and what it carries is no data to Suricata.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from nfw_reconcile.engine.protocols import APPLICATIONS
from nfw_reconcile.model.flow import ICMP, ICMPV6, SCTP, TCP, UDP


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet. ``detected``: by then the engine knows, or has given up on, the application protocol.

    ``established`` is Suricata's notion: for TCP every packet after the handshake's third, else every
    packet from the first one in the second direction on. The packet that ``establishes`` a TCP flow
    does so even where a rule drops it: its copy finds the flow established. A ``part`` of the client's
    request comes before the rest of it. A ``midstream`` packet is one of a TCP connection whose beginning
    the engine did not see: what it carries is looked at, and is part of no stream.
    """

    to_server: bool
    flags: frozenset[str] = frozenset()
    data: bool = False
    established: bool = False
    detected: bool = False
    tracked: bool = True
    establishes: bool = False
    part: bool = False
    midstream: bool = False

    def again(self) -> Packet:
        """Give the copy that its sender sends when no answer comes."""
        return replace(self, established=True) if self.establishes else self


def _tcp(*, to_server: bool, flags: str) -> Packet:
    data = flags == "PA"
    return Packet(
        to_server, frozenset(flags), data, established=data, detected=data, establishes=flags == "A"
    )


_TCP_EXCHANGE: Final = (
    _tcp(to_server=True, flags="S"),
    _tcp(to_server=False, flags="SA"),
    _tcp(to_server=True, flags="A"),
    _tcp(to_server=True, flags="PA"),
    _tcp(to_server=False, flags="PA"),
)


def _datagrams(count: int, *, detected: bool = False, tracked: bool = True) -> tuple[Packet, ...]:
    return tuple(
        Packet(
            to_server=index % 2 == 0,
            data=tracked,
            established=tracked and index > 0,
            detected=detected,
            tracked=tracked,
        )
        for index in range(count)
    )


_EXCHANGES: Final[dict[int, tuple[Packet, ...]]] = {
    TCP: _TCP_EXCHANGE,
    UDP: _datagrams(4, detected=True),
    SCTP: _datagrams(4),
    ICMP: _datagrams(2),
    ICMPV6: _datagrams(2),
}
_UNTRACKED: Final = _datagrams(4, tracked=False)


def exchange(protocol: int) -> tuple[Packet, ...]:
    """Give the packets of a conversation over an IP protocol, in time order."""
    return _EXCHANGES.get(protocol, _UNTRACKED)


@dataclass(frozen=True, slots=True)
class Course:
    """Another course that a conversation may take.

    ``only`` names the application protocols whose conversations take it, ``never`` those whose do not.
    """

    name: str
    packets: tuple[Packet, ...]
    only: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()


_HANDSHAKE: Final = _TCP_EXCHANGE[:3]
_REQUEST, _REPLY = _TCP_EXCHANGE[3:]
_TCP_COURSES: Final = (
    Course(
        "a ClientHello in two packets",
        (*_HANDSHAKE, replace(_REQUEST, part=True), _REQUEST, _REPLY),
        only=frozenset({"tls"}),
    ),
    Course(
        "a server that speaks first",
        (*_HANDSHAKE, replace(_REPLY, detected=False), _REQUEST, _REPLY),
        never=APPLICATIONS,  # whether the server's first words tell the protocol is not modelled
    ),
)
_ONE_WAY: Final = Course(
    "one-way traffic",
    tuple(replace(packet, established=False) for packet in _EXCHANGES[UDP] if packet.to_server),
    never=frozenset({"dns"}),
)
_COURSES: Final[dict[int, tuple[Course, ...]]] = {TCP: _TCP_COURSES, UDP: (_ONE_WAY,)}


def other_courses(protocol: int) -> tuple[Course, ...]:
    """Give the courses of a conversation that rules may treat in another way than its usual one."""
    return _COURSES.get(protocol, ())
