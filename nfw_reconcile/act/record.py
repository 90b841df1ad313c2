"""What is known about one zone while it is worked on, and in the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.texts import time_text
from nfw_reconcile.flows.texts import flush_filter_text, safe_filter_text
from nfw_reconcile.model.result_document import Operation, OperationType, ZoneResult, ZoneState
from nfw_reconcile.model.texts import flow_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.act.capture import Capture
    from nfw_reconcile.act.operations import SentOperation
    from nfw_reconcile.act.ports import Scope
    from nfw_reconcile.act.recovery import Recovered
    from nfw_reconcile.act.sighting import JudgedFlow, Sighting
    from nfw_reconcile.errors import NfwReconcileError
    from nfw_reconcile.model.documents import EffectCount, FilterText, FlowRow
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import FiveTuple

ATTEMPTS: Final = "{count} denied flows look like blocked attempts, by their few packets, and are left alone"


@dataclass(slots=True)
class ZoneRecord:
    """Collects what becomes a :class:`~nfw_reconcile.model.result_document.ZoneResult`."""

    scope: Scope
    sensitive: tuple[FlowFilter, ...] = ()
    in_sync_at: float | None = None
    proof: str = ""
    captured: int = 0
    counts: tuple[EffectCount, ...] = ()
    to_flush: int = 0
    attempted: dict[FiveTuple, FlowRow] = field(default_factory=dict)
    flushed_before: tuple[FlowFilter, ...] = ()
    rounds: int = 0
    survivors: tuple[JudgedFlow, ...] = ()
    seen_again: tuple[JudgedFlow, ...] = ()
    left_alive: tuple[JudgedFlow, ...] = ()
    denied_before: int = 0
    verified_at: float | None = None
    operations: list[SentOperation] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def add_capture(self, capture: Capture) -> None:
        """Note the operations of a capture, and what was wrong with them."""
        self.operations += capture.operations
        self.say(capture.problems)

    def first_seen(self, sighting: Sighting) -> None:
        """Note what the zone held before anything was flushed."""
        self.captured = len(sighting.flows)
        self.counts = sighting.counts
        self.to_flush = len(sighting.cut)
        if sighting.attempts:
            self.say([ATTEMPTS.format(count=sighting.attempts)])
        self.last_seen(sighting)

    def last_seen(self, sighting: Sighting) -> None:
        """Note what the zone was last seen to hold."""
        self.left_alive = sighting.left_alive
        self.denied_before = sighting.denied_otherwise

    def verified(self, sighting: Sighting) -> None:
        """Note what was found when the zone was looked at to prove that denied flows are gone."""
        self.last_seen(sighting)
        self.survivors = sighting.cut
        self.seen_again = sighting.young_again(self.attempted, self.flushed_before)
        self.verified_at = sighting.capture.seen.at

    def take_over(self, past: Recovered) -> None:
        """Note what an earlier process of the run sent."""
        self.operations += past.operations
        self.attempted |= {flow_of(row.flow).canonical(): row for row in past.flows}
        self.rounds = past.rounds
        self.say(past.notes)

    @property
    def sent(self) -> bool:
        """Say whether a flush was or may have been sent in the zone, in whichever process of the run."""
        return any(each.type is OperationType.FLUSH for each in self.operations)

    @property
    def accepted(self) -> bool:
        """Say whether a flush is known to have been accepted."""
        return any(each.type is OperationType.FLUSH and each.operation_id for each in self.operations)

    def say(self, messages: Iterable[str]) -> None:
        """Add messages, each once."""
        self.messages += [text for text in dict.fromkeys(messages) if text not in self.messages]

    def explain(self, problem: NfwReconcileError) -> None:
        """Add the messages of an error."""
        self.say(str(each) for each in problem.problems)

    def result(self, state: ZoneState) -> ZoneResult:
        """Give the zone's part of the result document."""
        living = {flow.listed.key for flow in self.survivors}
        flushed = sorted((flow_of(row.flow), row) for key, row in self.attempted.items() if key not in living)
        return ZoneResult(
            zone=self.scope.zone,
            scope=str(self.scope),
            state=state,
            in_sync_at=None if self.in_sync_at is None else time_text(self.in_sync_at),
            proof=self.proof,
            captured=self.captured,
            counts=self.counts,
            to_flush=self.to_flush,
            flushed=tuple(row for _, row in flushed),
            survivors=_rows(self.survivors),
            seen_again=_rows(self.seen_again),
            left_alive=_rows(self.left_alive),
            denied_before=self.denied_before,
            verified_at=None if self.verified_at is None else time_text(self.verified_at),
            operations=tuple(self._operation(sent) for sent in self.operations),
            messages=tuple(self.messages),
        )

    def _filter_text(self, each: FlowFilter, sent: SentOperation) -> FilterText:
        if sent.type is OperationType.FLUSH:
            return flush_filter_text(each, self.sensitive, sent.safe)
        return safe_filter_text(each, self.sensitive)

    def _operation(self, sent: SentOperation) -> Operation:
        return Operation(
            sent.type,
            sent.operation_id,
            sent.status,
            time_text(sent.sent_at),
            sent.minimum_age,
            tuple(self._filter_text(each, sent) for each in sent.filters),
            sent.flows,
        )


def _rows(flows: Iterable[JudgedFlow]) -> tuple[FlowRow, ...]:
    """Write flows in the order of their 5-tuples."""
    return tuple(flow.row() for flow in sorted(flows, key=lambda each: each.effect.flow))
