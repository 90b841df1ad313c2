"""Every folder of examples/ is a case: what its README and expected.json say is what the program says.

Adding an example is adding a folder; ``examples/README.md`` says what is in it.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from nfw_reconcile.model.verdict import Engine, Verdict
from nfw_reconcile.pipeline import classify, make_plan
from nfw_reconcile.pipeline.inputs import Request, read_sides
from nfw_reconcile.pipeline.planning import plan_firewall
from nfw_reconcile.pipeline.source import FileSource
from nfw_reconcile.sources.assemble import Choice
from tests.conftest import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nfw_reconcile.model.plan_document import FirewallPlan, Undecided
    from nfw_reconcile.model.verdict import Decision
    from nfw_reconcile.pipeline import Classified

EXAMPLES: Final = CHECKOUT / "examples"
NAMES: Final = sorted(path.parent.name for path in EXAMPLES.glob("*/expected.json"))
NOON: Final = "2025-06-01T12:00:00Z"


class Case(NamedTuple):
    """One firewall of one example."""

    example: str
    firewall: str


def expected(example: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXAMPLES / example / "expected.json").read_text(encoding="utf-8"))
    return found


CASES: Final = [Case(example, name) for example in NAMES for name in expected(example)["firewalls"]]


def flow_lines(example: str) -> Sequence[str]:
    return (EXAMPLES / example / "flows.jsonl").read_text(encoding="utf-8").splitlines()


def request_for(example: str, *firewalls: str) -> Request:
    return Request(tf_plan=EXAMPLES / example / "plan.json", choice=Choice(firewalls))


def named(decision: Decision) -> str | None:
    """Name what decided as expected.json does: nothing where it is open."""
    if decision.verdict in {Verdict.CONDITIONAL, Verdict.UNDECIDED}:
        return None
    rule = decision.cause.rule
    if rule is None:
        return decision.cause.default or "no rule matched"
    return rule.group if decision.cause.engine is Engine.STATELESS else f"{rule.group} sid {rule.sid}"


def told(found: Classified) -> dict[str, object]:
    effect = found.effect
    return {
        "effect": str(effect.effect),
        "flush": effect.flush,
        "old_rule": named(effect.old),
        "new_rule": named(effect.new),
    }


def test_there_are_examples() -> None:
    folders = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
    assert folders == NAMES
    assert len(NAMES) > 10


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_every_flow_of_an_example_has_the_effect_and_the_causes_that_it_says(case: Case) -> None:
    rows = expected(case.example)["firewalls"][case.firewall]
    wanted = [{key: value for key, value in row.items() if key != "why"} for row in rows]
    found = classify(request_for(case.example, case.firewall), flow_lines(case.example), "flows.jsonl")
    assert [told(each) for each in found] == wanted


@pytest.mark.parametrize("example", NAMES)
def test_an_example_changes_as_many_rules_as_it_says(example: str) -> None:
    plan = make_plan(request_for(example), None, created_at=NOON)
    wanted = expected(example)
    assert {each.firewall.name for each in plan.firewalls} == set(wanted["firewalls"])
    for each in plan.firewalls:
        counts = Counter(str(change.kind) for change in each.rule_changes)
        for kind, number in wanted.get("changes", {}).items():
            assert counts[kind] == number, f"{kind} of {each.firewall.label}"


@pytest.mark.parametrize("example", NAMES)
def test_the_plan_of_an_example_covers_the_flows_that_it_denies(example: str) -> None:
    for name, rows in expected(example)["firewalls"].items():
        (plan,) = make_plan(request_for(example, name), None, created_at=NOON).firewalls
        effects = {row["effect"] for row in rows}
        assert {"newly_denied", "possibly_denied"} & effects <= {str(p.effect) for p in plan.region.parts}
        assert bool(plan.capture_filters) == bool(plan.region.parts)
        assert plan.region.complete


# --- real plans --------------------------------------------------------------------------------


def real_plans(shared_data: Path) -> list[Path]:
    return sorted((shared_data / "plans").glob("*.json"))


def plans_of(path: Path) -> list[FirewallPlan]:
    request = (
        Request(old=FileSource(path), new=FileSource(path))
        if "-state" in path.name
        else Request(tf_plan=path)
    )
    return [plan_firewall(change, None) for change in read_sides(request).changes]


def test_every_real_plan_is_read_and_enumerated(shared_data: Path) -> None:
    paths = real_plans(shared_data)
    assert len(paths) > 10
    for path in paths:
        found = plans_of(path)
        assert found, path.name
        for plan in found:
            assert plan.region.complete, path.name
            assert plan.new_digest


def decidable(found: Undecided) -> bool:
    """Say whether a person who reads the input could decide it: everything but what apply alone will tell."""
    return "is not known: " not in found.reason and not found.reason.endswith("is not known")


def test_the_real_change_of_one_rule_is_one_added_rule(shared_data: Path) -> None:
    (plan,) = plans_of(shared_data / "plans" / "moj-032587bba.json")
    assert [str(change.kind) for change in plan.rule_changes] == ["added"]
    assert plan.undecided == ()
    assert [remark.text.split(" ")[0] for remark in plan.remarks] == ["HOME_NET"]


def test_nothing_in_the_real_plans_is_left_undecided_that_a_person_could_decide(shared_data: Path) -> None:
    found = {
        (path.name, each.reason) for path in real_plans(shared_data) for p in plans_of(path) for each in p.undecided
        if decidable(each)
    }  # fmt: skip
    assert found == set()


def test_a_state_against_itself_is_no_change(shared_data: Path) -> None:
    (plan,) = plans_of(shared_data / "plans" / "awssamples-state.json")
    assert (plan.rule_changes, plan.setting_changes, plan.region.parts) == ((), (), ())
    assert plan.old_digest == plan.new_digest


def test_a_group_that_is_replaced_is_the_same_change_as_one_that_is_edited(shared_data: Path) -> None:
    replaced, edited = (
        plans_of(shared_data / "plans" / f"awssamples-{name}.json") for name in ("replace", "tighten")
    )
    assert [p.rule_changes for p in replaced] == [p.rule_changes for p in edited]
    assert [p.region for p in replaced] == [p.region for p in edited]
