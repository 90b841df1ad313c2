"""Every fault at every call: whatever goes wrong, no promise is broken, and a run ends in time and tells the truth."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

import pytest

from tests.simulation.invariants import invariants
from tests.simulation.mishaps import Case, cases, spread
from tests.simulation.scenarios import SCENARIOS, Scenario
from tests.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST: Final = {Tier.QUICK: 9, Tier.FULL: 30, Tier.SOAK: 10_000}
"""Runs in each scenario; the first one is gone through as a whole in tier full too."""

LEAST_RUNS: Final = {Tier.QUICK: 150, Tier.FULL: 2_500, Tier.SOAK: 40_000}
WHOLE: Final = "one zone"


def chosen(scenario: Scenario, tier: Tier, seed: int) -> list[Case]:
    listed = cases(scenario)
    if tier is Tier.FULL and scenario.name == WHOLE:
        return listed
    return spread(listed, MOST[tier], seed)


def run(*together: Case) -> list[str]:
    """Run with these mishaps, and say what was wrong about it."""
    sim = SCENARIOS[together[0].scenario].simulation()
    for case in together:
        case.install(sim)
    return invariants(sim.run())


def broken(tried: Iterable[tuple[Case, ...]]) -> list[str]:
    return [f"{'; '.join(map(str, each))}: {text}" for each in tried for text in run(*each)]


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=str)
def test_an_undisturbed_run_breaks_nothing(scenario: Scenario) -> None:
    outcome = scenario.simulation().run()
    assert invariants(outcome) == []
    assert outcome.exit_code == scenario.exit_code


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=str)
def test_one_thing_goes_wrong_at_any_call(scenario: Scenario, tier: Tier, seed: int) -> None:
    assert broken((case,) for case in chosen(scenario, tier, seed)) == [], f"NFW_SEED={seed}"


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=str)
def test_two_things_go_wrong_at_any_calls(scenario: Scenario, tier: Tier, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - repeatable on purpose
    listed = cases(scenario)
    pairs = [tuple(draw.sample(listed, 2)) for _ in range(tier.draws // 20)]
    assert broken(pairs) == [], f"NFW_SEED={seed}"


def test_the_matrix_is_as_large_as_it_is_said_to_be(
    tier: Tier, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = sum(len(chosen(scenario, tier, seed)) for scenario in SCENARIOS.values())
    with capsys.disabled():
        print(f"\n{runs} runs with one thing wrong, NFW_SEED={seed}")  # noqa: T201 - for whoever watches
    assert runs >= LEAST_RUNS[tier]
