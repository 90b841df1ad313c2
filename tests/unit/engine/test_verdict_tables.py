"""The tables of verdicts, which real Suricata is held to as well (tests/oracle/test_verdict_tables.py)."""

from __future__ import annotations

import pytest

from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.model.verdict import Verdict
from tests.realities import REALITIES, outcome
from tests.rulesets import compiled
from tests.tables import VerdictCase, said, verdict_cases

CASES = verdict_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_policy_does_with_conversations_what_the_table_says(case: VerdictCase) -> None:
    policy = compiled(case.text, strict=case.strict, defaults=case.defaults)
    comparison = Comparison(policy, policy)
    for name, expected in case.flows.items():
        reality = REALITIES[name]
        verdict = comparison.effect(reality.flow).old.verdict
        if expected == "undecided":
            assert verdict is Verdict.UNDECIDED, name
            continue
        found = outcome(policy, reality)
        assert said(found) == expected, name
        settled = Verdict.ALLOWED if found.allowed else Verdict.DENIED
        assert verdict in {settled, Verdict.CONDITIONAL}, name


def test_no_two_cases_have_one_title() -> None:
    titles = [case.title for case in CASES]
    assert len(titles) == len(set(titles))
