from __future__ import annotations

import dataclasses

import pytest

from nfw_reconcile.model.documents import CauseText, FirewallIdentity, FlowText, RuleText
from nfw_reconcile.model.verdict import Engine
from nfw_reconcile.report import naming
from tests import builders as make

GENERATED = (
    'pass tls $HOME_NET any -> $EXTERNAL_NET any (tls.sni; dotprefix; content:".example.com"; endswith;)'
)
NO_FIREWALL = FirewallIdentity("(no firewall)", None, None, None, None, None)


@pytest.mark.parametrize(
    ("flow", "service", "whole"),
    [
        (make.flow(), "TCP 203.0.113.10:443", "TCP 10.1.0.5:50000 -> 203.0.113.10:443"),
        (
            make.flow("2001:db8::1", source="2001:db8::2", protocol=17),
            "UDP [2001:db8::1]:443",
            "UDP [2001:db8::2]:50000 -> [2001:db8::1]:443",
        ),
        (
            make.flow("192.0.2.1", 0, source_port=0, protocol=1),
            "ICMP 192.0.2.1",
            "ICMP 10.1.0.5 -> 192.0.2.1",
        ),
        (
            make.flow("192.0.2.1", 0, source_port=0, protocol=99),
            "protocol 99 192.0.2.1",
            "protocol 99 10.1.0.5 -> 192.0.2.1",
        ),
    ],
)
def test_flows(flow: FlowText, service: str, whole: str) -> None:
    assert (naming.service(flow).text, naming.five_tuple(flow).text) == (service, whole)


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        (make.rule(line=12), "web sid 7 line 12"),
        (make.rule(sid=None, line=12), "web line 12"),
        (make.rule(line=12, file="net/a.tf", file_line=40), "web sid 7 net/a.tf:40"),
        (make.rule(sid=None, line=12, file="net/a.tf", file_line=40), "web net/a.tf:40"),
        (make.rule(GENERATED, sid=None, file="a.tf", file_line=4), "web pass tls .example.com a.tf:4"),
        (make.rule(GENERATED, sid=None), "web pass tls .example.com"),
        (make.rule("priority 10: aws:drop protocol 6 from any ports any", sid=None), "web priority 10"),
        (
            make.rule("drop tls any any -> any any (ssl_state:client_hello;)", sid=None),
            "web drop tls any any -> any any",
        ),
        (make.rule("drop " + "x" * 80, sid=None), f"web drop {'x' * 55}…"),
        (make.rule("(sensitive)", sid=None, sensitive=True), "web (sensitive)"),
        (make.rule(group="module.a[0].aws_networkfirewall_rule_group.web"), "module.a[0].web sid 7"),
    ],
)
def test_rules(rule: RuleText, name: str) -> None:
    assert naming.rule(rule).text == name


@pytest.mark.parametrize(
    ("cause", "in_table", "in_sentence"),
    [
        (make.by_rule(), "web sid 7", "by sid 7 of group web"),
        (make.by_rule(make.rule(sid=None, line=3)), "web line 3", "by the rule in line 3 of group web"),
        (
            make.by_rule(make.rule("priority 1: x", sid=None), engine=Engine.STATELESS),
            "web priority 1",
            "by stateless rule priority 1 of group web",
        ),
        (make.by_default(), "aws:drop_strict", "by default action aws:drop_strict"),
        (make.by_default("no rule matched"), "no rule matched", "as no rule matched"),
        (make.by_default(None), "no rule matched", "as no rule matched"),
    ],
)
def test_causes(cause: CauseText, in_table: str, in_sentence: str) -> None:
    assert (naming.cause(cause).raw, naming.by(cause).raw) == (in_table, in_sentence)


def test_a_group_is_named_once() -> None:
    other = make.by_rule(make.rule(group="dns"))
    assert naming.by(make.PASS_3, beside=make.by_rule()).raw == "by sid 3"
    assert naming.by(make.PASS_3, beside=other).raw == "by sid 3 of group web"
    assert naming.by(make.PASS_3, beside=make.by_default()).raw == "by sid 3 of group web"


def test_a_policy_without_a_firewall_is_named_itself() -> None:
    policy = make.policy()
    assert naming.at(make.firewall(), policy).raw == "on firewall prod-egress"
    assert naming.at(NO_FIREWALL, policy).raw == "under policy egress"
    assert naming.name(NO_FIREWALL, policy).text == "egress"
    odd = dataclasses.replace(make.firewall(), label="(odd) name")
    assert naming.owner(odd, policy).raw == "firewall (odd) name"
