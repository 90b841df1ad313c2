"""The one place that sends StartFlowFlush.

Each send: the zone and the live policy are looked at again, the filters are checked, the intent is on disk;
then one request goes out, once. A definite no is sent again later as a new line of the journal. A request
without an answer is looked for, and never sent again. A flush cannot be cancelled once it was started
(developer guide, "Flow flush").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.ages import flush_minimum_age
from nfw_reconcile.act.guard import check_filters
from nfw_reconcile.act.journal.events import Ended, Intended, NoReply, Refusal, Taken
from nfw_reconcile.act.journal.journal import note
from nfw_reconcile.act.operations import SentOperation, follow, start
from nfw_reconcile.act.ports import (
    Accepted,
    Declined,
    FlowRequest,
    Lost,
    OperationStatus,
    Retry,
    UnreachableError,
)
from nfw_reconcile.act.settle import confirmed, find_lost, known_flushes
from nfw_reconcile.errors import ServiceError, error
from nfw_reconcile.flows.texts import flush_filter_text
from nfw_reconcile.model.result_document import OperationType

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.act.ages import Seen
    from nfw_reconcile.act.guard import Budget, View
    from nfw_reconcile.act.journal.events import SendEvent
    from nfw_reconcile.act.journal.journal import Journal
    from nfw_reconcile.act.lane import Lane
    from nfw_reconcile.act.ports import StartReply
    from nfw_reconcile.model.documents import FlowRow
    from nfw_reconcile.model.filters import FlowFilter

MOST_DELAY: Final = 2.0
"""Seconds between the decision to flush and the request: less than lie between the two in-sync reads, so that no
flow grows old enough meanwhile that was not there to be captured."""

UNKNOWN: Final = "UNKNOWN"
"""The status of an operation about which nobody knows whether it was accepted, or how it ended."""


@dataclass(frozen=True, slots=True)
class FlushContext:
    """What all flushes of one zone share.

    ``recheck`` is called before every send; it raises ``Refused`` unless the zone still runs the planned
    policy. ``sensitive`` are capture filters that no report may show, nor what lies inside them.
    """

    lane: Lane
    journal: Journal
    budget: Budget
    in_sync_at: float
    recheck: Callable[[], None]
    sensitive: tuple[FlowFilter, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """What one flush is about: its filters, and what was seen of the zone when they were made.

    ``name`` tells it apart from the other batches of the run, ``round`` is that of the zone, from 1. ``safe`` are
    those of the filters that match newly denied flows only, captured or not; ``flows`` are those that it is meant for.
    """

    name: str
    round: int
    filters: tuple[FlowFilter, ...]
    safe: frozenset[FlowFilter]
    flows: tuple[FlowRow, ...]
    view: View
    seen: Seen


@dataclass(frozen=True, slots=True)
class FlushOutcome:
    """What became of one flush that was sent.

    ``unknown`` says why nobody knows; then it may have happened. ``notes`` are for people.
    """

    operation: SentOperation
    unknown: str | None
    notes: tuple[str, ...]


def flush(context: FlushContext, batch: Batch) -> FlushOutcome:
    """Send one flush and wait for its end.

    Raises ``Refused``, ``JournalError`` or ``ServiceError`` where nothing was sent. Once something was sent,
    whatever goes wrong is an outcome.
    """
    sending = _Sending(context, batch)
    reply = sending.confirmed(start(context.lane, sending.send))
    if isinstance(reply, Lost):
        operation_id = sending.settle(reply)
        if operation_id is None:
            return sending.outcome(
                None, UNKNOWN, "a flush got no reply, and no operation is listed that is it"
            )
    else:
        operation_id = reply.operation_id
    return sending.follow(operation_id)


class _Sending:
    """One batch on its way: the request that was sent last, and what the journal says of it."""

    def __init__(self, context: FlushContext, batch: Batch) -> None:
        self._context = context
        self._batch = batch
        self._attempts = 0
        self._known: frozenset[str] = frozenset()
        self._sent_at = 0.0
        self._minimum_age = 0
        self._notes: list[str] = []

    @property
    def _name(self) -> str:
        return f"{self._batch.name}#{self._attempts}"

    @property
    def _request(self) -> FlowRequest:
        lane = self._context.lane
        return FlowRequest(lane.firewall_arn, lane.scope, self._batch.filters, self._minimum_age)

    def send(self) -> StartReply:
        """Check everything again, write down the intent, send once, write down the reply."""
        context, batch = self._context, self._batch
        self._known = known_flushes(context.lane)
        # The last thing that is asked: what was read before it may have been read again for minutes.
        context.recheck()
        check_filters(batch.filters, batch.view, context.budget.approved(context.lane.scope.zone))
        self._attempts += 1
        decided_at = context.lane.clock.now()
        self._minimum_age = flush_minimum_age(decided_at, context.in_sync_at, batch.seen)
        context.journal.write(self._intent())
        self._sent_at = context.lane.clock.now()
        if (late := self._too_late(decided_at)) is not None:
            return late
        reply = context.lane.service.start_flush(self._request)
        match reply:
            case Accepted(operation_id=operation_id):
                self._note(Taken(self._name, operation_id))
            case Declined(error=problem):
                self._note(Refusal(self._name, str(problem)))
            case Lost(reason=reason):
                self._note(NoReply(self._name, reason, settled=False))
        return reply

    def _too_late(self, decided_at: float) -> Declined | None:
        """Say no in the service's place where the moment for this flush has passed; raises ``OutOfTimeError``.

        After a while the ages that were worked out would reach flows that nobody looked at.
        """
        deadline, seconds = self._context.lane.deadline, self._sent_at - decided_at
        if deadline.passed:
            problem = deadline.out_of_time(" before a flush was sent")
            self._note(Refusal(self._name, str(problem)))
            raise problem
        if seconds <= MOST_DELAY:
            return None
        summary = f"{seconds:.0f} s went by while a flush was written down."
        late = UnreachableError(error(summary, remedy="It was not sent."))
        self._note(Refusal(self._name, str(late)))
        return Declined(late, Retry.LATER)

    def confirmed(self, reply: Accepted | Lost) -> Accepted | Lost:
        """Look at what the reply named, and write down that it was another operation than this flush."""
        found = confirmed(self._context.lane, self._request, OperationType.FLUSH, reply)
        if isinstance(found, Lost) and found is not reply:
            self._note(NoReply(self._name, found.reason, settled=False))
        return found

    def settle(self, lost: Lost) -> str | None:
        """Look for the operation that the lost request may have started."""
        try:
            found = find_lost(self._context.lane, self._request, self._known, self._sent_at)
        except ServiceError as problem:
            self._notes.append(str(problem))
            found = None
        if found is None:
            self._note(NoReply(self._name, lost.reason, settled=True))
        else:
            self._notes.append(f"the reply to a flush was lost ({lost.reason}); it was found as {found}")
            self._note(Taken(self._name, found))
        return found

    def follow(self, operation_id: str) -> FlushOutcome:
        """Wait for the end of an operation that was accepted."""
        try:
            detail = follow(self._context.lane, operation_id)
        except ServiceError as problem:
            return self.outcome(operation_id, UNKNOWN, str(problem))
        self._note(Ended(self._name, str(detail.status)))
        if detail.status is not OperationStatus.COMPLETED:
            self._notes.append(
                f"flush {operation_id} ended {detail.status}: {detail.message or 'no reason given'}"
            )
        return self.outcome(operation_id, str(detail.status), None)

    def outcome(self, operation_id: str | None, status: str, unknown: str | None) -> FlushOutcome:
        """Give what became of it."""
        operation = SentOperation(
            OperationType.FLUSH,
            operation_id,
            status,
            self._sent_at,
            self._minimum_age,
            self._batch.filters,
            len(self._batch.flows),
            self._batch.safe,
        )
        return FlushOutcome(operation, unknown, tuple(self._notes))

    def _intent(self) -> Intended:
        lane, sensitive = self._context.lane, self._context.sensitive
        return Intended(
            self._name,
            self._batch.round,
            lane.firewall_arn,
            lane.scope.zone,
            str(lane.scope),
            tuple(flush_filter_text(each, sensitive, self._batch.safe) for each in self._batch.filters),
            self._minimum_age,
            tuple(sorted(self._known)),
            self._batch.flows,
        )

    def _note(self, event: SendEvent) -> None:
        """Write down what came of a request; it is too late to stop it, so a failure is told, not raised."""
        if (problem := note(self._context.journal, event)) is not None:
            self._notes.append(problem)
