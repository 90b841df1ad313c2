"""Resources of a state: the state itself, and the ``prior_state`` inside a plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from nfw_reconcile.sources.shapes import wrong_type
from nfw_reconcile.sources.tfplan.changes import is_read, read_instance, refuse_next_generation
from nfw_reconcile.sources.tfplan.document import objects, place_of, type_of
from nfw_reconcile.sources.tfplan.instances import check_identity

if TYPE_CHECKING:
    from nfw_reconcile.sources.remarks import Remarks
    from nfw_reconcile.sources.tfplan.instances import Instance


def read_values(state: Mapping[str, object], path: str, remarks: Remarks) -> Iterator[Instance]:
    """Read the resources that matter from a state's ``values``; a state without any is an empty one."""
    values = _object(state, "values", path, remarks)
    root = _object(values, "root_module", f"{path}.values", remarks)
    return _module(root, f"{path}.values.root_module", remarks)


def _module(module: Mapping[str, object], path: str, remarks: Remarks) -> Iterator[Instance]:
    for index, item in enumerate(objects(module, "resources", f"{path}.resources", remarks)):
        place = place_of(item, f"{path}.resources[{index}]")
        kind = type_of(item, place, remarks)
        refuse_next_generation(kind, place, remarks)
        if is_read(kind, item.get("mode")):
            yield from _resource({**item, "module_address": module.get("address")}, place, remarks)
    for index, child in enumerate(objects(module, "child_modules", f"{path}.child_modules", remarks)):
        yield from _module(child, f"{path}.child_modules[{index}]", remarks)


def _resource(item: Mapping[str, object], place: str, remarks: Remarks) -> Iterator[Instance]:
    instance = read_instance(item, place, remarks)
    if instance is None:
        return
    if item.get("deposed_key") is not None:
        remarks.note(
            f"{place}: the object {item['deposed_key']} is left from an interrupted replacement and left out"
        )
        return
    values = item.get("values")
    if not isinstance(values, Mapping):
        remarks.problem(f"{place}: values", str(wrong_type("an object", values)))
        return
    found = replace(instance, values=values, sensitive=item.get("sensitive_values"))
    check_identity(found, remarks)
    yield found


def _object(tree: Mapping[str, object], key: str, path: str, remarks: Remarks) -> Mapping[str, object]:
    value = tree.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        remarks.problem(f"{path}.{key}", str(wrong_type("an object", value)))
        return {}
    return value
