"""The calls that keep rule groups, policies, firewalls and associations."""

from __future__ import annotations

import pytest

from nfw_reconcile.emulator.bodies import Judge
from nfw_reconcile.emulator.emulator import Emulator
from nfw_reconcile.emulator.replies import Answer, JsonObject
from nfw_reconcile.emulator.settings import EmulatorSettings
from nfw_reconcile.errors import UsageError
from tests.unit.emulator.scene import NEW_RULES, OLD_RULES, A, B, Scene, build, flow, policy_body

STRICT = {
    "RulesSource": {"RulesString": OLD_RULES},
    "StatefulRuleOptions": {"RuleOrder": "STRICT_ORDER"},
}


def make_group(scene: Scene, name: str, **params: object) -> JsonObject:
    asked = {"Type": "STATEFUL", "Capacity": 5, "Rules": OLD_RULES, **params}
    return scene.ok("CreateRuleGroup", RuleGroupName=name, **asked)


def test_a_rule_group_is_described_as_it_was_made() -> None:
    scene = build()
    made = make_group(scene, "other", Description="web", Tags=[{"Key": "team", "Value": "net"}])
    arn = made["RuleGroupResponse"]["RuleGroupArn"]

    described = scene.ok("DescribeRuleGroup", RuleGroupArn=arn)
    assert described == {"RuleGroup": {"RulesSource": {"RulesString": OLD_RULES}}, **made}
    assert described["RuleGroupResponse"]["Description"] == "web"
    assert described["RuleGroupResponse"]["NumberOfAssociations"] == 0
    assert described["RuleGroupResponse"]["LastModifiedTime"] == scene.clock()
    assert scene.ok("DescribeRuleGroup", RuleGroupName="other", Type="STATEFUL") == described


def test_an_update_needs_the_current_token() -> None:
    scene = build()
    old = scene.ok("DescribeRuleGroup", RuleGroupArn=scene.group)["UpdateToken"]
    new = scene.tighten()

    refused = scene.refused("UpdateRuleGroup", RuleGroupArn=scene.group, UpdateToken=old, Rules=OLD_RULES)
    assert refused.code == "InvalidTokenException"
    described = scene.ok("DescribeRuleGroup", RuleGroupArn=scene.group)
    assert described["UpdateToken"] == new
    assert described["RuleGroup"]["RulesSource"]["RulesString"] == NEW_RULES
    assert described["RuleGroupResponse"]["NumberOfAssociations"] == 1


def test_a_dry_run_changes_nothing() -> None:
    scene = build()
    before = scene.ok("DescribeRuleGroup", RuleGroupArn=scene.group)
    scene.ok(
        "UpdateRuleGroup",
        RuleGroupArn=scene.group,
        UpdateToken=before["UpdateToken"],
        Rules=NEW_RULES,
        DryRun=True,
    )
    make_group(scene, "other", DryRun=True)
    scene.ok("CreateFirewallPolicy", FirewallPolicyName="other", FirewallPolicy=policy_body(), DryRun=True)

    assert scene.ok("DescribeRuleGroup", RuleGroupArn=scene.group) == before
    assert len(scene.ok("ListRuleGroups")["RuleGroups"]) == 1
    assert len(scene.ok("ListFirewallPolicies")["FirewallPolicies"]) == 1


def test_plain_rules_cannot_update_a_strict_order_group() -> None:
    scene = build()
    made = scene.ok("CreateRuleGroup", RuleGroupName="strict", Type="STATEFUL", Capacity=5, RuleGroup=STRICT)
    arn, token = made["RuleGroupResponse"]["RuleGroupArn"], made["UpdateToken"]

    refused = scene.refused("UpdateRuleGroup", RuleGroupArn=arn, UpdateToken=token, Rules=NEW_RULES)
    assert refused.code == "InvalidRequestException"
    assert scene.ok("UpdateRuleGroup", RuleGroupArn=arn, UpdateToken=token, RuleGroup=STRICT)


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
        ("CreateRuleGroup", {"RuleGroupName": "ports", "Rules": ""}, "InvalidRequestException"),
        ("CreateRuleGroup", {"RuleGroupName": "x"}, "InvalidRequestException"),
        (
            "CreateRuleGroup",
            {"RuleGroupName": "x", "Rules": "", "RuleGroup": STRICT},
            "InvalidRequestException",
        ),
        ("CreateRuleGroup", {"RuleGroupName": "x", "Rules": "", "Type": "IPS"}, "InvalidRequestException"),
        (
            "CreateFirewallPolicy",
            {"FirewallPolicyName": "main", "FirewallPolicy": {}},
            "InvalidRequestException",
        ),
        ("DescribeRuleGroup", {}, "InvalidRequestException"),
        ("DescribeRuleGroup", {"RuleGroupName": "ports"}, "InvalidRequestException"),
        ("DescribeRuleGroup", {"RuleGroupName": "x", "Type": "STATEFUL"}, "ResourceNotFoundException"),
        ("DescribeRuleGroup", {"RuleGroupName": "ports", "Type": "STATELESS"}, "ResourceNotFoundException"),
        ("DescribeFirewallPolicy", {}, "InvalidRequestException"),
        ("DescribeFirewallPolicy", {"FirewallPolicyName": "x"}, "ResourceNotFoundException"),
        ("DescribeFirewall", {}, "InvalidRequestException"),
        ("DescribeFirewall", {"FirewallName": "x"}, "ResourceNotFoundException"),
        (
            "DescribeVpcEndpointAssociation",
            {"VpcEndpointAssociationArn": "arn:aws:x"},
            "ResourceNotFoundException",
        ),
        ("CreateProxy", {}, "UnknownOperationException"),
    ],
)
def test_calls_that_cannot_be_answered_are_refused(operation: str, params: JsonObject, code: str) -> None:
    defaults = {"Type": "STATEFUL", "Capacity": 1} if operation == "CreateRuleGroup" else {}
    assert build().refused(operation, **{**defaults, **params}).code == code


def test_nothing_in_use_can_be_deleted_and_all_of_it_in_the_right_order() -> None:
    scene = build()
    for operation, params in [
        ("DeleteRuleGroup", {"RuleGroupArn": scene.group}),
        ("DeleteFirewallPolicy", {"FirewallPolicyArn": scene.policy}),
    ]:
        assert scene.refused(operation, **params).code == "InvalidOperationException"

    deleted = scene.ok("DeleteFirewall", FirewallArn=scene.firewall)
    assert deleted["FirewallStatus"]["Status"] == "DELETING"
    policy = scene.ok("DeleteFirewallPolicy", FirewallPolicyArn=scene.policy)
    assert policy["FirewallPolicyResponse"]["FirewallPolicyStatus"] == "DELETING"
    group = scene.ok("DeleteRuleGroup", RuleGroupArn=scene.group)
    assert group["RuleGroupResponse"]["RuleGroupStatus"] == "DELETING"
    assert scene.ok("ListFirewalls")["Firewalls"] == []


def test_updates_under_way_do_not_mind_a_deleted_firewall() -> None:
    scene = build()
    scene.emulator.put_flow(A, flow(443))
    endpoint = scene.emulator.endpoint(A)
    scene.tighten()
    scene.ok("DeleteFirewall", FirewallArn=scene.firewall)
    scene.ok("DeleteFirewallPolicy", FirewallPolicyArn=scene.policy)
    scene.clock.sleep(60)

    assert scene.emulator.in_force(endpoint) is None
    assert scene.emulator.entries(endpoint) == ()
    assert not scene.emulator.attempt(endpoint, flow(443))


def test_a_policy_must_refer_to_groups_that_exist_or_are_managed() -> None:
    scene = build()
    missing = "arn:aws:network-firewall:us-east-1:123456789012:stateful-rulegroup/none"
    managed = "arn:aws:network-firewall:us-east-1:aws-managed:stateful-rulegroup/BotNet"

    refused = scene.refused(
        "CreateFirewallPolicy", FirewallPolicyName="x", FirewallPolicy=policy_body(missing)
    )
    assert missing in refused.message
    made = scene.ok(
        "CreateFirewallPolicy", FirewallPolicyName="x", FirewallPolicy=policy_body(scene.group, managed)
    )
    arn = made["FirewallPolicyResponse"]["FirewallPolicyArn"]
    scene.ok("AssociateFirewallPolicy", FirewallArn=scene.firewall, FirewallPolicyArn=arn)
    scene.clock.sleep(5)
    bodies = scene.emulator.in_force(A)
    assert bodies is not None
    assert bodies.rule_groups[managed] == {}
    assert scene.states()[A]["Config"][managed]["SyncStatus"] == "IN_SYNC"


def test_a_policy_update_needs_the_current_token() -> None:
    scene = build()
    refused = scene.refused(
        "UpdateFirewallPolicy",
        FirewallPolicyArn=scene.policy,
        UpdateToken="00000000-0000-4000-8000-000000000000",
        FirewallPolicy=policy_body(),
    )
    assert refused.code == "InvalidTokenException"


def test_a_firewall_has_one_endpoint_in_each_zone() -> None:
    scene = build()
    described = scene.ok("DescribeFirewall", FirewallName="edge")
    attachments = [state["Attachment"] for state in described["FirewallStatus"]["SyncStates"].values()]

    assert [each["SubnetId"] for each in attachments] == ["subnet-00", "subnet-01", "subnet-02"]
    assert len({each["EndpointId"] for each in attachments}) == 3
    assert described["Firewall"]["NumberOfAssociations"] == 0
    scene.emulator.add_association(scene.firewall, A, "vpc-0f")
    assert scene.ok("DescribeFirewall", FirewallName="edge")["Firewall"]["NumberOfAssociations"] == 1


def test_changing_the_policy_of_a_firewall_minds_token_and_protection() -> None:
    scene = build()
    made = scene.ok(
        "CreateFirewall",
        FirewallName="kept",
        FirewallPolicyArn=scene.policy,
        VpcId="vpc-0b",
        SubnetMappings=[{"SubnetId": "subnet-0f"}],
        FirewallPolicyChangeProtection=True,
        DeleteProtection=True,
    )["Firewall"]["FirewallArn"]
    change = {"FirewallPolicyArn": scene.policy}

    assert scene.refused("AssociateFirewallPolicy", FirewallArn=made, **change).code == (
        "InvalidOperationException"
    )
    assert scene.refused("DeleteFirewall", FirewallArn=made).code == "InvalidOperationException"
    stale = "00000000-0000-4000-8000-000000000000"
    refused = scene.refused(
        "AssociateFirewallPolicy", FirewallArn=scene.firewall, UpdateToken=stale, **change
    )
    assert refused.code == "InvalidTokenException"
    token = scene.ok("DescribeFirewall", FirewallArn=scene.firewall)["UpdateToken"]
    after = scene.ok("AssociateFirewallPolicy", FirewallArn=scene.firewall, UpdateToken=token, **change)
    assert after["UpdateToken"] != token


@pytest.mark.parametrize(
    "change",
    [
        {"FirewallName": "edge"},
        {"FirewallPolicyArn": "arn:aws:x"},
        {"VpcId": ""},
        {"SubnetMappings": [{"SubnetId": f"subnet-0{index}"} for index in range(4)]},
        {"SubnetMappings": [{"SubnetId": "subnet-0a"}, {"SubnetId": "subnet-0b"}]},
    ],
)
def test_a_firewall_that_cannot_be_is_refused(change: JsonObject) -> None:
    scene = build(EmulatorSettings(subnet_zones={"subnet-0a": A, "subnet-0b": A}))
    params = {
        "FirewallName": "new",
        "FirewallPolicyArn": scene.policy,
        "VpcId": "vpc-0b",
        "SubnetMappings": [{"SubnetId": "subnet-0f"}],
        **change,
    }
    assert scene.refused("CreateFirewall", **params).code == "InvalidRequestException"


def test_lists_are_filtered_and_paged() -> None:
    scene = build()
    for name in ("a", "b"):
        make_group(scene, name)
    make_group(scene, "less", Type="STATELESS")

    def names(**params: object) -> list[str]:
        return [each["Name"] for each in scene.ok("ListRuleGroups", **params)["RuleGroups"]]

    assert names() == ["a", "b", "ports", "less"]
    assert names(Type="STATELESS") == ["less"]
    assert names(Scope="MANAGED") == []
    first = scene.ok("ListRuleGroups", MaxResults=3)
    assert names(NextToken=first["NextToken"]) == ["less"]
    assert len(scene.ok("ListFirewalls", VpcIds=["vpc-0a1b2c"])["Firewalls"]) == 1
    assert scene.ok("ListFirewalls", VpcIds=["vpc-0e"])["Firewalls"] == []


def test_associations_are_listed_and_described() -> None:
    scene = build()
    endpoint = scene.emulator.add_association(scene.firewall, B, "vpc-0f", account="999999999999")
    arn = endpoint.association
    assert arn is not None

    listed = scene.ok("ListVpcEndpointAssociations", FirewallArn=scene.firewall)
    assert listed["VpcEndpointAssociations"] == [{"VpcEndpointAssociationArn": arn}]
    described = scene.ok("DescribeVpcEndpointAssociation", VpcEndpointAssociationArn=arn)
    assert described["VpcEndpointAssociation"]["FirewallArn"] == scene.firewall
    state = described["VpcEndpointAssociationStatus"]["AssociationSyncState"][B]
    assert state["Attachment"]["EndpointId"] == endpoint.id
    assert ":999999999999:" in arn
    assert scene.refused("DeleteFirewall", FirewallArn=scene.firewall).code == "InvalidOperationException"


def test_the_times_of_modifications_can_be_kept_back() -> None:
    scene = build(EmulatorSettings(tells_modification=False))
    group = scene.ok("DescribeRuleGroup", RuleGroupArn=scene.group)["RuleGroupResponse"]
    policy = scene.ok("DescribeFirewallPolicy", FirewallPolicyArn=scene.policy)["FirewallPolicyResponse"]

    assert "LastModifiedTime" not in group
    assert "LastModifiedTime" not in policy


def test_a_place_must_name_one_endpoint() -> None:
    scene = build()
    scene.ok(
        "CreateFirewall",
        FirewallName="second",
        FirewallPolicyArn=scene.policy,
        VpcId="vpc-0b",
        SubnetMappings=[{"SubnetId": "subnet-0f"}],
    )

    with pytest.raises(UsageError, match="2 firewall endpoints"):
        scene.emulator.attempt(A, flow(443))
    with pytest.raises(UsageError, match="0 firewall endpoints"):
        scene.emulator.attempt("nowhere", flow(443))
    assert scene.emulator.attempt(scene.emulator.endpoint(A, firewall=scene.firewall), flow(443))


def test_equal_seeds_and_calls_give_equal_histories() -> None:
    def history(seed: int) -> list[object]:
        scene = build(seed=seed)
        scene.emulator.put_flow(A, flow(443), age=9)
        scene.tighten()
        scene.operate("StartFlowFlush")
        scene.states()
        return [(call.time, call.operation, call.input, call.reply) for call in scene.emulator.requests]

    assert history(1) == history(1)
    assert history(1) != history(2)


def test_what_a_caller_does_to_its_input_later_changes_nothing() -> None:
    scene = build()
    rules = {"RulesSource": {"RulesString": OLD_RULES}}
    made = scene.ok("CreateRuleGroup", RuleGroupName="x", Type="STATEFUL", Capacity=1, RuleGroup=rules)
    rules["RulesSource"]["RulesString"] = NEW_RULES

    described = scene.ok("DescribeRuleGroup", RuleGroupArn=made["RuleGroupResponse"]["RuleGroupArn"])
    assert described["RuleGroup"]["RulesSource"]["RulesString"] == OLD_RULES


def test_a_clock_that_is_set_back_stops_time_and_breaks_nothing() -> None:
    scene = build()
    scene.tighten()
    scene.clock.advance(-3600)
    assert scene.group_state(A)[0] == "PENDING"
    scene.clock.advance(3600 + 5)
    assert scene.group_state(A)[0] == "IN_SYNC"


def test_an_emulator_needs_no_settings() -> None:
    emulator = Emulator(lambda: 0.0, 0, _Nobody())
    assert emulator.call("ListFirewalls", {}) == Answer({"Firewalls": []})


class _Nobody(Judge):
    def judge(self, bodies: object, flow: object) -> bool:  # noqa: ARG002 - nobody is let through
        return False
