"""The differences between Suricata 7 and 8, as changes of the engine, do to the tables what the tables say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.oracle.differences import DIFFERENCES, engine_following
from tests.realities import REALITIES, outcome
from tests.rulesets import compiled
from tests.tables import VerdictCase, said, verdict_cases

if TYPE_CHECKING:
    from tests.mutants.mechanism import Edit

DIFFERENT: Final = [case for case in verdict_cases() if case.in_8]


def outcomes(case: VerdictCase, release: int) -> dict[str, str]:
    with engine_following(release):
        policy = compiled(case.text, strict=case.strict, defaults=case.defaults)
        return {name: said(outcome(policy, REALITIES[name])) for name in case.flows}


@pytest.mark.parametrize("case", DIFFERENT, ids=lambda case: case.title)
@pytest.mark.parametrize("release", [7, 8])
def test_an_engine_that_follows_a_release_says_what_the_table_says_of_it(
    case: VerdictCase, release: int
) -> None:
    assert outcomes(case, release) == (case.flows if release == 7 else case.flows_in(release))


@pytest.mark.parametrize("edit", DIFFERENCES, ids=lambda edit: edit.place)
def test_every_difference_is_in_a_table(edit: Edit) -> None:
    with edit.made():
        found = {case.title for case in DIFFERENT if outcomes(case, 7) != case.flows}
    assert found
