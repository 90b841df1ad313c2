"""Conversations of which everything is known, payload included: what a world of the engine leaves open.

A verdict that depends on payload is tried in the one world that fits a conversation.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.judge import Side, side_signature
from nfw_reconcile.engine.questions import (
    OTHER,
    UNDETECTED,
    Managed,
    Names,
    Opaque,
    Question,
    Speaks,
    Unknown,
)
from nfw_reconcile.engine.worlds import Vocabulary, World
from tests.rulesets import flow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.engine.compiled import CompiledPolicy
    from nfw_reconcile.engine.exchange import Course
    from nfw_reconcile.engine.forgotten import Forgetting, Resumption
    from nfw_reconcile.engine.walk import Outcome
    from nfw_reconcile.model.flow import FiveTuple

_BUFFERS: Final = {"tls.sni": "tls", "http.host": "http1", "dns.query": "dns"}


@dataclass(frozen=True, slots=True)
class Reality:
    """A flow, the protocol that it speaks, the name it gives, and which further conditions hold.

    ``holds`` gives the texts of opaque conditions that hold on the client's packets, ``answers`` of those
    that hold on the server's.
    """

    flow: FiveTuple
    application: str = UNDETECTED
    name: str = ""
    holds: frozenset[str] = field(default_factory=frozenset)
    answers: frozenset[str] = field(default_factory=frozenset)


class ToldWorld(World):
    """Answers as a reality does; what is unknown about a policy is not asked."""

    def __init__(self, reality: Reality) -> None:
        super().__init__(reality.flow.protocol, Vocabulary())
        self._reality = reality

    def ask(self, question: Question) -> bool:
        """Answer from what is known."""
        real = self._reality
        match question:
            case Speaks(applications=applications):
                return real.application in applications
            case Names(buffer=buffer):
                return bool(real.name) and _BUFFERS[buffer] == real.application and question.holds(real.name)
            case Opaque(text=text, scope=scope):
                return text in (real.holds if scope == "to server" else real.answers)
            case Managed() | Unknown():
                message = f"{question} is not known"
                raise LookupError(message)


def outcome(policy: CompiledPolicy, reality: Reality, course: Course | None = None) -> Outcome:
    """Work out what a policy does with a conversation of which everything is known, or another course of it."""
    signature = side_signature(policy, reality.flow)
    return Side.of(policy, reality.flow, signature).judge(ToldWorld(reality), course)


def resumed(forgetting: Forgetting, reality: Reality, way: Resumption) -> Outcome:
    """Work out what a policy does with one way in which a conversation goes on whose beginning it did not see."""
    side = forgetting.side(reality.flow, turned=way.turned)
    spoken = replace(reality, flow=side.flow)
    if way.turned:
        spoken = replace(spoken, holds=reality.answers, answers=reality.holds)
    return side.judge(ToldWorld(spoken), way.course)


_CLIENT: Final = "10.0.1.10"
_SERVER: Final = "10.0.2.10"
_OUTSIDE: Final = "192.0.2.10"
_GREETING: Final = frozenset({'content:"hello"', "ttl:64"})


def _tcp(port: int, source_port: int) -> FiveTuple:
    return flow(f"tcp {_CLIENT}:{source_port} {_SERVER}:{port}")


_REQUEST: Final = {"http1": 'content:"GET"', "ssh": 'ssh.proto; content:"2"'}
_RESPONSE: Final = {"http1": 'content:"OK"', "ssh": 'ssh.proto; content:"2"'}


def _speaking(conversations: Iterable[tuple[str, str, int, str]]) -> dict[str, Reality]:
    return {
        key: Reality(
            _tcp(port, 40100 + number),
            application,
            name,
            frozenset({"ttl:64", _REQUEST.get(application, "")} - {""}),
            frozenset({_RESPONSE.get(application, "")} - {""}),
        )
        for number, (key, application, port, name) in enumerate(conversations)
    }


REALITIES: Final[dict[str, Reality]] = {
    "tcp443": Reality(_tcp(443, 40000), holds=_GREETING),
    **{f"tcp{port}": Reality(_tcp(port, 40001 + port), holds=_GREETING) for port in (79, 80, 85, 90, 91)},
    "from11": Reality(flow("tcp 10.0.1.11:40011 10.0.2.10:443")),
    "from12": Reality(flow("tcp 10.0.1.12:40012 10.0.2.10:443")),
    "out443": Reality(flow(f"tcp {_CLIENT}:40020 {_OUTSIDE}:443")),
    "in443": Reality(flow(f"tcp {_OUTSIDE}:40021 {_CLIENT}:443")),
    "tcp443v6": Reality(flow("tcp [2001:db8:1::10]:40022 [2001:db8:2::10]:443")),
    "udp9": Reality(flow(f"udp {_CLIENT}:40030 {_SERVER}:9")),
    "udp443": Reality(flow(f"udp {_CLIENT}:40031 {_SERVER}:443")),
    "udp-from443": Reality(flow(f"udp {_SERVER}:443 {_CLIENT}:40035")),
    "out-udp9": Reality(flow(f"udp {_CLIENT}:40032 {_OUTSIDE}:9")),
    "dns53": Reality(flow(f"udp {_CLIENT}:40033 {_SERVER}:53"), "dns", "ok.example"),
    "dns-bad": Reality(flow(f"udp {_CLIENT}:40034 {_SERVER}:53"), "dns", "bad.test"),
    "sip-udp": Reality(flow(f"udp {_CLIENT}:40036 {_SERVER}:5060"), "sip"),
    "sip-tcp": Reality(_tcp(5060, 40037), "sip"),
    "icmp": Reality(flow(f"icmp {_CLIENT} {_SERVER}"), holds=frozenset({"itype:8"})),
    "icmp6": Reality(flow("icmpv6 2001:db8:1::10 2001:db8:2::10")),
    "sctp": Reality(flow(f"sctp {_CLIENT}:40040 {_SERVER}:2000")),
    "gre": Reality(flow(f"gre {_CLIENT} {_SERVER}")),
    **_speaking(
        (
            ("tls-ok", "tls", 443, "ok.example"),
            ("tls-bad", "tls", 443, "bad.test"),
            ("tls-nameless", "tls", 443, ""),
            ("http80", "http1", 80, "ok.example"),
            ("http8080", "http1", 8080, "ok.example"),
            ("http443", "http1", 443, "ok.example"),
            ("http-bad", "http1", 80, "bad.test"),
            ("dns-tcp", "dns", 53, "ok.example"),
            ("ssh22", "ssh", 22, ""),
            ("unknown443", OTHER, 443, ""),
        )
    ),
}
"""The conversations that the tables in ``tests/cases`` speak of."""
