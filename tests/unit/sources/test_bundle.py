from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import InputError
from nfw_reconcile.model.codec import canonical
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Body, GroupRecord, PolicyBundle, PolicyRecord, Sensitive
from nfw_reconcile.model.policy import GroupName
from nfw_reconcile.sources.bundle import body_from_json, body_to_json, bundle_from_json, bundle_to_json
from tests.bodies import bundle, group

TEXT = st.text(max_size=6)
LEAVES: st.SearchStrategy[Body] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXT,
    TEXT.map(Unresolved),
)
KEYS = TEXT.filter(lambda key: not key.startswith("$"))
BODIES: st.SearchStrategy[Body] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3), inner.map(Sensitive)
    ),
    max_leaves=12,
)
OPTIONAL = st.none() | TEXT
NAMES = st.builds(GroupName, TEXT, OPTIONAL, OPTIONAL, OPTIONAL)
BUNDLES = st.builds(
    PolicyBundle,
    st.builds(PolicyRecord, NAMES, BODIES),
    st.lists(st.builds(GroupRecord, NAMES, st.booleans(), BODIES), max_size=3).map(tuple),
    st.dictionaries(TEXT, BODIES, max_size=2),
    BODIES,
    TEXT,
)


@given(BODIES)
def test_a_body_comes_back_from_json_as_it_went(body: Body) -> None:
    assert body_from_json(json.loads(canonical(body_to_json(body)))) == body


@given(BUNDLES)
def test_a_bundle_comes_back_from_json_as_it_went(found: PolicyBundle) -> None:
    assert bundle_from_json(json.loads(canonical(bundle_to_json(found))), "a plan") == found


@given(BUNDLES)
def test_equal_bundles_are_equal_bytes(found: PolicyBundle) -> None:
    again = bundle_from_json(json.loads(canonical(bundle_to_json(found))), "a plan")
    assert canonical(bundle_to_json(again)) == canonical(bundle_to_json(found))


def test_true_is_not_one() -> None:
    assert body_from_json(body_to_json([True, 1, 1.0])) == [True, 1, 1.0]
    assert canonical(body_to_json([True, 1])) == b"[true,1]\n"


MISSING = object()


def spoiled(path: str, value: object) -> dict[str, Any]:
    """Give a bundle's JSON with one place set to another value, or taken away."""
    data = bundle_to_json(bundle(group("web", "pass ip any any -> any any (sid:1;)")))
    *way, last = path.split("/")
    inner: Any = data
    for step in way:
        inner = inner[int(step)] if step.isdecimal() else inner[step]
    if value is MISSING:
        del inner[last]
    else:
        inner[last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("policy", MISSING),
        ("policy", []),
        ("policy/name", None),
        ("policy/name/label", None),
        ("policy/name/arn", 7),
        ("policy/body", MISSING),
        ("rule_groups", MISSING),
        ("rule_groups", {}),
        ("rule_groups/0/stateful", "yes"),
        ("rule_groups/0/name", {"label": "web"}),
        ("prefix_lists", MISSING),
        ("prefix_lists", []),
        ("home_net", MISSING),
        ("home_net_origin", MISSING),
        ("home_net_origin", None),
    ],
)
def test_what_was_not_written_so_is_refused_by_name_of_the_file(path: str, value: object) -> None:
    with pytest.raises(InputError, match=r"plan\.json: a policy in this plan file"):
        bundle_from_json(spoiled(path, value), "plan.json")


@pytest.mark.parametrize("data", [None, [], "policy", 7])
def test_what_is_no_object_is_refused(data: object) -> None:
    with pytest.raises(InputError):
        bundle_from_json(data, "plan.json")
