"""Whatever a plan holds: it is read, or refused with an error of ours."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import NfwReconcileError
from nfw_reconcile.sources.tfplan import read_plan, read_state

CASES = sorted((Path(__file__).parents[3] / "cases" / "tfplan").glob("*/plan.json"))
PLANS = [json.loads(path.read_text(encoding="utf-8")) for path in CASES]

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.floats(),
    st.sampled_from(["", "x", "arn:aws:x", "STATEFUL", "aws_vpc", "[", "a.b", 'x["']),
)
JUNK = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["a", "references", "key"]), inner, max_size=2)
    ),
    max_leaves=4,
)


def places(tree: object) -> list[tuple[Any, Any]]:
    """Give every place of a tree: a container and a key or index of it."""
    match tree:
        case dict():
            keys: list[Any] = list(tree)
        case list():
            keys = list(range(len(tree)))
        case _:
            return []
    return [(tree, key) for key in keys] + [place for key in keys for place in places(tree[key])]


@st.composite
def mutated_plans(draw: st.DrawFn) -> object:
    """Draw a plan with a few places replaced, removed or copied over each other."""
    tree = copy.deepcopy(draw(st.sampled_from(PLANS)))
    for _ in range(draw(st.integers(1, 4))):
        found = places(tree)
        if not found:
            break
        container, key = draw(st.sampled_from(found))
        match draw(st.sampled_from(["junk", "remove", "copy"])):
            case "junk":
                container[key] = draw(JUNK)
            case "remove":
                del container[key]
            case _:
                other, other_key = draw(st.sampled_from(found))
                container[key] = copy.deepcopy(other[other_key])
    return tree


@given(mutated_plans())
def test_any_plan_is_read_or_refused(tree: object) -> None:
    try:
        sides = read_plan(tree, "plan.json")
    except NfwReconcileError as refused:
        assert refused.problems  # noqa: PT017 - the error is one of two good outcomes
    else:
        assert sides.new is not None


@given(mutated_plans())
def test_any_state_is_read_or_refused(tree: object) -> None:
    prior = tree.get("prior_state") if isinstance(tree, dict) else tree
    try:
        read_state(prior, "state.json")
    except NfwReconcileError as refused:
        assert refused.problems  # noqa: PT017 - the error is one of two good outcomes


@pytest.mark.parametrize("plan", PLANS, ids=[path.parent.name for path in CASES])
def test_reading_changes_nothing_and_repeats_itself(plan: object) -> None:
    before = copy.deepcopy(plan)

    assert read_plan(plan, "plan.json") == read_plan(plan, "plan.json")
    assert plan == before
