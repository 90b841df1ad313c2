"""One zone: look, flush, look again.

Two steps, because the limits are those of the whole firewall: :meth:`ZoneWork.look` changes nothing, and
:meth:`ZoneWork.flush` begins once all zones were looked at and the sum was approved.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from nfw_reconcile.act.capture import capture
from nfw_reconcile.act.flush import Batch, FlushContext, flush
from nfw_reconcile.act.guard import Tally, View
from nfw_reconcile.act.history import earlier_flushes, told
from nfw_reconcile.act.lasting import listed_again
from nfw_reconcile.act.ports import CredentialsError
from nfw_reconcile.act.settle import read_filters
from nfw_reconcile.act.sighting import judge
from nfw_reconcile.act.states import state_after
from nfw_reconcile.act.trust import in_doubt
from nfw_reconcile.errors import LimitExceeded, NfwReconcileError
from nfw_reconcile.flows.select import Selection, select
from nfw_reconcile.model.filters import exact_filter, in_operations
from nfw_reconcile.model.policy import StreamExceptionPolicy
from nfw_reconcile.model.result_document import ZoneState

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.act.attempts import Attempts
    from nfw_reconcile.act.gate import InSync
    from nfw_reconcile.act.guard import Budget
    from nfw_reconcile.act.journal.journal import Journal
    from nfw_reconcile.act.lane import Lane
    from nfw_reconcile.act.options import ActOptions
    from nfw_reconcile.act.record import ZoneRecord
    from nfw_reconcile.act.sighting import Sighting
    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.engine.region.filters import DeniedRegion
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.result_document import ZoneResult

ROUNDS: Final = 2
"""How often a run flushes a zone, also one that was resumed, before what is left is reported."""

ROUNDS_USED: Final = (
    f"earlier processes of this run have sent {ROUNDS} rounds of flushes, and a run sends no more: "
    "run apply again"
)

AGES_IN_DOUBT: Final = (
    "{count} denied flows look young, and the ages that AWS lists are seen not to count from the first packet: "
    "it cannot be told whether they are from before the change"
)


@dataclass(frozen=True, slots=True)
class ZoneFrame:
    """What all zones of a firewall share.

    ``name`` tells the firewall, and the process of the run, apart in the journal. ``modified_at`` is when the
    policy was last modified, where that is told (epoch seconds). ``recheck`` says since when a zone
    runs the planned policy, and raises ``Refused`` unless it still does. ``flushed`` says whether a flush was sent in
    any of the zones. ``attempts`` say what is left alone as a blocked attempt.
    """

    name: str
    modified_at: float | None
    comparison: Comparison
    region: DeniedRegion
    capture_filters: tuple[FlowFilter, ...]
    sensitive: tuple[FlowFilter, ...]
    options: ActOptions
    budget: Budget
    journal: Journal
    recheck: Callable[[str, InSync], InSync]
    flushed: Callable[[], bool]
    attempts: tuple[Attempts, ...] = ()


class ZoneWork:
    """Works on one zone that is in sync; whatever happens, it ends with a result."""

    def __init__(self, lane: Lane, frame: ZoneFrame, in_sync: InSync, record: ZoneRecord) -> None:
        """``record`` is the zone's own, empty but for what the gate found out."""
        self.record = record
        self._lane = lane
        self._frame = frame
        self._in_sync = in_sync
        self._first: Sighting | None = None
        self._state: ZoneState | None = None

    @property
    def tally(self) -> Tally:
        """Give what the zone adds to the firewall's budget."""
        cut = () if self._first is None or self._state is not None else self._first.cut
        return Tally(self._lane.scope.zone, self.record.captured, frozenset(flow.listed.key for flow in cut))

    @property
    def result(self) -> ZoneResult:
        """Give the result as it stands; a zone that nobody flushed yet was not reached."""
        return self.record.result(self._state or ZoneState.SKIPPED)

    def look(self) -> None:
        """Capture and judge; where nothing is to be flushed, that is the result."""
        self._guarded(self._look)

    def flush(self) -> None:
        """Flush what must go, and look whether it is gone; at most two rounds."""
        if self._state is None:
            self._guarded(self._rounds)

    def stop(self, problem: NfwReconcileError) -> None:
        """End here, before anything is sent."""
        if self._state is None:
            self.record.explain(problem)
            self._state = state_after(problem, sent=self.record.sent)

    def _guarded(self, work: Callable[[], ZoneState | None]) -> None:
        try:
            self._state = work()
        except NfwReconcileError as problem:
            self.record.explain(problem)
            self._state = self._state_after(problem)

    def _state_after(self, problem: NfwReconcileError) -> ZoneState:
        """Say where an error leaves the zone; with other credentials, a run that has flushed can be resumed."""
        if isinstance(problem, CredentialsError) and self._frame.flushed() and not self.record.sent:
            return ZoneState.INTERRUPTED
        return state_after(problem, sent=self.record.sent)

    def _look(self) -> ZoneState | None:
        self._look_back()
        first = sighting = self._capture()
        if not sighting.cut and sighting.young_denied:
            self._lane.deadline.sleep(self._lane.pace.before_verifying[0])
            sighting = self._capture()
        self._first = sighting
        self.record.first_seen(sighting)
        if count := sighting.young_denied:
            self.record.say(
                [f"{count} denied flows are younger than the new rules: blocked attempts, as a rule"]
            )
        if sighting.cut:
            return None
        self.record.verified(sighting)
        good = ZoneState.VERIFIED if self.record.accepted else ZoneState.NOTHING
        return self._verdict(first, sighting, good)

    def _look_back(self) -> None:
        """Tell of flushes that this run did not send: their flows too are not to be seen again."""
        frame = self._frame
        own = {each.operation_id for each in self.record.operations if each.operation_id is not None}
        found = earlier_flushes(self._lane, frame.capture_filters, frame.modified_at, own)
        self.record.say([told(each) for each in found])
        self.record.flushed_before = tuple(chain.from_iterable(read_filters(each) or () for each in found))

    def _rounds(self) -> ZoneState:
        if self._frame.options.dry_run:
            return ZoneState.DRY_RUN
        first = sighting = self._looked_at()
        begun = self.record.rounds
        if begun >= ROUNDS:
            self.record.verified(sighting)
            self.record.say([ROUNDS_USED])
        for number in range(begun + 1, ROUNDS + 1):
            if number > 1 and not self._approved(sighting):
                break
            if not self._flush_all(sighting, number):
                return ZoneState.UNKNOWN
            sighting = self._verify()
            if not sighting.cut:
                break
        return self._verdict(first, sighting, ZoneState.VERIFIED)

    def _looked_at(self) -> Sighting:
        if self._first is None:
            message = "a zone is looked at before it is flushed"
            raise RuntimeError(message)
        return self._first

    def _capture(self) -> Sighting:
        options = self._frame.options
        found = capture(self._lane, self._frame.capture_filters, options.minimum_age)
        self.record.add_capture(found)
        self._recheck()
        return judge(
            found,
            self._frame.comparison,
            self._in_sync.since,
            flush_possible=options.flush_possible,
            attempts=self._frame.attempts,
        )

    def _recheck(self) -> None:
        """Make sure that the zone runs the planned policy, and take over since when it does."""
        self._in_sync = self._frame.recheck(self._lane.scope.zone, self._in_sync)
        self.record.in_sync_at = self._in_sync.since

    def _approved(self, sighting: Sighting) -> bool:
        """Ask for what is left after the first round; it may hold flows that were not seen before."""
        keys = frozenset(flow.listed.key for flow in sighting.cut)
        try:
            self._frame.budget.approve_more(self._lane.scope.zone, keys)
        except LimitExceeded as problem:
            self.record.explain(problem)
            return False
        return True

    def _flush_all(self, sighting: Sighting, number: int) -> bool:
        """Send all batches of a round; false as soon as the outcome of one is not known."""
        frame = self._frame
        zone = self._lane.scope.zone
        context = FlushContext(
            self._lane,
            frame.journal,
            frame.budget,
            self._in_sync.since,
            self._recheck,
            frame.sensitive,
        )
        view = View(frame.capture_filters, sighting.cut_entries, sighting.kept_entries)
        chosen = self._chosen(sighting)
        for position, filters in enumerate(chosen.batches, 1):
            name = f"{frame.name}/{zone}/{number}.{position}"
            meant = {flow.listed.key: flow.row() for flow in sighting.cut if flow.listed.matched_by(filters)}
            seen, safe = sighting.capture.seen, chosen.region_safe.intersection(filters)
            batch = Batch(name, number, filters, safe, tuple(meant.values()), view, seen)
            outcome = flush(context, batch)
            self.record.operations.append(outcome.operation)
            self.record.say(outcome.notes)
            if outcome.unknown is not None:
                self.record.say([outcome.unknown])
                return False
            self.record.attempted |= meant
        return True

    def _chosen(self, sighting: Sighting) -> Selection:
        """Choose filters; where flows may be missing from the capture, filters of one flow each."""
        frame = self._frame
        if not sighting.capture.complete:
            return Selection(tuple(in_operations([exact_filter(flow) for flow in sighting.cut_entries])))
        cut, kept = sighting.cut_entries, sighting.kept_entries
        return select(cut, kept, frame.capture_filters, region=frame.region)

    def _verify(self) -> Sighting:
        """Look until no denied flow is left, with longer and longer pauses, but not for ever."""
        for pause in self._lane.pace.before_verifying:
            self._lane.deadline.sleep(pause)
            sighting = self._capture()
            self.record.verified(sighting)
            if sighting.capture.complete and not sighting.cut:
                break
        return sighting

    def _verdict(self, first: Sighting, last: Sighting, good: ZoneState) -> ZoneState:
        if last.cut:
            return ZoneState.SURVIVORS
        if not last.capture.complete:
            self.record.say(["flows may be missing from the last capture, so it proves nothing"])
            return ZoneState.UNPROVEN
        if doubtful := in_doubt(first, last):
            self.record.say([AGES_IN_DOUBT.format(count=doubtful)])
            return ZoneState.UNPROVEN
        policy = self._frame.comparison.new
        if self.record.seen_again and policy.options.stream_exception is StreamExceptionPolicy.CONTINUE:
            self.record.say([listed_again(self.record.seen_again, policy)])
            return ZoneState.UNPROVEN
        return good
