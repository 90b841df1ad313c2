"""The stateful engine: one conversation through all rules, packet by packet, in one world.

This is the specification of a verdict. The algorithm is Suricata's for 7.0.10 (detection in
``detect.c``, ``detect-engine-alert.c`` and ``detect-engine-iponly.c``):

* a flow on which a flow-wide pass or drop was set is passed or dropped without trying rules;
* otherwise every rule is tried in order on the packet's own header; rules without packet or payload
  conditions only on the first packet of each direction;
* a drop drops the packet and the walk goes on, a pass ends it; the first flow-wide one sticks;
* a pass behind a drop does not save the packet, but may pass the flow from then on.

A packet that a packet-wide drop hits is sent once more, as a real peer would.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.compiled import Acts, CompiledRule, MayAct, MayDeny
from nfw_reconcile.engine.conditions import OpaqueIs, Reach, Stateful, When
from nfw_reconcile.engine.matching import rule_matches
from nfw_reconcile.engine.questions import Managed, Unknown
from nfw_reconcile.model.flow import TCP
from nfw_reconcile.model.rule import Action
from nfw_reconcile.model.verdict import Cause, Engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nfw_reconcile.engine.condense import Lists
    from nfw_reconcile.engine.exchange import Packet
    from nfw_reconcile.engine.worlds import World
    from nfw_reconcile.model.flow import FiveTuple

FIRST_PACKET_LOST: Final = "first packet lost"
APPROXIMATE: Final = "AWS does not publish the rules behind this default action: approximated"
NO_RULE: Final = Cause(Engine.STATEFUL, default="no rule matched")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the conversation in one world, and why."""

    allowed: bool
    cause: Cause
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Conversation:
    """The engine's memory of a flow; ``past`` names what rules may have left behind for others to ask for."""

    past: str
    passed: bool = False
    dropped: bool = False
    scanned: set[bool] = field(default_factory=set)
    passed_by: CompiledRule | None = None
    dropped_by: CompiledRule | None = None


def walk(lists: Lists, flow: FiveTuple, packets: Iterable[Packet], past: str, world: World) -> Outcome:
    """Take the packets of a flow through the rules whose headers match them.

    ``past`` names what other packets may have left behind for rules that ask about it.
    """
    reverse = flow.reversed()
    state = _Conversation(past)
    notes: list[str] = []
    for packet in packets:
        rules, header = (lists.forward, flow) if packet.to_server else (lists.backward, reverse)
        if not packet.tracked:
            state = _Conversation(past, passed_by=state.passed_by)
        if _accept(state, rules, packet, header, world):
            continue
        if state.dropped or not _accept(state, rules, packet.again(), header, world):
            remarks = _remarks(state.dropped_by)
            return Outcome(allowed=False, cause=_cause(state.dropped_by), notes=(*notes, *remarks))
        notes.append(FIRST_PACKET_LOST)
    return Outcome(allowed=True, cause=_cause(state.passed_by), notes=tuple(dict.fromkeys(notes)))


def outlives(before: Lists, after: Lists, flow: FiveTuple, packets: Sequence[Packet], world: World) -> bool:
    """Say whether a conversation that some rules let through goes on when others take their place in its midst.

    What was settled for the whole flow stays settled, and header-only rules are not tried again: each direction has
    had its first packet. ``packets`` are those of the conversation; both sides then send once more as they sent last.
    """
    state = _Conversation("")
    for lists, sent in ((before, packets), (after, packets[-2:])):
        for packet in sent:
            rules, header = (lists.forward, flow) if packet.to_server else (lists.backward, flow.reversed())
            passed = _accept(state, rules, packet, header, world) or (
                not state.dropped and _accept(state, rules, packet.again(), header, world)
            )
            if not passed:
                return False
    return True


def _cause(rule: CompiledRule | None) -> Cause:
    return NO_RULE if rule is None else Cause(Engine.STATEFUL, rule.ref, rule.default)


def _remarks(rule: CompiledRule | None) -> tuple[str, ...]:
    return (APPROXIMATE,) if rule is not None and rule.approximate else ()


def _accept(
    state: _Conversation, rules: Sequence[CompiledRule], packet: Packet, header: FiveTuple, world: World
) -> bool:
    """Judge one packet and remember what it does to the flow; say whether the packet goes on.

    Rules that can add nothing to what is settled are not tried, so that they ask no questions.
    """
    if state.dropped or state.passed:
        return state.passed
    scanned = packet.tracked and packet.to_server in state.scanned
    state.scanned.add(packet.to_server)
    accepted = True
    for rule in rules:
        if (scanned and rule.meaning.when is When.FIRST) or (not accepted and _adds_nothing(rule, packet)):
            continue
        action = _action(rule, packet, header, world, state.past)
        if action is None:
            continue
        flow_wide = packet.tracked and _reaches_flow(state, rule, packet, header.protocol, world)
        if action is Action.PASS:
            state.passed |= flow_wide
            state.passed_by = state.passed_by or rule
            break
        if accepted:
            state.dropped_by = rule
        accepted = False
        state.dropped |= flow_wide
        if state.dropped:
            break
    return accepted


def _adds_nothing(rule: CompiledRule, packet: Packet) -> bool:
    """Say whether the rule drops no more than the packet, which is dropped already."""
    drops = isinstance(rule.act, Acts) and rule.act.action is not Action.PASS
    return drops and (rule.meaning.reach is Reach.PACKET or not packet.tracked)


def _action(rule: CompiledRule, packet: Packet, header: FiveTuple, world: World, past: str) -> Action | None:
    """Give what the rule does to the packet: pass, drop, or nothing."""
    if not rule_matches(rule, packet, header, world, past):
        return None
    match rule.act:
        case Acts(action=action):
            return Action.PASS if action is Action.PASS else Action.DROP
        case MayDeny(name=name):
            return Action.DROP if world.ask(Managed(name)) else None
        case MayAct(reason=reason, action=None, passing=passing):
            if not world.ask(Unknown(reason, "acts")) or world.ask(Unknown(reason, "passes")) != passing:
                return None
            return Action.PASS if passing else Action.DROP
        case MayAct(reason=reason, action=action):
            if not world.ask(Unknown(reason, "acts")):
                return None
            return Action.PASS if action is Action.PASS else Action.DROP


def _reaches_flow(
    state: _Conversation, rule: CompiledRule, packet: Packet, protocol: int, world: World
) -> bool:
    if state.passed or state.dropped:
        return False
    match rule.meaning.reach:
        case Reach.PACKET:
            return False
        case Reach.FLOW:
            return True
        case Reach.STREAM:
            return protocol == TCP and not packet.midstream
        case Reach.UNSURE:
            return world.ask(Unknown(_why_unsure(rule), "reaches the whole flow"))


def _why_unsure(rule: CompiledRule) -> str:
    if isinstance(rule.act, MayAct):
        return rule.act.reason
    keywords = (c.text for c in rule.meaning.conditions if isinstance(c, OpaqueIs | Stateful))
    return f"how far a rule with {' and '.join(keywords)} reaches"
