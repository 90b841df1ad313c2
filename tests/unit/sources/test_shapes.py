from __future__ import annotations

from typing import Any

import botocore.loaders
import pytest

from nfw_reconcile.sources.shapes import (
    FIREWALL_POLICY,
    RULE_GROUP,
    Named,
    Scalar,
    Scalars,
    Shape,
    Structure,
    Structures,
    WrongTypeError,
    read_scalar,
)

KINDS = {
    Scalar.TEXT: {"string"},
    Scalar.NUMBER: {"integer"},
    Scalar.COUNT: {"integer"},
    Scalar.FLAG: {"boolean"},
}

LEFT_OUT = {"RuleGroup.RuleVariables.ContextSets", "FirewallPolicy.Route53ResolvedIPValidation"}
"""What Terraform's provider has no arguments for; read from AWS as it is."""


@pytest.fixture(scope="module")
def model() -> dict[str, Any]:
    loader = botocore.loaders.Loader()
    shapes: dict[str, Any] = loader.load_service_model("network-firewall", "service-2")["shapes"]
    return shapes


@pytest.mark.parametrize(("name", "shape"), [("RuleGroup", RULE_GROUP), ("FirewallPolicy", FIREWALL_POLICY)])
def test_tables_are_the_shapes_of_the_service_model(
    name: str, shape: Structure, model: dict[str, Any]
) -> None:
    missing = compare(shape, name, name, model)

    assert set(missing) <= LEFT_OUT


def compare(shape: Shape, name: str, path: str, model: dict[str, Any]) -> list[str]:
    """Check a table against a shape of the model; give the members that the table does not know."""
    described = model[name]
    match shape:
        case Scalar():
            assert described["type"] in KINDS[shape], path
            return []
        case Scalars(item=item) | Structures(item=item):
            assert described["type"] == "list", path
            return compare(item, described["member"]["shape"], f"{path}[]", model)
        case Named(item=item):
            assert described["type"] == "map", path
            return compare(item, described["value"]["shape"], f"{path}[]", model)
        case Structure(members=members):
            assert described["type"] == "structure", path
            known = {member.aws: member.shape for member in members}
            assert set(known) <= set(described["members"]), path
            inner = [
                compare(one, described["members"][key]["shape"], f"{path}.{key}", model)
                for key, one in known.items()
            ]
            return sum(inner, [f"{path}.{key}" for key in described["members"] if key not in known])


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("a", Scalar.TEXT, "a"),
        ("", Scalar.TEXT, None),
        (None, Scalar.TEXT, None),
        ([], Scalar.TEXT, None),
        (5, Scalar.NUMBER, 5),
        (5.0, Scalar.NUMBER, 5),
        (0, Scalar.NUMBER, 0),
        (0, Scalar.COUNT, None),
        (True, Scalar.FLAG, True),
        ("true", Scalar.FLAG, True),
        (False, Scalar.FLAG, None),
        ("false", Scalar.FLAG, None),
        ("", Scalar.FLAG, None),
    ],
)
def test_unset_values_are_all_the_same(value: object, kind: Scalar, expected: object) -> None:
    assert read_scalar(value, kind) == expected
    assert type(read_scalar(value, kind)) is type(expected)


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        (1, Scalar.TEXT, "a string is needed, this is a number"),
        (True, Scalar.TEXT, "a string is needed, this is true or false"),
        ("1", Scalar.NUMBER, "a whole number is needed, this is a string"),
        (1.5, Scalar.NUMBER, "a whole number is needed, this is a number"),
        (True, Scalar.NUMBER, "a whole number is needed, this is true or false"),
        (float("inf"), Scalar.COUNT, "a whole number is needed, this is a number"),
        ({}, Scalar.COUNT, "a whole number is needed, this is an object"),
        ("yes", Scalar.FLAG, "true or false is needed, this is a string"),
        (["x"], Scalar.FLAG, "true or false is needed, this is a list"),
    ],
)
def test_wrong_types_are_named_without_the_value(value: object, kind: Scalar, message: str) -> None:
    with pytest.raises(WrongTypeError, match=message):
        read_scalar(value, kind)
