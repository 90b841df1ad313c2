from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.errors import InputError, UnsupportedInput
from nfw_reconcile.sources.detect import (
    PlanInput,
    SavedPlanInput,
    SnapshotInput,
    StateInput,
    read_input,
)
from tests.unit.sources.tfplan.building import plan, state

if TYPE_CHECKING:
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


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("git:HEAD~1:network", "a Git revision"),
        ("live:arn:aws:network-firewall:eu-west-1:111122223333:firewall/fw", "a live firewall"),
    ],
)
def test_sources_that_are_no_files_are_refused(source: str, message: str) -> None:
    with pytest.raises(UnsupportedInput, match=message):
        read_input(Path(source))


def test_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedInput, match="a directory of Terraform configuration"):
        read_input(tmp_path)


def test_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_input(tmp_path / "none.json")
