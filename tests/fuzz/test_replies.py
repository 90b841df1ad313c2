"""What botocore may hand over: a reply is believed as a whole, or the call has no answer."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.act.ports import OperationStatus
from nfw_reconcile.aws import replies
from nfw_reconcile.aws.replies import UnusableError
from nfw_reconcile.errors import InputError
from nfw_reconcile.flows.wire import from_api
from nfw_reconcile.model.result_document import OperationType
from tests.fuzz.corpus import JSON_FLOW, SNAPSHOTS
from tests.fuzz.mutate import LEAVES, mutated_tree
from tests.fuzz.trials import try_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.tiers import Tier

ARN: Final = "arn:aws:network-firewall:eu-west-1:111122223333:firewall/prod"
POLICY: Final = SNAPSHOTS[0]["policies"][0]
STARTED: Final[dict[str, Any]] = {
    "FirewallArn": ARN,
    "FlowOperationId": "0123abcd-0123-4567-89ab-0123456789ab",
    "FlowOperationStatus": "COMPLETED",
    "FlowOperationType": "FLOW_FLUSH",
    "FlowRequestTimestamp": datetime(2026, 1, 1, tzinfo=UTC),
    "StatusMessage": "done",
    "NextToken": "t",
}
FILTER: Final[dict[str, Any]] = {
    "SourceAddress": {"AddressDefinition": "10.0.0.0/8"},
    "DestinationAddress": {"AddressDefinition": "0.0.0.0/0"},
    "SourcePort": "ANY",
    "DestinationPort": "443:445",
    "Protocols": ["6", "UDP"],
}
DETAIL: Final = {**STARTED, "FlowOperation": {"FlowFilters": [FILTER], "MinimumFlowAgeInSeconds": 11}}
RESULTS: Final = {**STARTED, "Flows": [JSON_FLOW, JSON_FLOW]}
LISTED: Final = {"FlowOperations": [STARTED, STARTED], "NextToken": None}
ODD: Final = (
    *LEAVES,
    float("nan"),
    float("inf"),
    "\ud800",
    b"x",
    datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
)
"""Besides what a strict reader of JSON lets pass, what botocore's lets pass."""


def _try(tier: Tier, corpus: tuple[Any, ...], read: Callable[[Any], object]) -> None:
    def believed(reply: Any) -> None:  # noqa: ANN401 - JSON
        try:
            read(reply if isinstance(reply, dict) else {})
        except UnusableError as unusable:
            assert 0 < len(str(unusable)) < 300  # noqa: PT017 - one of two good outcomes
            assert str(unusable).isprintable()  # noqa: PT017 - as above

    try_all(tier, lambda random: mutated_tree(random, corpus, ODD), believed)


def test_starts(tier: Tier) -> None:
    def read(reply: dict[str, Any]) -> None:
        accepted = replies.read_accepted(reply, ARN)
        assert replies.OPERATION_ID.fullmatch(accepted.operation_id)
        assert isinstance(accepted.status, OperationStatus)

    _try(tier, (STARTED,), read)


def test_descriptions_of_operations(tier: Tier) -> None:
    def read(reply: dict[str, Any]) -> None:
        detail = replies.read_detail(reply, ARN)
        assert isinstance(detail.type, OperationType)
        assert type(detail.minimum_age) in {int, type(None)}
        assert isinstance(detail.requested_at, float | None)
        assert isinstance(detail.message, str | None)
        for each in detail.filters:
            with suppress(InputError):  # a filter that this program never sends
                from_api(each)

    _try(tier, (DETAIL,), read)


def test_pages_of_results(tier: Tier) -> None:
    def read(reply: dict[str, Any]) -> None:
        page = replies.read_results(reply, ARN)
        assert isinstance(page.next_token, str | None)
        assert all(isinstance(each, dict) for each in page.flows)

    _try(tier, (RESULTS,), read)


def test_lists_of_operations(tier: Tier) -> None:
    def read(reply: dict[str, Any]) -> None:
        page = replies.read_operations(reply)
        assert isinstance(page.next_token, str | None)
        assert all(isinstance(each.status, OperationStatus) for each in page.operations)

    _try(tier, (LISTED,), read)


def test_descriptions_of_policies(tier: Tier) -> None:
    arn = POLICY["FirewallPolicyResponse"]["FirewallPolicyArn"]
    whole = {
        **POLICY,
        "FirewallPolicyResponse": {**POLICY["FirewallPolicyResponse"], "LastModifiedTime": datetime.now(UTC)},
    }

    def read(reply: dict[str, Any]) -> None:
        found = replies.read_described(reply, "FirewallPolicy", arn)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()

    _try(tier, (whole,), read)
