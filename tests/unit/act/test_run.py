from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nfw_reconcile.act.journal.events import (
    Ended,
    Intended,
    Refusal,
    RunFinished,
    RunStarted,
    SeenInSync,
    Taken,
)
from nfw_reconcile.act.lane import Pace
from nfw_reconcile.emulator.clients import Client
from nfw_reconcile.emulator.faults import (
    ACCESS_DENIED,
    BINARY,
    EMPTY,
    EXPIRED_CREDENTIALS,
    HTML,
    INTERNAL_ERROR,
    INTERNAL_ERROR_AFTER,
    RATE_LIMITED,
    RESET,
    RESET_AFTER,
    THROTTLED,
    TIMEOUT,
    TIMEOUT_AFTER,
    TRUNCATED,
    UNAVAILABLE_AFTER,
    CallFacts,
    Fault,
    FaultRule,
    nth,
)
from nfw_reconcile.emulator.outcomes import (
    FAILED,
    NEVER_ENDS,
    OperationType,
    Outcome,
    OutcomeRule,
    with_errors,
)
from nfw_reconcile.emulator.settings import (
    AgeMode,
    ConfigKey,
    EmulatorSettings,
    ListingSettings,
    OperationSettings,
    ProtocolText,
    Summary,
    SyncSettings,
    TableSettings,
)
from nfw_reconcile.errors import StalePlan
from nfw_reconcile.flows.texts import filter_text
from nfw_reconcile.model.codec import canonical, to_json
from nfw_reconcile.model.documents import FirewallIdentity, Limits
from nfw_reconcile.model.result_document import ZoneState
from nfw_reconcile.model.verdict import Effect
from tests.checker import flushes, flushes_asked
from tests.unit.act.scene import (
    ALLOWED,
    CAPTURE_FILTERS,
    NEW_RULES,
    OLD_RULES,
    ZONES,
    A,
    B,
    Scene,
    build,
    flow,
    messages,
    states,
    tight,
    zone_of,
)

VERIFIED = [ZoneState.VERIFIED] * 3
PLENTY = Limits(10_000, None, (), ())


def with_sync(**settings: object) -> EmulatorSettings:
    return EmulatorSettings(sync=replace(SyncSettings(), **settings))  # type: ignore[arg-type]


def with_operations(**settings: object) -> EmulatorSettings:
    return EmulatorSettings(operations=replace(OperationSettings(), **settings))  # type: ignore[arg-type]


def with_tables(**settings: object) -> EmulatorSettings:
    return EmulatorSettings(tables=replace(TableSettings(), **settings))  # type: ignore[arg-type]


def outcome(scene: Scene, what: Outcome, kind: OperationType, *numbers: int) -> None:
    scene.emulator.outcomes.add(OutcomeRule(what, kind, lambda number: not numbers or number in numbers))


# What is meant to happen


def test_all_denied_flows_of_three_zones_are_flushed_and_no_other() -> None:
    scene = tight(count=1000)
    result = scene.apply(limits=PLENTY)
    assert result.exit_code == 0
    assert states(result) == VERIFIED
    assert [len(zone_of(result, zone).flushed) for zone in ZONES] == [1000] * 3
    assert (scene.denied_alive(), scene.allowed_alive()) == (0, 3000)
    assert scene.violations() == []


def test_where_no_flow_is_denied_nothing_is_sent() -> None:
    scene = build()
    scene.put(A, [flow(1, ALLOWED)])
    scene.tighten()
    result = scene.apply()
    assert result.exit_code == 0
    assert states(result) == [ZoneState.NOTHING] * 3
    assert flushes_asked(scene.emulator) == 0


def test_a_plan_that_denies_nothing_starts_no_operation() -> None:
    scene = tight()
    result = scene.apply(scene.plan(capture_filters=()))
    assert states(result) == [ZoneState.NOTHING] * 3
    assert scene.emulator.flow_operations == ()


def test_the_same_run_gives_the_same_bytes() -> None:
    first, second = (canonical(to_json(tight(count=40).apply())) for _ in range(2))
    assert first == second


def test_zones_may_be_worked_on_in_threads() -> None:
    scene = tight(count=40)
    result = scene.apply(parallel=True)
    assert states(result) == VERIFIED
    assert (scene.denied_alive(), scene.allowed_alive()) == (0, 120)
    assert scene.violations() == []


def test_every_send_is_in_the_journal_before_and_after() -> None:
    scene = tight()
    scene.apply()
    kinds = [type(event) for event in scene.journal.events]
    assert kinds == [RunStarted, *[SeenInSync] * 3, *[Intended, Taken, Ended] * 3, RunFinished]


def test_a_dry_run_captures_and_sends_no_flush() -> None:
    scene = tight()
    result = scene.apply(dry_run=True)
    assert result.exit_code == 0
    assert states(result) == [ZoneState.DRY_RUN] * 3
    assert [zone_of(result, zone).to_flush for zone in ZONES] == [3] * 3
    assert flushes_asked(scene.emulator) == 0
    assert scene.journal.events == []


# Listings as AWS may write them


@pytest.mark.parametrize(
    "listing",
    [
        ListingSettings(prefix_length=False),
        ListingSettings(protocol=ProtocolText.NAME),
        ListingSettings(duplicate_share=0.5),
        ListingSettings(page_size=2),
    ],
    ids=str,
)
def test_flows_may_be_listed_in_any_form(listing: ListingSettings) -> None:
    scene = tight(EmulatorSettings(listing=listing), count=20)
    result = scene.apply()
    assert states(result) == VERIFIED
    assert zone_of(result, A).captured == 40
    assert scene.violations() == []


def test_a_connection_that_is_listed_in_both_directions_is_one_flow() -> None:
    scene = build()
    both = [each for host in range(1, 6) for each in (flow(host), flow(host).reversed())]
    scene.put(A, both)
    scene.put(A, [flow(1, ALLOWED), flow(1, ALLOWED).reversed()])
    scene.tighten()
    result = scene.apply()
    assert zone_of(result, A).captured == 6
    assert len(zone_of(result, A).flushed) == 5
    assert scene.live(A) == {flow(1, ALLOWED), flow(1, ALLOWED).reversed()}
    assert scene.violations() == []


# The gate


def test_zones_in_sync_are_flushed_and_one_that_never_is_ends_with_4() -> None:
    scene = tight(with_sync(stuck_zones=frozenset({B})))
    result = scene.apply(sync_timeout=120.0)
    assert result.exit_code == 4
    assert states(result) == [ZoneState.VERIFIED, ZoneState.NOT_IN_SYNC, ZoneState.VERIFIED]
    assert {each.zone for each in flushes(scene.emulator)} == {ZONES[0], ZONES[2]}
    assert scene.violations() == []


@pytest.mark.parametrize(
    "settings",
    [
        {"summary": Summary.ALWAYS_IN_SYNC, "zone_delays": {B: 90.0}},
        {"summary": Summary.FLAPPING},
        {"key": ConfigKey.NAME},
        {"pending_lag": 3.0, "delay": 40.0},
        {"jitter": 60.0},
    ],
    ids=str,
)
def test_no_zone_is_flushed_before_it_runs_the_rules(settings: dict[str, object]) -> None:
    scene = tight(with_sync(**settings))
    result = scene.apply()
    assert states(result) == VERIFIED
    assert scene.violations() == []


def test_a_zone_that_flaps_is_never_in_sync() -> None:
    scene = tight(with_sync(flapping_zones=frozenset(ZONES)))
    assert states(scene.apply(sync_timeout=60.0)) == [ZoneState.NOT_IN_SYNC] * 3
    assert flushes_asked(scene.emulator) == 0


@pytest.mark.parametrize(
    ("delay", "proof"), [(20.0, "seen to turn from PENDING"), (0.0, "stayed IN_SYNC for 60 seconds")]
)
def test_where_tokens_never_agree_a_weaker_proof_is_named(delay: float, proof: str) -> None:
    scene = tight(with_sync(tokens_match=False, delay=delay))
    scene.update_policy()
    result = scene.apply()
    assert states(result) == VERIFIED
    assert proof in zone_of(result, A).proof
    assert scene.violations() == []


@pytest.mark.parametrize("status", ["CAPACITY_CONSTRAINED", "NOT_SUBSCRIBED", "DEPRECATED"])
def test_a_zone_that_cannot_get_in_sync_is_refused(status: str) -> None:
    scene = tight(with_sync(forced_status=dict.fromkeys(ZONES, status)))
    result = scene.apply()
    assert result.exit_code == 3
    assert status in messages(result)
    assert scene.emulator.flow_operations == ()


def test_a_refusal_in_one_zone_is_a_part_done_where_others_were_flushed() -> None:
    scene = tight(with_sync(forced_status={B: "CAPACITY_CONSTRAINED"}))
    result = scene.apply()
    assert (result.exit_code, zone_of(result, B).state) == (4, ZoneState.REFUSED)


# The plan and the live policy


def test_a_live_policy_that_is_not_the_planned_one_is_refused() -> None:
    scene = build()
    scene.add_flows()
    result = scene.apply()
    assert result.exit_code == 3
    assert states(result) == [ZoneState.REFUSED] * 3
    assert "the live policy is not the planned one" in messages(result)
    assert scene.emulator.flow_operations == ()


def meddle(scene: Scene, operation: str, number: int, change: str) -> None:
    """Let somebody update the rules when a call is made."""

    def when(call: CallFacts) -> bool:
        if call.nth == number:
            scene.tighten(change)
        return False

    scene.emulator.faults.add(FaultRule(THROTTLED, operation, when))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_rules_that_change_while_flows_are_looked_at_stop_the_run(number: int) -> None:
    scene = tight()
    meddle(scene, "StartFlowCapture", number, OLD_RULES)
    result = scene.apply()
    assert result.exit_code == 3
    assert flushes_asked(scene.emulator) == 0


def test_rules_that_change_between_two_flushes_stop_the_second() -> None:
    scene = tight()
    meddle(scene, "StartFlowFlush", 1, OLD_RULES)
    result = scene.apply()
    assert result.exit_code == 6
    assert flushes_asked(scene.emulator) == 1
    assert zone_of(result, B).state is ZoneState.REFUSED


def test_another_policy_that_the_plan_would_take_too_is_not_the_one_flows_were_judged_by() -> None:
    scene = tight()
    scene.any_policy_will_do = True
    meddle(scene, "StartFlowCapture", 2, f"{NEW_RULES}\ndrop tcp any any -> any 99 (sid:3;)")
    result = scene.apply()
    assert result.exit_code == 3
    assert "changed while flows were being looked at" in messages(result)
    assert flushes_asked(scene.emulator) == 0


def test_a_change_of_comments_is_no_change() -> None:
    scene = tight()
    meddle(scene, "StartFlowCapture", 2, f"# nothing new\n{NEW_RULES}")
    result = scene.apply()
    assert states(result) == VERIFIED
    assert scene.violations() == []


@pytest.mark.parametrize(
    ("member", "value", "told"),
    [
        ("firewall_id", "11111111-2222-4333-8444-555555555555", "it was replaced since"),
        ("account", "999999999999", "not in 123456789012"),
        ("region", "eu-west-1", "not in us-east-1"),
        ("arn", None, "does not say which firewall"),
    ],
)
def test_another_firewall_than_the_planned_one_is_refused(member: str, value: str | None, told: str) -> None:
    scene = tight()
    identity = {**to_json(scene.plan().firewalls[0].firewall), member: value}
    with pytest.raises(StalePlan, match=f"(?i){told}"):
        scene.apply(scene.plan(firewall=FirewallIdentity(**identity)))
    assert scene.emulator.flow_operations == ()


def test_a_plan_that_was_edited_is_refused() -> None:
    scene = tight()
    with pytest.raises(StalePlan, match="SHA-256"):
        scene.apply(replace(scene.plan(), created_at="2027-01-01T00:00:00Z"))
    assert scene.emulator.requests[-1].operation == "DescribeFirewall"


# Limits


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (Limits(8, None, (), ()), "9 flows would be flushed, more than the 8 allowed"),
        (Limits(100, 49.9, (), ()), "9 of the 18 flows captured"),
        (Limits(100, None, ("10.0.0.9/32",), ()), "1 protected flows"),
        (Limits(100, None, (), ("5000:6000",)), "9 protected flows"),
    ],
)
@pytest.mark.parametrize("dry_run", [False, True])
def test_over_a_limit_nothing_is_flushed_anywhere(limits: Limits, told: str, dry_run: bool) -> None:  # noqa: FBT001
    scene = tight()
    result = scene.apply(limits=limits, dry_run=dry_run)
    assert result.exit_code == 3
    assert told in messages(result)
    assert flushes_asked(scene.emulator) == 0


def test_limits_that_are_just_kept_are_no_obstacle() -> None:
    assert tight().apply(limits=Limits(9, 50.0, ("10.1.0.0/16",), ("443",))).exit_code == 0


# Replies that are lost or garbled

ACCEPTED_AND_LOST = [
    TIMEOUT_AFTER,
    RESET_AFTER,
    INTERNAL_ERROR_AFTER,
    UNAVAILABLE_AFTER,
    TRUNCATED,
    HTML,
    EMPTY,
    BINARY,
]


@pytest.mark.parametrize("fault", ACCEPTED_AND_LOST, ids=str)
def test_a_flush_whose_reply_was_lost_is_found_and_not_sent_again(fault: Fault) -> None:
    scene = tight()
    scene.emulator.faults.add(FaultRule(fault, "StartFlowFlush", nth(1)))
    result = scene.apply()
    assert states(result) == VERIFIED
    assert "the reply to a flush was lost" in messages(result)
    assert [each.zone for each in flushes(scene.emulator)] == list(ZONES)
    assert scene.violations() == []


def test_a_capture_whose_reply_was_lost_has_time_to_end_before_another_is_sent() -> None:
    scene = tight(with_operations(list_lag=8.0))
    scene.emulator.faults.add(FaultRule(INTERNAL_ERROR_AFTER, "StartFlowCapture", nth(1)))
    assert states(scene.apply()) == VERIFIED
    assert scene.violations() == []


@pytest.mark.parametrize("fault", [TIMEOUT, RESET, INTERNAL_ERROR], ids=str)
def test_a_flush_without_a_reply_that_is_listed_nowhere_is_unknown(fault: Fault) -> None:
    scene = tight()
    scene.emulator.faults.add(FaultRule(fault, "StartFlowFlush", nth(1)))
    result = scene.apply()
    assert result.exit_code == 5
    assert states(result) == [ZoneState.UNKNOWN, ZoneState.VERIFIED, ZoneState.VERIFIED]
    assert flushes_asked(scene.emulator) == 3


def test_a_flush_that_the_list_does_not_tell_in_time_is_unknown_and_not_sent_again() -> None:
    scene = tight(with_operations(list_lag=600.0))
    scene.emulator.faults.add(FaultRule(TIMEOUT_AFTER, "StartFlowFlush", nth(1)))
    result = scene.apply()
    assert (result.exit_code, zone_of(result, A).state) == (5, ZoneState.UNKNOWN)
    assert [each.zone for each in flushes(scene.emulator)] == list(ZONES)


@pytest.mark.parametrize("fault", [THROTTLED, RATE_LIMITED], ids=str)
def test_a_flush_that_was_throttled_is_sent_again_as_a_new_line_of_the_journal(fault: Fault) -> None:
    scene = tight()
    scene.emulator.faults.add(FaultRule(fault, "StartFlowFlush", nth(1, 2)))
    result = scene.apply()
    assert states(result) == VERIFIED
    sends = [event for event in scene.journal.events if isinstance(event, Intended) and event.zone == A]
    assert [event.send for event in sends] == [f"{scene.firewall}/{A}/1.1#{number}" for number in (1, 2, 3)]
    assert sum(isinstance(event, Refusal) for event in scene.journal.events) == 2
    assert scene.violations() == []


def test_a_flush_that_is_not_permitted_fails_and_names_the_action() -> None:
    scene = tight()
    scene.emulator.faults.add(FaultRule(ACCESS_DENIED, "StartFlowFlush"))
    result = scene.apply()
    assert (result.exit_code, flushes_asked(scene.emulator)) == (4, 3)
    assert "network-firewall:StartFlowFlush" in messages(result)


def test_credentials_that_expire_before_a_flush_leave_every_state_known() -> None:
    scene = tight()
    scene.emulator.faults.add(FaultRule(EXPIRED_CREDENTIALS, "StartFlowFlush"))
    result = scene.apply()
    assert (result.exit_code, states(result)) == (4, [ZoneState.FAILED] * 3)


@pytest.mark.parametrize(
    "operation", ["DescribeFlowOperation", "StartFlowCapture", "ListFlowOperationResults"]
)
def test_credentials_that_expire_after_a_flush_end_with_5(operation: str) -> None:
    scene = tight()
    scene.emulator.faults.add(
        FaultRule(EXPIRED_CREDENTIALS, operation, lambda _: bool(flushes(scene.emulator)))
    )
    assert scene.apply().exit_code == 5


# Operations that go wrong


def test_a_capture_that_fails_once_is_repeated() -> None:
    scene = tight()
    outcome(scene, FAILED, OperationType.CAPTURE, 1)
    assert states(scene.apply()) == VERIFIED


def test_a_capture_with_errors_is_repeated_narrower() -> None:
    scene = tight()
    outcome(scene, with_errors(touches=0.2), OperationType.CAPTURE, 1)
    result = scene.apply()
    assert states(result) == VERIFIED
    captures = [each for each in zone_of(result, A).operations if each.type == "FLOW_CAPTURE"]
    assert [len(each.filters) for each in captures] == [2, 1, 1, 2]
    assert scene.violations() == []


def test_captures_that_never_end_well_prove_nothing() -> None:
    scene = tight()
    outcome(scene, with_errors(touches=1.0), OperationType.CAPTURE)
    result = scene.apply()
    assert (result.exit_code, states(result)) == (6, [ZoneState.UNPROVEN] * 3)
    captured_with = {each.source for op in zone_of(result, A).operations for each in op.filters}
    assert {"10.0.0.0/8", "10.0.0.0/9", "10.0.0.0/10"} <= captured_with
    assert scene.denied_alive() == 0
    assert scene.violations() == []


def test_an_incomplete_capture_is_flushed_flow_by_flow() -> None:
    scene = tight(count=25)
    outcome(scene, with_errors(touches=0.8), OperationType.CAPTURE, *range(1, 50))
    scene.apply()
    sent = [each for flush in flushes(scene.emulator) for each in flush.sent_filters]
    assert sent
    assert all(each["SourceAddress"]["AddressDefinition"].endswith("/32") for each in sent)
    assert all(each["SourcePort"].isdecimal() for each in sent)


def test_a_flush_that_misses_flows_is_followed_by_a_second_round() -> None:
    scene = tight()
    outcome(scene, with_errors(touches=0.5), OperationType.FLUSH, 1)
    result = scene.apply()
    assert states(result) == VERIFIED
    assert [each.zone for each in flushes(scene.emulator)] == [A, A, *ZONES[1:]]
    assert len(zone_of(result, A).flushed) == 3
    assert scene.violations() == []


@pytest.mark.parametrize("what", [FAILED, Outcome(touches=0.0)], ids=["failed", "completed without effect"])
def test_flows_that_survive_two_rounds_end_with_6(what: Outcome) -> None:
    scene = tight()
    outcome(scene, what, OperationType.FLUSH)
    result = scene.apply()
    assert (result.exit_code, states(result)) == (6, [ZoneState.SURVIVORS] * 3)
    assert len(zone_of(result, A).survivors) == 3
    assert zone_of(result, A).flushed == ()
    assert len(flushes(scene.emulator)) == 6


def test_a_flush_that_never_ends_is_unknown_and_nothing_else_is_started_there() -> None:
    scene = tight()
    outcome(scene, NEVER_ENDS, OperationType.FLUSH, 1)
    result = scene.apply()
    assert (result.exit_code, zone_of(result, A).state) == (5, ZoneState.UNKNOWN)
    assert [each.type for each in scene.emulator.flow_operations if each.zone == A] == [
        "FLOW_CAPTURE",
        "FLOW_FLUSH",
    ]


def test_a_table_that_is_pruned_late_is_looked_at_twice() -> None:
    scene = tight(with_operations(prune_after=15.0))
    result = scene.apply()
    assert states(result) == VERIFIED
    assert len(flushes(scene.emulator)) == 3


# Somebody else


def foreign(scene: Scene, zone: str) -> frozenset[str]:
    asked = {
        "FlowFilters": [{"SourceAddress": {"AddressDefinition": "10.9.0.0/16"}}],
        "AvailabilityZone": zone,
    }
    return frozenset({scene.ok("StartFlowCapture", FirewallArn=scene.firewall, **asked)["FlowOperationId"]})


def test_a_zone_that_is_held_for_ever_ends_with_8() -> None:
    scene = tight()
    outcome(scene, NEVER_ENDS, OperationType.CAPTURE, 1)
    theirs = foreign(scene, A)
    result = scene.apply(pace=Pace(held=60.0))
    assert result.exit_code == 8
    assert states(result) == [ZoneState.BUSY, ZoneState.VERIFIED, ZoneState.VERIFIED]
    assert scene.violations(theirs) == []


@pytest.mark.parametrize("code", ["ThrottlingException", "InvalidRequestException"])
def test_a_zone_that_is_held_for_a_time_is_waited_for(code: str) -> None:
    scene = tight(with_operations(busy_code=code, duration=30.0, list_lag=10.0))
    scene.clock.sleep(25)
    theirs = foreign(scene, A)
    assert states(scene.apply()) == VERIFIED
    assert theirs


# After the flush


def test_blocked_retries_are_reported_and_prove_nothing_wrong() -> None:
    scene = tight(with_tables(stub_seconds=300.0))
    for host in (1, 2, 3):
        scene.emulator.add_client(A, Client.chatty(flow(host), 2.0))
    scene.emulator.put_flow(A, flow(1), age=3600, packets=20)
    result = scene.apply()
    assert result.exit_code == 0
    assert zone_of(result, A).seen_again
    assert all(row.age is not None and row.age < 60 for row in zone_of(result, A).seen_again)
    assert scene.violations() == []


@pytest.mark.parametrize(("policy", "code"), [("REJECT", 0), ("DROP", 0), ("CONTINUE", 6)])
def test_under_continue_a_flow_that_is_seen_again_may_have_lived_on(policy: str, code: int) -> None:
    scene = build(with_tables(continue_survives=True, stub_seconds=300.0))
    scene.set_engine_options(StreamExceptionPolicy=policy, RuleOrder="DEFAULT_ACTION_ORDER")
    scene.add_flows()
    scene.emulator.add_client(A, Client.chatty(flow(1), 2.0))
    scene.tighten()
    result = scene.apply()
    assert result.exit_code == code
    assert [row.flow.source for row in zone_of(result, A).seen_again] == ["10.0.0.1"]
    assert result.firewalls[0].stream_exception_policy == policy


def test_attempts_that_the_new_rules_blocked_are_not_flushed() -> None:
    scene = build(with_tables(stub_seconds=600.0))
    scene.tighten()
    scene.clock.sleep(30)
    for host in range(1, 4):
        assert not scene.emulator.attempt(A, flow(host))
    scene.clock.sleep(0)
    result = scene.apply(settle=5.0)
    assert zone_of(result, A).to_flush in {0, 3}
    assert result.exit_code == 0


@pytest.mark.parametrize("mode", list(AgeMode))
def test_whatever_ages_count_exit_0_means_that_no_denied_flow_lives(mode: AgeMode) -> None:
    scene = build(EmulatorSettings(operations=OperationSettings(age=mode), sync=SyncSettings(delay=5.0)))
    for host in range(1, 9):
        scene.emulator.add_client(A, Client.chatty(flow(host), 1.0 + host / 4))
    scene.clock.sleep(600)
    scene.tighten()
    result = scene.apply()
    assert result.exit_code == (0 if scene.denied_alive() == 0 else 6), messages(result)


# What is left alive on purpose


def with_names(scene: Scene) -> Scene:
    scene.new_rules = (
        f'{OLD_RULES}\ndrop tls any any -> any {ALLOWED} (tls.sni; content:"example.com"; sid:3;)'
    )
    return scene


@pytest.mark.parametrize(
    ("options", "code", "left"),
    [
        ({}, 0, 3),
        ({"fail_on": frozenset({Effect.POSSIBLY_DENIED})}, 6, 3),
        ({"flush_possible": True}, 0, 0),
    ],
)
def test_possibly_denied_flows_are_left_alive_unless_told_otherwise(
    options: dict[str, Any], code: int, left: int
) -> None:
    scene = with_names(build())
    scene.possible = frozenset({str(ALLOWED)}) if options.get("flush_possible") else frozenset()
    scene.put(A, [flow(host, ALLOWED) for host in (1, 2, 3)])
    scene.tighten()
    result = scene.apply(**options)
    assert result.exit_code == code
    assert len(zone_of(result, A).left_alive) == left
    assert len(scene.live(A)) == left


# Scope and time


def test_associations_are_left_alone_unless_they_are_included() -> None:
    for include, expected in ((False, {"VpcEndpointId"}), (True, {"AvailabilityZone"})):
        scene = build()
        other = scene.emulator.add_association(scene.firewall, A, "vpc-other")
        scene.emulator.put_flow(other, flow(7), age=3600)
        scene.add_flows()
        scene.tighten()
        assert scene.apply(include_associations=include).exit_code == 0
        assert {name for each in scene.emulator.flow_operations for name in each.scope} == expected
        assert bool(scene.emulator.entries(other)) is not include


def test_when_the_time_of_the_run_is_up_nothing_new_is_begun() -> None:
    scene = tight()
    result = scene.apply(timeout=20.0)
    assert result.exit_code == 6
    assert ZoneState.SKIPPED in states(result)
    assert all(each.accepted_at <= scene.clock.now() for each in scene.emulator.flow_operations)


def test_a_run_ends_within_its_time_even_if_nothing_answers() -> None:
    scene = tight()
    start = scene.clock.now()
    scene.emulator.faults.add(FaultRule(INTERNAL_ERROR, "DescribeFlowOperation"))
    result = scene.apply(timeout=300.0, pace=Pace())
    assert scene.clock.now() - start < 700
    assert result.exit_code == 4


def test_flows_over_the_limit_that_only_the_second_look_finds_are_left_and_told() -> None:
    scene = tight(count=8, zones=1)
    outcome(scene, with_errors(touches=0.3), OperationType.CAPTURE, *range(1, 16))
    result = scene.apply(limits=Limits(7, None, (), ()))
    found = zone_of(result, A)
    assert (result.exit_code, found.state) == (6, ZoneState.SURVIVORS)
    assert 0 < len(found.flushed) <= 7
    assert len(found.flushed) + len(found.survivors) == 8
    assert "8 flows would be flushed, more than the 7 allowed" in messages(result)
    assert scene.violations() == []


def test_a_zone_that_appears_while_the_run_is_under_way_is_told() -> None:
    scene = tight(zones=1)

    def appear(call: CallFacts) -> bool:
        if call.nth == 1:
            deployments = scene.emulator.world.firewalls[scene.firewall].deployments
            endpoint = replace(deployments[A].endpoint, id="vpce-00000000", zone=B)
            deployments[B] = replace(deployments[A], endpoint=endpoint)
        return False

    scene.emulator.faults.add(FaultRule(THROTTLED, "StartFlowFlush", appear))
    result = scene.apply()
    assert (result.exit_code, states(result)) == (4, [ZoneState.VERIFIED, ZoneState.SKIPPED])


def test_what_lies_inside_a_sensitive_filter_is_marked_wherever_it_is_written() -> None:
    scene = tight()
    texts = tuple(filter_text(each, sensitive=True) for each in CAPTURE_FILTERS)
    result = scene.apply(scene.plan(capture_filters=texts))
    shown = [each for zone in ZONES for sent in zone_of(result, zone).operations for each in sent.filters]
    written = [
        each for event in scene.journal.events if isinstance(event, Intended) for each in event.filters
    ]
    assert shown
    assert written
    assert all(each.sensitive for each in (*shown, *written))
