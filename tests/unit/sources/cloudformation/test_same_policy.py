"""One policy in every language: a template, a plan of either provider and a snapshot decide alike.

Only the names by which each source calls a thing differ.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.pipeline.planning import comparison_of
from nfw_reconcile.sources.assemble import NO_CHOICE, assemble
from nfw_reconcile.sources.bundle import body_to_json
from nfw_reconcile.sources.cloudformation import read_template
from nfw_reconcile.sources.links import member
from nfw_reconcile.sources.snapshot import read_snapshot
from nfw_reconcile.sources.tfplan import read_plan
from tests.rulesets import flow
from tests.unit.sources.cloudformation.test_cases import FOLDER, read
from tests.unit.sources.cloudformation.translating import aws_plan, awscc_plan, snapshot, template_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.model.inventory import Body, Inventory, PolicyBundle, PolicyChange

CASE = FOLDER / "every-kind-of-source"
OLD, NEW = ((CASE / f"{name}.yaml").read_bytes() for name in ("old", "new"))


def from_template() -> tuple[Inventory, Inventory]:
    return read_template(OLD, "old").inventory, read_template(NEW, "new").inventory


def from_json_template() -> tuple[Inventory, Inventory]:
    old, new = (read_template(template_json(text), "t.json") for text in (OLD, NEW))
    return old.inventory, new.inventory


def from_plan() -> tuple[Inventory, Inventory]:
    sides = read_plan(aws_plan(OLD, NEW), "plan.json")
    return sides.old, sides.new


def from_awscc_plan() -> tuple[Inventory, Inventory]:
    sides = read_plan(awscc_plan(OLD, NEW), "plan.json")
    return sides.old, sides.new


def from_snapshot() -> tuple[Inventory, Inventory]:
    return read_snapshot(snapshot(OLD), "old")[0], read_snapshot(snapshot(NEW), "new")[0]


SOURCES = (from_template, from_json_template, from_plan, from_awscc_plan, from_snapshot)
FLOWS = [
    *read(CASE / "flows.json"),
    "udp 10.0.3.4:5000 203.0.113.9:123",
    "tcp 10.0.8.4:5000 203.0.113.9:25",
    "tcp 192.0.2.200:40000 10.0.1.5:22",
    "icmp 10.0.0.1 203.0.113.9",
]


def change_of(sides: tuple[Inventory, Inventory]) -> PolicyChange:
    (change,) = assemble(*sides, None, NO_CHOICE).changes
    return change


def contents(bundle: PolicyBundle | None) -> dict[str, Any]:
    """Give what a bundle holds, with the references that each source makes in its own way put aside."""
    assert bundle is not None
    names = {group.name.arn or "": group.name.name for group in bundle.groups}
    names |= {f"{group.name.address}.arn": group.name.name for group in bundle.groups}
    return {
        "policy": nameless(bundle.policy.body, names),
        "groups": {group.name.name: (group.stateful, nameless(group.body, names)) for group in bundle.groups},
        "prefix lists": [body_to_json(members) for members in bundle.prefix_lists.values()],
        "home net": body_to_json(bundle.home_net),
    }


def nameless(body: Body, names: Mapping[str, str | None]) -> Any:  # noqa: ANN401
    text = json.dumps(body_to_json(body))
    tree = json.loads(text)
    for key in ("StatefulRuleGroupReferences", "StatelessRuleGroupReferences"):
        for reference in tree.get(key, []):
            arn = member(reference, "ResourceArn")
            word = arn if isinstance(arn, str) else reference["ResourceArn"]["$unresolved"]
            reference["ResourceArn"] = names[word]
    for one in tree.get("ReferenceSets", {}).get("IPSetReferences", {}).values():
        one["ReferenceArn"] = "the prefix list"
    return tree


@pytest.mark.parametrize("source", SOURCES[1:], ids=lambda source: source.__name__)
def test_bundles_hold_the_same(source: Any) -> None:  # noqa: ANN401 - a function of the list above
    one, other = change_of(from_template()), change_of(source())

    assert contents(other.old) == contents(one.old)
    assert contents(other.new) == contents(one.new)


def test_effects_are_the_same() -> None:
    effects = {
        source.__name__: [comparison_of(change_of(source())).effect(flow(text)) for text in FLOWS]
        for source in SOURCES
    }
    found = {name: [one.effect for one in listed] for name, listed in effects.items()}

    assert {tuple(one) for one in found.values()} == {tuple(found["from_template"])}
    assert len(set(found["from_template"])) > 2


def test_all_arns_of_the_template_are_links() -> None:
    old, _ = from_template()

    assert all(isinstance(firewall.policy, Unresolved) for firewall in old.firewalls)
