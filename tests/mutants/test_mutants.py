"""Every deliberate error is noticed by every case that is there for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mutants.lists import MUTANTS

if TYPE_CHECKING:
    from tests.mutants.mechanism import Laboratory, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.title)
def test_the_cases_pass_without_the_error_and_fail_with_it(mutant: Mutant, laboratory: Laboratory) -> None:
    trial = laboratory.try_out(mutant)
    assert trial.killed, trial
