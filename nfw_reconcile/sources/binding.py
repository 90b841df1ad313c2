"""Bind a policy to all that decides its verdicts: its groups, their prefix lists, and HOME_NET."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import GroupRecord, PolicyBundle
from nfw_reconcile.sources.links import group_references, prefix_list_references, resource_address
from nfw_reconcile.sources.pairing import Index, Named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nfw_reconcile.model.inventory import Body, FirewallRecord, Inventory, PolicyRecord
    from nfw_reconcile.model.policy import GroupName
    from nfw_reconcile.sources.choice import Choice

UNKNOWN_HOME_NET: Final = Unresolved("HOME_NET")
GIVEN: Final = "--home-net"
"""Where HOME_NET came from, if the user gave it."""

CONFIGURED: Final = "the configuration file"


class Binder:
    """Follows references inside of one side, or from the new one to what had an ARN on the old one."""

    def __init__(self, old: Inventory, new: Inventory, choice: Choice) -> None:
        """Take both sides, and what the user says of HOME_NET."""
        self._old = old
        self._new = new
        self._choice = choice
        self._indexes: dict[int, Index[Any]] = {}

    def bundle(self, policy: PolicyRecord, side: Inventory, firewall: FirewallRecord | None) -> PolicyBundle:
        """Give a policy of a side with what it refers to, for a firewall or for none."""
        groups: list[GroupRecord] = []
        named: dict[GroupName, list[GroupRecord]] = defaultdict(list)
        for reference in group_references(policy.body):
            group = self.linked(reference, side.groups, side)
            linked = _linked_as(group, reference) if group is not None else None
            if linked is not None and linked not in named[linked.name]:
                named[linked.name].append(linked)
                groups.append(linked)
        home_net, origin = self._home_net(side, firewall)
        return PolicyBundle(policy, tuple(groups), _prefix_lists(groups, side), home_net, origin)

    def linked(
        self, reference: str | Unresolved, candidates: Sequence[Named], side: Inventory
    ) -> Named | None:
        """Find the record that a reference names: by ARN, by address, or by the address that the ARN had before."""
        index = self._index(candidates)
        if isinstance(reference, Unresolved):
            return _first(index.by_address.get(resource_address(reference), ()))
        found = _first(index.by_arn.get(reference, ()))
        if found is not None or side is self._old:
            return found
        before = (self._index(self._old.groups), self._index(self._old.policies))
        addresses = {record.name.address for old in before for record in old.by_arn.get(reference, ())}
        open_ones = [r for a in addresses if a for r in index.by_address.get(a, ()) if r.name.arn is None]
        return min(open_ones, key=index.place, default=None)

    def groups_of(self, policy: PolicyRecord, side: Inventory) -> Iterable[GroupRecord]:
        """Give the groups of a side that a policy refers to."""
        for reference in group_references(policy.body):
            group = self.linked(reference, side.groups, side)
            if group is not None:
                yield group

    def _index(self, candidates: Sequence[Named]) -> Index[Named]:
        found: Index[Named] | None = self._indexes.get(id(candidates))
        if found is None:
            found = self._indexes[id(candidates)] = Index(candidates)
        return found

    def _home_net(self, side: Inventory, firewall: FirewallRecord | None) -> tuple[Body, str]:
        if firewall is not None and firewall.vpc is not None:
            key = firewall.vpc
            address = resource_address(key) if isinstance(key, Unresolved) else key
            if side.vpcs.get(address):
                return side.vpcs[address], f"CIDRs of the firewall's VPC ({address})"
        if self._choice.home_net:
            return list(self._choice.home_net), GIVEN
        if configured := self._choice.configured_for(firewall):
            return list(configured), CONFIGURED
        return UNKNOWN_HOME_NET, ""


def _first(found: Sequence[Named]) -> Named | None:
    return found[0] if found else None


def _linked_as(group: GroupRecord, reference: str | Unresolved) -> GroupRecord:
    """Let a group whose new ARN is not known be found by the reference that its policy still holds."""
    if isinstance(reference, str) and group.name.arn is None:
        return replace(group, name=replace(group.name, arn=reference))
    return group


def _prefix_lists(groups: Sequence[GroupRecord], side: Inventory) -> Mapping[str, Body]:
    wanted = {key for group in groups for key in prefix_list_references(group.body)}
    return {key: value for key, value in side.prefix_lists.items() if key in wanted}
