"""The plan document: whether it may be used at all, and its parts with their types checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.shapes import wrong_type
from nfw_reconcile.sources.versions import check_version

if TYPE_CHECKING:
    from nfw_reconcile.sources.remarks import Remarks

_SHOW_PLAN: Final = (
    "Save the plan with `terraform plan -out PLANFILE`, "
    "and give the output of `terraform show -json PLANFILE`."
)
_SHOW_STATE: Final = "Give the output of `terraform show -json`."
_PLAN_KEYS: Final = frozenset({"resource_changes", "planned_values", "configuration", "resource_drift"})
_EMPTY_STATE_KEYS: Final = frozenset({"format_version", "terraform_version", "checks"})


def looks_like_plan(document: Mapping[str, object]) -> bool:
    """Say whether a JSON object is a plan as ``terraform show -json PLANFILE`` writes it."""
    return not _PLAN_KEYS.isdisjoint(document)


def looks_like_state(document: Mapping[str, object]) -> bool:
    """Say whether a JSON object is a state as ``terraform show -json`` writes it."""
    return not looks_like_plan(document) and ("values" in document or set(document) <= _EMPTY_STATE_KEYS)


def looks_like_raw_state(document: Mapping[str, object]) -> bool:
    """Say whether a JSON object is a state file as Terraform keeps it (``terraform.tfstate``)."""
    return "format_version" not in document and {"version", "terraform_version"} <= set(document)


def open_plan(data: object, remarks: Remarks) -> Mapping[str, object]:
    """Check what a plan says about itself; raises ``InputError`` or ``UnsupportedInput``.

    A plan that is not whole is refused: what it leaves out would be taken for unchanged.
    """
    document = _document(data, remarks, _SHOW_PLAN)
    if looks_like_raw_state(document) or not looks_like_plan(document):
        is_state = looks_like_raw_state(document) or looks_like_state(document)
        what = "this is a Terraform state, and a plan is needed" if is_state else "this is no Terraform plan"
        remarks.stop(what, _SHOW_PLAN)
    check_version(document, remarks, _SHOW_PLAN)
    for key, bad, what, remedy in _NOT_WHOLE:
        flag = document.get(key)
        if flag is bad:
            remarks.refuse(what, remedy)
        elif not isinstance(flag, bool | None):
            remarks.problem(key, str(wrong_type("true or false", flag)))
    remarks.raise_if_any()
    return document


_NOT_WHOLE: Final = (
    ("errored", True, "Terraform failed while it planned", "Correct what it reported and plan again."),
    (
        "complete",
        False,
        "the plan leaves out changes (by -target, or because they are deferred)",
        "Plan again without -target, after the changes that it waits for are applied.",
    ),
)


def open_state(data: object, remarks: Remarks) -> Mapping[str, object]:
    """Check what a state says about itself; raises ``InputError`` or ``UnsupportedInput``."""
    document = _document(data, remarks, _SHOW_STATE)
    if looks_like_raw_state(document):
        remarks.stop("this is the state file itself, and its JSON form is needed", _SHOW_STATE)
    if not looks_like_state(document):
        is_plan = looks_like_plan(document)
        what = "this is a Terraform plan, and a state is needed" if is_plan else "this is no Terraform state"
        remarks.stop(what, _SHOW_STATE)
    check_version(document, remarks, _SHOW_STATE)
    remarks.raise_if_any()
    return document


def _document(data: object, remarks: Remarks, remedy: str) -> Mapping[str, object]:
    if not isinstance(data, Mapping):
        remarks.stop(str(wrong_type("an object", data)), remedy)
    return data


def objects(tree: Mapping[str, object], key: str, path: str, remarks: Remarks) -> list[Mapping[str, object]]:
    """Give the objects of a list that may be absent; whatever is none of them becomes a problem."""
    value = tree.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        remarks.problem(path, str(wrong_type("a list", value)))
        return []
    for index, item in enumerate(value):
        if not isinstance(item, Mapping):
            remarks.problem(f"{path}[{index}]", str(wrong_type("an object", item)))
    return [item for item in value if isinstance(item, Mapping)]


def place_of(item: Mapping[str, object], path: str) -> str:
    """Give the address of a resource, else where it stands in the document."""
    address = item.get("address")
    return address if isinstance(address, str) and address else path


def type_of(item: Mapping[str, object], place: str, remarks: Remarks) -> str:
    """Give the type of a resource; an empty one, with a problem, where it is missing."""
    kind = item.get("type")
    if isinstance(kind, str) and kind:
        return kind
    remarks.problem(place, "the type of the resource is missing")
    return ""
