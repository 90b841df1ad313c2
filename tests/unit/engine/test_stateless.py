from __future__ import annotations

import pytest

from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.stateless import describe
from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.flow import TCP
from nfw_reconcile.model.policy import GroupName, OpaqueGroup, StatelessGroup, StatelessReference
from nfw_reconcile.model.rule import (
    StatelessAction,
    StatelessEntry,
    StatelessRule,
    TcpFlags,
    UndecidedStatelessRule,
)
from nfw_reconcile.model.verdict import Decision, Engine, Verdict
from tests.rulesets import Settings, compiled, flow

PASS, DROP, FORWARD = StatelessAction.PASS, StatelessAction.DROP, StatelessAction.FORWARD
HOME = Network.parse("10.0.0.0/8")
FLOW = flow("tcp 10.0.1.10:40000 192.0.2.10:443")
DENY_ALL = "drop ip any any -> any any (sid:1;)"


def references(*groups: tuple[StatelessEntry, ...]) -> tuple[StatelessReference, ...]:
    return tuple(
        StatelessReference(StatelessGroup(GroupName(f"stateless {n}"), group), n)
        for n, group in enumerate(groups)
    )


def decide(*groups: tuple[StatelessEntry, ...], text: str = DENY_ALL) -> Decision:
    policy = compiled(text, stateless=references(*groups))
    return Comparison(policy, policy).effect(FLOW).old


def both_ways(action: StatelessAction, priority: int = 1) -> tuple[StatelessRule, ...]:
    """Give rules for both directions of a flow between inside and outside."""
    return (StatelessRule(priority, action, (HOME,)), StatelessRule(priority + 1, action, (), (HOME,)))


def test_what_is_passed_does_not_meet_stateful_rules() -> None:
    found = decide(both_ways(PASS))
    assert (found.verdict, found.cause.engine) == (Verdict.ALLOWED, Engine.STATELESS)


def test_what_is_dropped_in_one_direction_is_denied() -> None:
    found = decide((StatelessRule(1, DROP, (), (HOME,)),), text="")
    assert (found.verdict, found.cause.engine) == (Verdict.DENIED, Engine.STATELESS)


def test_what_is_forwarded_meets_stateful_rules() -> None:
    found = decide(both_ways(FORWARD))
    assert (found.verdict, found.cause.engine) == (Verdict.DENIED, Engine.STATEFUL)


def test_the_first_match_by_priority_wins() -> None:
    assert decide((*both_ways(PASS, priority=10), *both_ways(DROP, priority=20))).verdict is Verdict.ALLOWED
    assert decide((*both_ways(DROP, priority=20), *both_ways(PASS, priority=30))).verdict is Verdict.DENIED


def test_groups_come_in_order_of_their_priority() -> None:
    assert decide(both_ways(PASS, priority=90), both_ways(DROP)).verdict is Verdict.ALLOWED
    turned = tuple(reversed(references(both_ways(DROP), both_ways(PASS))))
    policy = compiled(stateless=turned)
    assert Comparison(policy, policy).effect(FLOW).old.verdict is Verdict.DENIED


@pytest.mark.parametrize(
    ("default", "verdict"),
    [(PASS, Verdict.ALLOWED), (DROP, Verdict.DENIED), (FORWARD, Verdict.DENIED)],
)
def test_what_no_rule_matches_meets_the_default(default: StatelessAction, verdict: Verdict) -> None:
    policy = compiled(DENY_ALL, stateless_default=default)
    found = Comparison(policy, policy).effect(FLOW).old
    assert found.verdict is verdict
    assert default is FORWARD or found.cause.default == str(default)


@pytest.mark.parametrize(
    ("rule", "matched"),
    [
        (StatelessRule(1, DROP, protocols=frozenset({TCP})), True),
        (StatelessRule(1, DROP, protocols=frozenset({17})), False),
        (StatelessRule(1, DROP, destination_ports=((443, 443),)), True),
        (StatelessRule(1, DROP, destination_ports=((444, 500),)), False),
        (
            StatelessRule(1, DROP, source_ports=((40000, 40000),), destination_ports=((1, 80), (443, 443))),
            True,
        ),
        (StatelessRule(1, DROP, tcp_flags=(TcpFlags(frozenset({"SYN"}), frozenset({"SYN", "ACK"})),)), True),
        (StatelessRule(1, DROP, tcp_flags=(TcpFlags(frozenset({"FIN"}), frozenset({"FIN"})),)), False),
        # Without masks all flags are looked at: no packet of a conversation has the SYN and the FIN alone.
        (StatelessRule(1, DROP, tcp_flags=(TcpFlags(frozenset({"SYN", "FIN"}), frozenset()),)), False),
    ],
)
def test_every_field_must_match(rule: StatelessRule, *, matched: bool) -> None:
    assert (decide((rule,), text="").verdict is Verdict.DENIED) == matched


def test_ports_match_no_packet_without_ports() -> None:
    policy = compiled(stateless=references((StatelessRule(1, DROP, destination_ports=((0, 65535),)),)))
    found = Comparison(policy, policy).effect(flow("icmp 10.0.1.10 192.0.2.10")).old
    assert found.verdict is Verdict.ALLOWED


@pytest.mark.parametrize(
    "settings",
    [
        {"stateless": references((UndecidedStatelessRule(1, "var.rules"),))},
        {
            "stateless": (
                StatelessReference(OpaqueGroup(GroupName("g"), managed=False, reason="var.rules"), 1),
            )
        },
        {"stateless_default": Unresolved("var.rules")},
    ],
)
def test_what_is_not_known_leaves_what_reaches_it_undecided(settings: Settings) -> None:
    policy = compiled("drop udp any any -> any any (sid:1;)", **settings)
    comparison = Comparison(policy, policy)
    assert comparison.effect(FLOW).old.verdict is Verdict.UNDECIDED
    assert comparison.effect(FLOW).old.reasons == ("var.rules",)


def test_what_is_not_known_is_asked_behind_what_is_settled() -> None:
    assert decide((*both_ways(PASS), UndecidedStatelessRule(9, "var.rules"))).verdict is Verdict.ALLOWED


def test_a_rule_is_described_on_one_line() -> None:
    rule = StatelessRule(7, DROP, (HOME,), (), (), ((80, 80), (1024, 2048)), frozenset({TCP}))
    assert describe(rule) == (
        "priority 7: aws:drop protocol 6 from 10.0.0.0/8 ports any to any ports 80,1024:2048"
    )
