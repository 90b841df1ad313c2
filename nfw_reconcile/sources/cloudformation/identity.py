"""What an attribute of another resource hangs on: its definition, and all that the definition mentions.

Such a value is not in the template. It is taken for the same on both sides only where everything that it
could follow from is written alike: an address that is replaced is another address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.cloudformation.parameters import is_hidden
from nfw_reconcile.sources.cloudformation.template import TRANSFORM
from nfw_reconcile.sources.cloudformation.tree import Leaf, Members, digest, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.sources.cloudformation.budget import Budget
    from nfw_reconcile.sources.cloudformation.template import Template
    from nfw_reconcile.sources.cloudformation.tree import Tree

_DECIDING: Final = frozenset({"Type", "Condition", "Properties", TRANSFORM})
_WORD: Final = re.compile(r"[A-Za-z0-9]+")


@dataclass(slots=True)
class Definitions:
    """Everything that a template defines, by name, and what each of it mentions.

    ``given`` are the values of parameters: they stand for their definitions.
    """

    template: Template
    given: Mapping[str, str]
    budget: Budget
    _digests: dict[str, str] = field(default_factory=dict)
    _known: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)

    def digest_of(self, name: str) -> str:
        """Give a digest that is the same only where the definition, and all behind it, is the same.

        Raises ``InputError`` over budget.
        """
        if name in self._digests:
            return self._digests[name]
        seen: set[str] = set()
        pending = [name]
        while pending:
            one = pending.pop()
            if one not in seen:
                self.budget.spend()
                seen.add(one)
                pending += self._definition(one)[1]
        parts = (f"{one}: {self._definition(one)[0]}" for one in sorted(seen))
        found = self._digests[name] = digest("\n".join(parts))[:8]
        return found

    def _definition(self, name: str) -> tuple[str, frozenset[str]]:
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = self._read(name)
        return found

    def _read(self, name: str) -> tuple[str, frozenset[str]]:
        template = self.template
        trees = [section[name] for section in (template.conditions, template.mappings) if name in section]
        if name in template.resources:
            trees.append(essence(template.resources[name]))
        parts = [shown(tree, template.mark) for tree in trees]
        if name in template.parameters:
            parts.append(self._value_of(name))
        words = frozenset(word for part in parts for word in _WORD.findall(part))
        return digest("\n".join(parts)), frozenset(word for word in words if self._is_defined(word))

    def _value_of(self, parameter: str) -> str:
        """Give what stands for a parameter's value; nobody could guess a hidden one by trying its digest."""
        declared = self.template.parameters[parameter]
        if is_hidden(declared):
            return f"sensitive value of {self.template.mark}"
        default = declared.members.get("Default") if isinstance(declared, Members) else None
        given = self.given.get(parameter)
        return shown(default if given is None else Leaf(given), self.template.mark)

    def _is_defined(self, word: str) -> bool:
        template = self.template
        return any(
            word in section
            for section in (template.resources, template.conditions, template.mappings, template.parameters)
        )


def essence(resource: Tree) -> Tree:
    """Give a resource without what changes no attribute of it: tags, metadata, policies of the stack."""
    if not isinstance(resource, Members):
        return resource
    kept = {name: one for name, one in resource.members.items() if name in _DECIDING}
    properties = kept.get("Properties")
    if isinstance(properties, Members):
        untagged = {name: one for name, one in properties.members.items() if name != "Tags"}
        kept["Properties"] = Members(untagged, properties.place)
    return Members(kept, resource.place)
