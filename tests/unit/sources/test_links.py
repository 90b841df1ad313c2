from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Sensitive
from nfw_reconcile.sources.links import (
    bare,
    group_references,
    holds_unknown,
    ip_set_references,
    items,
    member,
    prefix_list_references,
    resource_address,
)

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Body

UNKNOWN = Unresolved("group.web.arn")
POLICY: Body = {
    "StatelessRuleGroupReferences": [{"ResourceArn": "arn:stateless", "Priority": 1}],
    "StatefulRuleGroupReferences": [
        {"ResourceArn": "arn:one"},
        {"ResourceArn": UNKNOWN},
        {"ResourceArn": Sensitive("arn:secret")},
        Sensitive({"ResourceArn": "arn:hidden"}),
    ],
}


def test_stateful_references_come_first_in_written_order_and_sensitive_ones_are_followed() -> None:
    expected = ["arn:one", UNKNOWN, "arn:secret", "arn:hidden", "arn:stateless"]
    assert list(group_references(POLICY)) == expected


@pytest.mark.parametrize(
    "body",
    [
        None,
        Unresolved("policy.body"),
        [],
        "text",
        {"StatefulRuleGroupReferences": None},
        {"StatefulRuleGroupReferences": Unresolved("x")},
        {"StatefulRuleGroupReferences": "arn:one"},
        {"StatefulRuleGroupReferences": [None, "arn:one", {"ResourceArn": 7}, {}, Unresolved("x")]},
    ],
)
def test_a_body_that_refers_to_nothing_readable_gives_nothing(body: Body) -> None:
    assert list(group_references(body)) == []


def test_references_to_prefix_lists_are_arns_or_addresses() -> None:
    body: Body = {
        "ReferenceSets": {
            "IPSetReferences": {
                "A": {"ReferenceArn": "arn:list"},
                "B": {"ReferenceArn": Unresolved("prefix_list.b.arn")},
                "C": {"ReferenceArn": Unresolved("prefix_list.c.id")},
                "D": {"ReferenceArn": None},
                "E": Unresolved("block"),
            }
        }
    }
    assert list(prefix_list_references(body)) == ["arn:list", "prefix_list.b", "prefix_list.c"]
    assert set(ip_set_references(body)) == {"A", "B", "C"}


@pytest.mark.parametrize(
    "body", [None, {}, {"ReferenceSets": None}, {"ReferenceSets": Unresolved("x")}, Unresolved("x")]
)
def test_a_group_without_references_gives_none(body: Body) -> None:
    assert list(prefix_list_references(body)) == []


def test_marks_of_sensitive_values_are_taken_off_on_the_way() -> None:
    twice = Sensitive(Sensitive({"a": Sensitive([1])}))
    assert bare(twice) == {"a": Sensitive([1])}
    assert member(twice, "a") == [1]
    assert list(items(member(twice, "a"))) == [1]
    assert member(twice, "b") is None
    assert member([1], "a") is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("text", False),
        ({"a": [1, {"b": None}]}, False),
        (Unresolved("x"), True),
        ({"a": [1, {"b": Sensitive(Unresolved("x"))}]}, True),
        (Sensitive([Unresolved("x")]), True),
    ],
)
def test_an_unknown_part_is_found_at_any_depth(body: Body, expected: object) -> None:
    assert holds_unknown(body) is expected


@pytest.mark.parametrize("attribute", ["arn", "id"])
def test_the_address_of_an_unknown_identifier(attribute: str) -> None:
    assert resource_address(Unresolved(f"module.a.group.web.{attribute}")) == "module.a.group.web"
