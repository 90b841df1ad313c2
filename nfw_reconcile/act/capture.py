"""A capture of one zone: every flow that the filters match, or the word that some may be missing.

API: FlowOperationStatus. COMPLETED_WITH_ERRORS: any number of flows may be missing, so it is asked again
with narrower filters. FAILED: nothing was found out, so it is asked once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.ages import Seen, moment_of_listing
from nfw_reconcile.act.entries import Look, as_flows
from nfw_reconcile.act.operations import SentOperation, follow, start
from nfw_reconcile.act.paging import BrokenPagesError
from nfw_reconcile.act.ports import FlowRequest, Lost, OperationStatus, UnreachableError
from nfw_reconcile.act.results import read_results
from nfw_reconcile.act.settle import confirmed
from nfw_reconcile.errors import error
from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.filters import FlowFilter, in_operations
from nfw_reconcile.model.result_document import OperationType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nfw_reconcile.act.entries import ListedFlow
    from nfw_reconcile.act.lane import Lane
    from nfw_reconcile.act.ports import StartReply
    from nfw_reconcile.act.results import Listing

MOST_LOST_STARTS: Final = 3
MOST_SPLITS: Final = 3
"""How often filters are halved after COMPLETED_WITH_ERRORS."""


@dataclass(frozen=True, slots=True)
class Capture:
    """What a zone's flow table held.

    ``flows`` are all flows that the filters match if ``complete``, else some of them; ``problems`` say why.
    """

    seen: Seen
    flows: tuple[ListedFlow, ...]
    operations: tuple[SentOperation, ...]
    problems: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Say whether no flow can be missing."""
        return not self.problems


def capture(lane: Lane, filters: Sequence[FlowFilter], minimum_age: int) -> Capture:
    """Capture a zone, in several operations where there are more filters than one may have.

    Raises ``ServiceError`` (``ZoneHeldError`` and ``NeverEndedError`` among it) where no operation could be had.
    """
    work = _Capturing(lane, Seen(lane.clock.now(), minimum_age))
    for together in in_operations(filters):
        work.look(together, MOST_SPLITS)
    return Capture(work.seen, as_flows(work.looks), tuple(work.operations), tuple(work.problems))


class _Capturing:
    """Collects what the operations of one capture find."""

    def __init__(self, lane: Lane, seen: Seen) -> None:
        self._lane = lane
        self.seen = seen
        self.looks: list[Look] = []
        self.operations: list[SentOperation] = []
        self.problems: list[str] = []

    def look(self, filters: tuple[FlowFilter, ...], splits: int) -> None:
        """Capture with these filters, and with narrower ones where that ends with errors."""
        status = self._attempt(filters)
        if status is OperationStatus.FAILED:
            status = self._attempt(filters)
        halves = tuple(narrower(filters)) if splits else ()
        match status:
            case OperationStatus.COMPLETED:
                return
            case OperationStatus.COMPLETED_WITH_ERRORS if halves:
                for half in halves:
                    self.look(half, splits - 1)
            case OperationStatus.COMPLETED_WITH_ERRORS:
                self.problems.append("a capture ended with errors: flows may be missing from it")
            case _:
                self.problems.append(
                    "a capture failed, or its pages did not fit together: flows may be missing"
                )

    def _attempt(self, filters: tuple[FlowFilter, ...]) -> OperationStatus:
        """Run one operation; one whose results cannot be trusted counts as failed."""
        sent, operation_id = self._start(filters)
        detail = follow(self._lane, operation_id)
        listing = None if detail.status is OperationStatus.FAILED else self._results(operation_id)
        listed = None if listing is None else len(set(listing.entries))
        status = detail.status if listing is None else listing.status
        self.operations.append(
            SentOperation(
                OperationType.CAPTURE, operation_id, str(status), sent, self.seen.minimum_age, filters, listed
            )
        )
        if listing is None:
            return OperationStatus.FAILED
        at = moment_of_listing(sent, self._lane.clock.now(), listing.requested_at)
        self.looks.append(Look(at, listing.entries))
        return listing.status

    def _results(self, operation_id: str) -> Listing | None:
        try:
            return read_results(self._lane, operation_id)
        except BrokenPagesError:
            return None

    def _start(self, filters: tuple[FlowFilter, ...]) -> tuple[float, str]:
        """Start a capture; give when it was sent, and its id. A start without an answer is sent again."""
        lane = self._lane
        request = FlowRequest(lane.firewall_arn, lane.scope, filters, self.seen.minimum_age)
        sent = lane.clock.now()

        def send() -> StartReply:
            nonlocal sent
            sent = lane.clock.now()
            return lane.service.start_capture(request)

        reasons = []
        for _ in range(MOST_LOST_STARTS):
            reply = confirmed(lane, request, OperationType.CAPTURE, start(lane, send))
            if not isinstance(reply, Lost):
                return sent, reply.operation_id
            reasons.append(reply.reason)
            lane.deadline.sleep(lane.pace.after_lost)
        summary = f"no start of a capture in zone {lane.scope.zone} was answered ({', '.join(reasons)})."
        raise UnreachableError(error(summary, remedy="Try again later."))


def narrower(filters: tuple[FlowFilter, ...]) -> Iterator[tuple[FlowFilter, ...]]:
    """Split filters into two halves that match the same flows together; nothing where they are single flows."""
    if len(filters) > 1:
        middle = len(filters) // 2
        yield filters[:middle]
        yield filters[middle:]
        return
    for found in filters:
        source, destination = found.source, found.destination
        if source.length < source.bits and source.length <= destination.length:
            yield from ((_with_source(found, half),) for half in _halves(source))
        elif destination.length < destination.bits:
            yield from ((_with_destination(found, half),) for half in _halves(destination))


def _halves(block: Network) -> tuple[Network, Network]:
    upper = block.value | 1 << (block.bits - block.length - 1)
    return Network(block.family, block.value, block.length + 1), Network(
        block.family, upper, block.length + 1
    )


def _with_source(found: FlowFilter, source: Network) -> FlowFilter:
    return FlowFilter(source, found.destination, found.source_ports, found.destination_ports, found.protocols)


def _with_destination(found: FlowFilter, destination: Network) -> FlowFilter:
    return FlowFilter(found.source, destination, found.source_ports, found.destination_ports, found.protocols)
