from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.act.ages import Seen
from nfw_reconcile.act.flush import UNKNOWN, Batch, FlushContext, flush
from nfw_reconcile.act.guard import Budget, Tally, View
from nfw_reconcile.act.journal.events import Ended, Intended, NoReply, Taken
from nfw_reconcile.act.lane import Lane, Pace
from nfw_reconcile.act.options import NO_OTHER_LIMITS
from nfw_reconcile.act.ports import Scope
from nfw_reconcile.act.waiting import Deadline, OutOfTimeError
from nfw_reconcile.emulator.alterations import Alteration
from nfw_reconcile.emulator.faults import RESET, TIMEOUT_AFTER, AlteredFault, FaultRule
from nfw_reconcile.errors import JournalError, Refused, StalePlan, error
from nfw_reconcile.flows.wire import to_api
from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.filters import FlowFilter
from nfw_reconcile.model.flow import TCP
from nfw_reconcile.model.result_document import ZoneState
from tests.checker import flushes, flushes_asked
from tests.unit.act.scene import (
    ALLOWED,
    CAPTURE_FILTERS,
    DENIED,
    SERVERS,
    A,
    Scene,
    build,
    flow,
    row,
    states,
    tight,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from nfw_reconcile.act.journal.events import Event

GOOD = FlowFilter(Network.parse("10.0.0.0/24"), SERVERS, (0, 65535), (DENIED, DENIED), (TCP,))
WIDE = FlowFilter(Network.parse("10.0.0.0/24"), SERVERS, protocols=(TCP,))
CUT, KEPT = (flow(1), flow(2)), (flow(1, ALLOWED),)
ROWS = tuple(row(each) for each in CUT)


@dataclass
class PickyJournal:
    """Fails on events of one kind; notes how many flushes had been asked for when each was written."""

    scene: Scene
    fails_on: type[Event] | None = None
    written: list[tuple[Event, int]] = field(default_factory=list)

    def begin(self, firewalls: Collection[str], deadline: Deadline) -> None:
        """Let everybody begin: there is no other run."""

    def write(self, event: Event) -> None:
        if self.fails_on is not None and isinstance(event, self.fails_on):
            raise JournalError(error("the disk is full."))
        self.written.append((event, flushes_asked(self.scene.emulator)))


def context(
    scene: Scene,
    journal: PickyJournal,
    *,
    seconds: float = 600.0,
    recheck: Callable[[], None] = lambda: None,
) -> FlushContext:
    lane = Lane(
        scene.service, scene.firewall, Scope(A), scene.clock, Deadline.after(scene.clock, seconds), Pace()
    )
    budget = Budget(NO_OTHER_LIMITS)
    budget.approve([Tally(A, 3, frozenset(each.canonical() for each in CUT))])
    return FlushContext(lane, journal, budget, scene.clock.now() - 30, recheck)


def batch(scene: Scene, *filters: FlowFilter) -> Batch:
    view, seen = View(CAPTURE_FILTERS, CUT, KEPT), Seen(scene.clock.now() - 5, 0)
    return Batch("batch", 1, filters, frozenset(), ROWS, view, seen)


@pytest.fixture(autouse=True)
def _checked() -> None:
    """Let the checker alone: here a flush is sent by itself, without the captures that a run begins with."""


@pytest.fixture
def scene() -> Scene:
    made = build(zones=1)
    made.put(A, [*CUT, *KEPT])
    return made


def test_the_intent_is_written_before_and_the_reply_after_the_request(scene: Scene) -> None:
    journal = PickyJournal(scene)
    found = flush(context(scene, journal), batch(scene, GOOD))
    assert [(type(event), asked) for event, asked in journal.written] == [
        (Intended, 0),
        (Taken, 1),
        (Ended, 1),
    ]
    intent = journal.written[0][0]
    assert isinstance(intent, Intended)
    assert intent.minimum_age == 30
    assert (found.unknown, found.operation.status, found.operation.flows) == (None, "COMPLETED", 2)
    scene.clock.sleep(5)
    assert scene.live(A) == set(KEPT)


def test_without_a_line_in_the_journal_nothing_is_sent(scene: Scene) -> None:
    with pytest.raises(JournalError):
        flush(context(scene, PickyJournal(scene, Intended)), batch(scene, GOOD))
    assert flushes_asked(scene.emulator) == 0


@pytest.mark.parametrize("kind", [Taken, Ended])
def test_a_journal_that_fails_after_the_request_is_told_and_stops_nothing(
    scene: Scene, kind: type[Event]
) -> None:
    found = flush(context(scene, PickyJournal(scene, kind)), batch(scene, GOOD))
    assert (found.unknown, found.operation.status) == (None, "COMPLETED")
    assert any("the disk is full" in note for note in found.notes)


@pytest.mark.parametrize("filters", [(), (WIDE,), (GOOD,) * 21], ids=["none", "too wide", "too many"])
def test_filters_are_checked_where_they_are_sent(scene: Scene, filters: tuple[FlowFilter, ...]) -> None:
    journal = PickyJournal(scene)
    with pytest.raises(Refused):
        flush(context(scene, journal), batch(scene, *filters))
    assert (flushes_asked(scene.emulator), journal.written) == (0, [])


def test_what_was_not_approved_is_not_sent(scene: Scene) -> None:
    asked = context(scene, PickyJournal(scene))
    bare = FlushContext(asked.lane, asked.journal, Budget(NO_OTHER_LIMITS), asked.in_sync_at, asked.recheck)
    with pytest.raises(Refused, match="over the limits"):
        flush(bare, batch(scene, GOOD))
    assert flushes_asked(scene.emulator) == 0


def test_the_zone_is_looked_at_again_before_it_is_sent(scene: Scene) -> None:
    def recheck() -> None:
        raise StalePlan(error("it changed."))

    with pytest.raises(StalePlan):
        flush(context(scene, PickyJournal(scene), recheck=recheck), batch(scene, GOOD))
    assert flushes_asked(scene.emulator) == 0


def test_nothing_is_sent_when_the_time_is_up(scene: Scene) -> None:
    with pytest.raises(OutOfTimeError):
        flush(context(scene, PickyJournal(scene), seconds=0.0), batch(scene, GOOD))
    assert flushes_asked(scene.emulator) == 0


def test_of_two_operations_that_could_be_the_lost_one_neither_is_taken(scene: Scene) -> None:
    journal = PickyJournal(scene)
    scene.emulator.faults.add(FaultRule(TIMEOUT_AFTER, "StartFlowFlush", times=1))
    events = scene.clients.reads.meta.events
    sent_again = False

    def send_again(**_: object) -> None:
        """Let somebody send the very same flush once the first has ended."""
        nonlocal sent_again
        if flushes(scene.emulator) and not sent_again:
            sent_again = True
            asked = next(call.input for call in scene.emulator.requests if call.operation == "StartFlowFlush")
            scene.ok("StartFlowFlush", **asked)

    events.register_first("before-send.network-firewall.ListFlowOperations", send_again)
    given = context(scene, journal)
    found = flush(given, batch(scene, GOOD))
    assert found.operation.status == UNKNOWN
    assert [event.settled for event, _ in journal.written if isinstance(event, NoReply)] == [False, True]
    assert len(flushes(scene.emulator)) == 2


def test_a_reply_that_names_another_operation_is_none_and_the_journal_says_so(scene: Scene) -> None:
    journal = PickyJournal(scene)
    scene.emulator.faults.add(FaultRule(AlteredFault(Alteration.OTHER_OPERATION), "StartFlowFlush", times=1))
    found = flush(context(scene, journal), batch(scene, GOOD))
    (own,) = flushes(scene.emulator)
    assert (found.operation.operation_id, found.operation.status) == (own.id, "COMPLETED")
    kinds = [type(event) for event, _ in journal.written]
    assert kinds == [Intended, Taken, NoReply, Taken, Ended]
    assert any("which is not known" in note for note in found.notes)


def test_a_flush_from_before_is_never_taken_for_the_lost_one(scene: Scene) -> None:
    given = context(scene, PickyJournal(scene))
    asked = {"FlowFilters": [dict(to_api(GOOD))], "MinimumFlowAgeInSeconds": 35, "AvailabilityZone": A}
    scene.ok("StartFlowFlush", FirewallArn=scene.firewall, **asked)
    scene.clock.sleep(5)
    scene.emulator.faults.add(FaultRule(RESET, "StartFlowFlush", times=1))
    found = flush(given, batch(scene, GOOD))
    assert found.operation.minimum_age == 35
    assert (found.operation.status, found.operation.operation_id) == (UNKNOWN, None)


def test_a_journal_that_cannot_be_written_fails_every_zone_and_flushes_none() -> None:
    made = tight()
    made.journal.fails_on = Intended
    result = made.apply()
    assert (states(result), result.exit_code) == ([ZoneState.FAILED] * 3, 4)
    assert flushes_asked(made.emulator) == 0
