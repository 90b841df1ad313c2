from __future__ import annotations

import pytest

from nfw_reconcile.act.ages import Seen
from nfw_reconcile.act.attempts import Attempts
from nfw_reconcile.act.capture import Capture
from nfw_reconcile.act.entries import Look, as_flows
from nfw_reconcile.act.sighting import Sighting, judge
from nfw_reconcile.act.trust import in_doubt
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.model.flow import CapturedFlow, FiveTuple
from nfw_reconcile.model.verdict import Effect
from tests.unit.act.scene import ALLOWED, DENIED, compiled, flow

OLD_RULES = (
    "drop tcp any any -> any 23 (sid:1;)\ndrop tcp 192.0.2.0/24 any -> any any (flow:to_server; sid:9;)"
)
NEW_RULES = f"""{OLD_RULES}
drop tcp any any -> any {DENIED} (flow:to_server; sid:2;)
drop tls any any -> any 8443 (tls.sni; content:"example.com"; sid:3;)
"""
IN_SYNC = 1000.0
LOOKED = 1020.0
OLD_AGE, YOUNG_AGE = 500, 5


def sight(
    *entries: tuple[FiveTuple, int],
    possible: bool = False,
    at: float = LOOKED,
    packets: int = 9,
    attempts: tuple[Attempts, ...] = (),
) -> Sighting:
    listed = tuple(CapturedFlow(found, age, packets, 900, "a") for found, age in entries)
    capture = Capture(Seen(at, 0), as_flows([Look(at, listed)]), (), ())
    return judge(
        capture,
        Comparison(compiled(OLD_RULES), compiled(NEW_RULES)),
        IN_SYNC,
        flush_possible=possible,
        attempts=attempts,
    )


def test_an_old_flow_that_is_newly_denied_must_go() -> None:
    found = sight((flow(), OLD_AGE))
    assert found.cut_entries == (flow(),)
    assert found.kept_entries == ()


def test_one_that_is_younger_than_the_rules_needs_not_and_may_be_matched() -> None:
    found = sight((flow(), YOUNG_AGE))
    assert (found.cut_entries, found.kept_entries, found.young_denied) == ((), (), 1)


@pytest.mark.parametrize("age", [OLD_AGE, YOUNG_AGE])
def test_an_allowed_flow_may_never_be_matched(age: int) -> None:
    found = sight((flow(port=ALLOWED), age))
    assert (found.cut_entries, found.kept_entries) == ((), (flow(port=ALLOWED),))


def test_an_old_flow_that_was_denied_before_is_left_and_counted() -> None:
    found = sight((flow(port=23), OLD_AGE), (flow(2, port=23), YOUNG_AGE))
    assert found.denied_otherwise == 2
    assert found.kept_entries == (flow(port=23),)


def test_a_possibly_denied_flow_goes_only_on_request() -> None:
    entry = flow(port=8443), OLD_AGE
    assert [each.effect.effect for each in sight(entry).left_alive] == [Effect.POSSIBLY_DENIED]
    assert sight(entry).kept_entries == (flow(port=8443),)
    asked = sight(entry, possible=True)
    assert (asked.cut_entries, asked.left_alive) == ((flow(port=8443),), ())


def test_of_two_entries_the_one_that_could_begin_it_decides_and_both_go() -> None:
    found = sight((flow().reversed(), OLD_AGE), (flow(), OLD_AGE))
    (only,) = found.cut
    assert only.effect.flow == flow()
    assert set(found.cut_entries) == {flow(), flow().reversed()}


def test_where_either_side_could_have_begun_it_and_one_is_allowed_it_stays() -> None:
    between = FiveTuple(6, flow(1).source, DENIED, flow(2).source, 8080)
    found = sight((between, OLD_AGE), (between.reversed(), OLD_AGE))
    assert found.cut == ()
    assert set(found.kept_entries) == {between, between.reversed()}


def test_a_flow_listed_by_its_answering_side_alone_is_judged_as_listed() -> None:
    found = sight((flow().reversed(), OLD_AGE))
    assert (found.cut, found.denied_otherwise) == ((), 1)


def test_counts_are_of_flows_and_not_of_entries() -> None:
    found = sight((flow().reversed(), OLD_AGE), (flow(), OLD_AGE), (flow(port=ALLOWED), OLD_AGE))
    assert [(each.effect, each.flows, each.to_flush) for each in found.counts] == [
        (Effect.NEWLY_DENIED, 1, 1),
        (Effect.STILL_ALLOWED, 1, 0),
    ]


def test_a_row_names_the_flow_as_it_was_judged() -> None:
    (only,) = sight((flow().reversed(), OLD_AGE - 1), (flow(), OLD_AGE)).cut
    row = only.row()
    assert (row.flow.source, row.flow.destination_port, row.age) == ("10.0.0.1", DENIED, OLD_AGE)
    assert row.new.rule is not None
    assert row.new.rule.sid == 2


# Blocked attempts

FEW = (Attempts(packets=7, age=127, born_after=None),)
SHORT = 100  # old enough to be from before the zone was in sync, and young enough for an attempt


def test_what_looks_like_a_blocked_attempt_is_left_and_counted_and_no_filter_may_match_it() -> None:
    found = sight((flow(), SHORT), (flow(2), OLD_AGE), packets=7, attempts=FEW)
    assert (found.cut_entries, found.kept_entries) == ((flow(2),), (flow(),))
    assert (found.attempts, found.young_denied, found.denied_otherwise) == (1, 0, 0)
    assert found.left_alive == ()


def test_without_such_rules_nothing_looks_like_one() -> None:
    found = sight((flow(), SHORT), packets=1)
    assert (found.cut_entries, found.attempts) == ((flow(),), 0)


def test_a_young_one_needs_no_other_reason_to_be_left() -> None:
    found = sight((flow(), YOUNG_AGE), packets=1, attempts=FEW)
    assert (found.cut, found.kept_entries, found.attempts, found.young_denied) == ((), (), 0, 1)


def test_a_flow_that_is_not_denied_is_never_one() -> None:
    found = sight((flow(port=ALLOWED), SHORT), (flow(port=23), SHORT), packets=1, attempts=FEW)
    assert not any(each.attempt for each in found.flows)
    assert (found.attempts, found.denied_otherwise) == (0, 1)


def test_a_possibly_denied_one_is_left_alive_though_it_was_asked_for() -> None:
    found = sight((flow(port=8443), SHORT), packets=1, possible=True, attempts=FEW)
    assert (found.cut, len(found.left_alive), found.attempts) == ((), 1, 1)


# May the ages be believed?

LATER = LOOKED + 10


@pytest.mark.parametrize(
    ("before", "after", "doubt"),
    [
        ((5, 9), (15, 30), 0),  # it went on, and grew older: a blocked attempt that is still there
        ((5, 9), (2, 3), 0),  # another attempt in its place
        ((5, 9), (2, 30), 1),  # it went on, and did not grow older
        ((5, 9), (5, 9), 1),  # nothing happened, and it did not grow older either
        ((1, 1), (1, 1), 0),  # one attempt after the other, each of one packet
    ],
)
def test_a_denied_flow_that_goes_on_and_does_not_age_is_doubtful(
    before: tuple[int, int], after: tuple[int, int], doubt: int
) -> None:
    first = sight((flow(), before[0]), packets=before[1])
    second = sight((flow(), after[0]), packets=after[1], at=LATER)
    assert in_doubt(first, second) == doubt


def test_any_flow_tells_about_the_ages_if_they_matter() -> None:
    first = sight((flow(port=ALLOWED), 3), (flow(2), YOUNG_AGE), packets=1)
    second = sight((flow(port=ALLOWED), 3), (flow(3), YOUNG_AGE), packets=1, at=LATER)
    assert in_doubt(first, second) == 1
    unconcerned = sight((flow(port=ALLOWED), 3), packets=1, at=LATER)
    assert in_doubt(first, unconcerned) == 0
