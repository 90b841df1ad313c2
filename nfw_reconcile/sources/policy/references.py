"""From a policy's references to its rule groups: by ARN, or by the Terraform address behind ``.arn``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.policy import (
    GroupName,
    OpaqueGroup,
    RuleOrder,
    StatefulGroup,
    StatefulReference,
    StatelessGroup,
    StatelessReference,
)
from nfw_reconcile.sources.policy.body import NotKnown, NotValid, Undecidable
from nfw_reconcile.sources.policy.group import build_group, is_managed, managed_group
from nfw_reconcile.sources.policy.stateless import FIRST, HIGHEST_PRIORITY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nfw_reconcile.model.inventory import GroupRecord
    from nfw_reconcile.sources.policy.body import Node
    from nfw_reconcile.sources.policy.group import AnyGroup
    from nfw_reconcile.sources.policy.reading import Reading

MOST_REFERENCES: Final = 1_000
"""References to groups of one kind that are read; AWS allows a policy 20 (developer guide, "Quotas")."""

_CONTEXT: Final = "pass the stack that holds it with --context SOURCE"


@dataclass(frozen=True, slots=True)
class Linker:
    """The groups at hand, and the order of the policy that refers to them."""

    records: Sequence[GroupRecord]
    order: RuleOrder
    reading: Reading

    def group(self, reference: Node) -> AnyGroup:
        """Give the group that a reference names; raises :class:`Undecidable` where it names none."""
        arn = reference.get("ResourceArn")
        if arn.unresolved is None and is_managed(arn.text()):
            return managed_group(_name_of(arn))
        record = next((record for record in self.records if _is_named(record.name, arn)), None)
        if record is None:
            name = _name_of(arn)
            reason = f"{name.label if arn.sensitive else _identifier(arn)} is not in the input; {_CONTEXT}"
            return OpaqueGroup(name, managed=False, reason=reason)
        return build_group(
            record, self.reading.prefix_lists, policy_order=self.order, report=self.reading.report
        )


def _is_named(name: GroupName, arn: Node) -> bool:
    if arn.unresolved is None:
        return name.arn == arn.text()
    return name.address is not None and _identifier(arn) in (f"{name.address}.arn", f"{name.address}.id")


def _identifier(arn: Node) -> str:
    return arn.text() if arn.unresolved is None else arn.unresolved.reference


def _name_of(arn: Node) -> GroupName:
    if arn.unresolved is not None:
        return GroupName(arn.unresolved.reference)
    if arn.sensitive:
        return GroupName("a rule group with a sensitive ARN", arn=arn.text())
    name = arn.text().rsplit("/", 1)[-1]
    return GroupName(name, name, arn.text())


@dataclass(frozen=True, slots=True)
class StatefulReferences:
    """The stateful groups in the order in which they are tried, and why that order may not hold."""

    references: tuple[StatefulReference, ...]
    unresolved: tuple[Unresolved, ...] = ()


def stateful_references(node: Node, linker: Linker) -> StatefulReferences:
    """Read ``StatefulRuleGroupReferences``: by priority in strict order, else by label."""
    try:
        items = node.items(MOST_REFERENCES)
    except Undecidable as why:
        return StatefulReferences((), (_identity(node, why, linker.reading),))
    strict = linker.order is RuleOrder.STRICT
    read = [_stateful(item, linker) for item in items]
    ordered = sorted(
        (reference for reference, _ in read),
        key=lambda reference: (strict and (reference.priority or 0), _place(reference.group)),
    )
    if not strict or len(read) == 1:
        return StatefulReferences(tuple(ordered))
    _warn_equal_priorities(ordered, linker.reading)
    return StatefulReferences(tuple(ordered), tuple(lost for _, lost in read if lost is not None))


def _stateful(item: Node, linker: Linker) -> tuple[StatefulReference, Unresolved | None]:
    """Give a reference, and the identity of its priority where that is not known."""
    alert_only = False
    try:
        group = linker.group(item)
        if isinstance(group, StatelessGroup):
            message = f"{item.path} names the stateless group {group.name.label}"
            raise NotValid(message)
        alert_only = _drop_to_alert(item.get("Override"))
        _check_order(group, linker)
    except Undecidable as why:
        group = _opaque(item, why, linker.reading)
    priority = _priority(item, group, linker)
    if isinstance(priority, Unresolved):
        return StatefulReference(group, None, alert_only), priority
    return StatefulReference(group, priority, alert_only), None


def _drop_to_alert(override: Node) -> bool:
    action = override.get("Action")
    if action.missing:
        return False
    if action.text() != "DROP_TO_ALERT":
        message = f"{action.path} is {action.shown}, not DROP_TO_ALERT"
        raise NotValid(message)
    return True


def _priority(item: Node, group: StatefulGroup | OpaqueGroup, linker: Linker) -> int | Unresolved | None:
    """Read the priority; action order has none, and Terraform writes 0 for it."""
    try:
        priority = item.get("Priority")
        if linker.order is not RuleOrder.STRICT and priority.missing:
            return None
        return priority.number(int(linker.order is RuleOrder.STRICT), HIGHEST_PRIORITY) or None
    except NotKnown as why:
        return why.unresolved
    except NotValid as why:
        linker.reading.warn(why.reason, "Give the reference a priority.")
        return Unresolved(f"priority of {group.name.label}")


def _check_order(group: StatefulGroup | OpaqueGroup, linker: Linker) -> None:
    if isinstance(group, StatefulGroup) and group.rule_order is not linker.order:
        orders = f"the policy has {linker.order.value}, its group {group.name.label} {group.rule_order.value}"
        linker.reading.warn(
            orders,
            "AWS accepts only equal orders: set the same rule_order in both.",
        )


def _warn_equal_priorities(references: Iterable[StatefulReference], reading: Reading) -> None:
    by_priority: dict[int, list[str]] = {}
    for reference in references:
        if reference.priority is not None:
            by_priority.setdefault(reference.priority, []).append(_label(reference.group))
    for priority, labels in sorted(by_priority.items()):
        if len(labels) > 1:
            reading.warn(
                f"priority {priority} is given to {' and '.join(sorted(labels))}",
                "AWS accepts each priority once: give them different ones.",
            )


def stateless_references(node: Node, linker: Linker) -> tuple[StatelessReference, ...]:
    """Read ``StatelessRuleGroupReferences`` by priority; one that cannot be followed is opaque, and first."""
    try:
        items = node.items(MOST_REFERENCES)
    except Undecidable as why:
        return (StatelessReference(_opaque(node, why, linker.reading), FIRST),)
    references = [_stateless(item, linker) for item in items]
    return tuple(sorted(references, key=lambda reference: (reference.priority, _place(reference.group))))


def _stateless(item: Node, linker: Linker) -> StatelessReference:
    try:
        priority = item.get("Priority").number(1, HIGHEST_PRIORITY)
    except Undecidable as why:
        return StatelessReference(_opaque(item, why, linker.reading), FIRST)
    try:
        group = linker.group(item)
        if isinstance(group, StatefulGroup):
            message = f"{item.path} names the stateful group {group.name.label}"
            raise NotValid(message)
    except Undecidable as why:
        return StatelessReference(_opaque(item, why, linker.reading), priority)
    return StatelessReference(group, priority)


def _opaque(item: Node, why: Undecidable, reading: Reading) -> OpaqueGroup:
    identity = _identity(item, why, reading)
    return OpaqueGroup(GroupName(identity.reference), managed=False, reason=why.reason)


def _identity(node: Node, why: Undecidable, reading: Reading) -> Unresolved:
    if isinstance(why, NotKnown):
        return why.unresolved
    reading.warn(why.reason, "Correct it; what it decides is undecided.")
    return Unresolved(f"invalid {node.path}")


def _place(group: StatefulGroup | StatelessGroup | OpaqueGroup) -> tuple[str, str]:
    """Give the place of a group among those that no priority orders: the same in every input."""
    return group.name.label, group.name.arn or ""


def _label(group: StatefulGroup | StatelessGroup | OpaqueGroup) -> str:
    return group.name.label
