"""What a plan says beside its changes: objects that were changed outside Terraform, changes put off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.tfplan.document import objects, place_of, type_of
from nfw_reconcile.sources.tfplan.instances import (
    FIREWALL,
    MANAGED_TYPES,
    POLICY,
    PREFIX_LIST,
    PREFIX_LIST_ENTRY,
    RULE_GROUP,
    role_of,
)

if TYPE_CHECKING:
    from nfw_reconcile.sources.remarks import Remarks

_WATCHED: Final = frozenset({RULE_GROUP, POLICY, FIREWALL, PREFIX_LIST, PREFIX_LIST_ENTRY})


def tell_drift(document: Mapping[str, object], remarks: Remarks) -> None:
    """Warn of every firewall, policy, rule group and prefix list that was changed outside Terraform.

    What a plan calls ``before`` is the changed object. A group that uses ``rules`` is the exception:
    the provider never reads that argument again, so that the plan holds the text of the configuration,
    and what is live shows in the drift only.
    """
    for index, item in enumerate(objects(document, "resource_drift", "resource_drift", remarks)):
        place = place_of(item, f"resource_drift[{index}]")
        kind, change = type_of(item, place, remarks), item.get("change")
        if (
            role_of(kind) not in _WATCHED
            or not isinstance(change, Mapping)
            or change.get("actions") == ["no-op"]
        ):
            continue
        place = f"{place}: changed outside Terraform"
        if _rules_differ(change):
            remarks.warn(
                f"{place}: the live rules are not those of `rules`, which the plan shows as the old ones",
                "Compare with the live policy instead (--old SNAPSHOT), "
                "and apply a change of `rules` to bring it back.",
            )
        else:
            remarks.warn(
                f"{place} since the last apply",
                "The old policy is the one that is live, not the one that was applied last.",
            )


def _rules_differ(change: Mapping[str, object]) -> bool:
    before, after = change.get("before"), change.get("after")
    return (
        isinstance(after, Mapping)
        and bool(after.get("rules"))
        and bool(after.get("rule_group"))
        and isinstance(before, Mapping)
        and before.get("rule_group") != after.get("rule_group")
    )


def refuse_deferred(document: Mapping[str, object], remarks: Remarks) -> None:
    """Refuse a plan that puts off changes to what is read here: its new side is not what will be."""
    for index, item in enumerate(objects(document, "deferred_changes", "deferred_changes", remarks)):
        change = item.get("resource_change")
        if not isinstance(change, Mapping):
            remarks.problem(f"deferred_changes[{index}].resource_change", "an object is needed")
            continue
        place = place_of(change, f"deferred_changes[{index}]")
        if type_of(change, place, remarks) in MANAGED_TYPES:
            remarks.refuse(
                f"{place}: Terraform puts the change off to a later plan",
                "Apply what it waits for first, and plan again.",
            )
