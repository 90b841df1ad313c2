from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.emulator.outcomes import (
    FAILED,
    NEVER_ENDS,
    OperationType,
    OutcomeRule,
    with_errors,
)
from nfw_reconcile.emulator.settings import (
    AgeMode,
    EmulatorSettings,
    ListingSettings,
    OperationSettings,
    ProtocolText,
    TableSettings,
)
from nfw_reconcile.model.flow import ICMP, UDP
from tests.unit.emulator.scene import EVERYTHING, A, B, Scene, build, flow

if TYPE_CHECKING:
    from nfw_reconcile.emulator.replies import JsonObject


def operations(**settings: Any) -> EmulatorSettings:  # noqa: ANN401 - any field
    return EmulatorSettings(operations=replace(OperationSettings(), **settings))


def listing(**settings: Any) -> EmulatorSettings:  # noqa: ANN401 - any field
    return EmulatorSettings(listing=replace(ListingSettings(), **settings))


def start(scene: Scene, operation: str = "StartFlowCapture", **params: object) -> str:
    asked = {"FlowFilters": EVERYTHING, "AvailabilityZone": A, **params}
    return str(scene.ok(operation, FirewallArn=scene.firewall, **asked)["FlowOperationId"])


def describe(scene: Scene, operation_id: str) -> JsonObject:
    return scene.ok("DescribeFlowOperation", FirewallArn=scene.firewall, FlowOperationId=operation_id)


def results(scene: Scene, operation_id: str, **params: object) -> JsonObject:
    return scene.ok(
        "ListFlowOperationResults", FirewallArn=scene.firewall, FlowOperationId=operation_id, **params
    )


def ports(flows: list[JsonObject]) -> list[int]:
    return [int(each["DestinationPort"]) for each in flows]


def test_an_operation_goes_from_in_progress_to_completed() -> None:
    scene = build(operations(execute_after=1, duration=3))
    scene.emulator.put_flow(A, flow(443))
    began = scene.clock()
    operation = start(scene, MinimumFlowAgeInSeconds=0)

    early = describe(scene, operation)
    assert early["FlowOperationStatus"] == "IN_PROGRESS"
    assert "FlowRequestTimestamp" not in early
    assert results(scene, operation)["Flows"] == []
    scene.clock.sleep(1)
    assert describe(scene, operation)["FlowRequestTimestamp"] == began + 1
    scene.clock.sleep(2)
    assert describe(scene, operation) == {
        "FirewallArn": scene.firewall,
        "AvailabilityZone": A,
        "FlowOperationId": operation,
        "FlowOperationType": "FLOW_CAPTURE",
        "FlowOperationStatus": "COMPLETED",
        "FlowRequestTimestamp": began + 1,
        "FlowOperation": {"FlowFilters": EVERYTHING, "MinimumFlowAgeInSeconds": 0},
    }


def test_the_timestamp_can_be_given_from_the_start() -> None:
    scene = build(operations(early_timestamp=True))
    assert describe(scene, start(scene))["FlowRequestTimestamp"] == scene.clock()


def test_a_capture_lists_the_flows_of_the_moment_of_its_execution() -> None:
    scene = build(operations(execute_after=1, duration=3))
    scene.emulator.put_flow(A, flow(443), age=10, packets=7, size=900)
    operation = start(scene)
    scene.clock.sleep(0.5)
    scene.emulator.attempt(A, flow(444))
    scene.clock.sleep(1)
    scene.emulator.attempt(A, flow(445))
    scene.clock.sleep(5)

    listed = results(scene, operation)["Flows"]
    assert ports(listed) == [443, 444]
    assert listed[0] == {
        "SourceAddress": {"AddressDefinition": "10.0.0.1/32"},
        "DestinationAddress": {"AddressDefinition": "192.0.2.1/32"},
        "SourcePort": "40000",
        "DestinationPort": "443",
        "Protocol": "6",
        "Age": 11,
        "PacketCount": 7,
        "ByteCount": 900,
    }


def test_a_flush_takes_out_exactly_what_its_filters_match_in_its_zone() -> None:
    scene = build()
    for zone in (A, B):
        for port in (22, 443, 5432):
            scene.emulator.put_flow(zone, flow(port), age=100)

    flushed = scene.operate("StartFlowFlush", FlowFilters=[{"DestinationPort": "400:6000"}])

    assert ports(flushed) == [443, 5432]
    assert [entry.flow.destination_port for entry in scene.emulator.entries(A)] == [22]
    assert len(scene.emulator.entries(B)) == 3
    assert ports(scene.operate("StartFlowCapture")) == [22]


def test_the_log_holds_what_was_sent_and_what_was_touched() -> None:
    scene = build()
    scene.emulator.put_flow(A, flow(443), age=100)
    filters = [{"DestinationPort": "443"}]
    scene.operate("StartFlowFlush", FlowFilters=filters, MinimumFlowAgeInSeconds=7)

    (operation,) = scene.emulator.flow_operations
    assert operation.type is OperationType.FLUSH
    assert operation.zone == A
    assert list(operation.sent_filters) == filters
    assert operation.minimum_age == 7
    assert operation.touched == (flow(443),)
    assert operation.in_force is scene.emulator.in_force(A)


@pytest.mark.parametrize("kind", ["StartFlowCapture", "StartFlowFlush"])
@pytest.mark.parametrize("mode", list(AgeMode))
def test_flows_younger_than_the_minimum_age_are_ignored(kind: str, mode: AgeMode) -> None:
    scene = build(operations(age=mode, execute_after=0))
    scene.emulator.put_flow(A, flow(443), age=100)
    scene.emulator.put_flow(A, flow(444), age=99)
    scene.emulator.put_flow(A, flow(445), age=5)

    listed = scene.operate(kind, MinimumFlowAgeInSeconds=100)
    expected = [] if mode is AgeMode.SINCE_LAST_PACKET else [443]
    assert ports(listed) == expected


@given(
    ages=st.lists(st.integers(0, 400), min_size=1, max_size=12),
    floor=st.integers(0, 400),
    flush_age=st.integers(0, 400),
    pause=st.integers(5, 300),
    mode=st.sampled_from(AgeMode),
)
def test_what_can_be_flushed_could_be_listed(
    ages: list[int], floor: int, flush_age: int, pause: int, mode: AgeMode
) -> None:
    """A flush whose minimum age is the capture's and the time since touches nothing unlisted."""
    scene = build(operations(age=mode))
    for index, age in enumerate(ages):
        scene.emulator.put_flow(A, flow(443, 40_000 + index), age=age)
    listed = {each["SourcePort"] for each in scene.operate("StartFlowCapture", MinimumFlowAgeInSeconds=floor)}
    scene.clock.sleep(pause)
    scene.emulator.attempt(A, flow(443, 50_000))
    minimum = max(flush_age, floor) + 5 + pause
    flushed = scene.operate("StartFlowFlush", MinimumFlowAgeInSeconds=minimum)

    assert {each["SourcePort"] for each in flushed} <= listed


def test_one_operation_at_a_time_in_a_zone_whatever_its_kind() -> None:
    scene = build()
    first = start(scene)

    for operation in ("StartFlowCapture", "StartFlowFlush"):
        busy = scene.refused(
            operation, FirewallArn=scene.firewall, AvailabilityZone=A, FlowFilters=EVERYTHING
        )
        assert busy.code == "ThrottlingException"
    start(scene, AvailabilityZone=B)
    scene.clock.sleep(2)
    assert describe(scene, first)["FlowOperationStatus"] == "COMPLETED"
    start(scene)


def test_a_busy_zone_can_answer_invalid_request_instead() -> None:
    scene = build(operations(busy_code="InvalidRequestException"))
    start(scene)

    busy = scene.refused(
        "StartFlowFlush", FirewallArn=scene.firewall, AvailabilityZone=A, FlowFilters=EVERYTHING
    )
    assert (busy.code, "in progress" in busy.message) == ("InvalidRequestException", True)


def test_endpoints_of_one_zone_share_its_one_operation() -> None:
    scene = build()
    association = scene.emulator.add_association(scene.firewall, A, "vpc-0f")
    start(scene, AvailabilityZone=A)

    params = {"FirewallArn": scene.firewall, "FlowFilters": EVERYTHING}
    refused = scene.refused("StartFlowCapture", VpcEndpointAssociationArn=association.association, **params)
    assert refused.code == "ThrottlingException"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"FlowFilters": []}, "at least one filter"),
        ({"FlowFilters": EVERYTHING * 21}, "more than 20"),
        ({"MinimumFlowAgeInSeconds": -1}, "must not be negative"),
        ({"AvailabilityZoneId": "use1-az1"}, "exclude each other"),
        ({"AvailabilityZone": "us-east-1f"}, "is not one of firewall"),
    ],
)
def test_a_request_outside_the_limits_is_refused_and_starts_nothing(
    change: dict[str, object], message: str
) -> None:
    scene = build()
    params = {"FirewallArn": scene.firewall, "AvailabilityZone": A, "FlowFilters": EVERYTHING, **change}

    refused = scene.refused("StartFlowFlush", **params)
    assert refused.code == "InvalidRequestException"
    assert message in refused.message
    assert scene.emulator.flow_operations == ()


def test_a_zone_stands_for_its_endpoint_and_all_associations_in_it() -> None:
    scene = build()
    association = scene.emulator.add_association(scene.firewall, A, "vpc-0f", account="999999999999")
    own = scene.emulator.endpoint(A)
    scene.emulator.put_flow(own, flow(1))
    scene.emulator.put_flow(association, flow(2))
    scene.emulator.put_flow(B, flow(3))

    def captured(**scope: str | None) -> list[int]:
        started = scene.ok("StartFlowCapture", FirewallArn=scene.firewall, FlowFilters=EVERYTHING, **scope)
        scene.clock.sleep(5)
        return ports(results(scene, started["FlowOperationId"])["Flows"])

    assert captured(AvailabilityZone=A) == [1, 2]
    assert captured(AvailabilityZoneId="use1-az1") == [1, 2]
    assert captured(VpcEndpointId=own.id) == [1]
    assert captured(VpcEndpointAssociationArn=association.association) == [2]


def test_an_association_is_no_vpc_endpoint_of_the_firewall() -> None:
    scene = build()
    association = scene.emulator.add_association(scene.firewall, A, "vpc-0f")
    refused = scene.refused(
        "StartFlowCapture",
        FirewallArn=scene.firewall,
        FlowFilters=EVERYTHING,
        VpcEndpointId=association.id,
    )
    assert "is not one of firewall" in refused.message


def test_without_a_scope_only_a_firewall_with_one_zone_is_acted_on() -> None:
    scene = build()
    params = {"FlowFilters": EVERYTHING}

    assert "several zones" in scene.refused("StartFlowCapture", FirewallArn=scene.firewall, **params).message
    single = scene.ok(
        "CreateFirewall",
        FirewallName="single",
        FirewallPolicyArn=scene.policy,
        VpcId="vpc-0b",
        SubnetMappings=[{"SubnetId": "subnet-0f"}],
    )["Firewall"]["FirewallArn"]
    assert scene.ok("StartFlowCapture", FirewallArn=single, **params)["FlowOperationStatus"] == "IN_PROGRESS"


def test_an_empty_filter_matches_everything_unless_an_address_is_required() -> None:
    scene = build()
    scene.emulator.put_flow(A, flow(443))
    assert len(scene.operate("StartFlowCapture", FlowFilters=[{}])) == 1

    strict = build(operations(address_required=True))
    params = {"FirewallArn": strict.firewall, "AvailabilityZone": A, "FlowFilters": [{}]}
    assert "neither a source" in strict.refused("StartFlowCapture", **params).message


def test_unknown_firewalls_and_operations_are_not_found() -> None:
    scene = build()
    other = "arn:aws:network-firewall:us-east-1:123456789012:firewall/other"
    unknown = "00000000-0000-4000-8000-000000000000"

    missing = scene.refused("StartFlowCapture", FirewallArn=other, FlowFilters=EVERYTHING)
    assert missing.code == "ResourceNotFoundException"
    for operation in ("DescribeFlowOperation", "ListFlowOperationResults"):
        refused = scene.refused(operation, FirewallArn=scene.firewall, FlowOperationId=unknown)
        assert refused.code == "ResourceNotFoundException"


def test_operations_are_listed_newest_first_by_type_and_scope() -> None:
    scene = build()
    capture = start(scene)
    scene.clock.sleep(3)
    flush = start(scene, "StartFlowFlush")
    elsewhere = start(scene, AvailabilityZone=B)

    def listed(**params: object) -> list[str]:
        answer = scene.ok("ListFlowOperations", FirewallArn=scene.firewall, **params)
        return [each["FlowOperationId"] for each in answer["FlowOperations"]]

    assert listed() == [elsewhere, flush, capture]
    assert listed(FlowOperationType="FLOW_FLUSH") == [flush]
    assert listed(AvailabilityZone=A) == [flush, capture]
    assert listed(AvailabilityZoneId="use1-az2") == [elsewhere]
    assert listed(MaxResults=2) == [elsewhere, flush]


def test_an_operation_cannot_be_read_in_another_scope() -> None:
    scene = build()
    operation = start(scene, AvailabilityZone=A)
    params = {"FirewallArn": scene.firewall, "FlowOperationId": operation}

    assert scene.ok("DescribeFlowOperation", AvailabilityZone=A, **params)
    refused = scene.refused("DescribeFlowOperation", AvailabilityZone=B, **params)
    assert refused.code == "ResourceNotFoundException"


def test_a_new_operation_can_be_missing_from_the_list_for_a_while() -> None:
    scene = build(operations(list_lag=3))
    operation = start(scene)

    def count() -> int:
        return len(scene.ok("ListFlowOperations", FirewallArn=scene.firewall)["FlowOperations"])

    assert describe(scene, operation)["FlowOperationId"] == operation
    assert count() == 0
    scene.clock.sleep(3)
    assert count() == 1


def test_after_twelve_hours_the_service_has_forgotten_an_operation() -> None:
    scene = build()
    operation = start(scene)

    scene.clock.sleep(12 * 3600 - 1)
    assert describe(scene, operation)["FlowOperationStatus"] == "COMPLETED"
    scene.clock.sleep(1)
    for call in ("DescribeFlowOperation", "ListFlowOperationResults"):
        refused = scene.refused(call, FirewallArn=scene.firewall, FlowOperationId=operation)
        assert refused.code == "ResourceNotFoundException"
    assert scene.ok("ListFlowOperations", FirewallArn=scene.firewall)["FlowOperations"] == []
    assert len(scene.emulator.flow_operations) == 1


def test_three_thousand_flows_come_in_thirty_pages() -> None:
    scene = build()
    for index in range(3000):
        scene.emulator.put_flow(A, flow(443, 10_000 + index))
    operation = start(scene)
    scene.clock.sleep(5)

    pages = [results(scene, operation)]
    while "NextToken" in pages[-1]:
        pages.append(results(scene, operation, NextToken=pages[-1]["NextToken"]))

    assert [len(page["Flows"]) for page in pages] == [100] * 30
    listed = [int(each["SourcePort"]) for page in pages for each in page["Flows"]]
    assert listed == list(range(10_000, 13_000))


def test_flows_are_written_as_set() -> None:
    scene = build(listing(prefix_length=False, protocol=ProtocolText.NAME))
    scene.emulator.put_flow(A, flow(53, protocol=UDP))
    scene.emulator.put_flow(A, flow(0, 0, protocol=ICMP))
    scene.emulator.put_flow(A, flow(0, 0, protocol=99))

    listed = scene.operate("StartFlowCapture")
    assert [each["Protocol"] for each in listed] == ["UDP", "ICMP", "99"]
    assert listed[0]["SourceAddress"] == {"AddressDefinition": "10.0.0.1"}
    assert listed[1]["SourcePort"] == "0"


def test_flows_can_be_listed_twice() -> None:
    scene = build(listing(duplicate_share=1.0))
    scene.emulator.put_flow(A, flow(443))
    assert ports(scene.operate("StartFlowCapture")) == [443, 443]


def test_a_capture_filter_is_compared_with_the_entry_as_it_is_stored() -> None:
    scene = build(EmulatorSettings(tables=TableSettings(reversed_share=1.0)))
    scene.emulator.attempt(A, flow(443))

    assert scene.operate("StartFlowCapture", FlowFilters=[{"DestinationPort": "443"}]) == []
    assert len(scene.operate("StartFlowCapture", FlowFilters=[{"SourcePort": "443"}])) == 1


@pytest.mark.parametrize("listed", [False, True])
def test_a_marked_flow_is_listed_until_it_is_pruned_if_set(*, listed: bool) -> None:
    scene = build(operations(prune_after=60, marked_are_listed=listed))
    scene.emulator.put_flow(A, flow(443), age=100)
    scene.operate("StartFlowFlush")

    assert len(scene.operate("StartFlowCapture")) == int(listed)
    assert scene.operate("StartFlowFlush") == []
    scene.clock.sleep(60)
    assert scene.operate("StartFlowCapture") == []


def test_a_failed_operation_lists_and_flushes_nothing() -> None:
    scene = build()
    scene.emulator.put_flow(A, flow(443))
    scene.emulator.outcomes.add(OutcomeRule(FAILED, OperationType.FLUSH, lambda number: number == 1))

    assert len(scene.operate("StartFlowCapture")) == 1
    assert scene.operate("StartFlowFlush") == []
    failed = describe(scene, scene.emulator.flow_operations[-1].id)
    assert failed["FlowOperationStatus"] == "FAILED"
    assert re.fullmatch(r"[a-zA-Z0-9- ]+", failed["StatusMessage"])
    assert len(scene.emulator.entries(A)) == 1
    assert len(scene.operate("StartFlowFlush")) == 1


def test_an_operation_with_errors_misses_flows() -> None:
    scene = build()
    for port in range(10):
        scene.emulator.put_flow(A, flow(port + 1), age=100)
    scene.emulator.outcomes.add(OutcomeRule(with_errors(touches=0.5, lists=0.6)))

    assert len(scene.operate("StartFlowFlush")) == 3
    assert len(scene.emulator.flow_operations[-1].touched) == 5
    assert len(scene.emulator.entries(A)) == 5
    status = describe(scene, scene.emulator.flow_operations[-1].id)["FlowOperationStatus"]
    assert status == "COMPLETED_WITH_ERRORS"


def test_an_operation_that_never_ends_holds_its_zone() -> None:
    scene = build()
    scene.emulator.outcomes.add(OutcomeRule(NEVER_ENDS))
    operation = start(scene)
    scene.clock.sleep(3600)

    assert describe(scene, operation)["FlowOperationStatus"] == "IN_PROGRESS"
    params = {"FirewallArn": scene.firewall, "AvailabilityZone": A, "FlowFilters": EVERYTHING}
    assert scene.refused("StartFlowFlush", **params).code == "ThrottlingException"
