"""What an interrupted run had sent: found again in the service's list, and followed to its end.

A flush that was about to be sent may have been accepted, and its process killed before it could say so. It is
looked for in the list of operations until it is there, or cannot come any more: a signed request is good for five
minutes (AWS Signature Version 4, "Request expiration").
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.flush import UNKNOWN
from nfw_reconcile.act.journal.events import Ended, NeverTaken, NoReply, Taken
from nfw_reconcile.act.journal.journal import note
from nfw_reconcile.act.journal.standing import SendState
from nfw_reconcile.act.operations import SentOperation, follow
from nfw_reconcile.act.ports import Accepted, FlowRequest, Lost, OperationStatus, Scope
from nfw_reconcile.act.settle import CLOCK_SKEW, candidates, confirmed
from nfw_reconcile.act.texts import moment_of
from nfw_reconcile.act.waiting import Deadline
from nfw_reconcile.errors import ServiceError
from nfw_reconcile.flows.texts import read_filter
from nfw_reconcile.model.documents import FilterSafety
from nfw_reconcile.model.result_document import OperationType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.act.journal.events import SeenInSync, SendEvent
    from nfw_reconcile.act.journal.journal import Journal
    from nfw_reconcile.act.journal.standing import RunStanding, SendStanding
    from nfw_reconcile.act.lane import Lane
    from nfw_reconcile.model.documents import FlowRow

SIGNATURE_LIFETIME: Final = 300.0
"""Seconds after which the service refuses a request as expired."""

RETENTION: Final = 12 * 3600 - 600.0
"""Seconds for which the service surely tells of an operation: it keeps them for 12 hours (developer guide, "Viewing
flow operations")."""

AMBIGUOUS: Final = (
    "several flow operations could be the flush that was interrupted ({send}); all of them have ended, and the capture "
    "says what lives"
)
FORGOTTEN: Final = (
    "what became of an interrupted flush ({send}) cannot be told any more, because the service keeps operations for 12 "
    "hours; the capture says what lives"
)
NOT_SETTLED: Final = "a flush of the interrupted run could not be settled ({problem}): run resume again"


@dataclass(frozen=True, slots=True)
class ZonePast:
    """What an earlier process of the run did in one zone."""

    in_sync: SeenInSync | None
    sends: tuple[SendStanding, ...]


def zones_past(standing: RunStanding, firewall_arn: str) -> dict[str, ZonePast]:
    """Give the past of each zone of a firewall that has one."""
    zones = {zone for arn, zone in standing.in_sync if arn == firewall_arn}
    zones |= {send.intended.zone for send in standing.sends if send.intended.firewall_arn == firewall_arn}
    return {
        zone: ZonePast(
            standing.in_sync.get((firewall_arn, zone)),
            tuple(
                send
                for send in standing.sends
                if (send.intended.firewall_arn, send.intended.zone) == (firewall_arn, zone)
            ),
        )
        for zone in sorted(zones)
    }


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of all flushes that were sent in a zone, in how many rounds.

    ``unknown`` says why that is not known of one; ``notes`` are for people.
    """

    operations: tuple[SentOperation, ...]
    flows: tuple[FlowRow, ...]
    rounds: int
    notes: tuple[str, ...]
    unknown: str | None


def recover(lane: Lane, journal: Journal, sends: Iterable[SendStanding]) -> Recovered:
    """Settle every flush of a zone, in the order in which they were sent."""
    work = _Recovering(lane, journal, tuple(sends))
    problem = work.run()
    return Recovered(tuple(work.operations), tuple(work.flows), work.rounds, tuple(work.notes), problem)


class _Recovering:
    """Collects what is found out about one flush after the other."""

    def __init__(self, lane: Lane, journal: Journal, sends: tuple[SendStanding, ...]) -> None:
        self._lane = lane
        self._journal = journal
        self._sends = sends
        self._taken = {send.operation_id for send in sends if send.operation_id is not None}
        self.operations: list[SentOperation] = []
        self.flows: list[FlowRow] = []
        self.rounds = 0
        self.notes: list[str] = []

    def run(self) -> str | None:
        """Settle all; give the first thing that is not known in the end."""
        problems = [problem for send in self._sends if (problem := self._settle(send)) is not None]
        return problems[0] if problems else None

    def _settle(self, send: SendStanding) -> str | None:
        try:
            match send.state:
                case SendState.REFUSED | SendState.NEVER_TAKEN:
                    return None
                case SendState.ENDED:
                    self._add(send, send.operation_id, send.status or UNKNOWN)
                    return None
                case _ if self._forgotten(send):
                    self._give_up(send, FORGOTTEN)
                    return None
                case SendState.RUNNING if send.operation_id is not None:
                    return self._confirm(send, send.operation_id)
                case _:
                    return self._find(send)
        except ServiceError as problem:
            self._add(send, send.operation_id, UNKNOWN)
            return NOT_SETTLED.format(problem=problem)

    def _forgotten(self, send: SendStanding) -> bool:
        return self._lane.clock.now() - moment_of(send.at) > RETENTION

    def _give_up(self, send: SendStanding, why: str) -> None:
        """Leave it to the capture to say what became of the flows: nothing else can tell any more."""
        self._note(Ended(send.intended.send, UNKNOWN))
        self.notes.append(why.format(send=f"{send.intended.zone}, {send.at}"))
        self._add(send, send.operation_id, UNKNOWN)

    def _confirm(self, send: SendStanding, operation_id: str) -> str | None:
        """Follow what the reply named, or look for the flush where it named another operation."""
        lane, request = self._asked(send)
        reply = Accepted(operation_id, OperationStatus.IN_PROGRESS)
        match confirmed(lane, request, OperationType.FLUSH, reply):
            case Accepted():
                return self._follow(send, operation_id)
            case Lost(reason=reason):
                self._note(NoReply(send.intended.send, reason, settled=False))
                return self._settle(replace(send, state=SendState.NO_REPLY, operation_id=None))

    def _asked(self, send: SendStanding) -> tuple[Lane, FlowRequest]:
        """Give what was asked, and the lane of the scope that it was asked for."""
        lane, intended = replace(self._lane, scope=_scope(send)), send.intended
        filters = tuple(read_filter(each) for each in intended.filters)
        return lane, FlowRequest(lane.firewall_arn, lane.scope, filters, intended.minimum_age)

    def _follow(self, send: SendStanding, operation_id: str) -> str | None:
        lane = replace(self._lane, scope=_scope(send))
        detail = follow(lane, operation_id)
        self._note(Ended(send.intended.send, str(detail.status)))
        self._add(send, operation_id, str(detail.status))
        return None

    def _find(self, send: SendStanding) -> str | None:
        """Look for the operation until it is listed, or cannot come any more."""
        intended = send.intended
        lane, request = self._asked(send)
        sent_at = moment_of(send.at)
        too_late = Deadline(lane.clock, sent_at + SIGNATURE_LIFETIME + CLOCK_SKEW)
        known = frozenset(intended.known) | self._taken
        while True:
            expired = too_late.passed
            found = candidates(lane, request, known, sent_at, lane.deadline)
            if len(found) == 1:
                self._taken.add(found[0])
                self._note(Taken(intended.send, found[0]))
                return self._follow(send, found[0])
            if expired and found:
                self._wait_for_all(send, lane, found)
                return None
            if expired:
                self._note(NeverTaken(intended.send))
                return None
            if not lane.deadline.sleep(lane.pace.poll):
                self._add(send, None, UNKNOWN)
                return NOT_SETTLED.format(problem="the time of the run was up")

    def _wait_for_all(self, send: SendStanding, lane: Lane, found: list[str]) -> None:
        """See all operations to their end that it could be: whichever it is, it has ended then."""
        for operation_id in found:
            follow(lane, operation_id)
        self._taken.update(found)
        self._give_up(send, AMBIGUOUS)

    def _note(self, event: SendEvent) -> None:
        """Write down what was found out; where that cannot be done, it is known all the same."""
        if (problem := note(self._journal, event)) is not None:
            self.notes.append(problem)

    def _add(self, send: SendStanding, operation_id: str | None, status: str) -> None:
        intended = send.intended
        self.operations.append(
            SentOperation(
                OperationType.FLUSH,
                operation_id,
                status,
                moment_of(send.at),
                intended.minimum_age,
                tuple(read_filter(each) for each in intended.filters),
                len(intended.flows),
                frozenset(
                    read_filter(each) for each in intended.filters if each.safety is FilterSafety.REGION
                ),
            )
        )
        self.rounds = max(self.rounds, intended.round)
        if status not in {OperationStatus.FAILED, UNKNOWN}:
            self.flows += intended.flows


def _scope(send: SendStanding) -> Scope:
    """Give the scope that a flush was sent for; that of the zone may be another by now."""
    return Scope.parse(send.intended.scope, send.intended.zone)
