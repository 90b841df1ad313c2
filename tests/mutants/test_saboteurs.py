"""Every saboteur of acting is caught, by what is there to catch it; and none passes for caught that is not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from tests.mutants.mechanism import Edit
from tests.mutants.saboteurs import SABOTEURS
from tests.mutants.saboteurs.sabotage import Constant, Promise, Saboteur, escapes
from tests.simulation.perils import looking, syncing

if TYPE_CHECKING:
    from tests.mutants.saboteurs.sabotage import Change
    from tests.simulation.perils.common import Peril


@pytest.mark.parametrize("saboteur", SABOTEURS, ids=lambda saboteur: saboteur.does)
def test_a_saboteur_is_caught(saboteur: Saboteur) -> None:
    assert escapes(saboteur) == []


def test_every_promise_is_broken_by_somebody() -> None:
    assert {saboteur.breaks for saboteur in SABOTEURS} == set(Promise)


def test_no_saboteur_is_there_twice() -> None:
    assert len({saboteur.does for saboteur in SABOTEURS}) == len(SABOTEURS)
    assert len({saboteur.changes for saboteur in SABOTEURS}) == len(SABOTEURS)


# What is not caught is told

SKIPPED: Final = Edit("act.zone:ZoneWork._rounds", "sighting = self._verify()", "return ZoneState.VERIFIED")
CLOSED: Final = Edit("act.guard:Budget._is_protected", "block.holds(address)", "False")
NOTHING_DONE: Final = looking.flushes_do_nothing_and_say_that_they_did
ALIVE: Final = "denied flows live"


def told(*changes: Change, peril: Peril = NOTHING_DONE, words: str = ALIVE) -> str:
    saboteur = Saboteur("something wrong", Promise.PROVEN, changes, {peril: words})
    return "\n".join(escapes(saboteur))


def always_wrong() -> list[str]:
    return [ALIVE]


def test_one_that_is_caught_is_not_told() -> None:
    assert not told(SKIPPED)


def test_a_peril_that_does_not_notice_it_is_told() -> None:
    assert "nothing_goes_wrong does not tell" in told(SKIPPED, peril=syncing.nothing_goes_wrong)


def test_a_peril_that_notices_something_else_is_told() -> None:
    assert "does not tell 'is protected', but" in told(SKIPPED, words="is protected")


def test_a_peril_that_finds_something_anyway_is_told() -> None:
    assert told(SKIPPED, peril=always_wrong) == f"always_wrong, without the saboteur: ('{ALIVE}',)"


def test_a_change_that_makes_no_difference_is_told() -> None:
    assert told(SKIPPED, CLOSED) == "the change of act.guard:Budget._is_protected makes no difference"


@pytest.mark.parametrize(
    ("change", "trouble"),
    [
        (replace(SKIPPED, written="nothing like it"), "act.zone:ZoneWork._rounds holds 0 times: nothing like it"),
        (replace(SKIPPED, place="act.zone:ZoneWork.gone"), "act.zone:ZoneWork.gone is not there"),
        (Constant("act.zone:ROUNDS", 2), "act.zone:ROUNDS is 2, and was to become 2"),
        (Constant("act.zone:GONE", 2), "act.zone:GONE is None, and was to become 2"),
        (Constant("act.zone:ROUNDS", "3"), "act.zone:ROUNDS is 2, and was to become '3'"),
    ],
)  # fmt: skip
def test_a_change_that_does_not_fit_the_code_is_told(change: Change, trouble: str) -> None:
    assert told(change) == trouble


@pytest.mark.parametrize(
    ("changes", "caught"), [((), {NOTHING_DONE: ALIVE}), ((SKIPPED,), {}), ((SKIPPED,), {NOTHING_DONE: ""})]
)
def test_one_that_does_nothing_or_that_nothing_is_to_catch_is_refused(
    changes: tuple[Change, ...], caught: dict[Peril, str]
) -> None:
    with pytest.raises(ValueError, match="nothing to do, or nothing to be caught by: something wrong"):
        Saboteur("something wrong", Promise.PROVEN, changes, caught)


def test_everything_is_right_again_afterwards() -> None:
    assert not told(SKIPPED)
    assert NOTHING_DONE() == []
