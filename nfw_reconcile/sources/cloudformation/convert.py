"""From an evaluated tree to a body in AWS's shape.

CloudFormation's properties of rule groups and policies have the names and the nesting of the API
(``API: RuleGroup``, ``API: FirewallPolicy``), so that one table serves both. Their types are looser: a
number may be a string, a string a number (CloudFormation converts them to the type of the property).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, assert_never

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Body, Sensitive
from nfw_reconcile.sources.cloudformation.template import here
from nfw_reconcile.sources.cloudformation.tree import Items, Leaf, Members, Unquoted, is_sensitive, text_of
from nfw_reconcile.sources.shapes import (
    Named,
    Scalar,
    Scalars,
    Shape,
    Structure,
    Structures,
    WrongTypeError,
    read_scalar,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.sources.cloudformation.budget import Budget
    from nfw_reconcile.sources.cloudformation.tree import Tree
    from nfw_reconcile.sources.remarks import Remarks

_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")
_REMEDY: Final = "Correct the template."


@dataclass(frozen=True, slots=True)
class Converter:
    """Turns trees into bodies; what is of the wrong type becomes a problem, all of them together.

    What is unset is left out, as in every other source, so that equal policies have equal bodies.
    ``lines`` collects the line of every part of a body, by its path.
    """

    budget: Budget
    remarks: Remarks
    lines: dict[str, int] = field(default_factory=dict)

    def convert(self, tree: Tree | None, shape: Shape, path: str) -> Body:
        """Give the body of a tree; ``None`` where it is unset."""
        if tree is None:
            return None
        self.budget.spend()
        if tree.place.line is not None:
            self.lines[path] = tree.place.line
        if isinstance(tree, Leaf) and isinstance(tree.value, Unresolved):
            return Sensitive(tree.value) if tree.sensitive else tree.value
        match shape:
            case Scalar():
                return self._scalar(tree, shape, path)
            case Scalars(item=item) | Structures(item=item):
                return self._list(tree, item, path)
            case Structure():
                return self._structure(tree, shape, path)
            case Named(item=item):
                return self._named(tree, item, path)
        assert_never(shape)

    def _scalar(self, tree: Tree, kind: Scalar, path: str) -> Body:
        if not isinstance(tree, Leaf):
            self._wrong(tree, path, "a single value")
            return None
        try:
            value = read_scalar(_coerced(tree, kind), kind)
        except WrongTypeError as wrong:
            here(self.remarks, tree).problem(path, str(wrong), _REMEDY)
            return None
        return Sensitive(value) if tree.sensitive and value is not None else value

    def _list(self, tree: Tree, item: Scalar | Structure, path: str) -> Body:
        if not isinstance(tree, Items):
            self._wrong(tree, path, "a list")
            return None
        bodies = (self.convert(one, item, f"{path}[{index}]") for index, one in enumerate(tree.items))
        return [body for body in bodies if body is not None] or None

    def _structure(self, tree: Tree, shape: Structure, path: str) -> Body:
        if not isinstance(tree, Members):
            self._wrong(tree, path, "an object")
            return None
        bodies: dict[str, Body] = {}
        for member in shape.members:
            body = self.convert(tree.members.get(member.aws), member.shape, f"{path}.{member.aws}")
            if body is not None:
                bodies[member.aws] = body
        others = tree.members.keys() - {member.aws for member in shape.members}
        bodies |= self._others(tree, sorted(others), path)
        return bodies or ({} if shape.keep_empty else None)

    def _others(self, tree: Members, names: Iterable[str], path: str) -> dict[str, Body]:
        """Keep what CloudFormation may have added, and say so."""
        bodies: dict[str, Body] = {}
        for name in names:
            here(self.remarks, tree.members[name]).warn(
                f"{path}.{name} is not known to this version",
                "Verdicts do not take it into account; check its name, and look for a newer version.",
            )
            bodies[name] = _as_it_is(tree.members[name])
        return bodies

    def _named(self, tree: Tree, item: Structure, path: str) -> Body:
        if not isinstance(tree, Members):
            self._wrong(tree, path, "an object")
            return None
        return {
            name: self.convert(one, item, f"{path}.{name}") or {} for name, one in tree.members.items()
        } or None

    def _wrong(self, tree: Tree, path: str, needed: str) -> None:
        here(self.remarks, tree).problem(path, f"{needed} is needed, this is {_kind_of(tree)}", _REMEDY)


def _coerced(tree: Leaf, kind: Scalar) -> object:
    """Convert to the type of a property, as CloudFormation does."""
    if tree.value is None:
        raise WrongTypeError("null is no value in a template")
    word = text_of(tree.value)
    if kind is Scalar.TEXT:
        return word
    if kind is Scalar.FLAG:
        return word.lower() if word is not None else None
    return int(word) if word is not None and _WHOLE.fullmatch(word) else tree.value


def _kind_of(tree: Tree) -> str:
    match tree:
        case Items():
            return "a list"
        case Members():
            return "an object"
        case Leaf(value=None):
            return "null"
        case Leaf():
            return "a single value"


def _as_it_is(tree: Tree) -> Body:
    """Give what no table describes as JSON, with the mark of what is sensitive around the whole."""
    body = _bare(tree)
    return Sensitive(body) if is_sensitive(tree) else body


def _bare(tree: Tree) -> Body:
    match tree:
        case Items(items=items):
            return [_bare(item) for item in items]
        case Members(members=members):
            return {name: _bare(one) for name, one in members.items()}
        case Leaf(value=value):
            return Unresolved(f"unquoted {value.text}") if isinstance(value, Unquoted) else value
