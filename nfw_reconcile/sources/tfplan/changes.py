"""``resource_changes``: which resources exist before and after, with the values of each side.

Terraform documents the items ("JSON Output Format", change representation); the combinations of
actions are those of its plan file format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.shapes import wrong_type
from nfw_reconcile.sources.tfplan.addresses import module_path
from nfw_reconcile.sources.tfplan.document import objects, place_of, type_of
from nfw_reconcile.sources.tfplan.instances import (
    DATA_TYPES,
    MANAGED_TYPES,
    Instance,
    check_identity,
)

if TYPE_CHECKING:
    from nfw_reconcile.sources.remarks import Remarks
    from nfw_reconcile.sources.tfplan.configuration import Configuration

_ACTIONS: Final[Mapping[tuple[str, ...], tuple[bool, bool]]] = {
    ("no-op",): (True, True),
    ("read",): (False, True),
    ("create",): (False, True),
    ("update",): (True, True),
    ("delete",): (True, False),
    ("delete", "create"): (True, True),
    ("create", "delete"): (True, True),
    ("forget",): (True, False),
    ("create", "forget"): (True, True),
}
"""Whether a resource is there before and after, by its actions."""

_V2: Final = "firewall_policy_v2"


@dataclass(slots=True)
class Sides:
    """The instances of both sides, and the addresses that a plan speaks of: planned ones, left ones."""

    old: list[Instance] = field(default_factory=list)
    new: list[Instance] = field(default_factory=list)
    planned: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)


def is_read(kind: str, mode: object) -> bool:
    """Say whether a resource or data source matters here."""
    return kind in (DATA_TYPES if mode == "data" else MANAGED_TYPES)


def refuse_next_generation(kind: str, path: str, remarks: Remarks) -> None:
    """Refuse a next generation policy: its engines decide by other rules (``API: FirewallPolicyV2``)."""
    if _V2 in kind:
        remarks.refuse(
            f"{path} is a next generation firewall policy, which this version does not model",
            "Treat its firewall by hand; leave it out of the plan that is given here.",
        )


def read_changes(document: Mapping[str, object], configuration: Configuration, remarks: Remarks) -> Sides:
    """Read all changes of the types that matter, in one pass over the list."""
    sides = Sides()
    for index, item in enumerate(objects(document, "resource_changes", "resource_changes", remarks)):
        path = place_of(item, f"resource_changes[{index}]")
        kind = type_of(item, path, remarks)
        refuse_next_generation(kind, path, remarks)
        if is_read(kind, item.get("mode")):
            _read_change(item, path, sides, configuration, remarks)
    return sides


def _read_change(
    item: Mapping[str, object], path: str, sides: Sides, configuration: Configuration, remarks: Remarks
) -> None:
    instance = read_instance(item, path, remarks)
    change = item.get("change")
    if instance is None:
        return
    if item.get("deposed") is not None:
        remarks.note(
            f"{path}: the object {item['deposed']} is left from an interrupted replacement and left out"
        )
        return
    if path in sides.planned:
        remarks.problem(path, "the address is there twice")
    if not isinstance(change, Mapping):
        remarks.problem(path, "the change is missing")
        return
    sides.planned.add(path)
    sides.left.add(str(item.get("previous_address")))
    _add(instance, change, sides, configuration, remarks)


def _add(
    instance: Instance,
    change: Mapping[str, object],
    sides: Sides,
    configuration: Configuration,
    remarks: Remarks,
) -> None:
    actions = _words(change.get("actions"))
    exists = _ACTIONS.get(actions)
    if exists is None:
        shown = ", ".join(actions) or "of the change"
        remarks.problem(instance.address, f"the actions {shown} are not known", "Use a newer version.")
        return
    region = configuration.region(instance.module, instance.resource)
    before = replace(instance, sensitive=change.get("before_sensitive"), region=region)
    after = replace(
        instance,
        unknown=change.get("after_unknown"),
        sensitive=change.get("after_sensitive"),
        expressions=configuration.expressions(instance.module, instance.resource),
        region=region,
    )
    if exists[0]:
        sides.old += _with_values(before, change, "before", remarks)
    if exists[1]:
        sides.new += _with_values(after, change, "after", remarks)
    if "forget" in actions:
        _keep_forgotten(before, change, exists, sides, remarks)


def _keep_forgotten(
    before: Instance,
    change: Mapping[str, object],
    exists: tuple[bool, bool],
    sides: Sides,
    remarks: Remarks,
) -> None:
    """Leave what Terraform forgets on the new side: the object itself stays in AWS, as it is."""
    if not exists[1]:
        sides.new += _with_values(before, change, "before", remarks)
    remarks.warn(
        f"{before.address}: Terraform forgets the object, and it stays in AWS as it is",
        "Its rules stay in force where a policy refers to it.",
    )


def _with_values(
    instance: Instance, change: Mapping[str, object], side: str, remarks: Remarks
) -> list[Instance]:
    values = change.get(side)
    if not isinstance(values, Mapping):
        remarks.problem(f"{instance.address}: {side}", str(wrong_type("an object", values)))
        return []
    found = replace(instance, values=values)
    check_identity(found, remarks)
    return [found]


def read_instance(item: Mapping[str, object], path: str, remarks: Remarks) -> Instance | None:
    """Read what names a resource, in a plan or a state; ``None`` with a problem where it is malformed."""
    words = {key: item.get(key) for key in ("address", "type", "name")}
    wrong = [key for key, word in words.items() if not isinstance(word, str) or not word]
    index, module = item.get("index"), item.get("module_address")
    if not isinstance(index, str | int | None) or isinstance(index, bool):
        wrong.append("index")
    if not isinstance(module, str | None):
        wrong.append("module_address")
    if wrong:
        remarks.problem(path, f"{', '.join(wrong)}: missing, or of the wrong type")
        return None
    return Instance(
        address=str(words["address"]),
        kind=str(words["type"]),
        name=str(words["name"]),
        values={},
        data=item.get("mode") == "data",
        module=module_path(module if isinstance(module, str) else None),
        index=index if isinstance(index, str | int) else None,
    )


def _words(actions: object) -> tuple[str, ...]:
    """Give a list of strings; nothing for anything else."""
    if not isinstance(actions, list):
        return ()
    words = tuple(action for action in actions if isinstance(action, str))
    return words if len(words) == len(actions) else ()
