"""The real Terraform on the stand-in: the saved plans are what it says, and it comes to rest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.provider.regenerate import DEMO, EXAMPLES, pinned

if TYPE_CHECKING:
    from pathlib import Path

    from tests.provider.terraform import JsonObject, StandIn

pytestmark = pytest.mark.terraform


def comparable(plan: JsonObject, like: JsonObject) -> JsonObject:
    """Keep the keys that ``like`` has, less those that tell the version of Terraform.

    Identifiers stay: the stand-in derives them from what they identify.
    """
    kept = {key: plan.get(key) for key in like if key != "terraform_version"}
    return {**kept, "prior_state": plan["prior_state"]["values"]}


def actions(plan: JsonObject) -> dict[str, list[str]]:
    """Give what a plan does to each resource that it does not leave alone."""
    return {
        change["address"]: change["change"]["actions"]
        for change in plan["resource_changes"]
        if change["change"]["actions"] != ["no-op"]
    }


def saved_and_made(folder: Path, stand_in: StandIn) -> tuple[JsonObject, JsonObject]:
    saved = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    stand_in.apply(folder / "old")
    return saved, pinned(stand_in.plan(folder / "new"))


def test_a_saved_plan_is_what_terraform_says(stand_in: StandIn) -> None:
    saved, made = saved_and_made(EXAMPLES / "hash-renamed-group", stand_in)
    assert comparable(made, saved) == comparable(saved, saved)
    assert actions(made) == {
        "aws_networkfirewall_firewall_policy.main": ["update"],
        "aws_networkfirewall_rule_group.dmz": ["create", "delete"],
    }


def test_the_demo_plays_a_plan_that_terraform_made(stand_in: StandIn) -> None:
    saved, made = saved_and_made(DEMO, stand_in)
    assert comparable(made, saved) == comparable(saved, saved)


@pytest.mark.full
@pytest.mark.parametrize("folder", sorted(path.parent.name for path in EXAMPLES.glob("*/old")))
def test_every_saved_plan_is_what_terraform_says(folder: str, stand_in: StandIn) -> None:
    saved, made = saved_and_made(EXAMPLES / folder, stand_in)
    assert comparable(made, saved) == comparable(saved, saved)


def test_what_was_applied_needs_no_change(stand_in: StandIn) -> None:
    configuration = EXAMPLES / "module-and-count" / "new"
    stand_in.apply(configuration)
    again = stand_in.plan(configuration)
    assert actions(again) == {}
    assert "resource_drift" not in again
    assert stand_in.state()["values"] == again["prior_state"]["values"]


def test_an_edit_outside_terraform_is_drift(stand_in: StandIn) -> None:
    configuration = EXAMPLES / "reorder-nothing" / "old"
    stand_in.apply(configuration)
    world = json.loads(stand_in.store.read_text(encoding="utf-8"))
    (group,) = world["aws_networkfirewall_rule_group"].values()
    group["rule_group"][0]["rules_source"][0]["rules_string"] = "# nothing left\n"
    stand_in.store.write_text(json.dumps(world), encoding="utf-8")

    plan = stand_in.plan(configuration)
    # The group is written with `rules`, which the provider never reads back: no change is planned.
    assert actions(plan) == {}
    assert [item["address"] for item in plan["resource_drift"]] == ["aws_networkfirewall_rule_group.branch"]
