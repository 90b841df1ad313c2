"""Files of OpenTofu and Terragrunt that hold no policy as they are, and what to do instead."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.errors import InputError, NfwReconcileError, UnsupportedInput
from nfw_reconcile.sources.detect import StateInput, read_input
from tests.unit.sources.tfplan.building import plan, state

if TYPE_CHECKING:
    from pathlib import Path

ENCRYPTED = {
    "serial": 3,
    "lineage": "5f4e7d3a-0000-0000-0000-000000000000",
    "meta": {"key_provider.pbkdf2.mine": "eyJzYWx0IjoiIn0="},
    "encrypted_data": "AAECAwQF",
    "encryption_version": "v0",
}
RENDERED = {
    "dependencies": None,
    "download_dir": "",
    "generate": {},
    "iam_role": "",
    "inputs": {"vpc_id": "vpc-1"},
    "locals": {"region": "eu-west-1"},
    "remote_state": None,
    "skip": False,
    "terraform": {"source": "../modules/firewall"},
}
LOG = "12:01:02.345 STDOUT terraform: "

REFUSED: dict[str, tuple[str, type[NfwReconcileError], str]] = {
    "an encrypted state": (json.dumps(ENCRYPTED), UnsupportedInput, "`tofu show -json`"),
    "an encrypted plan": (
        json.dumps({key: ENCRYPTED[key] for key in ("meta", "encrypted_data", "encryption_version")}),
        UnsupportedInput,
        "`tofu show -json`",
    ),
    "a rendered configuration": (json.dumps(RENDERED), InputError, "`terragrunt show -json plan.bin`"),
    "one with metadata": (
        json.dumps({"inputs": {"a": {"value": 1, "metadata": {}}}, "locals": {}}),
        InputError,
        "--json-out-dir",
    ),
    "a plan with log lines": (
        "".join(f"{LOG}{line}\n" for line in json.dumps(plan(), indent=1).splitlines()),
        InputError,
        "TG_LOG_DISABLE=true",
    ),
    "a plan behind log lines": (
        f'time=2025-06-01T12:00:00Z level=info msg="Executing hook"\n{json.dumps(plan())}',
        InputError,
        "TG_LOG_DISABLE=true",
    ),
    "the plans of several units": (f"{json.dumps(plan())}\n{json.dumps(plan())}", InputError, "Terragrunt"),
}


@pytest.mark.parametrize(("text", "kind", "remedy"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_says_what_to_give(
    text: str, kind: type[NfwReconcileError], remedy: str, tmp_path: Path
) -> None:
    path = tmp_path / "input.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(kind) as caught:
        read_input(path)

    assert type(caught.value) is kind
    assert remedy in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_state_with_outputs_of_such_names_is_a_state(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text(json.dumps(state(inputs={}, locals={})), encoding="utf-8")

    assert isinstance(read_input(path), StateInput)
