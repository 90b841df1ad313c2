from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from nfw_reconcile.emulator.clients import Client
from nfw_reconcile.emulator.clock import VirtualClock
from nfw_reconcile.emulator.replies import Answer, JsonObject
from nfw_reconcile.emulator.seed import from_snapshot
from nfw_reconcile.emulator.validate import ModelChecker
from nfw_reconcile.errors import InputError, UnsupportedInput
from nfw_reconcile.model.flow import CapturedFlow
from tests.unit.emulator.scene import A, B, C, PortJudge, Scene, build, flow

if TYPE_CHECKING:
    from nfw_reconcile.emulator.emulator import Emulator

MANAGED = "arn:aws:network-firewall:us-east-1:aws-managed:stateful-rulegroup/BotNet"


def snapshot_of(scene: Scene) -> JsonObject:
    """Describe everything that an account holds, as the command ``snapshot`` writes it down."""
    firewall = scene.ok("DescribeFirewall", FirewallArn=scene.firewall)
    policy = scene.ok("DescribeFirewallPolicy", FirewallPolicyArn=scene.policy)
    group = scene.ok("DescribeRuleGroup", RuleGroupArn=scene.group)
    snapshot: JsonObject = json.loads(
        json.dumps(
            {
                "format_version": "1.0",
                "firewalls": [firewall],
                "policies": [policy],
                "rule_groups": [group],
                "prefix_lists": {"arn:aws:ec2:us-east-1:1:prefix-list/pl-1": ["10.1.0.0/16"]},
                "vpcs": {"vpc-0a1b2c": ["10.0.0.0/16"]},
            }
        )
    )
    return snapshot


def seeded(snapshot: JsonObject, *flows: CapturedFlow, **options: Any) -> tuple[VirtualClock, Emulator]:  # noqa: ANN401
    clock = VirtualClock()
    return clock, from_snapshot(snapshot, flows, clock=clock, judge=PortJudge(), **options)


def answer(emulator: Emulator, operation: str, **params: object) -> JsonObject:
    reply = emulator.call(operation, params, ModelChecker())
    assert isinstance(reply, Answer), reply
    return reply.body


def test_a_snapshot_of_the_emulator_gives_the_same_snapshot_again() -> None:
    scene = build()
    snapshot = snapshot_of(scene)
    _, emulator = seeded(snapshot)

    copied = Scene(scene.clock, emulator, scene.group, scene.policy, scene.firewall)
    assert snapshot_of(copied) == snapshot
    bodies = emulator.in_force(A)
    assert bodies is not None
    assert bodies.vpc_cidrs == ("10.0.0.0/16",)
    assert bodies.prefix_lists == {"arn:aws:ec2:us-east-1:1:prefix-list/pl-1": ("10.1.0.0/16",)}


def test_everything_is_in_sync_and_can_be_updated() -> None:
    scene = build()
    clock, emulator = seeded(snapshot_of(scene))
    token = answer(emulator, "DescribeRuleGroup", RuleGroupArn=scene.group)["UpdateToken"]
    rules = "drop tcp any any -> any 443 (sid:1;)"

    assert emulator.attempt(A, flow(443))
    answer(emulator, "UpdateRuleGroup", RuleGroupArn=scene.group, UpdateToken=token, Rules=rules)
    clock.sleep(10)
    assert not emulator.attempt(B, flow(443))


def test_status_tokens_and_times_may_be_missing_and_zones_follow_the_subnets() -> None:
    scene = build()
    snapshot = snapshot_of(scene)
    del snapshot["firewalls"][0]["FirewallStatus"], snapshot["prefix_lists"], snapshot["vpcs"]
    for member in ("firewalls", "policies", "rule_groups"):
        del snapshot[member][0]["UpdateToken"]
    del snapshot["rule_groups"][0]["RuleGroupResponse"]["LastModifiedTime"]
    snapshot["policies"][0]["FirewallPolicyResponse"]["LastModifiedTime"] = "2026-01-01T00:00:00+00:00"
    clock, emulator = seeded(snapshot)

    states = answer(emulator, "DescribeFirewall", FirewallName="edge")["FirewallStatus"]["SyncStates"]
    assert {zone: state["Attachment"]["SubnetId"] for zone, state in states.items()} == {
        A: "subnet-00",
        B: "subnet-01",
        C: "subnet-02",
    }
    group = answer(emulator, "DescribeRuleGroup", RuleGroupArn=scene.group)
    assert group["RuleGroupResponse"]["LastModifiedTime"] == clock()
    policy = answer(emulator, "DescribeFirewallPolicy", FirewallPolicyArn=scene.policy)
    assert policy["FirewallPolicyResponse"]["LastModifiedTime"] == 1_767_225_600


def test_zones_can_be_named_and_account_and_region_are_those_of_the_firewall() -> None:
    text = (
        json.dumps(snapshot_of(build()))
        .replace("us-east-1", "eu-west-1")
        .replace("123456789012", "999999999999")
    )
    _, emulator = seeded(json.loads(text), zones=["eu-west-1a", "eu-west-1z"])

    assert emulator.attempt("eu-west-1z", flow(443))
    made = answer(emulator, "CreateRuleGroup", RuleGroupName="x", Type="STATEFUL", Capacity=1, Rules="")[
        "RuleGroupResponse"
    ]["RuleGroupArn"]
    assert made == "arn:aws:network-firewall:eu-west-1:999999999999:stateful-rulegroup/x"


def test_a_managed_group_may_be_known_without_its_rules() -> None:
    snapshot = snapshot_of(build())
    group = {
        "RuleGroupArn": MANAGED,
        "RuleGroupName": "BotNet",
        "RuleGroupId": snapshot["firewalls"][0]["UpdateToken"],
    }
    snapshot["rule_groups"].append({"RuleGroupResponse": group})
    references = snapshot["policies"][0]["FirewallPolicy"]["StatefulRuleGroupReferences"]
    references.append({"ResourceArn": MANAGED})
    _, emulator = seeded(snapshot)

    described = answer(emulator, "DescribeRuleGroup", RuleGroupArn=MANAGED)
    assert "RuleGroup" not in described
    bodies = emulator.in_force(A)
    assert bodies is not None
    assert bodies.rule_groups[MANAGED] == {}
    refused = emulator.call(
        "UpdateRuleGroup",
        {"RuleGroupArn": MANAGED, "UpdateToken": described["UpdateToken"], "Rules": ""},
    )
    assert "managed by AWS" in str(refused)
    assert answer(emulator, "ListRuleGroups", Scope="MANAGED")["RuleGroups"] == [
        {"Name": "BotNet", "Arn": MANAGED}
    ]


def test_flows_go_to_the_zone_that_they_name_or_take_turns() -> None:
    named = CapturedFlow(flow(1), age=500, packets=9, bytes=900, zone=B)
    others = [CapturedFlow(flow(port)) for port in (2, 3, 4, 5)]
    clock, emulator = seeded(snapshot_of(build()), named, *others)

    found = {zone: [entry.flow.destination_port for entry in emulator.entries(zone)] for zone in (A, B, C)}
    assert found == {A: [2, 5], B: [1, 3], C: [4]}
    entry = emulator.entries(B)[0]
    assert (entry.born, entry.packets, entry.bytes) == (clock() - 500, 9, 900)
    assert emulator.entries(A)[0].born == clock() - 3600


def test_flows_are_kept_alive_by_their_clients_and_silent_ones_time_out() -> None:
    snapshot = snapshot_of(build())
    clock, talking = seeded(snapshot, CapturedFlow(flow(443), age=10, zone=A))
    clock.sleep(10_000)
    (entry,) = talking.entries(A)
    assert clock() - entry.born == 10_010

    clock, silent = seeded(snapshot, CapturedFlow(flow(443), age=10, zone=A), clients=None)
    clock.sleep(351)
    assert silent.entries(A) == ()


def test_the_client_of_a_flow_tries_again_when_it_is_cut() -> None:
    made: list[Client] = []

    def client(each: Any) -> Client:  # noqa: ANN401
        made.append(Client.reconnecting(each, 10))
        return made[-1]

    scene = build()
    clock, emulator = seeded(snapshot_of(scene), CapturedFlow(flow(443), zone=A), clients=client)
    seen = Scene(clock, emulator, scene.group, scene.policy, scene.firewall)
    seen.tighten("drop tcp any any -> any 443 (sid:9;)")
    clock.sleep(20)
    seen.operate("StartFlowFlush")
    clock.sleep(60)

    emulator.catch_up()
    assert [moment.state.value for moment in made[0].history[:2]] == ["hanging", "refused"]


def test_flows_of_several_firewalls_need_a_name() -> None:
    snapshot = snapshot_of(build())
    second = copy.deepcopy(snapshot["firewalls"][0])
    second["Firewall"]["FirewallArn"] = second["Firewall"]["FirewallArn"].replace("edge", "second")
    for state in second["FirewallStatus"]["SyncStates"].values():
        state["Attachment"]["EndpointId"] += "f"
    snapshot["firewalls"].append(second)
    captured = CapturedFlow(flow(443), zone=A)

    with pytest.raises(InputError, match="there are 2"):
        seeded(snapshot, captured)
    _, emulator = seeded(snapshot, captured, firewall=second["Firewall"]["FirewallArn"])
    place = emulator.endpoint(A, firewall=second["Firewall"]["FirewallArn"])
    assert len(emulator.entries(place)) == 1


def broken(change: str) -> JsonObject:
    snapshot = snapshot_of(build())
    policy = snapshot["policies"][0]
    match change:
        case "no list":
            snapshot["firewalls"] = {}
            snapshot["vpcs"] = ["10.0.0.0/8"]
        case "shape":
            policy["FirewallPolicy"]["Surprise"] = 1
            del snapshot["firewalls"][0]["Firewall"]["FirewallId"]
            snapshot["rule_groups"][0]["RuleGroup"] = "text"
        case "missing":
            snapshot["rule_groups"].clear()
            snapshot["firewalls"][0]["Firewall"]["FirewallPolicyArn"] = "arn:aws:other"
        case "twice":
            for member in ("firewalls", "policies", "rule_groups"):
                snapshot[member] *= 2
        case "time":
            policy["FirewallPolicyResponse"]["LastModifiedTime"] = "last week"
        case "zones":
            snapshot["firewalls"][0]["Firewall"]["SubnetMappings"] = []
            del snapshot["firewalls"][0]["FirewallStatus"]
        case "arn":
            snapshot["firewalls"][0]["Firewall"]["FirewallArn"] = "arn:aws-edge"
        case _:
            raise ValueError(change)
    return snapshot


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ("no list", ["firewalls is not a list of objects", "vpcs is not an object of lists"]),
        (
            "shape",
            [
                "firewalls[0].Firewall: FirewallId is required",
                "policies[0].FirewallPolicy: FirewallPolicy has no member Surprise",
                "rule_groups[0].RuleGroup: str where RuleGroup is a structure",
            ],
        ),
        ("missing", ["stateful-rulegroup/ports, which is not there", "arn:aws:other, which is not there"]),
        ("twice", ["stateful-rulegroup/ports is there twice", "main is there twice", "edge is there twice"]),
        ("time", ["LastModifiedTime of"]),
        ("arn", ["FirewallArn is 'arn:aws-edge', which is no ARN"]),
        ("zones", ["neither sync states nor subnets"]),
    ],
)
def test_every_problem_of_a_snapshot_is_told_at_once(change: str, problems: list[str]) -> None:
    with pytest.raises(InputError) as raised:
        seeded(broken(change), source="live.json")

    assert len(raised.value.problems) == len(problems)
    for problem, expected in zip(raised.value.problems, problems, strict=True):
        assert expected in str(problem)
        assert str(problem).startswith("live.json: ")


def test_every_flow_in_an_unknown_zone_is_told_at_once() -> None:
    flows = [CapturedFlow(flow(port), zone="us-east-1f") for port in (1, 2)]
    with pytest.raises(InputError) as raised:
        seeded(snapshot_of(build()), *flows)
    assert len(raised.value.problems) == 2


def test_an_empty_snapshot_is_an_empty_account() -> None:
    _, emulator = seeded({"format_version": "1.0"})
    assert answer(emulator, "ListFirewalls") == {"Firewalls": []}


def test_an_unknown_major_version_is_refused() -> None:
    with pytest.raises(UnsupportedInput, match=r"2\.0"):
        seeded({**snapshot_of(build()), "format_version": "2.0"})
    seeded({**snapshot_of(build()), "format_version": "1.7"})
