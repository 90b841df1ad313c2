from __future__ import annotations

from typing import Any

import botocore.loaders
import pytest

from nfw_reconcile.sources.shapes import Named, Scalar, Scalars, Shape, Structure, Structures
from nfw_reconcile.sources.tables import FIREWALL_POLICY, RULE_GROUP

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
