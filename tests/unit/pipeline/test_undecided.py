from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import PolicyBundle, PolicyRecord
from nfw_reconcile.pipeline.inputs import load
from nfw_reconcile.pipeline.undecided import undecided
from tests.bodies import (
    ACTION,
    blocks,
    bundle,
    called,
    group,
    ip_sets,
    policy_body,
    references,
    rule_block,
    stateless_group,
    stateless_rule,
)

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Body

WEB: Final = group("web", "pass tcp any any -> any 443 (sid:1;)")
ARN: Final = "arn:aws:network-firewall:eu-west-1:111122223333:stateful-rulegroup/absent"


def rows(new: PolicyBundle, old: PolicyBundle | None = None) -> list[tuple[str, str, str]]:
    found = undecided(load(old) if old else None, load(new))
    return [(each.side, each.reason, each.where) for each in found]


def with_member(name: str, value: Body) -> PolicyBundle:
    body = {**policy_body(WEB), name: value}
    return bundle(WEB, of=PolicyRecord(called("firewall-policy", "egress"), body))


@pytest.mark.parametrize(
    ("new", "reason", "where"),
    [
        pytest.param(
            bundle(of=PolicyRecord(called("firewall-policy", "egress"), Unresolved("policy.egress"))),
            "policy.egress is not known",
            "egress",
            id="the whole policy",
        ),
        pytest.param(
            with_member("StatefulDefaultActions", Unresolved("var.defaults")),
            "var.defaults is not known",
            "egress",
            id="the default actions",
        ),
        pytest.param(
            with_member("StatefulDefaultActions", ["aws:drop_new_kind"]),
            "default action aws:drop_new_kind is not known to this version",
            "stateful default actions",
            id="a default action of another version",
        ),
        pytest.param(
            with_member("StatelessDefaultActions", Unresolved("var.stateless")),
            "var.stateless is not known",
            "egress",
            id="the stateless default action",
        ),
        pytest.param(
            with_member("StatefulRuleGroupReferences", Unresolved("var.groups")),
            "var.groups is not known",
            "egress",
            id="the list of groups",
        ),
        pytest.param(
            with_member("StatefulRuleGroupReferences", [{"ResourceArn": ARN, "Priority": 1}]),
            f"{ARN} is not in the input; pass the stack that holds it with --context SOURCE",
            "absent",
            id="a group of another stack",
        ),
        pytest.param(
            bundle(group("web", Unresolved("data.http.rules"))),
            "RulesSource.RulesString is not known: data.http.rules",
            "web",
            id="the text of a group",
        ),
        pytest.param(
            bundle(
                blocks(
                    "web",
                    rule_block("PASS", ("TCP", Unresolved("vpc.cidr"), "ANY", "ANY", "443"), ("sid", "1")),
                )
            ),
            "vpc.cidr is not known",
            "web",
            id="the source of one rule",
        ),
        pytest.param(
            bundle(
                blocks(
                    "web",
                    rule_block("PASS", ("TCP", "ANY", "ANY", "ANY", Unresolved("var.port")), ("sid", "1")),
                )
            ),
            "var.port is not known",
            "web",
            id="the port of one rule",
        ),
        pytest.param(
            bundle(
                group(
                    "web",
                    "pass tcp $A any -> any 443 (sid:1;)",
                    RuleVariables=ip_sets(A=["10.0.0.0/8", Unresolved("vpc.cidr")], B=[Unresolved("unused")]),
                )
            ),
            "vpc.cidr is not known",
            "web",
            id="one member of a set that is used",
        ),
        pytest.param(
            bundle(
                group("web", "pass tcp @L any -> any 443 (sid:1;)", ReferenceSets=references(L="arn:list"))
            ),
            "members of arn:list are not known",
            "web",
            id="a prefix list",
        ),
        pytest.param(
            bundle(group("web", "pass tcp $NOBODY any -> any 443 (sid:1;)")),
            "$NOBODY is not defined",
            "web",
            id="a variable that nobody defines",
        ),
        pytest.param(
            bundle(group("web", "pass nosuch any any -> any 443 (sid:1;)")),
            "protocol nosuch is not known to this version",
            "web",
            id="a protocol of another version",
        ),
        pytest.param(
            bundle(stateless_group("edge", stateless_rule(7, "aws:drop", source=Unresolved("vpc.cidr")))),
            "RulesSource.StatelessRulesAndCustomActions.StatelessRules[0].RuleDefinition.MatchAttributes"
            ".Sources[0].AddressDefinition is not known: vpc.cidr",
            "edge",
            id="a stateless rule",
        ),
    ],
)
def test_what_is_not_known_is_listed_with_its_place(new: PolicyBundle, reason: str, where: str) -> None:
    assert rows(new) == [("new", reason, where)]


def test_a_line_that_cannot_be_read_is_listed_with_its_number() -> None:
    ((side, _, where),) = rows(bundle(group("web", "# a comment\npass tcp any any -> any (sid:1;)")))
    assert (side, where) == ("new", "web:2:1")


@pytest.mark.parametrize(
    "new",
    [
        pytest.param(bundle(WEB), id="all is known"),
        pytest.param(
            bundle(
                group("web", "pass tcp $HOME_NET any -> any 443 (sid:1;)"), home_net=Unresolved("HOME_NET")
            ),
            id="HOME_NET has a remark of its own",
        ),
        pytest.param(
            bundle(group("web", "alert tcp $NOBODY any -> any 443 (sid:1;)")), id="an alert decides nothing"
        ),
        pytest.param(
            with_member(
                "StatefulRuleGroupReferences",
                [{"ResourceArn": ARN.replace("111122223333", "aws-managed"), "Priority": 1}],
            ),
            id="a managed group is a condition",
        ),
        pytest.param(
            bundle(WEB, order=ACTION, StatefulDefaultActions=["aws:drop_new_kind"]),
            id="action order has no defaults",
        ),
    ],
)
def test_what_no_verdict_hangs_on_is_not_listed(new: PolicyBundle) -> None:
    assert rows(new) == []


def test_home_net_that_terraform_knows_after_apply_only_is_listed() -> None:
    variables: Body = {"RuleVariables": {"HOME_NET": {"Definition": [Unresolved("vpc.cidr")]}}}
    web = group("web", "pass tcp $HOME_NET any -> any 443 (sid:1;)")
    assert rows(bundle(web, PolicyVariables=variables)) == [("new", "vpc.cidr is not known", "web")]


def test_each_is_said_once_with_the_side_that_it_is_of() -> None:
    def side(*names: str) -> PolicyBundle:
        lines = [f"pass tcp ${name} any -> any {port} (sid:1;)" for name in names for port in (80, 443)]
        return bundle(group("web", "\n".join(lines)))

    assert rows(side("A", "B"), side("A", "C")) == [
        ("both", "$A is not defined", "web"),
        ("old", "$C is not defined", "web"),
        ("new", "$B is not defined", "web"),
    ]
