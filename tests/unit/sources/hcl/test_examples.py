"""Every example read from its configuration is what it is read from the plan that Terraform made of it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.pipeline.planning import plan_firewall
from nfw_reconcile.sources.assemble import NO_CHOICE, assemble
from nfw_reconcile.sources.hcl import read_configuration
from nfw_reconcile.sources.hcl.trees.folder import FolderTree
from nfw_reconcile.sources.tfplan import read_plan
from tests.conftest import CHECKOUT

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Inventory
    from nfw_reconcile.model.plan_document import FirewallPlan

EXAMPLES: Final = CHECKOUT / "examples"
MORE_THAN_THE_ORIGIN: Final = re.compile(r" in aws_[\w.\[\]]+|#[0-9a-f]{12}|, file=\S+, file_line=\w+")
NAMES: Final = sorted(path.parent.name for path in EXAMPLES.glob("*/plan.json"))


def configured(example: str, side: str) -> Inventory:
    folder = EXAMPLES / example / side
    found = read_configuration(FolderTree(folder, side), "")
    assert found.diagnostics == ()
    return found.inventory


def planned(old: Inventory, new: Inventory) -> list[FirewallPlan]:
    found = [plan_firewall(change, None) for change in assemble(old, new, None, NO_CHOICE).changes]
    return sorted(found, key=lambda plan: plan.firewall.label)


def effects(plan: FirewallPlan) -> str:
    """Write what a plan decides: which flows, and by which changes; unknown values by their origin alone, no places."""
    decided = (plan.firewall.label, plan.region, plan.rule_changes, plan.setting_changes, plan.undecided)
    return MORE_THAN_THE_ORIGIN.sub("", repr(decided))


@pytest.mark.parametrize("example", NAMES)
def test_an_example_has_the_effects_of_its_plan(example: str) -> None:
    document = json.loads((EXAMPLES / example / "plan.json").read_text(encoding="utf-8"))
    sides = read_plan(document, "plan.json")
    wanted = planned(sides.old, sides.new)
    found = planned(configured(example, "old"), configured(example, "new"))
    assert wanted
    assert list(map(effects, found)) == list(map(effects, wanted))


@pytest.mark.parametrize("example", NAMES)
def test_an_example_against_itself_is_no_change(example: str) -> None:
    for plan in planned(configured(example, "new"), configured(example, "new")):
        assert (plan.region.parts, plan.rule_changes, plan.setting_changes) == ((), (), ())
