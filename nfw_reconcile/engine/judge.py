"""One policy and one conversation: first the stateless engine, then, where it forwards, the stateful one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from nfw_reconcile.engine.condense import Lists
from nfw_reconcile.engine.exchange import exchange, other_courses
from nfw_reconcile.engine.headers import Signature, bits
from nfw_reconcile.engine.questions import Unknown
from nfw_reconcile.engine.settling import concerning, tried
from nfw_reconcile.engine.stateless import Onward
from nfw_reconcile.engine.walk import Outcome, walk
from nfw_reconcile.model.rule import StatelessAction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nfw_reconcile.engine.compiled import CompiledPolicy
    from nfw_reconcile.engine.exchange import Course, Packet
    from nfw_reconcile.engine.worlds import World
    from nfw_reconcile.model.flow import FiveTuple


class SideSignature(NamedTuple):
    """The headers of one policy that match a flow, in both engines, as far as they can make a difference.

    Rules that the walk never gets to are left out (:mod:`nfw_reconcile.engine.settling`), and those for other IP
    protocols.
    """

    stateful: Signature
    stateless: Signature


def side_signature(policy: CompiledPolicy, flow: FiveTuple) -> SideSignature:
    """Find the headers that match a flow."""
    stateless = policy.stateless.tried(policy.stateless.index.signature(flow))
    onward = policy.stateless.onward(stateless)
    if onward is Onward.NONE:
        return SideSignature(Signature(0, 0), stateless)
    counting = concerning(policy, flow.protocol)
    forward, backward = (vector & counting for vector in policy.index.signature(flow))
    stateful = Signature(forward, backward)
    if onward is Onward.ALL:
        stateful = tried(policy, flow.protocol, stateful)
    return SideSignature(stateful, stateless)


def asks_members(policy: CompiledPolicy, signature: SideSignature) -> bool:
    """Say whether a header in question holds names with unknown members."""
    return bool(policy.uncertain & (signature.stateful.forward | signature.stateful.backward))


@dataclass(frozen=True, slots=True)
class Side:
    """One policy before one flow; ``lists`` are the stateful rules to try."""

    policy: CompiledPolicy
    flow: FiveTuple
    signature: SideSignature
    lists: Lists

    @classmethod
    def of(cls, policy: CompiledPolicy, flow: FiveTuple, signature: SideSignature) -> Side:
        """Take all rules that decide and whose headers match."""
        forward, backward = (
            [policy.rules[n] for n in bits(vector & policy.deciding)] for vector in signature.stateful
        )
        return cls(policy, flow, signature, Lists(forward, backward))

    def judge(self, world: World, course: Course | None = None) -> Outcome:
        """Take the conversation, or another course of it, through both engines, in one world."""
        packets = exchange(self.flow.protocol) if course is None else course.packets
        settled = self.before(packets, world)
        return walk(self.lists, self.flow, packets, self._past(), world) if settled is None else settled

    def before(self, packets: Iterable[Packet], world: World) -> Outcome | None:
        """Give what the stateless engine makes of the packets; ``None`` where it hands all of them on."""
        stateless = self.policy.stateless
        sent = [stateless.judge(packet, self.signature.stateless, world) for packet in packets]
        for outcome in sent:
            if outcome.action is StatelessAction.DROP:
                return Outcome(allowed=False, cause=outcome.cause)
        actions = {outcome.action for outcome in sent}
        if actions == {StatelessAction.PASS}:
            return Outcome(allowed=True, cause=sent[0].cause)
        if actions == {StatelessAction.FORWARD}:
            return None
        return Outcome(allowed=world.ask(self._half_seen()), cause=sent[0].cause)

    def remarks(self, world: World, *, allowed: bool) -> Iterator[str]:
        """Tell which other courses would fare differently in a world in which the usual one was tried."""
        for course in other_courses(self.flow.protocol):
            if _taken(course, world) and self.judge(world.after(), course).allowed != allowed:
                yield f"{course.name} would be {'denied' if allowed else 'allowed'}"

    def same_as(self, other: Side) -> bool:
        """Say whether the other policy does the same with the flow, rule by rule."""
        ours, theirs = (
            (
                [rule.content for rule in side.lists.forward],
                [rule.content for rule in side.lists.backward],
                side.policy.stateless.met(side.signature.stateless),
                side.policy.past(side.signature.stateful),
            )
            for side in (self, other)
        )
        return ours == theirs

    def _past(self) -> str:
        signature = self.signature.stateful
        asked = self.policy.remembering & (signature.forward | signature.backward)
        return self.policy.past(signature) if asked else ""

    def _half_seen(self) -> Unknown:
        """Ask about a conversation of which the stateful engine sees some packets only."""
        reason = f"stateless rules of {self.policy.name.label} forward some packets of a conversation only"
        stateless = self.policy.stateless.met(self.signature.stateless)
        return Unknown(reason, f"{stateless} {self.policy.past(self.signature.stateful)}")


def _taken(course: Course, world: World) -> bool:
    if course.only:
        return world.must_speak(course.only)
    return not world.must_speak(course.never)
