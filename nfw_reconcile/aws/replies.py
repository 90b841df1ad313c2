"""Replies, checked before anybody believes them.

botocore turns a reply that it cannot parse into one without members, and checks neither patterns nor
enums. So an identifier has to be echoed, a status has to be a known one, and a list has to be there.
"""

from __future__ import annotations

import enum
import math
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
from nfw_reconcile.model.result_document import OperationType

Reply = Mapping[str, Any]
T = TypeVar("T")
E = TypeVar("E", bound=enum.Enum)

LONGEST_PART: Final = 100
"""Characters of one condition of a flow filter: an address, ports, a protocol."""

_HALF_SURROGATE: Final = re.compile("[\ud800-\udfff]")
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
    return OperationDetail(
        _operation_id(reply),
        _known(OperationType, reply, "FlowOperationType"),
        _status(reply),
        _time(reply),
        tuple(_filter(each) for each in _objects(asked, "FlowFilters")),
        _optional(asked, "MinimumFlowAgeInSeconds", int),
        _optional(reply, "StatusMessage", str),
    )


def read_operations(reply: Reply) -> OperationsPage:
    """Read the reply to ListFlowOperations."""
    listed = _member(reply, "FlowOperations", list)
    return OperationsPage(tuple(_summary(each) for each in listed), _token(reply))


def read_results(reply: Reply, firewall_arn: str) -> ResultsPage:
    """Read the reply to ListFlowOperationResults."""
    _echoes(reply, "FirewallArn", firewall_arn)
    flows = _objects(reply, "Flows")
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
    """Turn what botocore parsed into JSON values: times become ISO 8601 in UTC.

    Raises :class:`UnusableError` for what no file could hold: half of a surrogate pair, a number that is
    none, a time outside the calendar.
    """
    match value:
        case dict():
            return {as_json(str(name)): as_json(each) for name, each in value.items()}
        case list() | tuple():
            return [as_json(each) for each in value]
        case datetime():
            return _utc(value).isoformat()
        case str() if _HALF_SURROGATE.search(value) is None:
            return value
        case float() if math.isfinite(value):
            return value
        case None | bool() | int():
            return value
        case _:
            message = f"it holds {_shown(value)}"
            raise UnusableError(message)


def _summary(item: Any) -> OperationSummary:  # noqa: ANN401 - JSON
    if not isinstance(item, dict):
        message = "an operation in it is not an object"
        raise UnusableError(message)
    return OperationSummary(
        _operation_id(item), _known(OperationType, item, "FlowOperationType"), _status(item), _time(item)
    )


def _filter(shape: dict[str, Any]) -> dict[str, Any]:
    """Check that the parts of an echoed filter are of their types, and none is endless."""
    parts: list[object] = [_optional(shape, name, str) for name in ("SourcePort", "DestinationPort")]
    parts += _optional(shape, "Protocols", list) or []
    for name in ("SourceAddress", "DestinationAddress"):
        address = _optional(shape, name, dict)
        parts += [] if address is None else [_member(address, "AddressDefinition", str)]
    for part in parts:
        if part is not None and not (isinstance(part, str) and len(part) <= LONGEST_PART):
            message = f"a flow filter in it holds {_shown(part)}"
            raise UnusableError(message)
    return {name: part for name, part in shape.items() if part is not None}


def _echoes(reply: Reply, name: str, wanted: str) -> None:
    if reply.get(name) != wanted:
        message = f"{name} is {_shown(reply.get(name))}, not {wanted!r}"
        raise UnusableError(message)


def _operation_id(reply: Reply) -> str:
    found = reply.get("FlowOperationId")
    if not isinstance(found, str) or not OPERATION_ID.fullmatch(found):
        message = f"FlowOperationId is {_shown(found)}"
        raise UnusableError(message)
    return found


def _status(reply: Reply) -> OperationStatus:
    return _known(OperationStatus, reply, "FlowOperationStatus")


def _known(kind: type[E], reply: Reply, name: str) -> E:
    try:
        return kind(reply.get(name))
    except ValueError:
        message = f"{name} is {_shown(reply.get(name))}"
        raise UnusableError(message) from None


def _member(reply: Reply, name: str, kind: type[T]) -> T:
    found = reply.get(name)
    if not isinstance(found, kind) or (isinstance(found, bool) and kind is not bool):
        message = f"{name} is missing" if found is None else f"{name} is not a {kind.__name__}"
        raise UnusableError(message)
    return found


def _optional(reply: Reply, name: str, kind: type[T]) -> T | None:
    return None if reply.get(name) is None else _member(reply, name, kind)


def _objects(reply: Reply, name: str) -> tuple[dict[str, Any], ...]:
    listed = _member(reply, name, list)
    if not all(isinstance(each, dict) for each in listed):
        message = f"{name} holds what is not an object"
        raise UnusableError(message)
    return tuple(listed)


def _time(reply: Reply) -> float | None:
    found = reply.get("FlowRequestTimestamp")
    if found is None:
        return None
    if not isinstance(found, datetime):
        message = "FlowRequestTimestamp is not a time"
        raise UnusableError(message)
    return _utc(found).timestamp()


def _utc(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except (OverflowError, ValueError) as bad:
        message = f"it holds a time outside the calendar: {bad}"
        raise UnusableError(message) from bad


def _token(reply: Reply) -> str | None:
    return _optional(reply, "NextToken", str) or None


def _shown(value: object) -> str:
    """Show a value in a message, cut short, with nothing in it that could act on a terminal."""
    return f"{value!r:.100}" if isinstance(value, str | int | float | None) else f"a {type(value).__name__}"
