"""Blocks of a set are in another order than in the configuration, and dynamic ones are missing there."""

from __future__ import annotations

import pytest

from nfw_reconcile.sources.tfplan.node import Node
from tests.unit.sources.tfplan.building import Json, constant, refers

A: Json = {"key": constant("A"), "definition": refers("var.a")}
B: Json = {"key": constant("B"), "definition": refers("var.b")}
ANY: Json = {"key": refers("var.key")}


@pytest.mark.parametrize(
    ("expression", "values", "found"),
    [
        ([A, B], [{"key": "B"}, {"key": "A"}], [B, A]),
        ([A], [{"key": "A"}, {"key": "C"}], [A, None]),
        ([A, A], [{"key": "A"}, {"key": "C"}], [None, None]),
        ([A, ANY], [{"key": "A"}, {"key": "C"}], [None, ANY]),
        ([ANY], [{"key": "C"}], [ANY]),
        (["junk"], [{"key": "A"}, {"key": "B"}], [None, None]),
        (None, [{"key": "A"}], [None]),
        (refers("var.all"), ["x", "y"], [refers("var.all"), refers("var.all")]),
        (
            [{"on": constant(value=True), "n": constant(5)}, {"on": constant(value=False)}],
            [{"on": "true", "n": "5"}] * 2,
            [{"on": constant(value=True), "n": constant(5)}] * 2,
        ),
    ],
)
def test_elements_find_the_block_that_they_were_made_from(
    expression: object, values: list[object], found: list[object]
) -> None:
    node = Node("x", values, expression=expression)

    assert [element.expression for element in node.elements()] == found


def test_lists_stand_in_the_order_of_the_configuration() -> None:
    node = Node("x", [{"key": "B"}, {"key": "A"}], expression=[A, B])

    assert [element.expression for element in node.elements(ordered=True)] == [A, B]


def test_everything_below_an_unknown_value_is_unknown() -> None:
    node = Node("x", None, unknown=True).member("a").member("b")

    assert node.is_unknown
    assert node.path == "x.a.b"
