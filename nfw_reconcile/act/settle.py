"""A start that got no answer: was it accepted? The list of operations knows.

There is no idempotency token (API: StartFlowFlush), so an operation is taken for ours only if it is new in
the zone, of the same type, with equal filters and an equal minimum age, and not from before it was sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.operations import described, listed_operations
from nfw_reconcile.act.ports import UnreachableError
from nfw_reconcile.errors import InputError
from nfw_reconcile.flows.wire import from_api, to_api
from nfw_reconcile.model.result_document import OperationType

if TYPE_CHECKING:
    from nfw_reconcile.act.lane import Lane
    from nfw_reconcile.act.ports import FlowRequest, OperationDetail, OperationSummary
    from nfw_reconcile.act.waiting import Deadline
    from nfw_reconcile.model.filters import FlowFilter

CLOCK_SKEW: Final = 60.0
"""Seconds by which AWS's clock and ours may differ; operations from before the start are told apart by id."""


def known_flushes(lane: Lane) -> frozenset[str]:
    """Give the ids of the flushes that the zone lists already: none of them will be ours."""
    return frozenset(each.operation_id for each in _flushes(lane, lane.deadline))


def find_lost(lane: Lane, request: FlowRequest, known: frozenset[str], sent_at: float) -> str | None:
    """Look for the flush that was sent at ``sent_at`` until it is found or the settling time is over.

    ``None`` where it was not found, or more than one could be it: then nobody knows.
    """
    deadline = lane.deadline.within(lane.pace.settling)
    while True:
        try:
            found = candidates(lane, request, known, sent_at, deadline)
        except UnreachableError:
            return None
        if found:
            return found[0] if len(found) == 1 else None
        if not deadline.sleep(lane.pace.poll):
            return None


def candidates(
    lane: Lane, request: FlowRequest, known: frozenset[str], sent_at: float, deadline: Deadline
) -> list[str]:
    """Give the ids of all flushes that the request, sent at ``sent_at``, may have started: look once.

    ``known`` are flushes that it cannot be. Raises ``ServiceError``.
    """
    return [
        each.operation_id
        for each in _flushes(lane, deadline)
        if each.operation_id not in known
        and (each.requested_at is None or each.requested_at >= sent_at - CLOCK_SKEW)
        and is_ours(described(lane, each.operation_id, deadline), request)
    ]


def is_ours(detail: OperationDetail, request: FlowRequest) -> bool:
    """Say whether an operation is what the request asked for."""
    return (
        detail.type is OperationType.FLUSH
        and (detail.minimum_age or 0) == request.minimum_age
        and (filters := read_filters(detail)) is not None
        and sorted(filters) == sorted(from_api(to_api(each)) for each in request.filters)
    )


def _flushes(lane: Lane, deadline: Deadline) -> list[OperationSummary]:
    listed = listed_operations(lane, lane.scope, deadline)
    return [each for each in listed if each.type is OperationType.FLUSH]


def read_filters(detail: OperationDetail) -> list[FlowFilter] | None:
    """Read the filters of an operation as the service tells them; ``None`` if one is in no form that we send."""
    try:
        return [from_api(each) for each in detail.filters]
    except InputError:
        return None
