"""Listings that do not hold together, at every page: nothing is flushed too much, and no absence is made up."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

import pytest

from tests.simulation.invariants import invariants
from tests.simulation.mishaps import RESULTS, Case, cases, clean_calls
from tests.simulation.scenarios import SCENARIOS
from tests.simulation.simulation import Strike
from tests.tiers import Tier

if TYPE_CHECKING:
    from nfw_reconcile.emulator.operations import FlowOperation
    from nfw_reconcile.emulator.replies import JsonObject
    from tests.simulation.simulation import Outcome, Simulation

PAGES: Final = SCENARIOS["pages of two"]
PAGE_FAULTS: Final = (
    "UNKNOWN_STATUS",
    "WITH_ERRORS",
    "OTHER_OPERATION",
    "REPEATED_TOKEN",
    "CYCLIC_TOKEN",
    "TOKEN_ON_LAST_PAGE",
    "EMPTY_PAGE",
    "SHORT_PAGE",
    "MISSING_LIST",
    "DUPLICATE_ITEM",
    "OVERLAPPING_PAGE",
    "SKIPPING_PAGE",
    "EXPIRED_PAGE_TOKEN",
)


def step(tier: Tier) -> int:
    """Give how many cases to go on by: each is tried, but in tier quick."""
    return 4 if tier is Tier.QUICK else 1


def page_calls() -> list[int]:
    return [call.number for call in clean_calls(PAGES) if call.operation == RESULTS]


def later_pages() -> list[int]:
    """Give the calls that ask for a page by its token."""
    asked = {call.number: call.logged.input for call in clean_calls(PAGES) if call.logged is not None}
    return [number for number in page_calls() if "NextToken" in asked[number]]


@pytest.mark.parametrize("mishap", PAGE_FAULTS)
def test_any_one_page_may_be_wrong(mishap: str, tier: Tier) -> None:
    """Once: the pages are read again, and the run ends as if nothing had been wrong."""
    pages = later_pages() if mishap == "EXPIRED_PAGE_TOKEN" else page_calls()
    tried = [
        case
        for case in cases(PAGES)
        if case.mishap == mishap and not case.strike.lasting and case.strike.call in pages
    ]
    assert tried
    for case in tried[:: step(tier)]:
        sim = PAGES.simulation()
        case.install(sim)
        outcome = sim.run()
        assert (invariants(outcome), outcome.exit_code) == ([], 0), str(case)


@pytest.mark.parametrize("mishap", ["REPEATED_TOKEN", "CYCLIC_TOKEN", "OTHER_OPERATION", "MISSING_LIST"])
def test_pages_that_never_fit_together_prove_nothing(mishap: str, tier: Tier) -> None:
    for number in page_calls()[: -1 : step(tier)]:
        case = Case(PAGES.name, mishap, Strike(number, lasting=True))
        sim = PAGES.simulation()
        case.install(sim)
        outcome = sim.run()
        assert invariants(outcome) == [], str(case)
        assert outcome.exit_code != 0, str(case)


@dataclass
class Withheld:
    """Lets the results of the operation that is being read lack some rows, and puts them back."""

    sim: Simulation
    rows: tuple[JsonObject, ...] = ()
    operation: FlowOperation | None = None

    def take(self) -> None:
        self.operation = self.sim.scene.emulator.flow_operations[-1]
        self.rows = self.operation.listed
        self.operation.listed = self.rows[::2]

    def put_back(self) -> None:
        if self.operation is not None:
            self.operation.listed = self.rows


def late_rows(first: int, last: int) -> Outcome:
    """Run with half of the rows missing from one call on, until another."""
    sim = PAGES.simulation()
    withheld = Withheld(sim)
    sim.at_call(first, withheld.take)
    sim.at_call(last, withheld.put_back)
    return sim.run()


def test_the_set_of_pages_may_change_while_they_are_read(tier: Tier) -> None:
    """Two readings in a row that agree are believed; what both lack, the capture after the flush finds."""
    numbers = page_calls()
    half = len(numbers) // 2
    spans = [
        (first, last)
        for readings in (numbers[:half], numbers[half:])
        for first, last in combinations(readings, 2)
    ]
    for first, last in spans[:: step(tier)]:
        outcome = late_rows(first, last)
        assert (invariants(outcome), outcome.exit_code) == ([], 0), f"from call {first} to {last}"
