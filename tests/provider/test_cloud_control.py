"""A plan with resources of ``awscc``, made by the real Terraform, is read as its documentation says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.pipeline.planning import comparison_of
from nfw_reconcile.sources.assemble import NO_CHOICE, assemble
from nfw_reconcile.sources.links import group_references
from nfw_reconcile.sources.tfplan import read_plan, read_state
from tests.provider.terraform import unavailable
from tests.rulesets import flow
from tests.unit.sources.tfplan.building import arn

if TYPE_CHECKING:
    from pathlib import Path

    from nfw_reconcile.sources.tfplan import PlanSides
    from tests.provider.cloud_control import CloudControl

pytestmark = pytest.mark.terraform

CONFIGURATION = """
terraform {
  required_providers {
    awscc = { source = "hashicorp/awscc" }
  }
}

variable "servers" {
  type    = list(string)
  default = ["10.0.0.0/8"]
}

resource "awscc_networkfirewall_rule_group" "web" {
  rule_group_name = "GROUP"
  type            = "STATEFUL"
  capacity        = 100
  rule_group = {
    rule_variables = { ip_sets = { SERVERS = { definition = var.servers } } }
    rules_source   = { rules_string = "ACTION tcp any any -> $SERVERS 443 (sid:1;)" }
  }
}

resource "awscc_networkfirewall_rule_group" "rest" {
  rule_group_name = "rest"
  type            = "STATEFUL"
  capacity        = 100
  rule_group = {
    rules_source = { rules_string = "drop tcp any any -> any any (sid:1;)" }
  }
}

resource "awscc_networkfirewall_firewall_policy" "main" {
  firewall_policy_name = "main"
  firewall_policy = {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:forward_to_sfe"]
    stateful_rule_group_references = [
      { resource_arn = awscc_networkfirewall_rule_group.web.rule_group_arn },
      { resource_arn = awscc_networkfirewall_rule_group.rest.rule_group_arn },
    ]
  }
}
"""
WEB = "awscc_networkfirewall_rule_group.web"


@pytest.fixture
def stand_in(tmp_path: Path) -> CloudControl:
    if (reason := unavailable()) is not None:
        pytest.skip(reason)
    from tests.provider.cloud_control import CloudControl  # noqa: PLC0415 - needs the tf package

    (tmp_path / "work").mkdir()
    return CloudControl(tmp_path / "work")


def configuration(folder: Path, *, action: str = "pass", group: str = "web") -> Path:
    folder.mkdir()
    text = CONFIGURATION.replace("ACTION", action).replace("GROUP", group)
    (folder / "main.tf").write_text(text, encoding="utf-8")
    return folder


def body(action: str) -> object:
    return {
        "RuleVariables": {"IPSets": {"SERVERS": {"Definition": ["10.0.0.0/8"]}}},
        "RulesSource": {"RulesString": f"{action} tcp any any -> $SERVERS 443 (sid:1;)"},
    }


def references(sides: PlanSides) -> list[str]:
    """Give what the planned policy refers to, each as an ARN or under its name; in no order that counts."""
    found = group_references(sides.new.policies[0].body)
    return sorted(
        (one if isinstance(one, str) else one.reference for one in found), key=lambda one: "rest" in one
    )


def test_creation_update_and_replacement(stand_in: CloudControl, tmp_path: Path) -> None:
    old = configuration(tmp_path / "old")
    created = read_plan(stand_in.plan(old), "plan.json")
    assert [group.body for group in created.new.groups if group.name.address == WEB] == [body("pass")]
    assert references(created) == [f"{WEB}.arn", "awscc_networkfirewall_rule_group.rest.arn"]

    stand_in.apply(old)
    state, _ = read_state(stand_in.state(), "state.json")
    assert [group.body for group in state.groups if group.name.address == WEB] == [body("pass")]

    updated = read_plan(stand_in.plan(configuration(tmp_path / "new", action="drop")), "plan.json")
    assert updated.diagnostics == ()
    (change,) = assemble(updated.old, updated.new, None, NO_CHOICE).changes
    effect = comparison_of(change).effect(flow("tcp 192.0.2.1:40000 10.0.0.1:443"))
    assert effect.effect.value == "newly_denied"

    replaced = read_plan(stand_in.plan(configuration(tmp_path / "other", group="other")), "plan.json")
    assert references(replaced) == [f"{WEB}.arn", arn("stateful-rulegroup", "rest")]
