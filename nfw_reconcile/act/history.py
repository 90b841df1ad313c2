"""What the service remembers of flushes that this run did not send: those of a run whose journal is lost, above all.

ListFlowOperations keeps operations for 12 hours (developer guide, "Viewing flow operations"). A flush has nothing in
it that says who sent it, so what was found is told and looked at again, and never taken for ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.operations import described, listed_operations
from nfw_reconcile.act.settle import CLOCK_SKEW, read_filters
from nfw_reconcile.act.texts import time_text
from nfw_reconcile.model.result_document import OperationType

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from nfw_reconcile.act.lane import Lane
    from nfw_reconcile.act.ports import OperationDetail, OperationSummary
    from nfw_reconcile.model.filters import FlowFilter

MOST_DESCRIBED: Final = 50
"""How many of a zone's flushes are looked at, the latest first; each takes a call."""


def earlier_flushes(
    lane: Lane, captured_with: Sequence[FlowFilter], since: float | None, own: Collection[str]
) -> list[OperationDetail]:
    """Give the zone's flushes since a moment (epoch seconds; ``None``: all) that lie inside what is captured.

    ``own`` are operations that are known already. Raises ``ServiceError``.
    """
    listed = [each for each in listed_operations(lane, lane.scope) if _may_matter(each, since, own)]
    latest = sorted(listed, key=lambda each: -(each.requested_at or 0.0))[:MOST_DESCRIBED]
    found = [described(lane, each.operation_id, lane.deadline) for each in latest]
    return [each for each in found if _inside(each, captured_with)]


def told(detail: OperationDetail) -> str:
    """Tell a person about an earlier flush."""
    when = "" if detail.requested_at is None else f" at {time_text(detail.requested_at)}"
    return (
        f"flush {detail.operation_id} was asked for{when} and is {detail.status}: "
        "this run did not send it, and it was for flows that the plan is about"
    )


def _may_matter(each: OperationSummary, since: float | None, own: Collection[str]) -> bool:
    return (
        each.type is OperationType.FLUSH
        and each.operation_id not in own
        and (since is None or each.requested_at is None or each.requested_at >= since - CLOCK_SKEW)
    )


def _inside(detail: OperationDetail, captured_with: Sequence[FlowFilter]) -> bool:
    filters = read_filters(detail)
    if not filters:
        return False
    return all(any(outer.covers(each) for outer in captured_with) for each in filters)
