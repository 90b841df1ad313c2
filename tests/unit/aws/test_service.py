"""The service on the emulator: real botocore clients, checked against the service model both ways."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from botocore.stub import Stubber

from nfw_reconcile.act.configuration import read_configuration
from nfw_reconcile.act.ports import (
    Accepted,
    Caller,
    CredentialsError,
    FlowRequest,
    Lost,
    OperationStatus,
    Scope,
    UnreachableError,
)
from nfw_reconcile.aws import snapshot
from nfw_reconcile.aws.service import AwsFlowService
from nfw_reconcile.emulator import faults
from nfw_reconcile.emulator.faults import FaultRule
from nfw_reconcile.emulator.iam import WHY
from nfw_reconcile.emulator.replies import Refusal
from nfw_reconcile.errors import ServiceError, Severity
from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.filters import FlowFilter
from tests.denials import deny, refuse
from tests.unit.act.scene import ACCOUNT, CAPTURE_FILTERS, REGION, A, Scene, build, flow
from tests.unit.aws.resource_groups import Groups, arn_of, listed

if TYPE_CHECKING:
    from collections.abc import Callable

WORKERS = f"arn:aws:resource-groups:{REGION}:{ACCOUNT}:group/workers"
PREFIX_LIST = f"arn:aws:ec2:{REGION}:{ACCOUNT}:prefix-list/pl-0123456789abcdef0"
ONE = FlowFilter(Network.parse("10.0.0.1/32"), Network.parse("192.0.2.0/24"), (40000, 40000), (1, 9), (17, 6))


@pytest.fixture
def scene() -> Scene:
    return build(zones=1, page=2)


def request(scene: Scene, *filters: FlowFilter, minimum_age: int = 0) -> FlowRequest:
    return FlowRequest(scene.firewall, Scope(A), filters or CAPTURE_FILTERS, minimum_age)


def test_the_account_and_region_are_those_of_the_caller(scene: Scene) -> None:
    assert (scene.service.caller(), scene.service.region) == (Caller(ACCOUNT, scene.clock.now()), REGION)


@pytest.mark.parametrize(
    ("start", "operation"), [("start_capture", "StartFlowCapture"), ("start_flush", "StartFlowFlush")]
)
def test_a_start_says_all_of_the_request_and_nothing_else(scene: Scene, start: str, operation: str) -> None:
    reply = getattr(scene.service, start)(request(scene, ONE, minimum_age=11))
    assert isinstance(reply, Accepted)
    call = scene.emulator.requests[-1]
    assert call.operation == operation
    assert call.input == {
        "FirewallArn": scene.firewall,
        "AvailabilityZone": A,
        "FlowFilters": [
            {
                "SourceAddress": {"AddressDefinition": "10.0.0.1/32"},
                "DestinationAddress": {"AddressDefinition": "192.0.2.0/24"},
                "SourcePort": "40000",
                "DestinationPort": "1:9",
                "Protocols": ["17", "6"],
            }
        ],
        "MinimumFlowAgeInSeconds": 11,
    }


def test_an_operation_is_followed_from_start_to_results(scene: Scene) -> None:
    scene.put(A, [flow(host) for host in range(1, 4)])
    reply = scene.service.start_capture(request(scene))
    assert isinstance(reply, Accepted)
    running = scene.service.describe_operation(scene.firewall, Scope(A), reply.operation_id)
    assert running.status is OperationStatus.IN_PROGRESS
    scene.clock.sleep(5)
    ended = scene.service.describe_operation(scene.firewall, Scope(A), reply.operation_id)
    assert (ended.status, ended.minimum_age, len(ended.filters)) == (OperationStatus.COMPLETED, 0, 2)
    first = scene.service.results_page(scene.firewall, Scope(A), reply.operation_id, None)
    assert (len(first.flows), first.requested_at) == (2, ended.requested_at)
    second = scene.service.results_page(scene.firewall, Scope(A), reply.operation_id, first.next_token)
    assert (len(second.flows), second.next_token) == (1, None)
    listed = scene.service.list_operations(scene.firewall, Scope(A), None)
    assert [each.operation_id for each in listed.operations] == [reply.operation_id]


LOST = [
    faults.TIMEOUT,
    faults.RESET_AFTER,
    faults.INTERNAL_ERROR,
    faults.UNAVAILABLE,
    faults.TRUNCATED,
    faults.HTML,
    faults.EMPTY,
    faults.BINARY,
]


@pytest.mark.parametrize("fault", LOST, ids=str)
def test_a_start_without_a_usable_reply_may_have_been_accepted(scene: Scene, fault: faults.Fault) -> None:
    scene.emulator.faults.add(FaultRule(fault, "StartFlowFlush"))
    assert isinstance(scene.service.start_flush(request(scene)), Lost)
    assert [call.operation for call in scene.emulator.requests].count("StartFlowFlush") == 1


@pytest.mark.parametrize("fault", [*LOST, faults.THROTTLED, faults.RATE_LIMITED], ids=str)
@pytest.mark.parametrize("operation", ["DescribeFirewall", "ListFlowOperations"])
def test_a_read_without_a_usable_reply_is_never_an_empty_one(
    scene: Scene, fault: faults.Fault, operation: str
) -> None:
    scene.emulator.faults.add(FaultRule(fault, operation))
    reads: dict[str, Callable[[], object]] = {
        "DescribeFirewall": lambda: scene.service.configuration(scene.firewall),
        "ListFlowOperations": lambda: scene.service.list_operations(scene.firewall, Scope(A), None),
    }
    with pytest.raises(UnreachableError):
        reads[operation]()


def test_errors_of_reads_are_told_apart(scene: Scene) -> None:
    scene.emulator.faults.add(FaultRule(faults.EXPIRED_CREDENTIALS, "DescribeFirewall", times=1))
    with pytest.raises(CredentialsError):
        scene.service.configuration(scene.firewall)
    with pytest.raises(ServiceError, match="ResourceNotFoundException"):
        scene.service.configuration(f"{scene.firewall}-other")


# Snapshots


def test_a_snapshot_holds_the_firewall_its_policy_and_its_groups(scene: Scene) -> None:
    found = scene.service.snapshot(scene.firewall)
    configuration = read_configuration(found, scene.firewall)
    assert configuration.tokens == scene.current()
    assert configuration.modified_at == scene.clock.now()
    assert found["vpcs"] == {"vpc-0a1b2c": ["10.0.0.0/8"]}
    assert found["prefix_lists"] == {}
    assert scene.service.configuration(scene.firewall) == {
        name: found[name] for name in ("format_version", "firewalls", "policies", "rule_groups")
    }


def test_the_firewall_is_read_before_what_its_tokens_are_compared_with(scene: Scene) -> None:
    scene.service.configuration(scene.firewall)
    reads = [call.operation for call in scene.emulator.requests[-3:]]
    assert reads == ["DescribeFirewall", "DescribeFirewallPolicy", "DescribeRuleGroup"]


def use_prefix_list(scene: Scene, *others: str) -> None:
    token = scene.ok("DescribeRuleGroup", RuleGroupArn=scene.group)["UpdateToken"]
    arns = {f"BAD{number}": {"ReferenceArn": arn} for number, arn in enumerate((PREFIX_LIST, *others))}
    body = {
        "RulesSource": {"RulesString": "drop tcp @BAD0 any -> any any (sid:1;)"},
        "ReferenceSets": {"IPSetReferences": arns},
    }
    scene.ok("UpdateRuleGroup", RuleGroupArn=scene.group, UpdateToken=token, RuleGroup=body)


def test_members_of_prefix_lists_are_part_of_it(scene: Scene) -> None:
    use_prefix_list(scene)
    scene.emulator.set_prefix_list(PREFIX_LIST, ["198.51.100.0/24", "10.0.0.0/8"])
    assert scene.service.snapshot(scene.firewall)["prefix_lists"] == {
        PREFIX_LIST: ["10.0.0.0/8", "198.51.100.0/24"]
    }


def with_workers(scene: Scene, groups: Groups) -> AwsFlowService:
    """Give the service of the scene with one interface in the resource group, and two addresses on it."""
    use_prefix_list(scene, WORKERS)
    scene.emulator.set_prefix_list(PREFIX_LIST, ["198.51.100.0/24"])
    private = [{"PrivateIpAddress": address} for address in ("10.0.0.7", "10.0.0.8")]
    found = {"NetworkInterfaceId": "eni-1", "PrivateIpAddresses": private}
    stub = Stubber(scene.clients.ec2)
    stub.add_response("get_managed_prefix_list_entries", {"Entries": [{"Cidr": "198.51.100.0/24"}]})
    stub.add_response("describe_network_interfaces", {"NetworkInterfaces": [found]})
    stub.activate()
    scene.update_policy(PolicyVariables={"RuleVariables": {"HOME_NET": {"Definition": ["10.1.0.0/16"]}}})
    return AwsFlowService(replace(scene.clients, groups=groups.client()))


def workers() -> Groups:
    return Groups(pages={None: listed(arn_of("eni-1", account=ACCOUNT, region=REGION))})


def test_members_of_resource_groups_are_part_of_it(scene: Scene) -> None:
    service = with_workers(scene, workers())
    found = service.snapshot(scene.firewall)
    assert found["resource_groups"] == {WORKERS: ["10.0.0.7/32", "10.0.0.8/32"]}
    assert found["prefix_lists"] == {PREFIX_LIST: ["198.51.100.0/24"]}
    assert service.unread() == ()


def test_of_more_members_than_a_firewall_takes_none_is_known(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "MOST_CIDRS", 2)
    service = with_workers(scene, workers())
    found = service.snapshot(scene.firewall)
    assert (found["prefix_lists"], found.get("resource_groups")) == ({}, None)
    assert "the IP set references hold 3 CIDRs, and a firewall takes 2 of them" in str(service.unread()[0])


def test_a_resource_group_that_nobody_may_read_leaves_the_rest_of_it(scene: Scene) -> None:
    service = with_workers(scene, Groups(refusals={"get-group-query": (403, "ForbiddenException")}))
    found = service.snapshot(scene.firewall)
    assert found["prefix_lists"] == {PREFIX_LIST: ["198.51.100.0/24"]}
    assert "resource_groups" not in found
    assert "Allow resource-groups:GetGroupQuery in their IAM policy." in str(service.unread()[0])


def test_what_is_no_longer_there_is_left_out(scene: Scene) -> None:
    use_prefix_list(scene)
    scene.emulator.world.vpcs.clear()
    found = scene.service.snapshot(scene.firewall)
    assert (found["prefix_lists"], found["vpcs"]) == ({}, {})
    told = "\n".join(str(each) for each in scene.service.unread())
    assert f"ec2:GetManagedPrefixListEntries on {PREFIX_LIST}: InvalidPrefixListID.NotFound" in told
    assert "ec2:DescribeVpcs on vpc-0a1b2c: InvalidVpcID.NotFound" in told


@pytest.mark.parametrize(
    ("action", "member"),
    [("ec2:GetManagedPrefixListEntries", "prefix_lists"), ("ec2:DescribeVpcs", "vpcs")],
)
def test_what_the_caller_may_not_read_is_left_out_and_told_once(
    scene: Scene, action: str, member: str
) -> None:
    use_prefix_list(scene)
    scene.emulator.set_prefix_list(PREFIX_LIST, ["10.0.0.0/8"])
    assert scene.service.snapshot(scene.firewall)[member] != {}
    assert scene.service.unread() == ()
    deny(scene.emulator, scene.clients, action)
    for _ in range(2):
        assert scene.service.snapshot(scene.firewall)[member] == {}
    (told,) = scene.service.unread()
    asked = {"prefix_lists": PREFIX_LIST, "vpcs": "vpc-0a1b2c"}[member]
    assert told.severity is Severity.WARNING
    assert str(told) == (
        f"the credentials do not permit {action} on {asked}: AWS answered UnauthorizedOperation: {WHY}. "
        f"Allow {action} in their IAM policy."
    )


def test_expired_credentials_are_no_missing_permission(scene: Scene) -> None:
    refuse(scene.clients.ec2, "DescribeVpcs", Refusal("ExpiredToken", "The token has expired", 403))
    with pytest.raises(CredentialsError):
        scene.service.snapshot(scene.firewall)


def test_the_vpc_is_asked_for_only_where_home_net_is_not_set(scene: Scene) -> None:
    scene.update_policy(PolicyVariables={"RuleVariables": {"HOME_NET": {"Definition": ["10.1.0.0/16"]}}})
    assert scene.service.snapshot(scene.firewall)["vpcs"] == {}
