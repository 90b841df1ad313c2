from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.errors import InputError
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.sources.detect import (
    PlanInput,
    SavedPlanInput,
    SnapshotInput,
    StateInput,
    TemplateInput,
    read_input,
)
from tests.unit.sources.tfplan.building import plan, state

if TYPE_CHECKING:
    from pathlib import Path

    from nfw_reconcile.sources.detect import Input

KINDS: dict[str, tuple[object, type[Input]]] = {
    "a plan": (plan(), PlanInput),
    "a plan without changes": ({"format_version": "1.2", "planned_values": {}}, PlanInput),
    "a state": (state(), StateInput),
    "an empty state": ({"format_version": "1.0"}, StateInput),
    "a snapshot": ({"format_version": "1.0", "rule_groups": []}, SnapshotInput),
    "a saved plan": (
        {"format_version": "1.0", "kind": "nfw-reconcile plan", "firewalls": []},
        SavedPlanInput,
    ),
}


@pytest.mark.parametrize(("data", "kind"), KINDS.values(), ids=KINDS)
def test_kind_is_told_by_content(data: object, kind: type[Input], tmp_path: Path) -> None:
    path = tmp_path / "any-name"
    path.write_text(json.dumps(data), encoding="utf-8")

    assert type(read_input(path)) is kind


TEMPLATE = {"Resources": {"V": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": {"Ref": "P"}}}}}
TEMPLATE |= {"Parameters": {"P": {"Type": "String"}}}
YAML_TEMPLATE = """# comment
Parameters: {P: {Type: String}}
Resources:
  V: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: !Ref P}}
"""


@pytest.mark.parametrize("text", [json.dumps(TEMPLATE), YAML_TEMPLATE], ids=["json", "yaml"])
def test_templates_are_read_with_their_parameters(text: str, tmp_path: Path) -> None:
    path = tmp_path / "any-name"
    path.write_text(text, encoding="utf-8")
    found, given = read_input(path), read_input(path, {"P": "10.0.0.0/8"})

    assert isinstance(found, TemplateInput)
    assert isinstance(given, TemplateInput)
    assert found.side.inventory.vpcs == {"V": [Unresolved("Parameter P")]}
    assert given.side.inventory.vpcs == {"V": ["10.0.0.0/8"]}


UNKNOWN: dict[str, tuple[object, str]] = {
    "a list": ([], "this is not an object"),
    "a flow": ({"SourceAddress": {}}, "this is no input that is known"),
    "a result": (
        {"format_version": "1.0", "kind": "nfw-reconcile result", "firewalls": []},
        "this is no input",
    ),
    "a state file": ({"version": 4, "terraform_version": "1.11.4"}, "terraform show -json"),
}


@pytest.mark.parametrize(("data", "message"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_no_input_is_an_error(data: object, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(data), encoding="utf-8")

    with pytest.raises(InputError) as caught:
        read_input(path)

    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_directory_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a file is needed, and this is a directory"):
        read_input(tmp_path)


def test_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_input(tmp_path / "none.json")
