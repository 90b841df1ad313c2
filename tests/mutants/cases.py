"""Cases to name beside an error: a row of the tables of verdicts, an example, or any other test."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from tests import test_examples
from tests.tables import forgotten_cases, verdict_cases
from tests.unit.engine import test_forgotten, test_verdict_tables

if TYPE_CHECKING:
    from tests.mutants.mechanism import Case

_ROWS: Final = {case.title: case for case in verdict_cases()}
_FORGOTTEN: Final = {case.title: case for case in forgotten_cases()}


def rows(*titles: str) -> tuple[Case, ...]:
    """Give rows of ``tests/cases/verdicts``, each of which Suricata confirms (``tests/oracle``)."""
    test = test_verdict_tables.test_a_policy_does_with_conversations_what_the_table_says
    return tuple(partial(test, _ROWS[title]) for title in titles)


def forgotten(*titles: str) -> tuple[Case, ...]:
    """Give rows of ``tests/cases/forgotten``, each of which Suricata confirms (``tests/oracle``)."""
    test = test_forgotten.test_a_policy_does_with_forgotten_conversations_what_the_table_says
    return tuple(partial(test, _FORGOTTEN[title]) for title in titles)


def examples(*names: str) -> tuple[Case, ...]:
    """Give the hand-worked effects of examples, with their causes."""
    test = test_examples.test_every_flow_of_an_example_has_the_effect_and_the_causes_that_it_says
    cases = [case for case in test_examples.CASES if case.example in names]
    assert {case.example for case in cases} == set(names), "an example is not there"
    return tuple(partial(test, case) for case in cases)
