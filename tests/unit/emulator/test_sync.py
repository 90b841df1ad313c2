from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.emulator.settings import ConfigKey, EmulatorSettings, Summary, SyncSettings
from tests.unit.emulator.scene import NEW_RULES, A, B, C, Scene, build, flow, policy_body


def synced(**sync: Any) -> EmulatorSettings:  # noqa: ANN401 - any field
    return EmulatorSettings(sync=replace(SyncSettings(), **sync))


def summary(scene: Scene) -> tuple[str, str]:
    status = scene.ok("DescribeFirewall", FirewallArn=scene.firewall)["FirewallStatus"]
    return status["ConfigurationSyncStateSummary"], status["Status"]


def test_each_zone_takes_up_an_update_after_its_own_delay() -> None:
    scene = build(synced(delay=5, zone_delays={B: 20}))
    token = scene.tighten()

    assert scene.group_state(A) == ("PENDING", token)
    assert summary(scene) == ("PENDING", "PROVISIONING")
    scene.clock.sleep(5)
    assert scene.group_state(A) == ("IN_SYNC", token)
    assert scene.group_state(B) == ("PENDING", token)
    scene.clock.sleep(15)
    assert scene.group_state(B) == ("IN_SYNC", token)
    assert summary(scene) == ("IN_SYNC", "READY")


def test_verdicts_of_a_zone_follow_the_new_rules_from_the_moment_it_is_in_sync() -> None:
    scene = build(synced(delay=5, zone_delays={B: 20}))
    scene.tighten()

    scene.clock.sleep(4.9)
    assert scene.emulator.attempt(A, flow(5432))
    scene.clock.sleep(0.1)
    assert not scene.emulator.attempt(A, flow(5432, 40_001))
    assert scene.emulator.attempt(B, flow(5432))
    scene.clock.sleep(15)
    assert not scene.emulator.attempt(B, flow(5432, 40_001))


def test_the_tokens_of_all_zones_become_those_that_describe_gives() -> None:
    scene = build()
    scene.tighten()
    scene.clock.sleep(60)

    group = scene.ok("DescribeRuleGroup", RuleGroupArn=scene.group)["UpdateToken"]
    policy = scene.ok("DescribeFirewallPolicy", FirewallPolicyArn=scene.policy)["UpdateToken"]
    for state in scene.states().values():
        tokens = {arn: each["UpdateToken"] for arn, each in state["Config"].items()}
        assert tokens == {scene.group: group, scene.policy: policy}


def test_a_later_update_overtakes_an_earlier_one_without_a_gap() -> None:
    scene = build(synced(delay=10))
    scene.tighten()
    scene.clock.sleep(6)
    last = scene.tighten("drop tcp any any -> any 80 (sid:3;)")

    scene.clock.sleep(5)
    assert scene.group_state(A) == ("PENDING", last)
    assert not scene.emulator.attempt(A, flow(5432))
    scene.clock.sleep(5)
    assert scene.group_state(A) == ("IN_SYNC", last)
    assert scene.emulator.attempt(A, flow(5432))
    assert not scene.emulator.attempt(A, flow(80))


def test_an_earlier_update_that_is_slower_never_comes_back() -> None:
    scene = build(synced(delay=1, jitter=30), seed=3)
    for port in range(1000, 1020):
        scene.tighten(f"drop tcp any any -> any {port} (sid:3;)")
        scene.clock.sleep(1)
    scene.clock.sleep(60)

    for zone in (A, B, C):
        assert not scene.emulator.attempt(zone, flow(1019))
        assert scene.emulator.attempt(zone, flow(1018))


def test_a_group_that_a_policy_begins_to_use_comes_into_force_with_the_policy() -> None:
    scene = build(synced(delay=5, jitter=5))
    made = scene.ok("CreateRuleGroup", RuleGroupName="more", Type="STATEFUL", Capacity=1, Rules=NEW_RULES)
    more = made["RuleGroupResponse"]["RuleGroupArn"]
    token = scene.ok("DescribeFirewallPolicy", FirewallPolicyArn=scene.policy)["UpdateToken"]
    body = policy_body(scene.group, more)
    scene.ok("UpdateFirewallPolicy", FirewallPolicyArn=scene.policy, UpdateToken=token, FirewallPolicy=body)

    assert scene.states()[A]["Config"][more]["SyncStatus"] == "PENDING"
    for _ in range(20):
        scene.clock.sleep(0.6)
        bodies = scene.emulator.in_force(A)
        assert bodies is not None
        wanted = {reference["ResourceArn"] for reference in bodies.policy["StatefulRuleGroupReferences"]}
        assert set(bodies.rule_groups) == wanted
    assert more in wanted


@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("wait"), st.integers(0, 20)),
            st.tuples(st.just("update"), st.integers(0, 2)),
            st.tuples(st.just("refer"), st.integers(0, 7)),
        ),
        max_size=15,
    ),
    seed=st.integers(0, 1000),
)
def test_a_zone_runs_whole_policies_at_every_moment_and_the_last_one_in_the_end(
    steps: list[tuple[str, int]], seed: int
) -> None:
    scene = build(synced(delay=5, jitter=20), seed=seed)
    groups = [scene.group]
    for name in ("one", "two"):
        made = scene.ok("CreateRuleGroup", RuleGroupName=name, Type="STATEFUL", Capacity=1, Rules="")
        groups.append(made["RuleGroupResponse"]["RuleGroupArn"])

    for action, value in [*steps, ("wait", 60)]:
        match action:
            case "wait":
                scene.clock.sleep(value)
            case "update":
                described = scene.ok("DescribeRuleGroup", RuleGroupArn=groups[value])
                update = {"RuleGroupArn": groups[value], "UpdateToken": described["UpdateToken"]}
                scene.ok("UpdateRuleGroup", Rules="", **update)
            case _:
                chosen = [arn for index, arn in enumerate(groups) if value >> index & 1]
                token = scene.ok("DescribeFirewallPolicy", FirewallPolicyArn=scene.policy)["UpdateToken"]
                update = {"FirewallPolicyArn": scene.policy, "UpdateToken": token}
                scene.ok("UpdateFirewallPolicy", FirewallPolicy=policy_body(*chosen), **update)
        for zone in (A, B, C):
            bodies = scene.emulator.in_force(zone)
            assert bodies is not None
            wanted = {each["ResourceArn"] for each in bodies.policy["StatefulRuleGroupReferences"]}
            assert set(bodies.rule_groups) == wanted

    states = scene.states()
    for zone in (A, B, C):
        bodies = scene.emulator.in_force(zone)
        assert bodies is not None
        reported = {arn: each["UpdateToken"] for arn, each in states[zone]["Config"].items()}
        assert reported == bodies.versions
        assert {each["SyncStatus"] for each in states[zone]["Config"].values()} == {"IN_SYNC"}


def test_another_policy_reaches_the_zones_one_by_one_and_the_old_one_leaves() -> None:
    scene = build(synced(delay=5, zone_delays={B: 10}))
    made = scene.ok("CreateFirewallPolicy", FirewallPolicyName="other", FirewallPolicy=policy_body())
    other = made["FirewallPolicyResponse"]["FirewallPolicyArn"]
    scene.ok("AssociateFirewallPolicy", FirewallArn=scene.firewall, FirewallPolicyArn=other)

    scene.clock.sleep(5)
    assert scene.emulator.attempt(A, flow(23))
    assert not scene.emulator.attempt(B, flow(23))
    assert scene.states()[B]["Config"] == {
        other: {"SyncStatus": "PENDING", "UpdateToken": made["UpdateToken"]}
    }
    scene.clock.sleep(5)
    assert scene.emulator.attempt(B, flow(23))


def test_a_new_firewall_passes_nothing_before_it_is_in_sync() -> None:
    scene = build()
    made = scene.ok(
        "CreateFirewall",
        FirewallName="second",
        FirewallPolicyArn=scene.policy,
        VpcId="vpc-0b",
        SubnetMappings=[{"SubnetId": "subnet-0f"}],
    )
    place = scene.emulator.endpoint(A, firewall=made["Firewall"]["FirewallArn"])

    assert made["FirewallStatus"]["Status"] == "PROVISIONING"
    assert scene.emulator.in_force(place) is None
    assert not scene.emulator.attempt(place, flow(443))
    scene.clock.sleep(5)
    assert scene.emulator.attempt(place, flow(443))


def test_a_stuck_zone_stays_pending_and_keeps_its_old_rules() -> None:
    scene = build(synced(stuck_zones=frozenset({C})))
    scene.tighten()
    scene.clock.sleep(100_000)

    assert scene.group_state(C)[0] == "PENDING"
    assert scene.group_state(A)[0] == "IN_SYNC"
    assert summary(scene)[0] == "PENDING"
    assert scene.emulator.attempt(C, flow(5432))


def test_a_lagging_zone_reports_the_old_version_in_sync_before_it_turns_pending() -> None:
    scene = build(synced(delay=10, pending_lag=3))
    old = scene.group_state(A)
    new = scene.tighten()

    assert scene.group_state(A) == old
    assert summary(scene)[0] == "IN_SYNC"
    scene.clock.sleep(3)
    assert scene.group_state(A) == ("PENDING", new)


def test_a_zone_that_claims_ahead_is_in_sync_in_words_only() -> None:
    scene = build(synced(delay=10, claims_ahead=4))
    new = scene.tighten()

    scene.clock.sleep(6)
    assert scene.group_state(A) == ("IN_SYNC", new)
    assert scene.emulator.attempt(A, flow(5432))
    scene.clock.sleep(4)
    assert not scene.emulator.attempt(A, flow(5432, 40_001))


def test_a_flapping_zone_is_never_in_sync_twice_in_a_row() -> None:
    scene = build(synced(flapping_zones=frozenset({B})))
    reads = [scene.group_state(B)[0] for _ in range(6)]
    assert reads == ["PENDING", "IN_SYNC"] * 3
    assert {scene.group_state(A)[0] for _ in range(4)} == {"IN_SYNC"}


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(Summary.ALWAYS_IN_SYNC, {"IN_SYNC"}), (Summary.FLAPPING, {"IN_SYNC", "PENDING"})],
)
def test_the_summary_can_lie_while_the_zones_tell_the_truth(mode: Summary, expected: set[str]) -> None:
    scene = build(synced(summary=mode))
    scene.tighten()

    assert {summary(scene)[0] for _ in range(4)} == expected
    assert scene.group_state(A)[0] == "PENDING"


def test_tokens_of_the_zones_can_differ_from_the_described_ones_for_ever() -> None:
    scene = build(synced(tokens_match=False))
    described = scene.tighten()
    scene.clock.sleep(60)

    status, token = scene.group_state(A)
    assert status == "IN_SYNC"
    assert token != described
    assert token == scene.group_state(B)[1]


def test_config_can_be_keyed_by_name() -> None:
    scene = build(synced(key=ConfigKey.NAME))
    assert set(scene.states()[A]["Config"]) == {"main", "ports"}


def test_a_status_can_be_forced_on_a_zone() -> None:
    scene = build(synced(forced_status={B: "CAPACITY_CONSTRAINED"}))

    assert scene.group_state(B)[0] == "CAPACITY_CONSTRAINED"
    assert scene.group_state(A)[0] == "IN_SYNC"
    assert summary(scene)[0] == "PENDING"


def test_changed_engine_options_empty_the_table_and_other_changes_do_not() -> None:
    scene = build()
    scene.emulator.put_flow(A, flow(443), age=100)
    scene.tighten()
    scene.clock.sleep(10)
    assert len(scene.emulator.entries(A)) == 1

    described = scene.ok("DescribeFirewallPolicy", FirewallPolicyArn=scene.policy)
    body = {**described["FirewallPolicy"], "StatefulEngineOptions": {"StreamExceptionPolicy": "REJECT"}}
    token = described["UpdateToken"]
    scene.ok("UpdateFirewallPolicy", FirewallPolicyArn=scene.policy, UpdateToken=token, FirewallPolicy=body)
    scene.clock.sleep(10)
    assert scene.emulator.entries(A) == ()


def test_jitter_is_the_same_for_the_same_seed() -> None:
    def moments(seed: int) -> list[float]:
        scene = build(synced(delay=1, jitter=50), seed=seed)
        scene.tighten()
        found = []
        for second in range(60):
            scene.clock.sleep(1)
            found += [float(second) for zone in (A, B, C) if scene.group_state(zone)[0] == "PENDING"]
        return found

    assert moments(5) == moments(5)
    assert moments(5) != moments(6)


def test_what_is_in_force_is_one_object_until_something_changes() -> None:
    scene = build()
    before = scene.emulator.in_force(A)
    assert before is scene.emulator.in_force(A)
    assert before is not None

    scene.emulator.set_prefix_list("arn:aws:ec2:us-east-1:1:prefix-list/pl-1", ["10.1.0.0/16"])
    scene.emulator.set_vpc("vpc-0a1b2c", ["10.0.0.0/16"])
    after = scene.emulator.in_force(A)

    assert after is not None
    assert after.prefix_lists == {"arn:aws:ec2:us-east-1:1:prefix-list/pl-1": ("10.1.0.0/16",)}
    assert after.vpc_cidrs == ("10.0.0.0/16",)
    assert after.versions == before.versions
