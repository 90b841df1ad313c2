"""What an operation found, read until it is certain that all of it was read.

COMPLETED and empty is the only answer that means "no flows", and a page that was lost on the way looks
just like it. So a reading counts when another one, from the start, lists the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.entries import read_entry
from nfw_reconcile.act.paging import BrokenPagesError, broken, pages
from nfw_reconcile.act.ports import CredentialsError, OperationStatus, UnreachableError
from nfw_reconcile.act.waiting import patiently
from nfw_reconcile.errors import ServiceError

if TYPE_CHECKING:
    from nfw_reconcile.act.lane import Lane
    from nfw_reconcile.act.ports import ResultsPage
    from nfw_reconcile.model.flow import CapturedFlow

MOST_REREADS: Final = 3


@dataclass(frozen=True, slots=True)
class Listing:
    """Every entry that an operation listed, with the status and the ``FlowRequestTimestamp`` of all pages."""

    status: OperationStatus
    requested_at: float | None
    entries: tuple[CapturedFlow, ...]


def read_results(lane: Lane, operation_id: str) -> Listing:
    """Read all results of an operation that has ended, at least twice.

    Raises :class:`~nfw_reconcile.act.paging.BrokenPagesError` where no two readings in a row agree, and what the
    service raises.
    """
    last: Listing | None = None
    problem = broken("no two readings of it are the same")
    for _ in range(2 + MOST_REREADS):
        try:
            found = _read_once(lane, operation_id)
        except BrokenPagesError as failure:
            last, problem = None, failure
            continue
        if last is not None and _same(last, found):
            return found
        last = found
    raise problem


def _same(one: Listing, other: Listing) -> bool:
    """Compare two readings; an entry that is listed twice in one of them is no difference."""
    return one.status is other.status and set(one.entries) == set(other.entries)


def _read_once(lane: Lane, operation_id: str) -> Listing:
    entries: list[CapturedFlow] = []
    heads: set[tuple[OperationStatus, float | None]] = set()
    for page in pages(lambda token: _fetch(lane, operation_id, token)):
        if page.operation_id != operation_id:
            raise broken("a page belongs to another operation")
        heads.add((page.status, page.requested_at))
        entries += [read_entry(flow, lane.scope.zone) for flow in page.flows]
    if len(heads) != 1:
        raise broken("the pages differ in status or time")
    status, requested_at = heads.pop()
    if status is OperationStatus.IN_PROGRESS:
        raise broken("the operation has not ended")
    return Listing(status, requested_at, tuple(entries))


def _fetch(lane: Lane, operation_id: str, token: str | None) -> ResultsPage:
    """Fetch one page; a token that the service no longer takes is a broken list, not a refusal."""
    try:
        return patiently(
            lambda: lane.service.results_page(lane.firewall_arn, lane.scope, operation_id, token),
            lane.deadline,
            lane.pace.poll,
        )
    except (UnreachableError, CredentialsError):
        raise
    except ServiceError as problem:
        if token is None:
            raise
        what = "a page token was refused"
        raise broken(what) from problem
