"""Errors about the verdict of one policy: the order of rules, how far they reach, and which packets meet them."""

from __future__ import annotations

from functools import partial
from typing import Final

from tests.mutants.cases import rows
from tests.mutants.mechanism import Edit, Mutant
from tests.unit.engine import test_compile, test_effect, test_exchange

_ORDER: Final = (
    Mutant(
        "action order tries drops before passes",
        Edit("engine.order:action_order", "return _action_rank(rule)", "return -_action_rank(rule)"),
        rows(
            "action order: a pass beats a drop that is written before it",
            "action order: a pass inside a drop of everything",
        ),
    ),
    Mutant(
        "action order ignores priority and state",
        Edit(
            "engine.order:action_order", "_action_rank(rule), rule.rank, sid", "_action_rank(rule), (), sid"
        ),
        (
            *rows(
                "action order: a pass that sets a flowbit comes before one that does not, whatever their sids",
                "action order: among passes, priority comes before sid",
            ),
            partial(test_compile.test_action_order_sorts_by_action_state_priority_and_sid),
        ),
    ),
    Mutant(
        "action order goes by place instead of sid",
        Edit(
            "engine.order:action_order",
            "_action_rank(rule), rule.rank, sid",
            "_action_rank(rule), rule.rank, 0",
        ),
        rows("action order: the pass of the lower sid settles whether the flow or the packet is passed"),
    ),
    Mutant(
        "strict order is sorted by action",
        Edit(
            "engine.compile:compile_policy", "if policy.options.rule_order is RuleOrder.ACTION:", "if True:"
        ),
        rows("strict order: a drop before a pass denies", "strict order: a classtype moves nothing"),
    ),
    Mutant(
        "default actions come before the rules",
        Edit(
            "engine.compile:compile_policy",
            "rules += default_rules(policy.default_actions)",
            "rules = [*default_rules(policy.default_actions), *rules]",
        ),
        rows("allowed ports before aws:drop_strict", "aws:alert_strict denies nothing"),
    ),
)

_SCOPE: Final = (
    Mutant(
        "a header alone is tried on every packet",
        Edit("engine.semantics:_Reader._type", "When.EVERY if negated_address else When.FIRST", "When.EVERY"),
        rows("without the negation it was tried on the SYN only, behind the pass"),
    ),
    Mutant(
        "a negated address is tried once a direction, as a header without one",
        Edit("engine.semantics:_Reader._type", "When.EVERY if negated_address else When.FIRST", "When.FIRST"),
        rows("a negated address is tried on packets that a header alone would have been past"),
    ),
    Mutant(
        "a header alone is tried once a flow instead of once a direction",
        Edit("engine.walk:_accept", "packet.to_server in state.scanned", "bool(state.scanned)"),
        rows("a drop of replies", "replies by address"),
    ),
    Mutant(
        "what reaches a packet reaches the flow",
        Edit(
            "engine.walk:_reaches_flow",
            "case Reach.PACKET:\n            return False",
            "case Reach.PACKET:\n            return True",
        ),
        rows("the same by direction", "the same for UDP", "a drop of replies behind a packet-wide pass"),
    ),
    Mutant(
        "a flow-wide pass passes the packet only",
        Edit("engine.walk:_accept", "state.passed |= flow_wide", "pass"),
        rows(
            "a name is allowed, and established connections are dropped in both directions",
            "a pass by what the client says comes before a drop by what the server says",
        ),
    ),
    Mutant(
        "a flow-wide drop drops the packet only",
        Edit("engine.walk:_accept", "state.dropped |= flow_wide", "pass"),
        rows("a header alone: the whole flow", "aws:drop_strict alone"),
    ),
    Mutant(
        "a pass behind a drop saves the packet",
        Edit(
            "engine.walk:_accept",
            "state.passed_by = state.passed_by or rule",
            "state.passed_by = state.passed_by or rule; accepted = True",
        ),
        rows("a packet-wide drop before a pass of the flow costs one packet"),
    ),
    Mutant(
        "a pass does not end the walk",
        Edit("engine.walk:_accept", "state.passed_by or rule\n            break", "state.passed_by or rule"),
        rows("strict order: alert, pass, drop of everything", "allowed ports before aws:drop_strict"),
    ),
    Mutant(
        "a managed group may pass",
        Edit(
            "engine.walk:_action",
            "return Action.DROP if world.ask(Managed(name))",
            "return Action.PASS if True",
        ),
        (partial(test_effect.test_a_managed_group_may_deny_and_never_passes),),
    ),
)

_PACKETS: Final = (
    Mutant(
        "the first packet settles the verdict",
        Edit("engine.walk:walk", "for packet in packets:", "for packet in list(packets)[:1]:"),
        rows("flow:established", "a drop of replies", "a content"),
    ),
    Mutant(
        "replies meet no rules",
        Edit("engine.walk:walk", "else (lists.backward, reverse)", "else ((), reverse)"),
        rows("a drop of replies", "inbound is meant, and replies to what was opened from inside are hit"),
    ),
    Mutant(
        "replies are compared with the headers that fit the request",
        Edit("engine.walk:walk", "else (lists.backward, reverse)", "else (lists.forward, flow)"),
        rows("packets to the client do not have the client's header", "a drop of replies"),
    ),
    Mutant(
        "nothing that is dropped is sent again",
        Edit(
            "engine.walk:walk",
            "if state.dropped or not _accept(state, rules, packet.again(), header, world):",
            "if True:",
        ),
        rows("the same for UDP", "a packet-wide drop before a pass of the flow costs one packet"),
    ),
    Mutant(
        "what is sent again always arrives",
        Edit(
            "engine.walk:walk",
            "if state.dropped or not _accept(state, rules, packet.again(), header, world):",
            "if state.dropped:",
        ),
        rows("flow:established", "flow:to_server", "TCP flags"),
    ),
    Mutant(
        "the copy of the packet that completes a handshake finds it not completed",
        Edit("engine.exchange:Packet.again", "if self.establishes else self", "if False else self"),
        rows("a handshake packet that is dropped has still completed the handshake"),
    ),
    Mutant(
        "a TCP conversation ends with its handshake",
        Edit("engine.exchange:exchange", "_UNTRACKED)", "_UNTRACKED)[: 3 if protocol == TCP else None]"),
        (
            *rows("flow:established", "a content", "a server name"),
            partial(test_exchange.test_the_packets_of_a_conversation, 6, "cS sSA cA cPA+ sPA+"),
        ),
    ),
    Mutant(
        "protocols without flow tracking are tracked",
        Edit("engine.exchange:exchange", "_UNTRACKED)", "_EXCHANGES[UDP])"),
        rows(
            "stateless asks for a flow, too",
            "established packets of any protocol are dropped: a protocol without flows has none",
        ),
    ),
)

MUTANTS: Final = (*_ORDER, *_SCOPE, *_PACKETS)
