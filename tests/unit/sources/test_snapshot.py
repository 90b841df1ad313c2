from __future__ import annotations

from typing import Any

import pytest

from nfw_reconcile.errors import InputError, UnsupportedInput
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import FirewallRecord, GroupRecord, Inventory, PolicyRecord
from nfw_reconcile.model.policy import GroupName
from nfw_reconcile.sources.snapshot import read_snapshot

ARN = "arn:aws:network-firewall:eu-west-1:111122223333"
GROUP_ARN = f"{ARN}:stateful-rulegroup/web"
STATELESS_ARN = f"{ARN}:stateless-rulegroup/edge"
POLICY_ARN = f"{ARN}:firewall-policy/main"
FIREWALL_ARN = f"{ARN}:firewall/fw"

FIREWALL = {
    "Firewall": {
        "FirewallName": "fw",
        "FirewallArn": FIREWALL_ARN,
        "FirewallId": "f-1",
        "FirewallPolicyArn": POLICY_ARN,
        "VpcId": "vpc-1",
    },
    "FirewallStatus": {"Status": "READY"},
    "UpdateToken": "t",
}
POLICY = {
    "FirewallPolicyResponse": {"FirewallPolicyName": "main", "FirewallPolicyArn": POLICY_ARN},
    "FirewallPolicy": {
        "StatelessDefaultActions": ["aws:forward_to_sfe"],
        "StatelessFragmentDefaultActions": ["aws:drop"],
        "StatefulRuleGroupReferences": [{"ResourceArn": GROUP_ARN, "Priority": 0, "Override": None}],
        "StatefulEngineOptions": {"RuleOrder": "STRICT_ORDER"},
        "EnableTLSSessionHolding": False,
        "Route53ResolvedIPValidation": {"Action": "DROP", "SourceIPRanges": []},
    },
}
GROUP = {
    "RuleGroupResponse": {"RuleGroupName": "web", "RuleGroupArn": GROUP_ARN, "Type": "STATEFUL"},
    "RuleGroup": {
        "RulesSource": {"RulesString": "pass ip any any -> any any (sid:1;)", "StatefulRules": []},
        "RuleVariables": {
            "IPSets": {"APP": {"Definition": ["10.0.0.0/8"]}},
            "ContextSets": {"C": {"Definition": ["sg-1"], "Odd": ()}},
        },
    },
}


def snapshot(**parts: object) -> dict[str, Any]:
    return {"format_version": "1.0"} | parts


def test_whole_snapshot() -> None:
    inventory, diagnostics = read_snapshot(
        snapshot(
            firewalls=[FIREWALL],
            policies=[POLICY],
            rule_groups=[GROUP],
            prefix_lists={"arn:pl": ["10.0.0.0/8"], "arn:empty": []},
            resource_groups={"arn:rg": ["10.0.0.1/32"]},
            vpcs={"vpc-1": ["10.0.0.0/16"]},
        ),
        "live.json",
    )

    assert diagnostics == ()
    assert inventory == Inventory(
        firewalls=(
            FirewallRecord(
                GroupName("fw", "fw", FIREWALL_ARN), POLICY_ARN, "vpc-1", "f-1", "111122223333", "eu-west-1"
            ),
        ),
        policies=(
            PolicyRecord(
                GroupName("main", "main", POLICY_ARN),
                {
                    "StatefulEngineOptions": {"RuleOrder": "STRICT_ORDER"},
                    "StatefulRuleGroupReferences": [{"ResourceArn": GROUP_ARN}],
                    "StatelessDefaultActions": ["aws:forward_to_sfe"],
                    "StatelessFragmentDefaultActions": ["aws:drop"],
                    "Route53ResolvedIPValidation": {"Action": "DROP", "SourceIPRanges": []},
                },
            ),
        ),
        groups=(
            GroupRecord(
                GroupName("web", "web", GROUP_ARN),
                stateful=True,
                body={
                    "RuleVariables": {
                        "IPSets": {"APP": {"Definition": ["10.0.0.0/8"]}},
                        "ContextSets": {"C": {"Definition": ["sg-1"], "Odd": None}},
                    },
                    "RulesSource": {"RulesString": "pass ip any any -> any any (sid:1;)"},
                },
            ),
        ),
        prefix_lists={"arn:pl": ["10.0.0.0/8"], "arn:empty": [], "arn:rg": ["10.0.0.1/32"]},
        vpcs={"vpc-1": ["10.0.0.0/16"]},
    )


def test_every_part_may_be_missing() -> None:
    assert read_snapshot(snapshot(), "live.json") == (Inventory(), ())


def test_type_of_a_group_is_told_by_its_arn_where_it_is_missing() -> None:
    groups = [
        {"RuleGroupResponse": {"RuleGroupArn": arn}, "RuleGroup": {"RulesSource": {}}}
        for arn in (GROUP_ARN, STATELESS_ARN)
    ]

    inventory, _ = read_snapshot(snapshot(rule_groups=groups), "live.json")

    assert [one.stateful for one in inventory.groups] == [True, False]
    assert [one.body for one in inventory.groups] == [{"RulesSource": {}}] * 2
    assert [one.name.label for one in inventory.groups] == [GROUP_ARN, STATELESS_ARN]


def test_bodies_that_are_missing_are_unknown_and_not_empty() -> None:
    parts = snapshot(
        rule_groups=[{"RuleGroupResponse": {"RuleGroupName": "web"}}],
        policies=[{"FirewallPolicyResponse": {"FirewallPolicyName": "main"}, "FirewallPolicy": None}],
        firewalls=[{"Firewall": {"FirewallName": "fw"}}],
    )

    inventory, diagnostics = read_snapshot(parts, "live.json")

    assert inventory.groups[0].body == Unresolved("web: RuleGroup")
    assert inventory.policies[0].body == Unresolved("main: FirewallPolicy")
    assert inventory.firewalls[0].policy == Unresolved("fw: FirewallPolicyArn")
    assert inventory.firewalls[0].vpc is None
    assert len(diagnostics) == 2


MALFORMED: dict[str, tuple[object, str]] = {
    "a list": ([], "an object is needed, this is a list"),
    "a version that is none": (snapshot() | {"format_version": "one"}, "format_version: a version"),
    "groups are an object": (snapshot(rule_groups={}), "rule_groups: a list is needed, this is an object"),
    "a group is a string": (snapshot(rule_groups=["x"]), "rule_groups[0]: an object is needed"),
    "a group has no name": (snapshot(rule_groups=[{}]), "RuleGroupName or RuleGroupArn is needed"),
    "a name is a number": (
        snapshot(rule_groups=[{"RuleGroupResponse": {"RuleGroupName": 5, "RuleGroupArn": GROUP_ARN}}]),
        "rule_groups[0].RuleGroupResponse.RuleGroupName: a string is needed, this is a number",
    ),
    "rules are a number": (
        snapshot(rule_groups=[GROUP | {"RuleGroup": {"RulesSource": {"RulesString": 5}}}]),
        "rule_groups[0].RuleGroup.RulesSource.RulesString: a string is needed, this is a number",
    ),
    "a rule is a list": (
        snapshot(rule_groups=[GROUP | {"RuleGroup": {"RulesSource": {"StatefulRules": [["x"]]}}}]),
        "RulesSource.StatefulRules[0]: an object is needed, this is a list",
    ),
    "sets are a list": (
        snapshot(rule_groups=[GROUP | {"RuleGroup": {"RuleVariables": {"IPSets": ["x"]}}}]),
        "RuleVariables.IPSets: an object is needed, this is a list",
    ),
    "a policy is a string": (
        snapshot(policies=[POLICY | {"FirewallPolicy": "x"}]),
        "policies[0].FirewallPolicy: an object is needed, this is a string",
    ),
    "a VPC is a string": (
        snapshot(firewalls=[{"Firewall": {"FirewallName": "fw", "VpcId": 1}}]),
        "firewalls[0].Firewall.VpcId: a string is needed",
    ),
    "a CIDR is a number": (snapshot(vpcs={"vpc-1": [5]}), "vpcs.vpc-1[0]: a string is needed"),
    "addresses of a resource group are an object": (
        snapshot(resource_groups={"arn": {}}),
        "resource_groups.arn: a list is needed",
    ),
    "CIDRs are a string": (snapshot(prefix_lists={"arn": "x"}), "prefix_lists.arn: a list is needed"),
}


@pytest.mark.parametrize(("data", "message"), MALFORMED.values(), ids=MALFORMED)
def test_malformed_snapshots_are_input_errors(data: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_snapshot(data, "live.json")

    assert message in str(caught.value)


def test_all_problems_come_together() -> None:
    with pytest.raises(InputError) as caught:
        read_snapshot(snapshot(rule_groups=["x", {}], vpcs=5), "live.json")

    assert len(caught.value.problems) == 3


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no version": ({"firewalls": []}, "has no format_version"),
    "another major version": (snapshot() | {"format_version": "2.0"}, "format_version 2.0 is not supported"),
    "a next generation policy": (
        snapshot(policies=[{"FirewallPolicyV2": {}, "FirewallPolicyV2Response": {}}]),
        "policies[0].FirewallPolicyV2 belongs to a next generation firewall policy",
    ),
    "a firewall with one": (
        snapshot(firewalls=[{"Firewall": {"FirewallName": "fw", "FirewallPolicyV2Arn": "arn"}}]),
        "firewalls[0].Firewall.FirewallPolicyV2Arn belongs to",
    ),
    "an IPS group": (
        snapshot(rule_groups=[{"RuleGroupResponse": {"RuleGroupName": "g", "Type": "IPS"}}]),
        "g: rule groups of the type IPS",
    ),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_snapshots_that_are_not_modelled_are_refused(data: dict[str, Any], message: str) -> None:
    with pytest.raises(UnsupportedInput) as caught:
        read_snapshot(data, "live.json")

    assert message in str(caught.value)
