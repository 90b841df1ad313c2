from __future__ import annotations

import pytest

from nfw_reconcile.errors import Location
from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Body, Sensitive
from nfw_reconcile.model.rule import (
    StatelessAction,
    StatelessEntry,
    StatelessRule,
    TcpFlags,
    UndecidedStatelessRule,
)
from nfw_reconcile.sources.policy.body import Node
from nfw_reconcile.sources.policy.reading import Reading
from nfw_reconcile.sources.policy.stateless import stateless_rules

ALL_FLAGS = frozenset({"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"})


def read(rules: Body) -> tuple[list[StatelessEntry], list[str]]:
    reading = Reading("main")
    entries = list(stateless_rules(Node.of({"StatelessRules": rules}, "RulesSource"), reading))
    return entries, [problem.summary for problem in reading.report]


def rule(priority: Body = 10, actions: Body = ("aws:drop",), **match: Body) -> dict[str, Body]:
    return {"Priority": priority, "RuleDefinition": {"Actions": actions, "MatchAttributes": match}}


def test_a_rule_with_every_condition() -> None:
    entries, problems = read(
        [
            rule(
                5,
                ["Metric", "aws:forward_to_sfe"],
                Sources=[{"AddressDefinition": "10.1.2.3/8"}, {"AddressDefinition": "10.1.2.3"}],
                Destinations=[{"AddressDefinition": "2001:db8::/32"}],
                SourcePorts=[{"FromPort": 1024, "ToPort": 65535}],
                DestinationPorts=[{"FromPort": "443", "ToPort": "443"}, {"FromPort": 0, "ToPort": 0}],
                Protocols=[6, "17"],
                TCPFlags=[{"Flags": ["SYN"], "Masks": ["SYN", "ack"]}, {"Flags": ["FIN"]}],
            )
        ]
    )
    assert problems == []
    assert entries == [
        StatelessRule(
            priority=5,
            action=StatelessAction.FORWARD,
            sources=(Network(4, 0x0A000000, 8), Network(4, 0x0A010203, 32)),
            destinations=(Network(6, 0x20010DB8 << 96, 32),),
            source_ports=((1024, 65535),),
            destination_ports=((443, 443), (0, 0)),
            protocols=frozenset({6, 17}),
            tcp_flags=(
                TcpFlags(frozenset({"SYN"}), frozenset({"SYN", "ACK"})),
                TcpFlags(frozenset({"FIN"}), ALL_FLAGS),
            ),
            where=Location("main stateless_rule[5]"),
        )
    ]


@pytest.mark.parametrize("empty", [None, [], ""], ids=repr)
def test_an_empty_condition_is_none(empty: Body) -> None:
    entries, _ = read([rule(Sources=empty, DestinationPorts=empty, Protocols=empty, TCPFlags=empty)])
    assert entries == [StatelessRule(10, StatelessAction.DROP, where=Location("main stateless_rule[10]"))]
    assert read([{"Priority": 10, "RuleDefinition": {"Actions": ["aws:drop"]}}])[0] == entries
    assert read(empty) == ([], [])


UNKNOWN: dict[str, tuple[Body, int, str]] = {
    "all rules": (Unresolved("x"), 0, "RulesSource.StatelessRules is not known: x"),
    "a rule": ([Unresolved("x")], 0, "RulesSource.StatelessRules[0].Priority is not known: x.Priority"),
    "a priority": ([rule(Unresolved("x"))], 0, "RulesSource.StatelessRules[0].Priority is not known: x"),
    "the actions": ([rule(7, Unresolved("x"))], 7, "RulesSource.StatelessRules[0].RuleDefinition.Actions is"),
    "an address": (
        [rule(7, Sources=[{"AddressDefinition": Unresolved("x")}])],
        7,
        "RulesSource.StatelessRules[0].RuleDefinition.MatchAttributes.Sources[0].AddressDefinition is not known",
    ),
    "the ports": (
        [rule(7, SourcePorts=Unresolved("x"))],
        7,
        "RulesSource.StatelessRules[0].RuleDefinition.MatchAttributes.SourcePorts is not known: x",
    ),
}


@pytest.mark.parametrize(("rules", "priority", "reason"), UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_is_not_known_is_undecided_where_it_stands(rules: Body, priority: int, reason: str) -> None:
    (entry,), problems = read(rules)
    assert isinstance(entry, UndecidedStatelessRule)
    assert entry.priority == priority
    assert entry.reason.startswith(reason)
    assert problems == []


BAD: dict[str, Body] = {
    "no priority": [rule(None)],
    "a priority of 0": [rule(0)],
    "a priority of 65536": [rule(65536)],
    "no action": [rule(actions=[])],
    "only a custom action": [rule(actions=["Metric"])],
    "two actions": [rule(actions=["aws:pass", "aws:drop"])],
    "no CIDR": [rule(Sources=[{"AddressDefinition": "10.0.0.0/40"}])],
    "a netmask": [rule(Destinations=[{"AddressDefinition": "10.0.0.0/255.0.0.0"}])],
    "no address": [rule(Sources=[{}])],
    "a port too high": [rule(SourcePorts=[{"FromPort": 1, "ToPort": 65536}])],
    "a range that does not ascend": [rule(DestinationPorts=[{"FromPort": 2, "ToPort": 1}])],
    "no first port": [rule(DestinationPorts=[{"ToPort": 1}])],
    "a protocol too high": [rule(Protocols=[256])],
    "a protocol by name": [rule(Protocols=["TCP"])],
    "a flag that is none": [rule(TCPFlags=[{"Flags": ["SYN", "XYZ"]}])],
    "a list that is none": [rule(Sources="10.0.0.0/8")],
    "no object": ["aws:drop"],
}


@pytest.mark.parametrize("rules", BAD.values(), ids=BAD.keys())
def test_what_is_not_valid_is_undecided_and_told(rules: Body) -> None:
    (entry,), problems = read(rules)
    assert isinstance(entry, UndecidedStatelessRule)
    assert problems == [entry.reason]


def test_one_port_alone_is_a_range_of_one() -> None:
    (entry,), _ = read([rule(SourcePorts=[{"FromPort": 53, "ToPort": None}])])
    assert isinstance(entry, StatelessRule)
    assert entry.source_ports == ((53, 53),)


def test_sensitive_rules_are_marked_and_not_shown() -> None:
    entries, problems = read(
        [
            rule(1, Sources=[{"AddressDefinition": Sensitive("10.9.8.0/24")}]),
            rule(2, Sources=[{"AddressDefinition": Sensitive("10.9.8.0/99")}]),
            rule(3),
        ]
    )
    assert [entry.sensitive for entry in entries] == [True, True, False]
    assert "99" not in "".join(problems)
