from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Inventory, Sensitive
from nfw_reconcile.sources.jsonfile import parse_json
from nfw_reconcile.sources.snapshot import read_snapshot
from nfw_reconcile.sources.tfplan import read_plan, read_state
from tests.fuzz.corpus import JSON_FLOW, PLANS, SNAPSHOTS, STATES
from tests.fuzz.mutate import mutated_text, mutated_tree
from tests.fuzz.trials import try_all

if TYPE_CHECKING:
    from nfw_reconcile.model.policy import GroupName
    from tests.tiers import Tier

JSON_TEXTS = [
    json.dumps(value, ensure_ascii=number % 2 == 0)
    for number, value in enumerate((*PLANS[:1], *STATES, JSON_FLOW))
]


def test_json_text(tier: Tier) -> None:
    def read(text: str) -> None:
        value = parse_json(text, "x.json")
        assert json.loads(text) == value
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()

    try_all(tier, lambda random: mutated_text(random, JSON_TEXTS), read)


def test_terraform_plans(tier: Tier) -> None:
    def read(tree: object) -> None:
        sides = read_plan(tree, "plan.json")
        check_inventory(sides.old)
        check_inventory(sides.new)

    try_all(tier, lambda random: mutated_tree(random, PLANS), read)


def test_terraform_states(tier: Tier) -> None:
    try_all(
        tier,
        lambda random: mutated_tree(random, STATES),
        lambda tree: check_inventory(read_state(tree, "state.json")[0]),
    )


def test_snapshots(tier: Tier) -> None:
    try_all(
        tier,
        lambda random: mutated_tree(random, SNAPSHOTS),
        lambda tree: check_inventory(read_snapshot(tree, "live.json")[0]),
    )


def check_inventory(found: Inventory) -> None:
    """Check that everything is of the type that it is said to be."""
    for firewall in found.firewalls:
        check_name(firewall.name)
        assert isinstance(firewall.policy, str | Unresolved)
        assert isinstance(firewall.vpc, str | Unresolved | None)
        assert isinstance(firewall.region, str | None)
    for policy in found.policies:
        check_name(policy.name)
        check_body(policy.body)
    for group in found.groups:
        check_name(group.name)
        check_body(group.body)
        assert isinstance(group.stateful, bool)
    for key, cidrs in (*found.prefix_lists.items(), *found.vpcs.items()):
        assert isinstance(key, str)
        assert isinstance(cidrs, list)
        check_body(cidrs)


def check_name(name: GroupName) -> None:
    assert isinstance(name.label, str)
    assert all(isinstance(text, str | None) for text in (name.name, name.arn, name.address))


def check_body(body: object) -> None:
    match body:
        case Unresolved(reference=reference):
            assert isinstance(reference, str)
        case Sensitive(value=value):
            check_body(value)
        case None | str() | int() | float():
            pass
        case Mapping():
            for key, value in body.items():
                assert isinstance(key, str)
                check_body(value)
        case _:
            assert isinstance(body, list)
            for value in body:
                check_body(value)
