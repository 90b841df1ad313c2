"""Replies, checked before anybody believes them.

botocore turns a reply that it cannot parse into one without members, and checks neither patterns nor
enums. So an identifier has to be echoed, a status has to be a known one, and a list has to be there.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from nfw_reconcile.act.ports import (
    Accepted,
    OperationDetail,
    OperationsPage,
    OperationStatus,
    OperationSummary,
    ResultsPage,
)
from nfw_reconcile.model.documents import OperationType

Reply = Mapping[str, Any]
T = TypeVar("T")
E = TypeVar("E", bound=enum.Enum)

OPERATION_ID: Final = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")


class UnusableError(ValueError):
    """A reply that is no answer; the text says what is wrong with it. Never leaves this package."""


def read_accepted(reply: Reply, firewall_arn: str) -> Accepted:
    """Read the reply to StartFlowCapture or StartFlowFlush."""
    _echoes(reply, "FirewallArn", firewall_arn)
    return Accepted(_operation_id(reply), _status(reply))


def read_detail(reply: Reply, firewall_arn: str) -> OperationDetail:
    """Read the reply to DescribeFlowOperation."""
    _echoes(reply, "FirewallArn", firewall_arn)
    asked = _member(reply, "FlowOperation", dict)
    age = asked.get("MinimumFlowAgeInSeconds")
    return OperationDetail(
        _operation_id(reply),
        _known(OperationType, reply, "FlowOperationType"),
        _status(reply),
        _time(reply),
        tuple(_member(asked, "FlowFilters", list)),
        None if age is None else _member(asked, "MinimumFlowAgeInSeconds", int),
        None if reply.get("StatusMessage") is None else str(reply["StatusMessage"]),
    )


def read_operations(reply: Reply) -> OperationsPage:
    """Read the reply to ListFlowOperations."""
    listed = _member(reply, "FlowOperations", list)
    return OperationsPage(tuple(_summary(each) for each in listed), _token(reply))


def read_results(reply: Reply, firewall_arn: str) -> ResultsPage:
    """Read the reply to ListFlowOperationResults."""
    _echoes(reply, "FirewallArn", firewall_arn)
    flows = tuple(_member(reply, "Flows", list))
    return ResultsPage(_operation_id(reply), _status(reply), _time(reply), flows, _token(reply))


def read_described(reply: Reply, kind: str, arn: str) -> dict[str, Any]:
    """Read the reply to a Describe call: the parts of it that a snapshot holds.

    ``kind`` is ``Firewall``, ``FirewallPolicy`` or ``RuleGroup``.
    """
    head = "Firewall" if kind == "Firewall" else f"{kind}Response"
    _echoes(_member(reply, head, dict), f"{kind}Arn", arn)
    body = "FirewallStatus" if kind == "Firewall" else kind
    parts = [head, body] if body in reply or kind == "FirewallPolicy" else [head]
    found: dict[str, Any] = {name: as_json(_member(reply, name, dict)) for name in parts}
    if isinstance(reply.get("UpdateToken"), str):
        found["UpdateToken"] = reply["UpdateToken"]
    return found


def as_json(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Turn what botocore parsed into JSON values: times become ISO 8601 in UTC."""
    match value:
        case dict():
            return {str(name): as_json(each) for name, each in value.items()}
        case list() | tuple():
            return [as_json(each) for each in value]
        case datetime():
            return value.astimezone(UTC).isoformat()
        case _:
            return value


def _summary(item: Any) -> OperationSummary:  # noqa: ANN401 - JSON
    if not isinstance(item, dict):
        message = "an operation in it is not an object"
        raise UnusableError(message)
    return OperationSummary(
        _operation_id(item), _known(OperationType, item, "FlowOperationType"), _status(item), _time(item)
    )


def _echoes(reply: Reply, name: str, wanted: str) -> None:
    if reply.get(name) != wanted:
        message = f"{name} is {reply.get(name)!r}, not {wanted!r}"
        raise UnusableError(message)


def _operation_id(reply: Reply) -> str:
    found = reply.get("FlowOperationId")
    if not isinstance(found, str) or not OPERATION_ID.fullmatch(found):
        message = f"FlowOperationId is {found!r}"
        raise UnusableError(message)
    return found


def _status(reply: Reply) -> OperationStatus:
    return _known(OperationStatus, reply, "FlowOperationStatus")


def _known(kind: type[E], reply: Reply, name: str) -> E:
    try:
        return kind(reply.get(name))
    except ValueError:
        message = f"{name} is {reply.get(name)!r}"
        raise UnusableError(message) from None


def _member(reply: Reply, name: str, kind: type[T]) -> T:
    found = reply.get(name)
    if not isinstance(found, kind):
        message = f"{name} is missing" if found is None else f"{name} is not a {kind.__name__}"
        raise UnusableError(message)
    return found


def _time(reply: Reply) -> float | None:
    found = reply.get("FlowRequestTimestamp")
    if found is None:
        return None
    if not isinstance(found, datetime):
        message = "FlowRequestTimestamp is not a time"
        raise UnusableError(message)
    return found.timestamp()


def _token(reply: Reply) -> str | None:
    found = reply.get("NextToken")
    return str(found) if found else None
