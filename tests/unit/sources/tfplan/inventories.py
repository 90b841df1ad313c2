"""Inventories as plain JSON, to be compared with what a case expects."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from nfw_reconcile.sources.bundle import body_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.model.inventory import Body, Inventory
    from nfw_reconcile.model.policy import GroupName


def inventory_json(inventory: Inventory) -> dict[str, Any]:
    """Write what an inventory holds; what it does not hold is left out."""
    firewalls = [
        _name(one.name)
        | {
            "policy": body_to_json(one.policy),
            "vpc": body_to_json(one.vpc),
            "account": one.account,
            "region": one.region,
        }
        for one in inventory.firewalls
    ]
    parts: dict[str, Any] = {
        "firewalls": firewalls,
        "policies": [_name(one.name) | {"body": body_to_json(one.body)} for one in inventory.policies],
        "groups": [
            _name(one.name) | {"stateful": one.stateful, "body": body_to_json(one.body)}
            for one in inventory.groups
        ],
        "prefix_lists": _lists(inventory.prefix_lists),
        "vpcs": _lists(inventory.vpcs),
    }
    return {key: part for key, part in parts.items() if part}


def diagnostics_json(diagnostics: Iterable[Diagnostic]) -> list[str]:
    return [f"{one.severity}: {one.summary}" for one in diagnostics]


def _lists(lists: Mapping[str, Body]) -> dict[str, Any]:
    return {key: body_to_json(members) for key, members in lists.items()}


def _name(name: GroupName) -> dict[str, Any]:
    return {key: value for key, value in dataclasses.asdict(name).items() if value is not None}
