"""Conditions: true, false, or unknown under a name (CloudFormation guide, "Condition functions")."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.cloudformation.functions import Misused, arguments, items_of, text
from nfw_reconcile.sources.cloudformation.template import here
from nfw_reconcile.sources.cloudformation.tree import (
    Items,
    Leaf,
    Members,
    called,
    is_known,
    is_sensitive,
    shown,
    unknown,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.sources.cloudformation.template import Template
    from nfw_reconcile.sources.cloudformation.tree import Tree
    from nfw_reconcile.sources.remarks import Remarks

_REMEDY: Final = "Correct the template."
MOST_CHAINED: Final = 50
"""Conditions that refer to each other one after the other."""


@dataclass(slots=True)
class Conditions:
    """Works out the named conditions of a template, each once."""

    template: Template
    evaluate: Callable[[Tree], Tree | None]
    remarks: Remarks
    _known: dict[str, Leaf] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def named(self, reference: Tree) -> Leaf:
        """Give a condition by name; one that cannot be worked out is a problem, and unknown."""
        name = reference.value if isinstance(reference, Leaf) else None
        if not isinstance(name, str) or name not in self.template.conditions:
            here(self.remarks, reference).problem(
                "Condition", f"there is no condition {name!s:.100}", _REMEDY
            )
            return unknown("no such condition", reference.place)
        if name in self._open or len(self._open) == MOST_CHAINED:
            here(self.remarks, reference).problem(
                f"Conditions.{name}", "conditions refer to each other in a circle, or too deeply", _REMEDY
            )
            return unknown(f"condition {name}", reference.place)
        if name not in self._known:
            self._open.append(name)
            self._known[name] = self._truth(self.template.conditions[name])
            self._open.pop()
        return self._known[name]

    def _truth(self, tree: Tree) -> Leaf:
        if isinstance(tree, Leaf) and isinstance(tree.value, bool):
            return tree
        if not isinstance(tree, Members) or len(tree.members) != 1:
            here(self.remarks, tree).problem("Conditions", "a condition is one function", _REMEDY)
            return unknown("no condition", tree.place)
        ((name, argument),) = tree.members.items()
        try:
            return self._call(name, argument)
        except Misused as why:
            here(self.remarks, tree).problem(name, str(why), _REMEDY)
            return unknown(called(name, "misused"), tree.place)

    def _call(self, name: str, argument: Tree) -> Leaf:
        match name:
            case "Condition":
                return self.named(argument)
            case "Fn::Equals":
                return self._equals(argument)
            case "Fn::Not":
                (inner,) = self._truths(arguments(argument, 1))
                if isinstance(inner.value, bool):
                    return Leaf(not inner.value, argument.place, inner.sensitive)
                return self._open_ended(name, (inner,), argument)
            case "Fn::And" | "Fn::Or":
                return self._combined(name, argument)
            case _:
                value = self.evaluate(Members({name: argument}, argument.place))
                return self._open_ended(name, () if value is None else (value,), argument)

    def _combined(self, name: str, argument: Tree) -> Leaf:
        """Work out ``and`` and ``or``: one part that settles it is enough, whatever the others are."""
        settling = name == "Fn::Or"
        truths = self._truths(items_of(argument))
        hidden = any(truth.sensitive for truth in truths)
        if any(truth.value is settling for truth in truths):
            return Leaf(settling, argument.place, hidden)
        if all(isinstance(truth.value, bool) for truth in truths):
            return Leaf(not settling, argument.place, hidden)
        return self._open_ended(name, truths, argument)

    def _truths(self, trees: tuple[Tree, ...]) -> tuple[Leaf, ...]:
        return tuple(self._truth(tree) for tree in trees)

    def _equals(self, argument: Tree) -> Leaf:
        """Compare as CloudFormation does, as texts; an unknown value equals itself, and may equal all others."""
        sides = [self.evaluate(side) for side in arguments(argument, 2)]
        one, other = (side if side is not None else Leaf("") for side in sides)
        hidden = is_sensitive(one) or is_sensitive(other)
        if is_known(one) and is_known(other):
            return Leaf(_plain(one) == _plain(other), argument.place, hidden)
        if not hidden and shown(one, self.template.mark) == shown(other, self.template.mark):
            return Leaf(value=True, place=argument.place)
        return self._open_ended("Fn::Equals", (one, other), argument)

    def _open_ended(self, name: str, parts: tuple[Tree, ...], argument: Tree) -> Leaf:
        inner = ", ".join(shown(part, self.template.mark) for part in parts)
        return unknown(called(name, inner), argument.place)


def _plain(tree: Tree) -> object:
    match tree:
        case Leaf():
            return text(tree)
        case Items(items=items):
            return [_plain(item) for item in items]
        case Members():
            raise Misused("strings are compared, and this is an object")
