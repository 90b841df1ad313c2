"""From what an input holds to what can be compared: each firewall's policy before and after.

A policy finds its groups, a firewall its policy and VPC, by ARN; by Terraform address while the ARN
is only known after apply. Old and new are paired by address, so that a group or policy that is
replaced is still one thing that changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from nfw_reconcile.errors import Diagnostic, InputError, Location, UsageError, error, note, warning
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
from nfw_reconcile.sources.links import REFERENCE_LISTS, group_references, prefix_list_references

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nfw_reconcile.model.inventory import Body

Named = TypeVar("Named", FirewallRecord, PolicyRecord, GroupRecord)

UNKNOWN_HOME_NET: Final = Unresolved("HOME_NET")
GIVEN: Final = "--home-net"
"""Where HOME_NET came from, if the user gave it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user asks for: firewalls and a policy by name, ARN or address, and a stand-in for HOME_NET."""

    firewalls: tuple[str, ...] = ()
    policy: str | None = None
    home_net: tuple[str, ...] = ()


NO_CHOICE: Final = Choice()


@dataclass(frozen=True, slots=True)
class Assembled:
    """Every firewall (or policy without one) that the input speaks of, and what was found on the way."""

    changes: tuple[PolicyChange, ...]
    diagnostics: tuple[Diagnostic, ...]


def assemble(old: Inventory, new: Inventory, context: Inventory | None, choice: Choice) -> Assembled:
    """Pair, link and bind. Raises ``UsageError`` for a choice that names nothing, ``InputError`` for an empty input."""
    base = context or Inventory()
    assembler = _Assembler(_with_context(old, base, new), _with_context(new, base, old), choice)
    return assembler.run()


def _with_context(side: Inventory, context: Inventory, other: Inventory) -> Inventory:
    """Add what a side lacks. What the other side of the input holds is absent here on purpose, and stays so."""
    return Inventory(
        (*side.firewalls, *_lacking(side.firewalls, context.firewalls, other.firewalls)),
        (*side.policies, *_lacking(side.policies, context.policies, other.policies)),
        (*side.groups, *_lacking(side.groups, context.groups, other.groups)),
        {**context.prefix_lists, **side.prefix_lists},
        {**context.vpcs, **side.vpcs},
    )


def _lacking(have: Sequence[Named], offered: Sequence[Named], other: Sequence[Named]) -> list[Named]:
    return [record for record in offered if not any(_same(record.name, r.name) for r in (*have, *other))]


def _same(one: GroupName, other: GroupName) -> bool:
    if one.arn and other.arn:
        return one.arn == other.arn
    if one.address and other.address:
        return one.address == other.address
    return bool(one.name) and one.name == other.name


def _called(name: GroupName, wanted: str) -> bool:
    return wanted in {name.label, name.name, name.arn, name.address}


def _partner(record: Named, candidates: Sequence[Named]) -> Named | None:
    by_address = [r for r in candidates if r.name.address and r.name.address == record.name.address]
    return next(iter(by_address or [r for r in candidates if _same(r.name, record.name)]), None)


class _Assembler:
    def __init__(self, old: Inventory, new: Inventory, choice: Choice) -> None:
        self._old = old
        self._new = new
        self._choice = choice
        self._said: list[Diagnostic] = []

    def run(self) -> Assembled:
        changes = [*self._firewall_changes(), *self._policy_changes(), *self._group_changes()]
        if not changes and not self._said:
            summary = "the input holds no AWS Network Firewall policy, rule group or firewall."
            raise InputError(error(summary, None, "Name the stack that does, or give it with --context."))
        chosen = self._bound(self._chosen(changes))
        self._remark_unused()
        return Assembled(tuple(chosen), tuple(self._said))

    def _firewall_changes(self) -> list[PolicyChange]:
        changes: list[PolicyChange] = []
        for firewall in self._new.firewalls:
            before = _partner(firewall, self._old.firewalls)
            new = self._bundle_of(firewall, self._new)
            old = self._bundle_of(before, self._old) if before else None
            if new is not None:
                changes.append(PolicyChange(firewall, old, new))
        for firewall in self._old.firewalls:
            if _partner(firewall, self._new.firewalls) is None:
                summary = f"firewall {firewall.name.label} is deleted: its flows end with it."
                self._said.append(note(summary, Location(firewall.name.label)))
        return changes

    def _bundle_of(self, firewall: FirewallRecord, side: Inventory) -> PolicyBundle | None:
        policy = self._linked(firewall.policy, side.policies, side)
        if policy is None:
            summary = f"the policy of firewall {firewall.name.label} is not in the input."
            self._said.append(
                warning(summary, Location(firewall.name.label), "Give its stack with --context.")
            )
            return None
        return self._bundle(policy, side, firewall)

    def _policy_changes(self) -> list[PolicyChange]:
        bound = {id(p) for side in (self._old, self._new) for p in self._bound_policies(side)}
        changes: list[PolicyChange] = []
        for policy in self._new.policies:
            before = _partner(policy, self._old.policies)
            if id(policy) not in bound and (before is None or id(before) not in bound):
                old = self._bundle(before, self._old, None) if before else None
                changes.append(PolicyChange(None, old, self._bundle(policy, self._new, None)))
        return changes

    def _bound_policies(self, side: Inventory) -> Iterable[PolicyRecord]:
        for firewall in side.firewalls:
            policy = self._linked(firewall.policy, side.policies, side)
            if policy is not None:
                yield policy

    def _group_changes(self) -> list[PolicyChange]:
        """Show rule groups of an input without any policy as if each were the only one of its policy."""
        if self._new.policies or self._old.policies:
            return []
        changes = [self._alone(group) for group in self._new.groups if group.stateful]
        if changes:
            summary = (
                "the input holds rule groups and no firewall policy: each is judged as if it stood alone."
            )
            self._said.append(warning(summary, None, "Give the policy's stack with --context."))
        return changes

    def _alone(self, group: GroupRecord) -> PolicyChange:
        before = _partner(group, self._old.groups)
        old = self._bundle(_policy_around(before), self._old, None) if before else None
        return PolicyChange(None, old, self._bundle(_policy_around(group), self._new, None))

    def _bundle(self, policy: PolicyRecord, side: Inventory, firewall: FirewallRecord | None) -> PolicyBundle:
        groups: list[GroupRecord] = []
        for reference in group_references(policy.body):
            group = self._linked(reference, side.groups, side)
            if group is not None and group not in groups:
                groups.append(_linked_as(group, reference))
        home_net, origin = self._home_net(side, firewall)
        return PolicyBundle(policy, tuple(groups), _prefix_lists(groups, side), home_net, origin)

    def _linked(
        self, reference: str | Unresolved, candidates: Sequence[Named], side: Inventory
    ) -> Named | None:
        """Find the record that a reference names: by ARN, by address, or by the address that the ARN had before."""
        if isinstance(reference, Unresolved):
            address = reference.reference.removesuffix(".arn").removesuffix(".id")
            return _first([r for r in candidates if r.name.address == address])
        found = _first([r for r in candidates if r.name.arn == reference])
        if found is not None or side is self._old:
            return found
        names = [group.name for group in self._old.groups] + [policy.name for policy in self._old.policies]
        addresses = {name.address for name in names if name.arn == reference and name.address}
        return _first([r for r in candidates if r.name.arn is None and r.name.address in addresses])

    def _home_net(self, side: Inventory, firewall: FirewallRecord | None) -> tuple[Body, str]:
        if firewall is not None and firewall.vpc is not None:
            key = firewall.vpc
            address = key.reference.removesuffix(".id") if isinstance(key, Unresolved) else key
            if address in side.vpcs:
                return side.vpcs[address], f"CIDRs of the firewall's VPC ({address})"
        if self._choice.home_net:
            return list(self._choice.home_net), GIVEN
        return UNKNOWN_HOME_NET, ""

    def _chosen(self, changes: list[PolicyChange]) -> list[PolicyChange]:
        choice = self._choice
        if choice.policy is not None:
            wanted = choice.policy
            changes = [c for c in changes if c.new is not None and _called(c.new.policy.name, wanted)]
            if not changes:
                raise _no_such("policy", wanted, self._new.policies)
        known = list(self._new.firewalls)
        named = [w for w in choice.firewalls if any(_called(f.name, w) for f in known)]
        if named:
            changes = [
                c
                for c in changes
                if c.firewall is not None and any(_called(c.firewall.name, w) for w in named)
            ]
        return changes

    def _bound(self, changes: list[PolicyChange]) -> list[PolicyChange]:
        """Bind policies without a firewall to those that the user names."""
        unknown = [
            w for w in self._choice.firewalls if not any(_called(f.name, w) for f in self._new.firewalls)
        ]
        if not unknown:
            return changes
        free = [change for change in changes if change.firewall is None]
        if not free:
            raise _no_such("firewall", unknown[0], self._new.firewalls)
        if len(free) > 1:
            names = ", ".join(sorted(c.new.policy.name.label for c in free if c.new is not None))
            summary = f"firewall {unknown[0]} is not in the input, and there are several policies: {names}."
            raise UsageError(error(summary, None, "Choose one with --policy."))
        return [replace(free[0], firewall=_firewall_named(word)) for word in unknown]

    def _remark_unused(self) -> None:
        if not self._new.policies:
            return
        used = {id(g) for p in self._new.policies for g in self._groups_of(p)}
        for group in self._new.groups:
            if id(group) not in used:
                summary = f"rule group {group.name.label} is attached to no policy of the input: it decides nothing."
                self._said.append(note(summary, Location(group.name.label)))

    def _groups_of(self, policy: PolicyRecord) -> Iterable[GroupRecord]:
        for reference in group_references(policy.body):
            group = self._linked(reference, self._new.groups, self._new)
            if group is not None:
                yield group


def _first(found: Sequence[Named]) -> Named | None:
    return found[0] if found else None


def _linked_as(group: GroupRecord, reference: str | Unresolved) -> GroupRecord:
    """Let a group whose new ARN is not known be found by the reference that its policy still holds."""
    if isinstance(reference, str) and group.name.arn is None:
        return replace(group, name=replace(group.name, arn=reference))
    return group


def _policy_around(group: GroupRecord) -> PolicyRecord:
    options = group.body.get("StatefulRuleOptions") if isinstance(group.body, dict) else None
    reference: Body = group.name.arn or Unresolved(f"{group.name.address}.arn")
    body: dict[str, Body] = {
        "StatelessDefaultActions": ["aws:forward_to_sfe"],
        "StatelessFragmentDefaultActions": ["aws:forward_to_sfe"],
        REFERENCE_LISTS[0]: [{"ResourceArn": reference, "Priority": 1}],
    }
    if isinstance(options, dict):
        body["StatefulEngineOptions"] = options
    name = replace(group.name, label=f"{group.name.label} alone", arn=None)
    return PolicyRecord(name, body)


def _prefix_lists(groups: Sequence[GroupRecord], side: Inventory) -> Mapping[str, Body]:
    wanted = {key for group in groups for key in prefix_list_references(group.body)}
    return {key: value for key, value in side.prefix_lists.items() if key in wanted}


def _firewall_named(word: str) -> FirewallRecord:
    """Build a firewall from its ARN (``arn:PARTITION:network-firewall:REGION:ACCOUNT:firewall/NAME``) or name."""
    if not word.startswith("arn:"):
        return FirewallRecord(GroupName(word, word), Unresolved("firewall policy"))
    parts = word.split(":", 5)
    if len(parts) != 6 or not parts[5].startswith("firewall/"):
        summary = f"{word} is not the ARN of a firewall."
        raise UsageError(
            error(summary, None, "It looks like arn:aws:network-firewall:REGION:ACCOUNT:firewall/NAME.")
        )
    name = parts[5].removeprefix("firewall/")
    return FirewallRecord(
        GroupName(name, name, word), Unresolved("firewall policy"), account=parts[4], region=parts[3]
    )


def _no_such(what: str, wanted: str, known: Sequence[FirewallRecord] | Sequence[PolicyRecord]) -> UsageError:
    names = ", ".join(sorted(record.name.label for record in known)) or "none"
    return UsageError(error(f"the input holds no {what} {wanted}.", None, f"It holds: {names}."))
