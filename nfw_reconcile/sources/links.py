"""The references that a policy's body makes to groups, and a group's body to prefix lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Sensitive

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Body

REFERENCE_LISTS: Final = ("StatefulRuleGroupReferences", "StatelessRuleGroupReferences")


def bare(body: Body) -> Body:
    """Take the mark of a sensitive value off."""
    return bare(body.value) if isinstance(body, Sensitive) else body


def member(body: Body, name: str) -> Body:
    """Give a member of an object, ``None`` where there is none."""
    found = bare(body)
    return bare(found[name]) if isinstance(found, Mapping) and name in found else None


def items(body: Body) -> Sequence[Body]:
    """Give the items of a list, nothing for anything else."""
    found = bare(body)
    return found if isinstance(found, Sequence) and not isinstance(found, str) else ()


def group_references(policy: Body) -> Iterable[str | Unresolved]:
    """Give every ``ResourceArn`` of a policy's body, stateful ones first, in written order."""
    for name in REFERENCE_LISTS:
        for item in items(member(policy, name)):
            arn = member(item, "ResourceArn")
            if isinstance(arn, str | Unresolved):
                yield arn


def prefix_list_references(group: Body) -> Iterable[str]:
    """Give what a group's IP set references name: an ARN, or a Terraform address where the ARN is not known."""
    for arn in ip_set_references(group).values():
        yield resource_address(arn) if isinstance(arn, Unresolved) else arn


def ip_set_references(group: Body) -> Mapping[str, str | Unresolved]:
    """Give the ``ReferenceArn`` of every IP set reference of a group's body, by the reference's name."""
    references = member(member(group, "ReferenceSets"), "IPSetReferences")
    if not isinstance(references, Mapping):
        return {}
    found = {name: member(reference, "ReferenceArn") for name, reference in references.items()}
    return {name: arn for name, arn in found.items() if isinstance(arn, str | Unresolved)}


def resource_address(identifier: Unresolved) -> str:
    """Give the Terraform address of the resource whose ``arn`` or ``id`` is not known."""
    return identifier.reference.removesuffix(".arn").removesuffix(".id")


def holds_unknown(body: Body) -> bool:
    """Say whether a value, or a part of it, is not known."""
    found = bare(body)
    if isinstance(found, Mapping):
        return any(map(holds_unknown, found.values()))
    return isinstance(found, Unresolved) or any(map(holds_unknown, items(found)))
