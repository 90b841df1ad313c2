"""From what an input holds to what can be compared: each firewall's policy before and after.

A policy finds its groups, a firewall its policy and VPC, by ARN; by Terraform address while the ARN
is only known after apply. A policy that a firewall has or had, and that the input does not hold, is
not known: it is never taken for one that denied everything, or that changed nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Diagnostic, InputError, Location, error, note, warning
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import (
    FirewallRecord,
    GroupRecord,
    Inventory,
    PolicyBundle,
    PolicyChange,
    PolicyRecord,
)
from nfw_reconcile.model.policy import GroupName
from nfw_reconcile.sources.binding import Binder
from nfw_reconcile.sources.choice import NO_CHOICE, Choice, chosen
from nfw_reconcile.sources.links import REFERENCE_LISTS, member
from nfw_reconcile.sources.pairing import lacking, paired
from nfw_reconcile.sources.remarks import MOST_TOLD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nfw_reconcile.model.inventory import Body

__all__ = ["NO_CHOICE", "Assembled", "Choice", "assemble"]

MOST_CHANGES: Final = 1_000
"""Firewalls and policies that are compared at once; AWS gives an account 5 and 20 (developer guide, "Quotas")."""

_CONTEXT: Final = "Give its stack with --context."


@dataclass(frozen=True, slots=True)
class Assembled:
    """Every firewall (or policy without one) that the input speaks of, and what was found on the way."""

    changes: tuple[PolicyChange, ...]
    diagnostics: tuple[Diagnostic, ...]


def assemble(old: Inventory, new: Inventory, context: Inventory | None, choice: Choice) -> Assembled:
    """Pair, link and bind. Raises ``UsageError`` for a choice that names nothing, ``InputError`` for an empty input."""
    base = context or Inventory()
    assembler = _Assembler(_with_context(old, base, new), _with_context(new, base, old), choice)
    return assembler.run(new.groups)


def _with_context(side: Inventory, context: Inventory, other: Inventory) -> Inventory:
    """Add what a side lacks. What the other side of the input holds is absent here on purpose, and stays so."""
    return Inventory(
        (*side.firewalls, *lacking(side.firewalls, other.firewalls, context.firewalls)),
        (*side.policies, *lacking(side.policies, other.policies, context.policies)),
        (*side.groups, *lacking(side.groups, other.groups, context.groups)),
        _lists_with_context(side.prefix_lists, other.prefix_lists, context.prefix_lists),
        _lists_with_context(side.vpcs, other.vpcs, context.vpcs),
    )


def _lists_with_context(
    side: Mapping[str, Body], other: Mapping[str, Body], context: Mapping[str, Body]
) -> dict[str, Body]:
    return {**{key: value for key, value in context.items() if key not in other}, **side}


class _Assembler:
    def __init__(self, old: Inventory, new: Inventory, choice: Choice) -> None:
        self._old = old
        self._new = new
        self._choice = choice
        self._binder = Binder(old, new, choice)
        self._said: dict[Diagnostic, None] = {}

    def run(self, own_groups: Sequence[GroupRecord]) -> Assembled:
        """Give all changes; ``own_groups`` are those of the new side that the context did not bring."""
        changes = [*self._firewall_changes(), *self._policy_changes(), *self._group_changes()]
        if not changes and not self._said:
            summary = "the input holds no AWS Network Firewall policy, rule group or firewall."
            raise InputError(error(summary, None, "Name the stack that does, or give it with --context."))
        wanted = chosen(changes, self._choice, self._old, self._new)
        if len(wanted) > MOST_CHANGES:
            found, most = f"{len(wanted):,}", f"{MOST_CHANGES:,}"
            summary = f"the input holds {found} firewalls and policies, and {most} at most are compared."
            raise InputError(error(summary, None, "Choose some with --firewall or --policy."))
        kept = [self._with_history(change) for change in wanted]
        self._remark_unused(own_groups)
        return Assembled(tuple(kept), tuple(self._said))

    def _firewall_changes(self) -> list[PolicyChange]:
        pairs = paired(self._new.firewalls, self._old.firewalls)
        changes = [self._firewall_change(firewall, before) for firewall, before in pairs.found]
        for firewall in pairs.gone:
            self._note(firewall, f"firewall {firewall.name.label} is deleted: its flows end with it.")
        return [change for change in changes if change is not None]

    def _firewall_change(
        self, firewall: FirewallRecord, before: FirewallRecord | None
    ) -> PolicyChange | None:
        new = self._bundle_of(firewall, self._new)
        old = self._bundle_of(before, self._old) if before is not None else None
        stays = before is None or before.policy == firewall.policy
        if new is None and old is None and stays:
            return None
        if new is None:
            new = self._unknown_bundle(firewall, self._new)
        if old is None and before is not None:
            old = self._unknown_bundle(before, self._old)
        return PolicyChange(firewall, old, new)

    def _bundle_of(self, firewall: FirewallRecord, side: Inventory) -> PolicyBundle | None:
        policy = self._binder.linked(firewall.policy, side.policies, side)
        if policy is not None:
            return self._binder.bundle(policy, side, firewall)
        place = Location(firewall.name.label)
        if isinstance(firewall.policy, Unresolved):
            summary = f"which policy firewall {place} has is not known: {firewall.policy.reference}."
        else:
            summary = f"the policy of firewall {place} is not in the input: {firewall.policy}."
        self._say(warning(summary, place, _CONTEXT))
        return None

    def _unknown_bundle(self, firewall: FirewallRecord, side: Inventory) -> PolicyBundle:
        """Stand for a policy that the input does not hold: what it decides is undecided."""
        return self._binder.bundle(_unknown_policy(firewall.policy), side, firewall)

    def _policy_changes(self) -> list[PolicyChange]:
        bound = {id(policy) for side in (self._old, self._new) for policy in self._bound_policies(side)}
        pairs = paired(self._new.policies, self._old.policies)
        for policy in pairs.gone:
            if id(policy) not in bound:
                summary = f"firewall policy {policy.name.label} is deleted: AWS deletes none that is in use."
                self._note(policy, summary)
        return [
            PolicyChange(
                None,
                self._binder.bundle(before, self._old, None) if before is not None else None,
                self._binder.bundle(policy, self._new, None),
            )
            for policy, before in pairs.found
            if id(policy) not in bound and id(before) not in bound
        ]

    def _bound_policies(self, side: Inventory) -> Iterable[PolicyRecord]:
        for firewall in side.firewalls:
            policy = self._binder.linked(firewall.policy, side.policies, side)
            if policy is not None:
                yield policy

    def _group_changes(self) -> list[PolicyChange]:
        """Show rule groups of an input without any policy as if each were the only one of its policy."""
        if self._new.policies or self._old.policies:
            return []
        pairs = paired(self._new.groups, self._old.groups)
        for group in pairs.gone:
            self._note(group, f"rule group {group.name.label} is deleted: AWS deletes none that is in use.")
        if pairs.found:
            summary = (
                "the input holds rule groups and no firewall policy: each is judged as if it stood alone."
            )
            self._say(warning(summary, None, "Give the policy's stack with --context."))
        return [
            PolicyChange(
                None,
                self._binder.bundle(_policy_around(before), self._old, None) if before is not None else None,
                self._binder.bundle(_policy_around(group), self._new, None),
            )
            for group, before in pairs.found
        ]

    def _with_history(self, change: PolicyChange) -> PolicyChange:
        """Let a policy that the user bound to a firewall have one before: no input knows that it had none."""
        if change.firewall is None or change.old is not None or change.firewall in self._new.firewalls:
            return change
        gone = paired(self._new.policies, self._old.policies).gone
        if len(gone) == 1:
            return replace(change, old=self._binder.bundle(gone[0], self._old, None))
        label = change.firewall.name.label
        summary = f"the policy of firewall {label} before the change is not in the input."
        self._say(warning(summary, Location(label), _CONTEXT))
        before = replace(change.firewall, policy=Unresolved(f"{label}: policy before the change"))
        return replace(change, old=self._unknown_bundle(before, self._old))

    def _remark_unused(self, own_groups: Sequence[GroupRecord]) -> None:
        """Say which groups decide nothing here; one that changes may well decide in another stack."""
        if not self._new.policies:
            return
        used = {id(g) for p in self._new.policies for g in self._binder.groups_of(p, self._new)}
        for group, before in paired(own_groups, self._old.groups).found:
            if id(group) in used:
                continue
            label = group.name.label
            summary = f"rule group {label} is attached to no policy of the input: it decides nothing."
            changes = before is not None and before.body != group.body
            remedy = "It changes: if a policy of another stack refers to it, give that stack with --context."
            say = warning if changes else note
            self._say(say(summary, Location(label), remedy if changes else ""))

    def _note(self, record: FirewallRecord | PolicyRecord | GroupRecord, summary: str) -> None:
        self._say(note(summary, Location(record.name.label)))

    def _say(self, diagnostic: Diagnostic) -> None:
        if len(self._said) == MOST_TOLD:
            diagnostic = warning(
                "there is more to say, which is not listed.", None, "Compare fewer firewalls at once."
            )
        if len(self._said) <= MOST_TOLD:
            self._said[diagnostic] = None


def _unknown_policy(reference: str | Unresolved) -> PolicyRecord:
    if isinstance(reference, Unresolved):
        return PolicyRecord(GroupName(reference.reference), reference)
    name = reference.rpartition("/")[2]
    return PolicyRecord(GroupName(name, name, reference), Unresolved(reference))


def _policy_around(group: GroupRecord) -> PolicyRecord:
    options = member(group.body, "StatefulRuleOptions")
    reference: Body = group.name.arn or Unresolved(f"{group.name.address}.arn")
    body: dict[str, Body] = {
        "StatelessDefaultActions": ["aws:forward_to_sfe"],
        "StatelessFragmentDefaultActions": ["aws:forward_to_sfe"],
        REFERENCE_LISTS[0 if group.stateful else 1]: [{"ResourceArn": reference, "Priority": 1}],
    }
    if isinstance(options, Mapping):
        body["StatefulEngineOptions"] = options
    name = replace(group.name, label=f"{group.name.label} alone", arn=None)
    return PolicyRecord(name, body)
