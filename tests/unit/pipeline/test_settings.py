from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import PolicyRecord, Sensitive
from nfw_reconcile.model.plan_document import SettingChange
from nfw_reconcile.pipeline.inputs import load
from nfw_reconcile.pipeline.settings import setting_changes
from tests.bodies import (
    ACTION,
    bundle,
    called,
    group,
    ip_sets,
    policy_body,
    references,
    stateless_group,
    stateless_rule,
)

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Body, PolicyBundle

WEB: Final = group("web", "pass tcp any any -> any 443 (sid:1;)")
MAIL: Final = group("mail", "drop tcp any any -> any 25 (sid:1;)")
EDGE: Final = stateless_group("edge", stateless_rule(1, "aws:drop", source="192.0.2.0/24"))


def changes(old: PolicyBundle, new: PolicyBundle) -> list[tuple[str, str, str]]:
    found = setting_changes(load(old).policy, load(new).policy)
    return [(change.setting, change.old, change.new) for change in found]


def with_member(name: str, value: Body) -> PolicyBundle:
    return bundle(
        WEB, of=PolicyRecord(called("firewall-policy", "egress"), {**policy_body(WEB), name: value})
    )


def strict(**options: Body) -> Body:
    return {"RuleOrder": "STRICT_ORDER", **options}


@pytest.mark.parametrize(
    ("member", "old", "new", "row"),
    [
        (
            "StatefulEngineOptions",
            strict(StreamExceptionPolicy="REJECT"),
            strict(StreamExceptionPolicy="CONTINUE"),
            ("stream exception policy", "REJECT", "CONTINUE"),
        ),
        (
            "StatefulEngineOptions",
            strict(FlowTimeouts={"TcpIdleTimeoutSeconds": 350}),
            strict(FlowTimeouts={"TcpIdleTimeoutSeconds": 600}),
            ("TCP idle timeout (s)", "350", "600"),
        ),
        (
            "StatefulDefaultActions",
            ["aws:drop_strict", "aws:alert_strict"],
            ["aws:drop_established"],
            ("stateful default actions", "aws:alert_strict, aws:drop_strict", "aws:drop_established"),
        ),
        (
            "StatefulDefaultActions",
            [],
            Unresolved("var.actions"),
            ("stateful default actions", "(none)", "(var.actions)"),
        ),
        (
            "StatelessDefaultActions",
            ["aws:forward_to_sfe"],
            ["aws:drop"],
            ("stateless default action", "aws:forward_to_sfe", "aws:drop"),
        ),
        (
            "StatelessFragmentDefaultActions",
            ["aws:forward_to_sfe"],
            ["aws:pass"],
            ("stateless fragment default action", "aws:forward_to_sfe", "aws:pass"),
        ),
        ("TLSInspectionConfigurationArn", None, "arn:tls", ("TLS inspection", "(none)", "arn:tls")),
        (
            "Route53ResolvedIPValidation",
            None,
            "ENABLED",
            ("resolved IP validation", "(none)", "ENABLED"),
        ),
        (
            "PolicyVariables",
            {"RuleVariables": {"HOME_NET": {"Definition": ["10.0.0.0/8"]}}},
            {"RuleVariables": {"HOME_NET": {"Definition": ["10.0.0.0/8", "172.16.0.0/12"]}}},
            ("HOME_NET", "10.0.0.0/8", "[10.0.0.0/8,172.16.0.0/12]"),
        ),
    ],
)
def test_every_setting_of_a_policy_is_compared_by_name(
    member: str, old: Body, new: Body, row: tuple[str, str, str]
) -> None:
    assert changes(with_member(member, old), with_member(member, new)) == [row]
    assert changes(with_member(member, old), with_member(member, old)) == []


def test_the_rule_order_is_compared() -> None:
    found = changes(bundle(WEB), bundle(WEB, order=ACTION))
    assert ("rule order", "STRICT_ORDER", "DEFAULT_ACTION_ORDER") in found


def test_groups_that_come_go_and_move_are_shown() -> None:
    assert changes(bundle(WEB), bundle(WEB, MAIL)) == [("rule group mail", "(none)", "attached, priority 2")]
    assert changes(bundle(WEB, EDGE), bundle(WEB)) == [
        ("stateless rule group edge", "attached, priority 1", "(none)")
    ]
    assert changes(bundle(WEB, MAIL), bundle(MAIL, WEB)) == [
        ("rule group mail", "attached, priority 2", "attached, priority 1"),
        ("rule group web", "attached, priority 1", "attached, priority 2"),
    ]


def test_a_priority_means_nothing_in_action_order() -> None:
    assert changes(bundle(WEB, MAIL, order=ACTION), bundle(MAIL, WEB, order=ACTION)) == []


def test_an_override_is_a_setting() -> None:
    one: Body = [{"ResourceArn": WEB.name.arn, "Priority": 1}]
    other: Body = [{"ResourceArn": WEB.name.arn, "Priority": 1, "Override": {"Action": "DROP_TO_ALERT"}}]
    member = "StatefulRuleGroupReferences"
    assert changes(with_member(member, one), with_member(member, other)) == [
        ("rule group web", "attached, priority 1", "attached, priority 1, DROP_TO_ALERT")
    ]


def with_sets(clients: Body, members: Body = "192.0.2.0/24") -> PolicyBundle:
    found = group(
        "web",
        "pass tcp $CLIENTS any -> @PARTNERS 443 (sid:1;)",
        RuleVariables=ip_sets(CLIENTS=[clients]),
        ReferenceSets=references(PARTNERS="arn:list"),
    )
    return bundle(found, prefix_lists={"arn:list": [members]})


def test_variables_and_references_are_settings_of_their_group() -> None:
    old = with_sets("10.1.0.0/16")
    assert changes(old, with_sets("10.2.0.0/16")) == [("$CLIENTS of web", "10.1.0.0/16", "10.2.0.0/16")]
    assert changes(old, with_sets("10.1.0.0/16", "203.0.113.0/24")) == [
        ("@PARTNERS of web", "192.0.2.0/24", "203.0.113.0/24")
    ]


def test_what_is_sensitive_on_one_side_is_marked() -> None:
    found = setting_changes(
        load(with_sets(Sensitive("10.1.0.0/16"))).policy, load(with_sets("10.2.0.0/16")).policy
    )
    assert found == (SettingChange("$CLIENTS of web", "10.1.0.0/16", "10.2.0.0/16", sensitive=True),)


def test_a_sensitive_home_net_is_marked() -> None:
    one, other = (
        with_member("PolicyVariables", {"RuleVariables": {"HOME_NET": {"Definition": [cidr]}}})
        for cidr in (Sensitive("10.0.0.0/8"), "10.0.0.0/9")
    )
    (found,) = setting_changes(load(one).policy, load(other).policy)
    assert found.sensitive


def test_a_policy_that_is_new_changes_no_setting() -> None:
    assert setting_changes(None, load(bundle(WEB)).policy) == ()
