"""Every example is complete and consistent; whether it is right, the engine's tests say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from tests.provider.regenerate import EXAMPLES, TIMESTAMP

NAMES: Final = sorted(path.parent.name for path in EXAMPLES.glob("*/old"))
EFFECTS: Final = {
    "newly_denied",
    "possibly_denied",
    "newly_allowed",
    "still_allowed",
    "still_denied",
    "undecided",
}


@pytest.fixture(params=NAMES)
def example(request: pytest.FixtureRequest) -> Path:
    """Give each example's folder."""
    return EXAMPLES / str(request.param)


def test_expectations_cover_every_flow_at_every_firewall(example: Path) -> None:
    flows = (example / "flows.jsonl").read_text(encoding="utf-8").splitlines()
    expected = json.loads((example / "expected.json").read_text(encoding="utf-8"))
    plan = json.loads((example / "plan.json").read_text(encoding="utf-8"))
    firewalls = {
        change["change"]["after"]["name"]
        for change in plan["resource_changes"]
        if change["type"] == "aws_networkfirewall_firewall"
    }
    assert expected["firewalls"].keys() == firewalls
    for rows in expected["firewalls"].values():
        assert len(rows) == len(flows)
        assert {row["effect"] for row in rows} <= EFFECTS
        assert all(row["effect"] == "newly_denied" for row in rows if row["flush"])


def test_named_rules_belong_to_groups_of_the_plan(example: Path) -> None:
    plan = json.loads((example / "plan.json").read_text(encoding="utf-8"))
    addresses = {change["address"] for change in plan["resource_changes"]}
    expected = json.loads((example / "expected.json").read_text(encoding="utf-8"))
    named = {
        row[key].partition(" sid ")[0]
        for rows in expected["firewalls"].values()
        for row in rows
        for key in ("old_rule", "new_rule")
        if row[key] is not None
    }
    assert {name for name in named if "rule_group" in name} <= addresses


def test_the_plan_can_be_made_again_anywhere(example: Path) -> None:
    text = (example / "plan.json").read_text(encoding="utf-8")
    plan = json.loads(text)
    assert plan["timestamp"] == TIMESTAMP
    assert plan["complete"] is True
    assert plan["errored"] is False
    assert str(EXAMPLES.parent) not in text
    assert str(Path.home()) not in text
