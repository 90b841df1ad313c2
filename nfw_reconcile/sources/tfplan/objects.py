"""From a planned resource of the provider ``awscc`` to a body in AWS's shape.

Its schemas are made from CloudFormation's: the names are CloudFormation's in snake case, and there are
objects, lists and maps of objects where ``aws`` has blocks. Every optional attribute is computed as well,
so that a plan shows what nobody has set as known after apply (documentation of ``awscc``, schemas).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.shapes import wrong_type
from nfw_reconcile.sources.tfplan.convert import Converter

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Body
    from nfw_reconcile.sources.remarks import Remarks
    from nfw_reconcile.sources.shapes import Member, Named, Structure
    from nfw_reconcile.sources.tfplan.instances import Instance
    from nfw_reconcile.sources.tfplan.links import Names
    from nfw_reconcile.sources.tfplan.node import Node

_WORD_ENDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake_case(name: str) -> str:
    """Write a name of CloudFormation's as ``awscc`` does: ``IPSetReferences`` is ``ip_set_references``."""
    return _WORD_ENDS.sub("_", name).lower()


def converter_of(instance: Instance, names: Names, remarks: Remarks) -> Converter:
    """Give what reads the attributes of a resource, by its provider."""
    if not instance.is_cloud_control:
        return Converter(names.of(instance), remarks)
    return ObjectConverter(
        names.of(instance), remarks, lambda expression: names.are_known(expression, instance)
    )


@dataclass(frozen=True, slots=True)
class ObjectConverter(Converter):
    """Reads objects and maps where :class:`Converter` reads blocks.

    ``are_known`` says of an expression whether all that it is made of is known before apply. Then what is
    unknown inside its value was not set. Otherwise nobody can tell, and it stays unknown.
    """

    are_known: Callable[[object], bool]

    def _argument(self, member: Member) -> str:
        return snake_case(member.aws)

    def _child(self, node: Node, name: str) -> Node:
        child = node.member(name)
        return replace(child, expression=_inside(node.expression, name))

    def _elements(self, node: Node, *, ordered: bool = False) -> tuple[Node, ...]:
        elements = Converter._elements(self, node, ordered=ordered)  # noqa: SLF001 - what this class extends
        return tuple(
            replace(element, expression=_inside(node.expression, index))
            for index, element in enumerate(elements)
        )

    def _is_filled_in(self, child: Node, member: Member) -> bool:
        del member  # every one of them is computed
        if isinstance(child.expression, Mapping) and "constant_value" in child.expression:
            filled_in = child.expression["constant_value"] is None
        else:
            filled_in = child.expression is not None and self.are_known(child.expression)
        if not filled_in:
            self.remarks.warn(
                f"{child.path} is known after apply only, and the plan does not say whether it is set at all",
                "What uses it is undecided; apply reads the policy again.",
            )
        return filled_in

    def _structure(self, node: Node, shape: Structure) -> Body:
        return self._block(node, shape)

    def _named(self, node: Node, shape: Named) -> Body:
        if node.is_empty:
            return None
        if not isinstance(node.value, Mapping):
            self.remarks.problem(node.path, str(wrong_type("an object", node.value)))
            return None
        names = [name for name in node.value if isinstance(name, str)]
        unknown = node.unknown if isinstance(node.unknown, Mapping) else {}
        names += [name for name in unknown if isinstance(name, str) and name not in node.value]
        return {name: self.convert(self._child(node, name), shape.item) or {} for name in names} or None


def _inside(expression: object, key: str | int) -> object:
    """Give what is known of the expression of a part: the part of a constant, else the references of the whole."""
    if not isinstance(expression, Mapping) or "constant_value" not in expression:
        return expression
    match expression["constant_value"], key:
        case Mapping() as members, str():
            return {"constant_value": members.get(key)}
        case list() as items, int() if key < len(items):
            return {"constant_value": items[key]}
        case _:
            return {"constant_value": None}
