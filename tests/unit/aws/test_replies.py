from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from nfw_reconcile.act.ports import Accepted, OperationStatus
from nfw_reconcile.aws import replies
from nfw_reconcile.aws.replies import UnusableError
from nfw_reconcile.model.result_document import OperationType

ARN = "arn:aws:network-firewall:us-east-1:111122223333:firewall/edge"
ID = "0123abcd-0123-4567-89ab-0123456789ab"
TIME = datetime(2026, 1, 1, tzinfo=UTC)
STARTED: dict[str, Any] = {"FirewallArn": ARN, "FlowOperationId": ID, "FlowOperationStatus": "IN_PROGRESS"}
DETAIL: dict[str, Any] = {
    **STARTED,
    "FlowOperationType": "FLOW_FLUSH",
    "FlowRequestTimestamp": TIME,
    "FlowOperation": {"FlowFilters": [{}], "MinimumFlowAgeInSeconds": 11},
}
RESULTS: dict[str, Any] = {**STARTED, "FlowOperationStatus": "COMPLETED", "Flows": [], "NextToken": "t"}
LISTED: dict[str, Any] = {"FlowOperations": [DETAIL]}


def without(reply: dict[str, Any], name: str) -> dict[str, Any]:
    return {each: value for each, value in reply.items() if each != name}


def test_whole_replies_are_read() -> None:
    assert replies.read_accepted(STARTED, ARN) == Accepted(ID, OperationStatus.IN_PROGRESS)
    detail = replies.read_detail(DETAIL, ARN)
    assert (detail.type, detail.minimum_age, detail.requested_at) == (
        OperationType.FLUSH,
        11,
        TIME.timestamp(),
    )
    page = replies.read_results(RESULTS, ARN)
    assert (page.flows, page.next_token, page.requested_at) == ((), "t", None)
    (listed,) = replies.read_operations(LISTED).operations
    assert listed.operation_id == ID


@pytest.mark.parametrize(
    "reply",
    [
        {},
        without(STARTED, "FirewallArn"),
        without(STARTED, "FlowOperationId"),
        without(STARTED, "FlowOperationStatus"),
        {**STARTED, "FirewallArn": ARN + "x"},
        {**STARTED, "FlowOperationId": "x"},
        {**STARTED, "FlowOperationId": ID.upper()},
        {**STARTED, "FlowOperationId": ID + "\n"},
        {**STARTED, "FlowOperationStatus": "PAUSED"},
        {**STARTED, "FlowOperationStatus": None},
    ],
    ids=range(10),
)
def test_a_start_whose_reply_lacks_anything_was_not_answered(reply: dict[str, Any]) -> None:
    with pytest.raises(UnusableError):
        replies.read_accepted(reply, ARN)
    with pytest.raises(UnusableError):
        replies.read_detail({**DETAIL, **dict.fromkeys(STARTED), **reply}, ARN)
    with pytest.raises(UnusableError):
        replies.read_results({**RESULTS, **dict.fromkeys(STARTED), **reply}, ARN)


@pytest.mark.parametrize("value", [None, {}, "x"])
def test_a_list_that_is_not_there_is_no_empty_one(value: object) -> None:
    with pytest.raises(UnusableError):
        replies.read_results({**RESULTS, "Flows": value}, ARN)
    with pytest.raises(UnusableError):
        replies.read_operations({"FlowOperations": value})


@pytest.mark.parametrize(
    "change",
    [
        {"FlowOperationType": "FLOW_OTHER"},
        {"FlowOperation": None},
        {"FlowOperation": {}},
        {"FlowOperation": {"FlowFilters": [], "MinimumFlowAgeInSeconds": "11"}},
        {"FlowOperation": {"FlowFilters": [], "MinimumFlowAgeInSeconds": True}},
        {"FlowOperation": {"FlowFilters": [None]}},
        {"FlowOperation": {"FlowFilters": [{"Protocols": True}]}},
        {"FlowOperation": {"FlowFilters": [{"Protocols": [6]}]}},
        {"FlowOperation": {"FlowFilters": [{"SourcePort": "9" * 5_000}]}},
        {"FlowOperation": {"FlowFilters": [{"SourceAddress": "10.0.0.0/8"}]}},
        {"FlowOperation": {"FlowFilters": [{"SourceAddress": {}}]}},
        {"FlowRequestTimestamp": "yesterday"},
        {"FlowRequestTimestamp": datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))},
        {"StatusMessage": ["text"]},
    ],
    ids=str,
)
def test_a_description_that_is_not_whole_is_unusable(change: dict[str, Any]) -> None:
    with pytest.raises(UnusableError):
        replies.read_detail({**DETAIL, **change}, ARN)


@pytest.mark.parametrize("item", [None, "x", {}, {**DETAIL, "FlowOperationStatus": "x"}], ids=str)
def test_one_bad_item_spoils_the_list(item: object) -> None:
    with pytest.raises(UnusableError):
        replies.read_operations({"FlowOperations": [DETAIL, item]})


def test_a_token_that_is_no_text_and_a_flow_that_is_no_object_are_no_answer() -> None:
    changes: list[dict[str, Any]] = [{"NextToken": {}}, {"NextToken": 1}, {"Flows": ["x"]}, {"Flows": [None]}]
    for change in changes:
        with pytest.raises(UnusableError):
            replies.read_results({**RESULTS, **change}, ARN)
    assert replies.read_results({**RESULTS, "NextToken": ""}, ARN).next_token is None


@pytest.mark.parametrize(
    "value",
    ["\ud800", float("nan"), float("inf"), b"x", datetime.max.replace(tzinfo=timezone(timedelta(hours=-9)))],
    ids=repr,
)
def test_what_no_file_could_hold_is_no_answer(value: object) -> None:
    arn = {"FirewallPolicyArn": "p"}
    with pytest.raises(UnusableError, match="it holds"):
        replies.read_described(
            {"FirewallPolicyResponse": arn, "FirewallPolicy": {"a": [value]}}, "FirewallPolicy", "p"
        )


def test_an_endless_value_is_shown_cut_short() -> None:
    with pytest.raises(UnusableError) as unusable:
        replies.read_accepted({**STARTED, "FlowOperationId": "\x1b" * 1_000_000}, ARN)
    assert len(str(unusable.value)) < 200
    assert str(unusable.value).isprintable()


def test_a_description_is_kept_whole_and_as_json() -> None:
    policy = {
        "ResponseMetadata": {"RequestId": "x"},
        "UpdateToken": "t",
        "FirewallPolicyResponse": {
            "FirewallPolicyArn": "p",
            "LastModifiedTime": TIME,
            "Tags": [{"Key": "k"}],
        },
        "FirewallPolicy": {"StatelessDefaultActions": ["aws:pass"]},
    }
    assert replies.read_described(policy, "FirewallPolicy", "p") == {
        "UpdateToken": "t",
        "FirewallPolicyResponse": {
            "FirewallPolicyArn": "p",
            "LastModifiedTime": "2026-01-01T00:00:00+00:00",
            "Tags": [{"Key": "k"}],
        },
        "FirewallPolicy": {"StatelessDefaultActions": ["aws:pass"]},
    }


def test_a_policy_without_a_body_is_unusable_and_a_managed_group_may_have_none() -> None:
    with pytest.raises(UnusableError):
        replies.read_described({"FirewallPolicyResponse": {"FirewallPolicyArn": "p"}}, "FirewallPolicy", "p")
    group = {"RuleGroupResponse": {"RuleGroupArn": "g"}}
    assert replies.read_described(group, "RuleGroup", "g") == group
    with pytest.raises(UnusableError):
        replies.read_described(group, "RuleGroup", "other")
