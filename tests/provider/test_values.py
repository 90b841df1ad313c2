"""What the stand-in plans: nothing where nothing changed, unknown where only AWS could say."""

from __future__ import annotations

from typing import Final

import pytest

from tests.provider.schema import (
    Use,
    at_most_one,
    block,
    computed,
    exactly_one,
    list_of,
    optional,
    required,
    rule_order,
    set_of,
    settable,
)
from tests.provider.values import UNKNOWN, Object, Path, plan, replacements, settle

GROUP: Final = block(
    computed("arn"),
    required("name", force_new=True),
    optional("description"),
    optional("tenancy", default="default"),
    at_most_one("options", rule_order(Use.OPTIONAL)),
    list_of("rule", required("action"), set_of("option", required("key"), optional("value"))),
    set_of("reference", required("group"), optional("priority", "number"), settable("scan")),
    at_most_one("parsed", exactly_one("source", optional("text")), computed=True),
)
WRITTEN: Final[Object] = {
    "arn": None,
    "name": "web",
    "description": None,
    "tenancy": None,
    "options": [],
    "rule": [{"action": "PASS", "option": [{"key": "sid", "value": None}]}],
    "reference": [{"group": "a", "priority": None, "scan": None}],
    "parsed": [],
}


def applied() -> Object:
    """Give the state after the first apply of what is written."""
    service: Object = {"arn": "arn:web", "parsed": [{"source": [{"text": "pass"}]}]}
    return settle(GROUP, plan(GROUP, None, WRITTEN), service)


def test_a_creation_leaves_to_aws_what_is_computed() -> None:
    planned = plan(GROUP, None, WRITTEN)
    assert planned["arn"] is UNKNOWN
    assert planned["parsed"] is UNKNOWN
    assert planned["reference"] == [{"group": "a", "priority": None, "scan": UNKNOWN}]
    assert planned["tenancy"] == "default"
    assert planned["description"] is None


def test_apply_writes_zero_values_below_the_top_level() -> None:
    state = applied()
    assert state["reference"] == [{"group": "a", "priority": 0, "scan": ""}]
    assert state["rule"] == [{"action": "PASS", "option": [{"key": "sid", "value": ""}]}]
    assert state["description"] is None


def test_the_same_configuration_plans_the_same_state() -> None:
    assert plan(GROUP, applied(), WRITTEN) == applied()


def test_a_changed_member_of_a_set_is_a_new_one() -> None:
    written: Object = {**WRITTEN, "reference": [{"group": "a", "priority": 5, "scan": None}]}
    planned = plan(GROUP, applied(), written)
    assert planned["reference"] == [{"group": "a", "priority": 5, "scan": UNKNOWN}]
    assert planned["rule"] == applied()["rule"]


def test_an_unknown_block_stays_unknown() -> None:
    assert plan(GROUP, applied(), {**WRITTEN, "rule": UNKNOWN})["rule"] is UNKNOWN


@pytest.mark.parametrize(
    ("changed", "paths"),
    [
        pytest.param({"description": "x"}, [], id="in place"),
        pytest.param({"name": "api"}, [("name",)], id="name"),
        pytest.param({"name": UNKNOWN}, [("name",)], id="name not known yet"),
        pytest.param(
            {"options": [{"rule_order": "STRICT_ORDER"}]},
            [("options", 0, "rule_order")],
            id="strict order",
        ),
        pytest.param(
            {"options": [{"rule_order": "DEFAULT_ACTION_ORDER"}]}, [], id="the default, spelled out"
        ),
    ],
)
def test_only_some_changes_need_a_new_object(changed: Object, paths: list[Path]) -> None:
    planned = plan(GROUP, applied(), {**WRITTEN, **changed})
    assert list(replacements(GROUP, applied(), planned)) == paths
