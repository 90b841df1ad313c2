"""Names for unknown values, and links between resources whose ids are known after apply only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.tfplan.configuration import Configuration, uses_own_key
from nfw_reconcile.sources.tfplan.instances import (
    POLICY,
    PREFIX_LIST,
    VPC,
    Instance,
    Instances,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nfw_reconcile.sources.tfplan.configuration import Target
    from nfw_reconcile.sources.tfplan.node import Node

_MOST_NAMED: Final = 3

_LINKS: Final = {
    "firewall_policy_arn": (POLICY, "arn"),
    "vpc_id": (VPC, "id"),
    "reference_arn": (PREFIX_LIST, "arn"),
    "prefix_list_id": (PREFIX_LIST, "id"),
}
"""Attributes that hold the identifier of another resource: its type, and which attribute of it."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names unknown values of one side.

    ``slots`` are the names that were worked out beforehand, by the attribute's address: the groups
    of policies.
    """

    configuration: Configuration = field(default_factory=Configuration)
    instances: Instances = field(default_factory=lambda: Instances(()))
    slots: Mapping[str, str] = field(default_factory=dict)

    def of(self, instance: Instance) -> Callable[[Node], str]:
        """Give the naming of the attributes of one resource."""

        def name(node: Node) -> str:
            return self.slots.get(node.path) or self._link(node, instance) or self._described(node, instance)

        return name

    def meant(self, expression: object, instance: Instance, kind: str) -> list[Instance]:
        """Give the instances of one resource type that an expression can mean.

        Where the expression looks up the key of its own instance (``each.key``, ``count.index``) and
        the resource has an instance of that key, that one is meant.
        """
        targets = self.configuration.targets(expression, instance.module)
        found = {
            one.address: one for target in targets for one in self.instances.found(target) if one.role == kind
        }
        if len(found) > 1 and uses_own_key(expression):
            same = {address: one for address, one in found.items() if one.index == instance.index}
            found = same if len(same) == 1 else found
        return list(found.values())

    def are_known(self, expression: object, instance: Instance) -> bool:
        """Say whether nothing that an expression is made of can be unknown before apply.

        What is not in the plan under its own name (locals, the values of ``for_each``) may be.
        """
        if self.configuration.holds_more(expression, instance.module):
            return False
        targets = self.configuration.targets(expression, instance.module)
        return all(self._is_known(target) for target in targets if target.resource)

    def _is_known(self, target: Target) -> bool:
        found = self.instances.found(target)
        return bool(found) and not any(one.holds_unknown(target.attribute) for one in found)

    def _link(self, node: Node, instance: Instance) -> str | None:
        owner, _, written = node.path.rpartition(".")
        kind, attribute = _LINKS.get(written, ("", ""))
        # Inside an object of awscc the one expression of the whole says not which part comes from where.
        if not kind or (instance.is_cloud_control and owner != instance.address):
            return None
        meant = self.meant(node.expression, instance, kind)
        return f"{meant[0].address}.{attribute}" if len(meant) == 1 else None

    def _described(self, node: Node, instance: Instance) -> str:
        """Name a value by its own address, and say for people what it depends on.

        The address has to be in it: ``cidrsubnet(x, 4, 0)`` and ``cidrsubnet(x, 4, 1)`` refer to the
        same thing and are not the same value.
        """
        targets = self.configuration.targets(node.expression, instance.module)
        texts = [target.text for target in targets if target.resource] or [
            target.text for target in targets if not target.text.startswith("var.")
        ]
        if not texts:
            return node.path
        more = ", …" if len(texts) > _MOST_NAMED else ""
        return f"{', '.join(texts[:_MOST_NAMED])}{more} in {node.path}"
