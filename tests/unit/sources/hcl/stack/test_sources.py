"""Which installed module a call means, and which version of it is allowed."""

from __future__ import annotations

import json

import pytest

from nfw_reconcile.sources.hcl.stack.sources import Sources
from tests.unit.sources.hcl.configurations import MemoryTree


def found(source: str, version: str | None, recorded: str, actual: str = "") -> str | None:
    item = {"Key": "a.b", "Source": recorded, "Version": actual, "Dir": "modules/put"}
    files = {
        "root/.terraform/modules/modules.json": json.dumps({"Modules": [item]}),
        "root/modules/put/main.tf": "",
    }
    return Sources.of(MemoryTree(files), "root").find(("a", "b"), source, version, "root")


@pytest.mark.parametrize(
    ("source", "recorded"),
    [
        ("acme/rules/aws", "registry.example.org/acme/rules/aws"),
        ("acme/rules/aws", "acme/rules/aws"),
        ("github.com/acme/rules", "git::https://github.com/acme/rules.git"),
        ("github.com/acme/rules//sub?ref=v1", "git::https://github.com/acme/rules.git//sub?ref=v1"),
        ("git@github.com:acme/rules.git", "git::ssh://git@github.com/acme/rules.git"),
        ("git::https://example.org/rules.git?ref=v1", "git::https://example.org/rules.git?ref=v1"),
    ],
)
def test_a_source_is_found_however_terraform_notes_it(source: str, recorded: str) -> None:
    assert found(source, None, recorded) == "root/modules/put"


@pytest.mark.parametrize(
    ("source", "recorded"),
    [
        ("acme/rules/aws", "acme/rules/azure"),
        ("github.com/acme/rules?ref=v1", "git::https://github.com/acme/rules.git?ref=v2"),
        ("git::https://one.example.org/rules.git", "git::https://two.example.org/rules.git"),
    ],
)
def test_another_source_is_another_module(source: str, recorded: str) -> None:
    assert found(source, None, recorded) is None


@pytest.mark.parametrize(
    ("constraint", "version", "allowed"),
    [
        ("1.2.3", "1.2.3", True),
        ("= 1.2.3", "1.2.4", False),
        (">= 1.0, < 2.0.0", "1.9.9", True),
        (">= 1.0, < 2.0.0", "2.0.0", False),
        ("~> 1.2", "1.9.0", True),
        ("~> 1.2", "2.0.0", False),
        ("~> 1.2.0", "1.3.0", False),
        ("~> 1", "7.0.0", True),
        ("!= 1.0.0", "1.0.0", False),
        ("> 1.0.0", "1.0.0", False),
        ("<= 1.0", "1.0.0", True),
        ("1.0.0-beta", "1.0.0", False),
        ("latest", "1.0.0", False),
    ],
)
def test_versions_are_held_against_their_constraints(constraint: str, version: str, *, allowed: bool) -> None:
    assert (found("acme/rules/aws", constraint, "acme/rules/aws", version) is not None) == allowed


@pytest.mark.parametrize("content", ["", "[]", '{"Modules": 3}', '{"Modules": [3, {"Key": 1}]}', "{"])
def test_a_manifest_that_is_none_holds_nothing(content: str) -> None:
    made = MemoryTree({".terraform/modules/modules.json": content})
    assert Sources.of(made, "").find(("a",), "acme/rules/aws", None, "") is None


def test_a_manifest_does_not_lead_out_of_the_tree() -> None:
    item = {"Key": "a", "Source": "acme/rules/aws", "Dir": "../../elsewhere"}
    made = MemoryTree({".terraform/modules/modules.json": json.dumps({"Modules": [item]})})
    assert Sources.of(made, "").find(("a",), "acme/rules/aws", None, "") is None
