from __future__ import annotations

import pytest

from nfw_reconcile.emulator.front import Front
from nfw_reconcile.emulator.replies import Answer, JsonObject, Refusal
from nfw_reconcile.emulator.validate import ModelChecker
from nfw_reconcile.errors import ServiceError
from tests.unit.emulator.scene import EVERYTHING, OLD_RULES, A, B, build, flow, policy_body

CHECKER = ModelChecker()
ARN = "arn:aws:network-firewall:us-east-1:123456789012:firewall/edge"
ID = "01234567-89ab-4cde-8f01-23456789abcd"
FLOW = {
    "SourceAddress": {"AddressDefinition": "10.0.0.1/32"},
    "DestinationAddress": {"AddressDefinition": "2001:db8::1"},
    "SourcePort": "1",
    "DestinationPort": "2",
    "Protocol": "6",
    "Age": 0,
    "PacketCount": 0,
    "ByteCount": 2**40,
}


@pytest.mark.parametrize(
    ("operation", "params", "problem"),
    [
        ("StartFlowFlush", {"FirewallArn": ARN}, 'Missing required parameter in input: "FlowFilters"'),
        (
            "StartFlowFlush",
            {"FirewallArn": ARN, "FlowFilters": [], "Force": True},
            'Unknown parameter in input: "Force"',
        ),
        ("StartFlowFlush", {"FirewallArn": ARN, "FlowFilters": {}}, "Invalid type for parameter FlowFilters"),
        ("StartFlowFlush", {"FirewallArn": "firewall/edge", "FlowFilters": []}, "does not match ^arn:aws.*"),
        (
            "StartFlowFlush",
            {"FirewallArn": ARN, "FlowFilters": [{"SourceAddress": {"AddressDefinition": "web.example"}}]},
            "input.FlowFilters[0].SourceAddress.AddressDefinition: 'web.example' does not match",
        ),
        ("ListFirewalls", {"MaxResults": 101}, "input.MaxResults: 101 is not within 1..100"),
        ("ListFirewalls", {"MaxResults": 0}, "MaxResults"),
        ("ListFirewalls", {"NextToken": "no!"}, "does not match"),
        (
            "ListFlowOperations",
            {"FirewallArn": ARN, "FlowOperationType": "FLUSH"},
            "none of FLOW_FLUSH, FLOW_CAPTURE",
        ),
    ],
)
def test_a_request_that_breaks_the_model_is_told_of(operation: str, params: JsonObject, problem: str) -> None:
    problems = CHECKER.request(operation, params)
    assert len(problems) == 1
    assert problem in problems[0]


def test_a_request_within_the_model_is_fine_even_where_the_service_would_refuse_it() -> None:
    params = {"FirewallArn": ARN, "FlowFilters": [{}] * 21, "MinimumFlowAgeInSeconds": -1}
    assert CHECKER.request("StartFlowFlush", params) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"FlowState": "ESTABLISHED"}, "output: ListFlowOperationResultsResponse has no member FlowState"),
        ({"Flows": [{**FLOW, "Direction": "TO_SERVER"}]}, "output.Flows[0]: Flow has no member Direction"),
        ({"Flows": [{**FLOW, "SourceAddress": {}}]}, "AddressDefinition is required in Address"),
        ({"Flows": [{**FLOW, "Age": "7"}]}, "output.Flows[0].Age: str where Age is a integer"),
        ({"Flows": [{**FLOW, "Age": True}]}, "output.Flows[0].Age: bool where Age is a integer"),
        ({"Flows": None}, "output.Flows: NoneType where Flows is a list"),
        ({"FlowOperationStatus": "PAUSED"}, "'PAUSED' is none of COMPLETED"),
        ({"FlowOperationId": "abc"}, "3 is not within 36..36"),
        ({"StatusMessage": "went wrong!"}, "'went wrong!' does not match"),
        ({"FlowRequestTimestamp": "2026-01-01"}, "str where FlowRequestTimestamp is a timestamp"),
    ],
)
def test_an_answer_that_breaks_the_model_is_told_of(change: JsonObject, problem: str) -> None:
    output = {"FirewallArn": ARN, "FlowOperationId": ID, "Flows": [FLOW], "FlowRequestTimestamp": 1.5}

    assert CHECKER.response("ListFlowOperationResults", output) == []
    assert problem in "\n".join(CHECKER.response("ListFlowOperationResults", {**output, **change}))


def test_sync_states_may_be_keyed_by_arn_and_other_maps_keep_to_their_keys() -> None:
    status = {
        "Status": "READY",
        "ConfigurationSyncStateSummary": "IN_SYNC",
        "SyncStates": {A: {"Config": {ARN: {"SyncStatus": "IN_SYNC", "UpdateToken": ID}}}},
    }
    assert CHECKER.shape("FirewallStatus", status, "status") == []
    variables = {"IPSets": {"not a name!": {"Definition": ["10.0.0.0/8"]}}}
    assert "does not match" in CHECKER.shape("RuleVariables", variables, "variables")[0]


def test_a_firewall_on_a_transit_gateway_has_no_vpc() -> None:
    firewall = {"FirewallPolicyArn": ARN, "FirewallId": ID}
    assert CHECKER.shape("Firewall", firewall, "firewall") == []
    assert len(CHECKER.shape("Firewall", {}, "firewall")) == 2


def test_an_invented_member_in_a_request_is_refused_and_logged() -> None:
    scene = build()
    params = {"FirewallArn": scene.firewall, "FlowFilters": EVERYTHING, "Force": True}
    reply = scene.emulator.call("StartFlowFlush", params, CHECKER)

    assert isinstance(reply, Refusal)
    assert reply.code == "InvalidRequestException"
    assert '"Force"' in reply.message
    assert scene.emulator.requests[-1].reply == reply
    assert scene.emulator.flow_operations == ()


def test_an_invented_member_in_an_answer_is_a_defect() -> None:
    front = Front({"ListFirewalls": lambda _: {"Firewalls": [], "Extra": 1}}, lambda: 0.0)
    with pytest.raises(ServiceError, match="ListFirewallsResponse has no member Extra"):
        front.call("ListFirewalls", {}, CHECKER)


def test_every_operation_on_offer_is_one_of_the_model_and_keeps_to_it() -> None:
    """Run through every operation with the checker on; an answer outside the model would raise."""
    scene = build()
    scene.emulator.put_flow(A, flow(443))
    association = scene.emulator.add_association(scene.firewall, B, "vpc-0f").association
    firewall = {"FirewallArn": scene.firewall}
    group_token = scene.ok("DescribeRuleGroup", CHECKER, RuleGroupArn=scene.group)["UpdateToken"]
    policy_token = scene.ok("DescribeFirewallPolicy", CHECKER, FirewallPolicyArn=scene.policy)["UpdateToken"]
    started = scene.ok("StartFlowCapture", CHECKER, **firewall, AvailabilityZone=A, FlowFilters=EVERYTHING)
    scene.clock.sleep(5)
    operation = {**firewall, "FlowOperationId": started["FlowOperationId"]}
    script: list[tuple[str, JsonObject]] = [
        ("CreateRuleGroup", {"RuleGroupName": "x", "Type": "STATEFUL", "Capacity": 1, "Rules": OLD_RULES}),
        ("UpdateRuleGroup", {"RuleGroupArn": scene.group, "UpdateToken": group_token, "Rules": OLD_RULES}),
        ("ListRuleGroups", {}),
        ("DeleteRuleGroup", {"RuleGroupName": "x", "Type": "STATEFUL"}),
        ("CreateFirewallPolicy", {"FirewallPolicyName": "x", "FirewallPolicy": policy_body()}),
        (
            "UpdateFirewallPolicy",
            {"FirewallPolicyArn": scene.policy, "UpdateToken": policy_token, "FirewallPolicy": policy_body()},
        ),
        ("ListFirewallPolicies", {}),
        ("DeleteFirewallPolicy", {"FirewallPolicyName": "x"}),
        ("DescribeFirewall", firewall),
        ("AssociateFirewallPolicy", {**firewall, "FirewallPolicyArn": scene.policy}),
        ("ListFirewalls", {}),
        (
            "CreateFirewall",
            {
                "FirewallName": "x",
                "FirewallPolicyArn": scene.policy,
                "VpcId": "vpc-0b",
                "SubnetMappings": [{"SubnetId": "subnet-0f"}],
            },
        ),
        ("DeleteFirewall", {"FirewallName": "x"}),
        ("ListVpcEndpointAssociations", {}),
        ("DescribeVpcEndpointAssociation", {"VpcEndpointAssociationArn": association}),
        ("StartFlowFlush", {**firewall, "AvailabilityZone": A, "FlowFilters": EVERYTHING}),
        ("DescribeFlowOperation", operation),
        ("ListFlowOperations", firewall),
        ("ListFlowOperationResults", operation),
    ]
    for name, params in script:
        assert isinstance(scene.emulator.call(name, params, CHECKER), Answer), name

    offered = set(scene.emulator.operations)
    assert offered == {name for name, _ in script} | {
        "DescribeRuleGroup",
        "DescribeFirewallPolicy",
        "StartFlowCapture",
    }
    assert offered <= set(CHECKER.operations())
