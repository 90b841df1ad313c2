from __future__ import annotations

import pytest

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Body, Sensitive
from nfw_reconcile.sources.policy.body import Node, NotKnown, NotValid

EMPTY: tuple[Body, ...] = (None, "", [], {}, Sensitive(None), Sensitive(Sensitive([])))


@pytest.mark.parametrize("body", EMPTY, ids=repr)
def test_all_ways_to_write_nothing_mean_the_same(body: Body) -> None:
    for node in (Node.of({"a": body}, "").get("a"), Node.of({}, "").get("a")):
        assert node.missing
        assert node.items() == []
        assert node.members() == {}
        assert node.get("b").missing
        with pytest.raises(NotValid, match="a is missing"):
            node.text()


@pytest.mark.parametrize("body", [0, False, "0", [None], {"a": None}, Unresolved("x")], ids=repr)
def test_a_zero_is_something(body: Body) -> None:
    assert not Node.of(body, "a").missing


def test_the_members_of_an_unknown_object_are_unknown_under_names_of_their_own() -> None:
    node = Node.of({"a": Unresolved("x.y")}, "").get("a")
    assert node.get("b").get("c").unresolved == Unresolved("x.y.b.c")
    assert node.get("b") != node.get("c")
    for ask in (node.items, node.members, node.text):
        with pytest.raises(NotKnown, match=r"^a is not known: x\.y$") as caught:
            ask()
        assert caught.value.unresolved == Unresolved("x.y")


def test_a_mark_holds_for_all_that_is_inside() -> None:
    body: Body = {"a": Sensitive([{"b": "1"}]), "c": {"d": [Sensitive("2"), "3"]}}
    node = Node.of(body, "")
    inner = node.get("a").items()[0].get("b")
    assert (inner.text(), inner.sensitive, inner.shown) == ("1", True, "a sensitive value")
    plain = node.get("c").get("d").items()[1]
    assert (plain.text(), plain.sensitive, plain.shown) == ("3", False, "'3'")


def test_a_mark_inside_is_seen_from_outside() -> None:
    assert Node.of({"c": {"d": [Sensitive("2"), "3"]}}, "").marked
    assert not Node.of({"c": {"d": ["2", None, 3]}}, "").marked


def test_a_value_of_another_type_is_not_valid_where_it_stands() -> None:
    node = Node.of({"a": ["x", {"b": True}]}, "").get("a")
    with pytest.raises(NotValid, match=r"^a is not an object$"):
        node.get("b")
    with pytest.raises(NotValid, match=r"^a is not an object$"):
        node.members()
    with pytest.raises(NotValid, match=r"^a\[0\] is not a list$"):
        node.items()[0].items()
    with pytest.raises(NotValid, match=r"^a\[1\]\.b is not a string$"):
        node.items()[1].get("b").text()


@pytest.mark.parametrize("body", [5, "5", " 5 ", "05"], ids=repr)
def test_a_number_may_be_written_as_text(body: Body) -> None:
    assert Node.of(body, "a").number(1, 5) == 5


@pytest.mark.parametrize(
    "body", [6, 0, -1, "x", "1.0", 2.5, True, "9" * 5000, "\N{SUPERSCRIPT TWO}"], ids=str
)
def test_what_is_no_number_of_the_range_is_not_valid(body: Body) -> None:
    with pytest.raises(NotValid, match=r"^a is "):
        Node.of(body, "a").number(1, 5)


def test_a_sensitive_number_is_not_shown() -> None:
    with pytest.raises(NotValid, match=r"^a is a sensitive value, not a number from 1 to 5$"):
        Node.of(Sensitive("secret"), "a").number(1, 5)
