"""Plans as folders: ``tests/cases/tfplan/CASE/plan.json`` in, ``expected.json`` out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nfw_reconcile.sources.jsonfile import read_json
from nfw_reconcile.sources.tfplan import read_plan
from tests.unit.sources.tfplan.inventories import diagnostics_json, inventory_json

CASES = sorted(path.parent for path in (Path(__file__).parents[3] / "cases" / "tfplan").glob("*/plan.json"))


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_plan_becomes_the_expected_inventories(folder: Path) -> None:
    sides = read_plan(read_json(folder / "plan.json"), "plan.json")

    found = {
        "old": inventory_json(sides.old),
        "new": inventory_json(sides.new),
        "diagnostics": diagnostics_json(sides.diagnostics),
    }
    assert found == json.loads((folder / "expected.json").read_text(encoding="utf-8"))


def test_there_are_cases() -> None:
    assert CASES
