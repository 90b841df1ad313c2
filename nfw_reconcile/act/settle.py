"""Which operation is ours? Of a start that got no answer, the list of operations knows whether it was accepted.

There is no idempotency token (API: StartFlowFlush), so an operation is taken for ours only if it is new in
the zone, of the same type, with equal filters and an equal minimum age, and not from before it was sent.
The id that a reply names is believed unless what it stands for cannot be ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.operations import described, listed_operations
from nfw_reconcile.act.ports import Lost, NotFoundError, UnreachableError
from nfw_reconcile.errors import InputError, ServiceError
from nfw_reconcile.flows.wire import from_api, to_api
from nfw_reconcile.model.result_document import OperationType

if TYPE_CHECKING:
    from nfw_reconcile.act.lane import Lane
    from nfw_reconcile.act.ports import Accepted, FlowRequest, OperationDetail, OperationSummary
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
        and sorted(filters) == _as_told(request)
    )


def confirmed(
    lane: Lane, request: FlowRequest, kind: OperationType, reply: Accepted | Lost
) -> Accepted | Lost:
    """Look at the operation that a reply names: one that names another than was asked for is no reply.

    A description that cannot be had confirms: whoever follows the operation will say why.
    """
    if isinstance(reply, Lost):
        return reply
    try:
        detail = described(lane, reply.operation_id, lane.deadline)
    except NotFoundError:
        return Lost(f"the reply named flow operation {reply.operation_id}, which is not known")
    except ServiceError:
        return reply
    if _may_be(detail, request, kind):
        return reply
    return Lost(f"the reply named flow operation {reply.operation_id}, which is another one")


def _may_be(detail: OperationDetail, request: FlowRequest, kind: OperationType) -> bool:
    """Say whether nothing contradicts: what is left out, or told in a form that we do not send, does not."""
    filters = read_filters(detail)
    return (
        detail.type is kind
        and detail.minimum_age in {None, request.minimum_age}
        and (not filters or sorted(filters) == _as_told(request))
    )


def _as_told(request: FlowRequest) -> list[FlowFilter]:
    """Give the filters as the service tells them, in the order of comparisons."""
    return sorted(from_api(to_api(each)) for each in request.filters)


def _flushes(lane: Lane, deadline: Deadline) -> list[OperationSummary]:
    listed = listed_operations(lane, lane.scope, deadline)
    return [each for each in listed if each.type is OperationType.FLUSH]


def read_filters(detail: OperationDetail) -> list[FlowFilter] | None:
    """Read the filters of an operation as the service tells them; ``None`` if one is in no form that we send."""
    try:
        return [from_api(each) for each in detail.filters]
    except InputError:
        return None
