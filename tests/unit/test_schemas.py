"""The shipped JSON Schemas: the generated ones say what the dataclasses say, and all accept what is written."""

from __future__ import annotations

import dataclasses
import json
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from nfw_reconcile.model import documents, plan_document, result_document
from nfw_reconcile.model.codec import to_json
from tests.document_schema import GENERATED, document_schema, text
from tests.unit.report.scenes import SCENES

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from nfw_reconcile.model.plan_document import PlanDocument
    from nfw_reconcile.model.result_document import ResultDocument

NAMES = ("config", "plan", "result", "snapshot", "flow", "classified")
FLOW = {
    "SourceAddress": {"AddressDefinition": "10.0.0.1/32"},
    "DestinationAddress": {"AddressDefinition": "2001:db8::1"},
    "SourcePort": "50000",
    "DestinationPort": "443",
    "Protocol": "TCP",
    "Age": 5,
    "PacketCount": 2,
    "ByteCount": 120,
    "AvailabilityZone": "eu-west-1a",
}
FLOW_FILES = sorted((Path(__file__).parents[2] / "examples").glob("*/flows.jsonl"))
PLACES = (documents, plan_document, result_document)
SNAPSHOT: dict[str, Any] = {"format_version": "1.0", "firewalls": [], "policies": [], "rule_groups": []}


def _schema(name: str) -> dict[str, Any]:
    shipped = resources.files("nfw_reconcile") / "schemas" / f"{name}.schema.json"
    schema: dict[str, Any] = json.loads(shipped.read_text(encoding="utf-8"))
    return schema


def _accepts(name: str, value: object) -> bool:
    return jsonschema.Draft202012Validator(_schema(name)).is_valid(value)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_a_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(_schema(name))


def test_no_schema_is_shipped_without_a_test() -> None:
    found = {path.name for path in (resources.files("nfw_reconcile") / "schemas").iterdir()}
    assert found == {f"{name}.schema.json" for name in NAMES}


@pytest.mark.parametrize("name", GENERATED)
def test_it_is_what_the_dataclasses_say(name: str) -> None:
    """Else: ``python -m tests.document_schema``."""
    shipped = (resources.files("nfw_reconcile") / "schemas" / f"{name}.schema.json").read_text(
        encoding="utf-8"
    )
    assert shipped == text(document_schema(name))


def _fields(kind: type[DataclassInstance]) -> set[str]:
    return {field.name for field in dataclasses.fields(kind)}


def _required(kind: type[DataclassInstance]) -> set[str]:
    return {field.name for field in dataclasses.fields(kind) if field.default is dataclasses.MISSING}


@pytest.mark.parametrize("name", GENERATED)
def test_every_part_has_exactly_the_fields_of_its_dataclass(name: str) -> None:
    schema = _schema(name)
    assert set(schema["properties"]) == _fields(GENERATED[name])
    assert set(schema["required"]) == _required(GENERATED[name])
    for part, body in schema["$defs"].items():
        kind = next(getattr(place, part) for place in PLACES if hasattr(place, part))
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            assert set(body["properties"]) == _fields(kind)
            assert set(body["required"]) == _required(kind)
            assert body["additionalProperties"] is False
        else:
            assert body["enum"] == [member.value for member in kind]


@pytest.mark.parametrize("name", SCENES)
def test_documents_are_accepted(name: str) -> None:
    document = SCENES[name]()
    value = json.loads(json.dumps(to_json(document)))
    jsonschema.Draft202012Validator(_schema(_name(document))).validate(value)


def _name(document: PlanDocument | ResultDocument) -> str:
    return next(name for name, kind in GENERATED.items() if isinstance(document, kind))


def _broken(document: PlanDocument | ResultDocument, path: tuple[str | int, ...], value: object) -> object:
    data = json.loads(json.dumps(to_json(document)))
    inner = data
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ("scene", "path", "value"),
    [
        ("tighten", ("format_version",), "2.0"),
        ("tighten", ("kind",), "nfw-reconcile result"),
        ("tighten", ("sha256",), "0"),
        ("tighten", ("more",), 1),
        ("tighten", ("firewalls", 0, "more"), 1),
        ("tighten", ("firewalls", 0, "region", "parts", 0, "effect"), "cut"),
        ("tighten", ("firewalls", 0, "region", "parts", 0, "tuples"), "1e9"),
        ("tighten", ("limits", "max_flows"), None),
        ("flushed", ("command",), "plan"),
        ("flushed", ("firewalls", 0, "zones", 0, "state"), "fine"),
        ("flushed", ("firewalls", 0, "zones", 0, "in_sync_at"), "noon"),
    ],
)
def test_what_is_no_document_is_not(scene: str, path: tuple[str | int, ...], value: object) -> None:
    document = SCENES[scene]()
    assert not _accepts(_name(document), _broken(document, path, value))


@pytest.mark.parametrize(
    ("changes", "valid"),
    [
        ({}, True),
        ({"Protocol": 6, "SourcePort": 1, "Age": "7"}, True),
        ({"Protocol": "ICMP", "SourcePort": "", "DestinationPort": None}, True),
        ({"Protocol": 256}, False),
        ({"SourcePort": 65_536}, False),
        ({"SourceAddress": "10.0.0.1"}, False),
        ({"SourceAddress": {"AddressDefinition": "host"}}, False),
        ({"Age": -1}, False),
    ],
)
def test_flows(changes: dict[str, object], *, valid: bool) -> None:
    assert _accepts("flow", FLOW | changes) is valid


@pytest.mark.parametrize(
    ("changes", "valid"),
    [
        ({}, True),
        ({"prefix_lists": {"arn:aws:ec2:x": ["10.0.0.0/8"]}, "vpcs": {"vpc-1": []}}, True),
        ({"resource_groups": {"arn:aws:resource-groups:x": ["10.0.0.1/32"]}}, True),
        ({"firewalls": [{"Firewall": {"FirewallName": "x"}}]}, True),
        ({"firewalls": [{"FirewallStatus": {}}]}, False),
        ({"vpcs": {"vpc-1": "10.0.0.0/8"}}, False),
        ({"more": []}, False),
        ({"format_version": "2.0"}, False),
    ],
)
def test_snapshots(changes: dict[str, object], *, valid: bool) -> None:
    assert _accepts("snapshot", SNAPSHOT | changes) is valid


@pytest.mark.parametrize("path", FLOW_FILES, ids=lambda path: path.parent.name)
def test_the_flows_of_the_examples_are_accepted(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines
    assert [line for line in lines if not _accepts("flow", json.loads(line))] == []
