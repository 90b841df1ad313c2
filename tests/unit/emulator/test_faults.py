from __future__ import annotations

import pytest

from nfw_reconcile.emulator import faults
from nfw_reconcile.emulator.alterations import Alteration
from nfw_reconcile.emulator.faults import AlteredFault, Fault, FaultRule, nth, overall
from nfw_reconcile.emulator.paging import decode
from nfw_reconcile.emulator.replies import Answer, Garbled, JsonObject, Refusal, Silence
from tests.unit.emulator.scene import EVERYTHING, A, Scene, build, flow


def start_flush(scene: Scene) -> object:
    params = {"FirewallArn": scene.firewall, "AvailabilityZone": A, "FlowFilters": EVERYTHING}
    return scene.emulator.call("StartFlowFlush", params)


@pytest.mark.parametrize(
    ("fault", "reply", "accepted"),
    [
        (faults.THROTTLED, faults.THROTTLED.refusal, False),
        (faults.ACCESS_DENIED, faults.ACCESS_DENIED.refusal, False),
        (faults.INTERNAL_ERROR, faults.INTERNAL_ERROR.refusal, False),
        (faults.INTERNAL_ERROR_AFTER, faults.INTERNAL_ERROR.refusal, True),
        (faults.UNAVAILABLE, faults.UNAVAILABLE.refusal, False),
        (faults.UNAVAILABLE_AFTER, faults.UNAVAILABLE.refusal, True),
        (faults.TIMEOUT, Silence(faults.TIMEOUT.kind), False),
        (faults.TIMEOUT_AFTER, Silence(faults.TIMEOUT.kind), True),
        (faults.RESET, Silence(faults.RESET.kind), False),
        (faults.RESET_AFTER, Silence(faults.RESET.kind), True),
        (faults.TRUNCATED, None, True),
        (faults.HTML, None, True),
        (faults.EMPTY, None, True),
        (faults.BINARY, None, True),
    ],
)
def test_a_fault_strikes_before_or_after_the_service_acts(
    fault: Fault, reply: object, *, accepted: bool
) -> None:
    scene = build()
    scene.emulator.faults.add(FaultRule(fault, "StartFlowFlush"))

    got = start_flush(scene)

    assert isinstance(got, Garbled) if reply is None else got == reply
    assert len(scene.emulator.flow_operations) == int(accepted)
    logged = scene.emulator.requests[-1]
    assert (logged.fault, logged.reply, logged.accepted) == (fault, got, accepted)


def test_a_rule_strikes_the_calls_that_it_names() -> None:
    scene = build()
    scene.emulator.faults.add(FaultRule(faults.THROTTLED, "ListFirewalls", nth(2, 4)))
    replies = [scene.emulator.call("ListFirewalls", {}) for _ in range(5)]

    assert [isinstance(reply, Refusal) for reply in replies] == [False, True, False, True, False]
    assert isinstance(scene.emulator.call("ListRuleGroups", {}), Answer)


def test_a_rule_can_strike_the_kth_call_of_all() -> None:
    scene = build()
    made = len(scene.emulator.requests)
    scene.emulator.faults.add(FaultRule(faults.THROTTLED, when=overall(made + 2)))
    operations = ["ListFirewalls", "ListRuleGroups", "ListFirewalls"]
    replies = [scene.emulator.call(operation, {}) for operation in operations]

    assert [isinstance(reply, Refusal) for reply in replies] == [False, True, False]


def test_a_rule_can_look_at_the_input_and_wear_out_and_be_removed() -> None:
    scene = build()
    plan = scene.emulator.faults
    plan.add(
        FaultRule(faults.THROTTLED, "ListFirewalls", lambda call: call.input.get("MaxResults") == 7, times=1),
        FaultRule(faults.ACCESS_DENIED, "ListRuleGroups"),
    )

    def struck(operation: str, **params: int) -> bool:
        return isinstance(scene.emulator.call(operation, params), Refusal)

    assert [struck("ListFirewalls"), struck("ListFirewalls", MaxResults=7)] == [False, True]
    assert not struck("ListFirewalls", MaxResults=7)
    assert struck("ListRuleGroups")
    plan.clear()
    assert not struck("ListRuleGroups")


def test_a_garbling_fault_leaves_a_refusal_as_it_is() -> None:
    scene = build()
    scene.emulator.faults.add(FaultRule(faults.HTML))
    assert scene.refused("DescribeFirewall", FirewallName="none").code == "ResourceNotFoundException"


def page_of(scene: Scene, operation: str, **params: object) -> JsonObject:
    asked = {"FirewallArn": scene.firewall, "FlowOperationId": operation, "MaxResults": 10, **params}
    return scene.ok("ListFlowOperationResults", **asked)


def captured(*alterations: Alteration, flows: int = 25, when: int = 1) -> tuple[Scene, str]:
    """Capture, and alter the ``when``-th page of the results."""
    scene = build()
    for index in range(flows):
        scene.emulator.put_flow(A, flow(443, 1000 + index))
    scene.operate("StartFlowCapture")
    for alteration in alterations:
        rule = FaultRule(AlteredFault(alteration), "ListFlowOperationResults", nth(when + 1))
        scene.emulator.faults.add(rule)
    return scene, scene.emulator.flow_operations[0].id


def sources(page: JsonObject) -> list[int]:
    return [int(each["SourcePort"]) for each in page["Flows"]]


def test_statuses_and_ids_can_be_wrong() -> None:
    expected = {
        Alteration.UNKNOWN_STATUS: ("FlowOperationStatus", "PAUSED"),
        Alteration.WITH_ERRORS: ("FlowOperationStatus", "COMPLETED_WITH_ERRORS"),
    }
    for alteration, (member, value) in expected.items():
        scene, operation = captured(alteration)
        assert page_of(scene, operation)[member] == value
        assert page_of(scene, operation)[member] == "COMPLETED"
    scene, operation = captured(Alteration.OTHER_OPERATION)
    assert page_of(scene, operation)["FlowOperationId"] != operation


def test_the_token_of_a_page_can_lead_to_itself() -> None:
    scene, operation = captured(Alteration.REPEATED_TOKEN, when=2)
    first = page_of(scene, operation)
    second = page_of(scene, operation, NextToken=first["NextToken"])
    assert second["NextToken"] == first["NextToken"]

    scene, operation = captured(Alteration.REPEATED_TOKEN)
    first = page_of(scene, operation)
    again = page_of(scene, operation, NextToken=first["NextToken"])
    assert again["Flows"] == first["Flows"]


def test_the_token_of_a_page_can_lead_back() -> None:
    scene, operation = captured(Alteration.CYCLIC_TOKEN, when=2)
    first = page_of(scene, operation)
    second = page_of(scene, operation, NextToken=first["NextToken"])
    assert second["NextToken"] != first["NextToken"]
    assert page_of(scene, operation, NextToken=second["NextToken"])["Flows"] == first["Flows"]


def test_the_last_page_can_have_a_token_that_leads_to_nothing() -> None:
    scene, operation = captured(Alteration.TOKEN_ON_LAST_PAGE, flows=5)
    last = page_of(scene, operation)
    beyond = page_of(scene, operation, NextToken=last["NextToken"])

    assert sources(last) == list(range(1000, 1005))
    assert beyond["Flows"] == []
    assert "NextToken" not in beyond


@pytest.mark.parametrize(
    ("alteration", "expected"),
    [
        (Alteration.EMPTY_PAGE, []),
        (Alteration.SHORT_PAGE, list(range(1000, 1005))),
        (Alteration.DUPLICATE_ITEM, [1000, *range(1000, 1010)]),
    ],
)
def test_a_page_can_hold_too_little_or_too_much(alteration: Alteration, expected: list[int]) -> None:
    scene, operation = captured(alteration)
    page = page_of(scene, operation)

    assert sources(page) == expected
    assert decode(page["NextToken"])[1] == 10


def test_a_page_can_lack_its_list() -> None:
    scene, operation = captured(Alteration.MISSING_LIST)
    assert "Flows" not in page_of(scene, operation)


@pytest.mark.parametrize(
    ("alteration", "following"),
    [(Alteration.OVERLAPPING_PAGE, 1009), (Alteration.SKIPPING_PAGE, 1011)],
)
def test_pages_can_overlap_or_leave_out(alteration: Alteration, following: int) -> None:
    scene, operation = captured(alteration)
    first = page_of(scene, operation)
    assert sources(page_of(scene, operation, NextToken=first["NextToken"]))[0] == following


@pytest.mark.parametrize("alteration", list(Alteration))
def test_an_answer_with_nothing_to_alter_stays_as_it_is(alteration: Alteration) -> None:
    scene = build()
    before = scene.ok("DescribeRuleGroup", RuleGroupArn=scene.group)
    scene.emulator.faults.add(FaultRule(AlteredFault(alteration)))
    assert scene.ok("DescribeRuleGroup", RuleGroupArn=scene.group) == before


def test_every_call_is_logged_with_what_was_asked_and_answered() -> None:
    scene = build()
    scene.emulator.call("ListFirewalls", {"MaxResults": 3})
    scene.emulator.call("DescribeFirewall", {"FirewallName": "none"})
    listed, refused = scene.emulator.requests[-2:]

    assert (listed.operation, listed.input, listed.accepted) == ("ListFirewalls", {"MaxResults": 3}, True)
    assert isinstance(refused.answered, Refusal)
    assert (refused.number, refused.accepted) == (listed.number + 1, False)
    assert listed.time == scene.clock()
