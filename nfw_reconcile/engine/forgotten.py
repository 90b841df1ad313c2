"""What becomes of a flow that the firewall has forgotten, as it has once the flow was flushed.

AWS developer guide, "Flow flush" and "Stream exception policy in your firewall policy": packets of a flushed TCP
connection are midstream. Under ``DROP`` and ``REJECT`` none of them gets through. Under ``CONTINUE`` the rules judge
them without the connection's beginning: Suricata 7.0.10 then has no stream, so that no packet is ``established`` and
no application protocol is looked for, while content is looked for in each packet. Whoever speaks first is taken for
the initiator. Other protocols know no midstream: the next packet begins a new flow, whatever the stream exception
policy.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from nfw_reconcile.engine.condense import condense
from nfw_reconcile.engine.exchange import Course, Packet, exchange
from nfw_reconcile.engine.headers import Signature, upto
from nfw_reconcile.engine.judge import Side, SideSignature, asks_members
from nfw_reconcile.engine.matching import may_match
from nfw_reconcile.engine.protocols import APPLICATIONS, transports
from nfw_reconcile.engine.questions import Speaks
from nfw_reconcile.engine.settling import concerning, may_pass, settles
from nfw_reconcile.engine.stateless import Onward
from nfw_reconcile.engine.worlds import Vocabulary, World, explore
from nfw_reconcile.model.flow import TCP, UDP, FiveTuple
from nfw_reconcile.model.policy import StreamExceptionPolicy
from nfw_reconcile.model.rule import StatelessAction
from nfw_reconcile.model.verdict import AfterFlush

if TYPE_CHECKING:
    from nfw_reconcile.engine.compiled import CompiledPolicy
    from nfw_reconcile.model.addresses import Family
    from nfw_reconcile.model.verdict import FlowEffect

MOST_KEPT: Final = 10_000
"""Answers that are kept at a time."""


# How a conversation goes on


@dataclass(frozen=True, slots=True)
class Resumption:
    """One way in which a conversation may go on, as an engine sees it that has forgotten it.

    ``turned``: the responder speaks first and is taken for the initiator. ``course`` is told in the engine's
    directions.
    """

    turned: bool
    course: Course


def _acknowledgement(*, to_server: bool) -> Packet:
    return Packet(to_server, frozenset("A"), midstream=True)


def _data(*, to_server: bool) -> Packet:
    return Packet(to_server, frozenset("PA"), data=True, midstream=True)


_HERE: Final = (_acknowledgement(to_server=True), _data(to_server=True))
_THERE: Final = (_acknowledgement(to_server=False), _data(to_server=False))

MIDSTREAM: Final = (
    Course("data, data", (_HERE[1], _THERE[1])),
    Course("an acknowledgement, data", (_HERE[0], _THERE[1], _HERE[1])),
    Course("data, an acknowledgement", (_HERE[1], *_THERE)),
    Course("an acknowledgement, an acknowledgement", (_HERE[0], _THERE[0], _HERE[1], _THERE[1])),
)
"""How a TCP connection goes on, by what each side sends first; both sides send data in the end."""

_DATAGRAMS: Final = exchange(UDP)
KNOWN_REPLY: Final = Course(
    "a reply that is known for one",
    (replace(_DATAGRAMS[1], established=False), *_DATAGRAMS[2:]),
    only=frozenset(name for name in APPLICATIONS if UDP in transports(name)),
)
"""How a UDP conversation goes on whose protocol Suricata knows by the reply: it leaves the directions as they were."""


def resumptions(protocol: int) -> tuple[Resumption, ...]:
    """Give the ways in which a forgotten conversation may go on.

    Of TCP all of them; of other protocols those that are no conversation which the initiator begins.
    """
    if protocol == TCP:
        return tuple(Resumption(turned, course) for turned in (False, True) for course in MIDSTREAM)
    begun_there = Resumption(turned=True, course=Course("begun by the other side", exchange(protocol)))
    return (begun_there, Resumption(turned=False, course=KNOWN_REPLY)) if protocol == UDP else (begun_there,)


# What the rules make of it


class _Kind(NamedTuple):
    """All that the answer depends on: flows of one kind have one answer.

    ``flow`` is set only where a rule in question asks about members that are not known.
    """

    protocol: int
    family: Family
    signature: SideSignature
    flow: FiveTuple | None


class Reckoning(NamedTuple):
    """Which rules count for forgotten flows of a protocol, as bit vectors.

    Rules that are tried on no packet do not count. A rule that is ``settling`` ends the list of those that a
    direction's packets meet, unless one of the ``blocking`` ones stands before it.
    """

    counting: int
    settling: int
    blocking: int


class Forgetting:
    """What a policy does to flows that the firewall has forgotten; answers are kept by kind of flow."""

    def __init__(self, policy: CompiledPolicy, stream_exception: StreamExceptionPolicy | None = None) -> None:
        """Take a policy, and a stream exception policy where that is to be another than its own."""
        self.policy = policy
        chosen = stream_exception or policy.options.stream_exception
        self.goes_on: Final = chosen is StreamExceptionPolicy.CONTINUE
        self._reckonings: dict[int, Reckoning] = {}
        self._answers: dict[_Kind, AfterFlush] = {}

    def after_flush(self, flow: FiveTuple) -> AfterFlush:
        """Say what becomes of a flow that is flushed, given that the policy denies what its initiator begins.

        ``ENDS`` holds for every payload and for every value of what is not known.
        """
        if flow.protocol == TCP and self.ends_tcp:
            return AfterFlush.ENDS
        kind = self._kind(flow)
        known = self._answers.get(kind)
        if known is None:
            if len(self._answers) >= MOST_KEPT:
                self._answers.clear()
            known = self._answers[kind] = self._decide(flow)
        return known

    @cached_property
    def ends_tcp(self) -> bool:
        """Say whether every flushed TCP connection ends: none goes on, and none passes the stateful engine by."""
        stateless = self.policy.stateless
        passing = (
            rule.unknown is not None or rule.action is StatelessAction.PASS for rule in stateless.rules
        )
        default = stateless.default in {StatelessAction.FORWARD, StatelessAction.DROP}
        return not self.goes_on and default and not any(passing)

    def reckoning(self, protocol: int) -> Reckoning:
        """Give the stateful rules that count for forgotten flows of a protocol."""
        found = self._reckonings.get(protocol)
        if found is None:
            found = self._reckonings[protocol] = self._reckon(protocol)
        return found

    def _reckon(self, protocol: int) -> Reckoning:
        if protocol == TCP and not self.goes_on:
            return Reckoning(0, 0, 0)
        packets = [packet for each in resumptions(protocol) for packet in each.course.packets]
        tracked = all(packet.tracked for packet in packets)
        counting = settling = blocking = 0
        for manner, vector in self.policy.manners.items():
            if not any(may_match(manner.meaning, packet) for packet in packets):
                continue
            counting |= vector
            if tracked and settles(manner, protocol):
                settling |= vector
            elif may_pass(manner.act):
                blocking |= vector
        return Reckoning(
            counting & self.policy.deciding & concerning(self.policy, protocol), settling, blocking
        )

    def side(self, flow: FiveTuple, *, turned: bool) -> Side:
        """Give the policy before a forgotten flow, with the rules that count; ``turned`` as in a resumption."""
        signature = self._kind(flow).signature
        if not turned:
            return Side.of(self.policy, flow, signature)
        swapped = SideSignature(*(Signature(backward, forward) for forward, backward in signature))
        return Side.of(self.policy, flow.reversed(), swapped)

    def _kind(self, flow: FiveTuple) -> _Kind:
        stateless = self.policy.stateless
        met = stateless.tried(stateless.index.signature(flow))
        signature = SideSignature(Signature(0, 0), met)
        counting, settling, blocking = self.reckoning(flow.protocol)
        if counting and stateless.onward(met) is not Onward.NONE:
            vectors = (vector & counting for vector in self.policy.index.signature(flow))
            tried = (upto(vector, vector & settling, vector & blocking) for vector in vectors)
            signature = SideSignature(Signature(*tried), met)
        itself = flow if asks_members(self.policy, signature) else None
        return _Kind(flow.protocol, flow.source.family, signature, itself)

    def _decide(self, flow: FiveTuple) -> AfterFlush:
        names = self.policy.vocabulary.names
        sides = {turned: self.side(flow, turned=turned) for turned in (False, True)}
        less = {turned: condense([side.lists], names) for turned, side in sides.items()}
        for way in resumptions(flow.protocol):
            side = replace(sides[way.turned], lists=less[way.turned].sides[0])
            if self._may_live_on(side, less[way.turned].names, way.course):
                return AfterFlush.MAY_LIVE_ON
        return AfterFlush.ENDS

    def _may_live_on(self, side: Side, names: tuple[str, ...], course: Course) -> bool:
        """Say whether the course gets through in some world, or not all worlds were looked at."""
        applications = self.policy.vocabulary.applications | course.only
        judged = self.goes_on or side.flow.protocol != TCP

        def run(world: World) -> bool:
            if course.only and not world.ask(Speaks(course.only)):
                return False
            # Where midstream packets are not judged, only those live on that the stateful engine never sees.
            outcome = side.judge(world, course) if judged else side.before(course.packets, world)
            return outcome is not None and outcome.allowed

        found = explore(side.flow.protocol, Vocabulary(applications, names), run)
        return not found.complete or any(leaf.outcome for leaf in found.leaves)


def with_after_flush(effect: FlowEffect, forgetting: Forgetting) -> FlowEffect:
    """Add to an effect what becomes of the flow once it is flushed, where a flush is called for."""
    return replace(effect, after_flush=forgetting.after_flush(effect.flow)) if effect.flush else effect
