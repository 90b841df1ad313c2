"""What ``Ref`` and ``Fn::GetAtt`` stand for: parameters, and the identifiers and attributes of resources."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nfw_reconcile.sources.cloudformation.functions import Misused
from nfw_reconcile.sources.cloudformation.parameters import PSEUDO, dynamic, parameter, pseudo_parameter
from nfw_reconcile.sources.cloudformation.tree import Leaf, unknown
from nfw_reconcile.sources.cloudformation.types import LINKS, NESTED, VPC, property_of, type_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.sources.cloudformation.identity import Definitions
    from nfw_reconcile.sources.cloudformation.template import Template
    from nfw_reconcile.sources.cloudformation.tree import Tree
    from nfw_reconcile.sources.remarks import Remarks


@dataclass(slots=True)
class References:
    """Looks names up. Identifiers of the resources that are read are links: ``LogicalId.arn``, ``LogicalId.id``."""

    template: Template
    definitions: Definitions
    evaluate: Callable[[Tree], Tree | None]
    remarks: Remarks
    _parameters: dict[str, Tree] = field(default_factory=dict)

    def named(self, name: str) -> Tree:
        """Give what ``Ref`` gives for a name; raises :class:`Misused` for one that nothing has."""
        if name.startswith(PSEUDO):
            return pseudo_parameter(name, self.definitions.given)
        if name in self.template.parameters:
            return self._parameter(name)
        if name not in self.template.resources:
            raise Misused(f"the template holds no parameter and no resource {name:.100}")
        links = LINKS.get(type_of(self.template.resources[name]))
        if links is not None:
            return unknown(f"{name}.{links.ref}")
        return unknown(f"{name} #{self.definitions.digest_of(name)}")

    def _parameter(self, name: str) -> Tree:
        if name not in self._parameters:
            given = self.definitions.given.get(name)
            found = parameter(name, self.template.parameters[name], given, self.remarks)
            self._parameters[name] = dynamic(found)
        return self._parameters[name]

    def attribute(self, path: str) -> Tree:
        """Give ``LogicalId.Attribute``; raises :class:`Misused` where there is no such resource."""
        name, dot, attribute = path.partition(".")
        resource = self.template.resources.get(name)
        if not dot or resource is None:
            raise Misused(f"the template holds no resource {name:.100}, or no attribute is named")
        kind = type_of(resource)
        links = LINKS.get(kind)
        if links is not None and attribute in links.attributes:
            return unknown(f"{name}.{links.attributes[attribute]}")
        written = property_of(resource, attribute) if (kind, attribute) == (VPC, "CidrBlock") else None
        found = self.evaluate(written) if written is not None else None
        return found if found is not None else unknown(f"{path} #{self._identity(name, resource)}")

    def _identity(self, name: str, resource: Tree) -> str:
        """Give what tells an attribute from that of another definition.

        What is behind a path to a nested template may change with nothing to see here.
        """
        found = self.definitions.digest_of(name)
        holder = NESTED.get(type_of(resource))
        if holder is None:
            return found
        where = property_of(resource, holder)
        is_fixed = isinstance(where, Leaf) and str(where.value).startswith("https:")
        return found if is_fixed else f"{found} of {self.template.mark}"
