from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.act.operations import SentOperation
from nfw_reconcile.act.ports import Scope
from nfw_reconcile.act.record import ZoneRecord
from nfw_reconcile.act.result import CODES, FirewallOutcome, RunFacts, digest, exit_code, result_document
from nfw_reconcile.model.codec import from_json, to_json
from nfw_reconcile.model.result_document import OperationType, ResultDocument, ZoneState
from tests import builders as make
from tests.unit.act.scene import CAPTURE_FILTERS, build

if TYPE_CHECKING:
    from nfw_reconcile.model.plan_document import FirewallPlan
    from nfw_reconcile.model.result_document import ZoneResult

FLUSH = SentOperation(OperationType.FLUSH, "id", "COMPLETED", 0.0, 1, CAPTURE_FILTERS, 3)
SENT = {ZoneState.VERIFIED, ZoneState.SURVIVORS, ZoneState.UNPROVEN, ZoneState.UNKNOWN}
S = ZoneState


@pytest.fixture(scope="module")
def plan() -> FirewallPlan:
    return build(zones=1).plan().firewalls[0]


def zone(number: int, state: ZoneState) -> ZoneResult:
    record = ZoneRecord(Scope(f"zone-{number}"))
    if state in SENT:
        record.operations.append(FLUSH)
    return record.result(state)


def outcome(plan: FirewallPlan, *states: ZoneState, refused: bool = False) -> FirewallOutcome:
    zones = tuple(zone(number, state) for number, state in enumerate(states))
    return FirewallOutcome(plan, "DROP", zones, refused=refused)


def test_every_state_has_a_code() -> None:
    assert CODES.keys() == set(ZoneState)


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ([], 0),
        ([S.VERIFIED, S.NOTHING, S.DRY_RUN], 0),
        ([S.VERIFIED, S.BUSY], 8),
        ([S.BUSY, S.NOT_IN_SYNC], 4),
        ([S.VERIFIED, S.NOT_IN_SYNC], 4),
        ([S.FAILED], 4),
        ([S.SKIPPED], 4),
        ([S.NOT_IN_SYNC, S.SURVIVORS, S.BUSY], 6),
        ([S.UNPROVEN], 6),
        ([S.REFUSED, S.NOTHING, S.NOT_IN_SYNC, S.BUSY], 3),
        ([S.REFUSED, S.VERIFIED], 4),
        ([S.REFUSED, S.SURVIVORS], 6),
        ([S.UNKNOWN, S.REFUSED, S.SURVIVORS], 5),
        (list(ZoneState), 5),
    ],
    ids=str,
)
def test_the_exit_code_of_several_zones(plan: FirewallPlan, states: list[ZoneState], code: int) -> None:
    assert exit_code([outcome(plan, *states)], frozenset()) == code
    assert exit_code([outcome(plan, *reversed(states))], frozenset()) == code
    assert exit_code([outcome(plan, each) for each in states], frozenset()) == code


def test_a_refusal_of_one_firewall_is_a_part_done_where_another_was_flushed(plan: FirewallPlan) -> None:
    refused = outcome(plan, refused=True)
    assert exit_code([refused], frozenset()) == 3
    assert exit_code([refused, outcome(plan, S.NOTHING)], frozenset()) == 3
    assert exit_code([refused, outcome(plan, S.VERIFIED)], frozenset()) == 4


def test_the_document_covers_itself_and_is_read_back(plan: FirewallPlan) -> None:
    facts = RunFacts("apply", "0", "5" * 64, "a", "b", build(zones=1).plan().limits)
    made = result_document(facts, [outcome(plan, S.VERIFIED), outcome(plan, S.BUSY)], frozenset())
    assert from_json(ResultDocument, to_json(made), "result") == made
    assert made.sha256 == digest(made)
    assert made.sha256 != digest(replace(made, exit_code=0))
    assert [each.exit_code for each in made.firewalls] == [0, 8]
    assert made.exit_code == 8


def test_a_result_has_the_names_of_its_plan_for_the_addresses_that_it_lists(plan: FirewallPlan) -> None:
    row = make.flow_row(make.flow("192.0.2.7", source="10.1.0.5"))
    names = (make.name("10.1.0.5"), make.name("10.1.0.6"), make.name("192.0.2.7", "partner"))
    zone_of_it = replace(zone(0, S.VERIFIED), flushed=(row,))
    facts = RunFacts("apply", "0", "5" * 64, make.NOON, make.NOON, make.LIMITS)
    document = result_document(
        facts, [FirewallOutcome(replace(plan, names=names), "DROP", (zone_of_it,))], frozenset()
    )
    assert document.firewalls[0].names == (names[0], names[2])
