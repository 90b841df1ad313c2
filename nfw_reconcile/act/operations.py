"""The life of one flow operation: wait until the zone is free, start it, follow it to its end.

AWS runs one flow operation at a time in each zone of a firewall (developer guide, "Flow operations") and
has no error code of its own for a zone that is held, so the list of operations is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nfw_reconcile.act.paging import broken, pages
from nfw_reconcile.act.ports import Declined, OperationStatus, Retry, Scope
from nfw_reconcile.act.waiting import patiently
from nfw_reconcile.errors import ServiceError, error

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.act.lane import Lane
    from nfw_reconcile.act.ports import Accepted, Lost, OperationDetail, OperationSummary, StartReply
    from nfw_reconcile.act.waiting import Deadline
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.result_document import OperationType


@dataclass(frozen=True, slots=True)
class SentOperation:
    """An operation of ours: what was sent and when (epoch seconds), and its last known status.

    ``status`` is AWS's word or ``UNKNOWN``; ``flows`` is how many entries it is about, if that is known. ``safe`` are
    the filters of a flush that match newly denied flows only, captured or not.
    """

    type: OperationType
    operation_id: str | None
    status: str
    sent_at: float
    minimum_age: int
    filters: tuple[FlowFilter, ...]
    flows: int | None
    safe: frozenset[FlowFilter] = frozenset()


class ZoneHeldError(ServiceError):
    """Another flow operation held the zone until there was no time left."""


class NeverEndedError(ServiceError):
    """An operation of ours was still under way when there was no time left."""


def listed_operations(
    lane: Lane, scope: Scope, deadline: Deadline | None = None
) -> tuple[OperationSummary, ...]:
    """Give the operations of the last 12 hours that the service lists for a scope."""

    def read() -> tuple[OperationSummary, ...]:
        listed = pages(lambda token: lane.service.list_operations(lane.firewall_arn, scope, token))
        return tuple(operation for page in listed for operation in page.operations)

    return patiently(read, deadline or lane.deadline, lane.pace.poll)


def described(lane: Lane, operation_id: str, deadline: Deadline) -> OperationDetail:
    """Give one operation as the service describes it."""

    def read() -> OperationDetail:
        detail = lane.service.describe_operation(lane.firewall_arn, lane.scope, operation_id)
        if detail.operation_id != operation_id:
            raise broken("another operation was described than the one asked for")
        return detail

    return patiently(read, deadline, lane.pace.poll)


def holder(lane: Lane) -> str | None:
    """Give the id of an operation that holds the zone, whoever started it.

    Both the zone and, where it is another, our own scope are asked: AWS does not say whether the list of a
    zone holds what was started for one endpoint in it.
    """
    for scope in dict.fromkeys((Scope(lane.scope.zone), lane.scope)):
        for each in listed_operations(lane, scope):
            if each.status is OperationStatus.IN_PROGRESS:
                return each.operation_id
    return None


def start(lane: Lane, send: Callable[[], StartReply]) -> Accepted | Lost:
    """Send until the service has taken the request, or may have; wait while the zone is held or throttled.

    ``send`` sends once. Raises :class:`ZoneHeldError`, :class:`OutOfTimeError` and, for a definite no, the
    service's error.
    """
    pause = lane.pace.backoff
    until = lane.deadline.within(lane.pace.held)
    while True:
        _wait_until_free(lane, until)
        if lane.deadline.passed:
            raise lane.deadline.out_of_time(f" before zone {lane.scope.zone} was done")
        reply = send()
        if not isinstance(reply, Declined):
            return reply
        if reply.retry is Retry.NEVER or (reply.retry is Retry.IF_HELD and holder(lane) is None):
            raise reply.error
        if not until.sleep(pause):
            raise reply.error
        pause = min(2 * pause, lane.pace.longest_backoff)


def follow(lane: Lane, operation_id: str) -> OperationDetail:
    """Ask until the operation has ended; raises :class:`NeverEndedError`."""
    deadline = lane.deadline.within(lane.pace.operation)
    while True:
        detail = described(lane, operation_id, deadline)
        if detail.status is not OperationStatus.IN_PROGRESS:
            return detail
        if not deadline.sleep(lane.pace.poll):
            summary = f"{detail.type} {operation_id} in {lane.scope.zone} has not ended in time."
            remedy = "It cannot be cancelled; wait for it, then run the command again."
            raise NeverEndedError(error(summary, remedy=remedy))


def _wait_until_free(lane: Lane, until: Deadline) -> None:
    while (found := holder(lane)) is not None:
        if not until.sleep(lane.pace.poll):
            summary = f"zone {lane.scope.zone} is held by flow operation {found}."
            raise ZoneHeldError(error(summary, remedy="Wait until it has ended, or find out who started it."))
