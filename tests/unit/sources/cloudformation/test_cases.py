"""Templates as folders: ``tests/cases/cloudformation/CASE/{old,new}.yaml`` in, ``expected.json`` out.

``parameters.json`` gives values of parameters; ``flows.json`` are flows whose effects are expected.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nfw_reconcile.pipeline.planning import comparison_of
from nfw_reconcile.sources.assemble import NO_CHOICE, assemble
from nfw_reconcile.sources.cloudformation import read_template
from tests.rulesets import flow
from tests.unit.sources.tfplan.inventories import diagnostics_json, inventory_json

FOLDER = Path(__file__).parents[3] / "cases" / "cloudformation"
CASES = sorted(path.parent for path in FOLDER.glob("*/old.yaml"))


def read(path: Path) -> dict[str, Any]:
    """Read a file of a case; one that is not there says nothing. A list of flows is read as its keys."""
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return dict.fromkeys(found) if isinstance(found, list) else dict(found)


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_templates_become_the_expected_inventories_and_effects(folder: Path) -> None:
    parameters = read(folder / "parameters.json")
    old, new = (
        read_template((folder / f"{name}.yaml").read_bytes(), f"{name}.yaml", parameters)
        for name in ("old", "new")
    )
    (change,) = assemble(old.inventory, new.inventory, None, NO_CHOICE).changes
    comparison = comparison_of(change)

    found = {
        "old": inventory_json(old.inventory),
        "new": inventory_json(new.inventory),
        "diagnostics": diagnostics_json(new.diagnostics),
        "effects": {text: comparison.effect(flow(text)).effect.value for text in read(folder / "flows.json")},
    }
    assert found == read(folder / "expected.json")


def test_there_are_cases() -> None:
    assert CASES
