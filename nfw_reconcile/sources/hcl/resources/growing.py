"""From a resource's body to the values that ``terraform show -json`` has for it.

Blocks are lists of objects. Arguments are converted as the provider's schema converts them. What is unset is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from nfw_reconcile.errors import error
from nfw_reconcile.sources.hcl.cty import forms, types, values
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError
from nfw_reconcile.sources.hcl.cty.values import SENSITIVE
from nfw_reconcile.sources.hcl.expressions.identity import Open, called
from nfw_reconcile.sources.hcl.resources.blocks import (
    Around,
    BlockInstance,
    UnknownBlocks,
    block_types,
    expand,
)
from nfw_reconcile.sources.hcl.resources.elements import element_places
from nfw_reconcile.sources.hcl.resources.writing import written_value
from nfw_reconcile.sources.hcl.resources.written import Span, WrittenValue
from nfw_reconcile.sources.hcl.stack.attributes import META
from nfw_reconcile.sources.hcl.stack.naming import refused
from nfw_reconcile.sources.shapes import Member, Named, Scalar, Scalars, Structure, Structures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.cty.values import Type, Value
    from nfw_reconcile.sources.hcl.stack.expressing import Expressing
    from nfw_reconcile.sources.hcl.stack.graph import Result
    from nfw_reconcile.sources.hcl.stack.naming import Names
    from nfw_reconcile.sources.hcl.syntax import Attribute, Block, Body, Expression, Placed
    from nfw_reconcile.sources.shapes import Shape

_ANYTHING: Final = Structure(())


class Tree(NamedTuple):
    """A value and the same place in the two trees beside it; ``unknown`` is true for what is unknown as a whole."""

    value: object = None
    unknown: object = False
    sensitive: object = False


UNSET: Final = Tree()


@dataclass(frozen=True, slots=True)
class _Leaf:
    """What the parts of one argument have in common: its result, and where it is written."""

    result: Result
    place: Location


@dataclass(slots=True)
class Growth:
    """Grows the values of one instance; ``slots`` are the names of its unknown values by their paths."""

    address: str
    names: Names
    expressing: Expressing
    slots: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, Span] = field(default_factory=dict)
    written: dict[str, WrittenValue] = field(default_factory=dict)
    elements: dict[str, Location] = field(default_factory=dict)

    def resource(self, body: Body, shape: Structure) -> Tree:
        """Give the values of a resource, of the arguments that its shape has."""
        known = {member.terraform for member in shape.members}
        around = Around(self.names.scope())
        trees = self._arguments([each for each in body.attributes if each.name in known], shape, around, "")
        trees |= self._blocks(body, shape, around, "", frozenset(known))
        return _object(trees)

    def name(self, path: str, name: str) -> Tree:
        """Give an unknown value that has a name of its own."""
        self.slots[f"{self.address}.{path}"] = name
        return Tree(unknown=True)

    def _body(self, instance: BlockInstance, shape: Structure, path: str) -> Tree:
        self.bodies[path] = _span(instance.block)
        body, prefix = instance.block.body, f"{path}."
        trees = self._arguments(list(body.attributes), shape, instance.around, prefix)
        return _object(trees | self._blocks(body, shape, instance.around, prefix, None))

    def _arguments(
        self, attributes: list[Attribute], shape: Structure, around: Around, prefix: str
    ) -> dict[str, Tree]:
        shapes = {member.terraform: member.shape for member in shape.members}
        found: dict[str, Tree] = {}
        for attribute in attributes:
            path = f"{prefix}{attribute.name}"
            result = self._evaluated(attribute.expression, around)
            self.written[path] = written_value(_span(attribute), self._files(result), result.value)
            leaf = _Leaf(result, attribute.expression.place)
            found[attribute.name] = self._grown(
                result.value, shapes.get(attribute.name), path, leaf, frozenset()
            )
        return found

    def _blocks(
        self, body: Body, shape: Structure, around: Around, prefix: str, wanted: frozenset[str] | None
    ) -> dict[str, Tree]:
        shapes = {member.terraform: member.shape for member in shape.members}
        found: dict[str, Tree] = {}
        for kind, blocks in block_types(body).items():
            if (wanted is None or kind in wanted) and not (prefix == "" and kind in META):
                found[kind] = self._block_list(blocks, shapes.get(kind), around, f"{prefix}{kind}")
        return found

    def _block_list(self, blocks: list[Block], shape: Shape | None, around: Around, path: str) -> Tree:
        inner = _inner(shape)
        trees: list[Tree] = []
        for block in blocks:
            first = len(trees)
            made: list[Value] = []
            try:
                for instance in expand(block, around, self._evaluated):
                    if isinstance(instance, UnknownBlocks):
                        return self._unknown(instance.result.value, path, instance.result, frozenset())
                    made += [each.value for each in instance.around.results[len(around.results) :]]
                    trees.append(self._body(instance, inner, f"{path}[{len(trees)}]"))
            except EvaluationError as problem:
                return self._refused(problem, block.place, path)
            self._place_elements(made, path, first)
        return _list(_once_each(trees) if _is_set(shape) else trees)

    def _place_elements(self, elements: list[Value], path: str, first: int) -> None:
        for index, place in enumerate(element_places(elements), first):
            if place is not None:
                self.elements[f"{path}[{index}]"] = place

    def _evaluated(self, expression: Expression, around: Around) -> Result:
        return self.expressing.now(expression, self.names, around.scope, around.results)

    def _files(self, result: Result) -> tuple[str, ...]:
        tree = self.expressing.session.tree
        return tuple(sorted(tree.place(path) for path in result.files()))

    # Values of arguments

    def _grown(
        self, value: Value, shape: Shape | None, path: str, leaf: _Leaf, above: frozenset[object]
    ) -> Tree:
        """Give a value as its shape has it; ``above`` are the marks of what it is in."""
        value = values.concrete(value)
        if values.is_null(value):
            return UNSET
        if values.is_unknown(value) or any(isinstance(mark, Open) for mark in value.marks):
            return self._unknown(value, path, leaf.result, above)
        inside = above | value.marks
        try:
            tree = self._shaped(value, shape, path, leaf, inside)
        except EvaluationError as problem:
            return self._refused(problem, leaf.place, path)
        return Tree(tree.value, tree.unknown, sensitive=True) if SENSITIVE in value.marks else tree

    def _shaped(
        self, value: Value, shape: Shape | None, path: str, leaf: _Leaf, above: frozenset[object]
    ) -> Tree:
        match shape:
            case Scalar():
                return Tree(_scalar(value, shape, leaf.place))
            case Scalars():
                return self._listed(value, shape, path, leaf, above)
            case Structure() | Structures() | Named():
                return self._listed(value, shape, path, leaf, above)
            case None:
                return self._as_it_is(value, path, leaf, above)

    def _listed(self, value: Value, shape: Shape, path: str, leaf: _Leaf, above: frozenset[object]) -> Tree:
        if not values.is_sequence(value.type):
            raise EvaluationError("A list is needed here.", leaf.place)
        trees: list[Tree] = []
        for index, each in enumerate(values.members(value)):
            inner = f"{path}[{index}]"
            if isinstance(shape, Scalars):
                trees.append(self._grown(each, shape.item, inner, leaf, above))
            else:
                trees.append(self._entry(each, _inner(shape), inner, leaf, above))
        return _list(_once_each(trees) if _is_set(shape) else trees)

    def _entry(
        self, value: Value, shape: Structure, path: str, leaf: _Leaf, above: frozenset[object]
    ) -> Tree:
        """Give an object that stands for a block."""
        value = values.concrete(value)
        if values.is_null(value):
            return UNSET
        if values.is_unknown(value) or any(isinstance(mark, Open) for mark in value.marks):
            return self._unknown(value, path, leaf.result, above)
        if not values.is_mapping(value.type):
            raise EvaluationError("An object is needed here.", leaf.place)
        shapes = {member.terraform: member.shape for member in shape.members}
        inside = above | value.marks
        trees = {
            name: self._grown(each, shapes.get(name), f"{path}.{name}", leaf, inside)
            for name, each in values.attributes(value).items()
        }
        tree = _object(trees)
        return Tree(tree.value, tree.unknown, sensitive=True) if SENSITIVE in value.marks else tree

    def _as_it_is(self, value: Value, path: str, leaf: _Leaf, above: frozenset[object]) -> Tree:
        """Give what no table describes; one unknown part of it makes all of it unknown."""
        if not values.is_wholly_known(value):
            return self._unknown(value, path, leaf.result, above)
        plain = forms.to_plain(value)
        return Tree(plain, sensitive=values.is_anywhere_sensitive(value))

    def _unknown(self, value: Value, path: str, result: Result, above: frozenset[object]) -> Tree:
        marks = above | values.marks(value)
        full = f"{self.address}.{path}"
        self.slots[full] = called(marks, full, result.digest())
        return Tree(unknown=True, sensitive=SENSITIVE in marks)

    def _refused(self, problem: EvaluationError, place: Location, path: str) -> Tree:
        where = problem.place or place
        session = self.expressing.session
        session.tell(error(problem.summary, where, "Terraform refuses this as well: correct it."))
        return self.name(path, called(refused(session, where).marks, f"{self.address}.{path}", ""))


def _span(placed: Placed) -> Span:
    return Span(placed.place, placed.end_line)


def _inner(shape: Shape | None) -> Structure:
    """Give the shape of one block of a type."""
    match shape:
        case Structure():
            return shape
        case Structures(item=item):
            return item
        case Named(inner=inner, item=item):
            return Structure((Member("key", "Key"), Member(inner, inner, item)))
        case _:
            return _ANYTHING


def _is_set(shape: Shape | None) -> bool:
    """Say whether the provider keeps a list as a set, as it does all but the stateful rules."""
    match shape:
        case Structures(ordered=ordered):
            return not ordered
        case _:
            return isinstance(shape, Scalars | Named)


def _once_each(trees: list[Tree]) -> list[Tree]:
    """Leave out what is wholly known and there already, unless places of what is unknown would move by that."""
    if any(tree.unknown is not False for tree in trees):
        return trees
    kept: dict[str, Tree] = {}
    for tree in trees:
        kept.setdefault(repr(tree), tree)
    return list(kept.values())


def _scalar(value: Value, kind: Scalar, place: Location) -> object:
    """Convert a value to the type of its argument, as Terraform does for a provider."""
    plain = forms.to_plain(types.converted(value, _TYPES[kind], place))
    match plain:
        case Decimal():
            return float(plain)
        case _:
            return plain


_TYPES: Final[Mapping[Scalar, Type]] = {
    Scalar.TEXT: values.STRING,
    Scalar.NUMBER: values.NUMBER,
    Scalar.COUNT: values.NUMBER,
    Scalar.FLAG: values.BOOL,
}


def _object(trees: dict[str, Tree]) -> Tree:
    known = {name: tree.value for name, tree in trees.items() if tree.unknown is not True}
    unknown = {name: tree.unknown for name, tree in trees.items() if tree.unknown is not False}
    sensitive = {name: tree.sensitive for name, tree in trees.items() if tree.sensitive is not False}
    return Tree(known, unknown or False, sensitive or False)


def _list(trees: list[Tree]) -> Tree:
    return Tree(
        [tree.value for tree in trees],
        [tree.unknown for tree in trees] if any(tree.unknown is not False for tree in trees) else False,
        [tree.sensitive for tree in trees] if any(tree.sensitive is not False for tree in trees) else False,
    )
