"""From a planned resource's blocks to a body in AWS's shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Body, Sensitive
from nfw_reconcile.sources.shapes import (
    Named,
    Scalar,
    Scalars,
    Structure,
    Structures,
    WrongTypeError,
    read_scalar,
    wrong_type,
)

if TYPE_CHECKING:
    from nfw_reconcile.sources.remarks import Remarks
    from nfw_reconcile.sources.shapes import Member, Shape
    from nfw_reconcile.sources.tfplan.node import Node

Namer = Callable[["Node"], str]
"""Gives the name of an unknown value: the same name only for the same value."""


@dataclass(frozen=True, slots=True)
class Converter:
    """Turns nodes into bodies; what is of the wrong type becomes a problem, all of them together.

    A value that is unset is left out: the provider writes null, ``""``, ``[]`` and, for numbers that
    cannot be 0, 0 for one and the same. ``None`` is the body of a value that is unset.
    """

    name: Namer
    remarks: Remarks

    def convert(self, node: Node, shape: Shape) -> Body:
        """Give the body of a node; ``None`` where it is unset."""
        if node.is_unknown:
            body: Body = Unresolved(self.name(node))
        else:
            body = self._known(node, shape)
        return Sensitive(body) if node.is_sensitive and body is not None else body

    def _known(self, node: Node, shape: Shape) -> Body:
        match shape:
            case Scalar():
                return self._scalar(node, shape)
            case Scalars(item=item):
                return _present(self.convert(element, item) for element in self._elements(node))
            case Structure():
                return self._structure(node, shape)
            case Structures(item=item, ordered=ordered):
                elements = self._elements(node, ordered=ordered)
                return _present(self._block(element, item) for element in elements)
            case Named():
                return self._named(node, shape)
        assert_never(shape)

    def _scalar(self, node: Node, kind: Scalar) -> Body:
        try:
            return read_scalar(node.value, kind)
        except WrongTypeError as wrong:
            self.remarks.problem(node.path, str(wrong))
            return None

    def _elements(self, node: Node, *, ordered: bool = False) -> tuple[Node, ...]:
        if not isinstance(node.value, list) and not node.is_empty:
            self.remarks.problem(node.path, str(wrong_type("a list", node.value)))
        return node.elements(ordered=ordered)

    def _structure(self, node: Node, shape: Structure) -> Body:
        """Read a block that is there at most once."""
        blocks = self._elements(node)
        if len(blocks) > 1:
            self.remarks.problem(node.path, f"one block is allowed, and there are {len(blocks)}")
        return self._block(blocks[0], shape) if blocks else None

    def _block(self, node: Node, shape: Structure) -> Body:
        """Read one block, with the marks on it."""
        if node.is_unknown:
            body: Body = Unresolved(self.name(node))
        elif node.is_empty:
            return None
        else:
            body = self._members(node, shape.members) or ({} if shape.keep_empty else None)
        return Sensitive(body) if node.is_sensitive and body is not None else body

    def _members(self, node: Node, members: Iterable[Member]) -> dict[str, Body]:
        """Read the arguments of a block under AWS's names."""
        if not isinstance(node.value, Mapping):
            self.remarks.problem(node.path, str(wrong_type("an object", node.value)))
            return {}
        bodies: dict[str, Body] = {}
        for member in members:
            child = self._child(node, self._argument(member))
            if child.is_unknown and self._is_filled_in(child, member):
                continue  # the service fills it in; nobody asks for anything
            body = self.convert(child, member.shape)
            if body is not None:
                bodies[member.aws] = body
        return bodies | self._unknown_arguments(node, {self._argument(member) for member in members})

    def _argument(self, member: Member) -> str:
        """Give the provider's name of a member."""
        return member.terraform

    def _child(self, node: Node, name: str) -> Node:
        """Go to an argument."""
        return node.member(name)

    def _is_filled_in(self, child: Node, member: Member) -> bool:
        """Say whether an argument is unknown because it is not set."""
        return member.computed and child.expression is None

    def _unknown_arguments(self, node: Node, known: set[str]) -> dict[str, Body]:
        """Keep what a newer provider may have added, under Terraform's name, and say so."""
        names = [name for name in _names(node) if name not in known and _says_something(node.member(name))]
        for name in names:
            self.remarks.warn(
                f"{node.path}.{name} is not known to this version",
                "Verdicts do not take it into account; look for a newer version.",
            )
        return {name: _as_it_is(node.member(name), self.name) for name in names}

    def _named(self, node: Node, shape: Named) -> Body:
        """Read a set of blocks with ``key`` and one inner block each as a map."""
        bodies: dict[str, Body] = {}
        nameless: list[Node] = []
        for element in self._elements(node):
            key = self.convert(element.member("key"), Scalar.TEXT)
            key = key.value if isinstance(key, Sensitive) else key
            if not isinstance(key, str):
                nameless.append(element)
                continue
            if key in bodies:
                self.remarks.problem(element.path, f"the key {key!r} is there twice")
            body = self._structure(element.member(shape.inner), shape.item) or {}
            bodies[key] = Sensitive(body) if element.is_sensitive else body
        return bodies | self._names_not_known(nameless, bodies, shape) or None

    def _names_not_known(
        self, elements: list[Node], bodies: Mapping[str, Body], shape: Named
    ) -> dict[str, Body]:
        """Allow for blocks whose ``key`` is not known: each may be any name that the map lacks.

        A name that the map lacks is undecided anyhow, but for the names that are inherited.
        """
        if not elements:
            return {}
        for element in elements:
            if element.member("key").is_unknown or element.is_unknown:
                self.remarks.warn(
                    f"{element.path}.key is known after apply only", "What uses it is undecided."
                )
            else:
                self.remarks.problem(element.path, "the key is missing")
        unresolved = Unresolved(f"{elements[0].path}.key")
        body = {member.aws: unresolved for member in shape.item.members}
        return {name: body for name in shape.inherited if name not in bodies}


def _present(bodies: Iterable[Body]) -> Body:
    """Give the list of what is set; ``None`` for an empty one."""
    return [body for body in bodies if body is not None] or None


def _names(node: Node) -> list[str]:
    return [name for name in node.value if isinstance(name, str)] if isinstance(node.value, Mapping) else []


def _says_something(node: Node) -> bool:
    return node.value not in (None, "", [], {}, False)


def _as_it_is(node: Node, name: Namer) -> Body:
    """Give a value that no table describes, with the marks on it and below it."""
    if node.is_unknown:
        return Unresolved(name(node))
    body: Body
    match node.value:
        case dict():
            body = {key: _as_it_is(node.member(key), name) for key in _names(node)}
        case list():
            body = [_as_it_is(element, name) for element in node.elements()]
        case None | str() | int() | float():
            body = node.value
        case _:
            body = None
    return Sensitive(body) if node.is_sensitive else body
