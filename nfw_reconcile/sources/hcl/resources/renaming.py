"""Names of unknown values put in after records were made: where a record names one by its path alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Inventory, Sensitive

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Body

Slots = Mapping[str, str]
"""The names of unknown values, by their paths."""


def renamed(inventory: Inventory, slots: Slots) -> Inventory:
    """Name every unknown value that is called by its path as its slot says: paths are no names across revisions."""
    return Inventory(
        firewalls=inventory.firewalls,
        policies=tuple(replace(each, body=_body(each.body, slots)) for each in inventory.policies),
        groups=tuple(replace(each, body=_body(each.body, slots)) for each in inventory.groups),
        prefix_lists={key: _body(body, slots) for key, body in inventory.prefix_lists.items()},
        vpcs={key: _body(body, slots) for key, body in inventory.vpcs.items()},
    )


def _body(body: Body, slots: Slots) -> Body:
    match body:
        case Unresolved(reference=reference):
            return Unresolved(slots.get(reference, reference))
        case Sensitive(value=value):
            return Sensitive(_body(value, slots))
        case str():
            return body
        case Mapping():
            return {key: _body(each, slots) for key, each in body.items()}
        case Sequence():
            return [_body(each, slots) for each in body]
        case _:
            return body
