"""Chains of names, indexes and splats behind a value: ``aws_subnet.all[*].tags["Name"]``.

What stands behind a splat applies to each element; how far that goes is decided by "HCL Native Syntax Specification",
"Splat Operators", not by the shape of the parse tree.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lark import Token, Tree

from nfw_reconcile.sources.hcl.reading.grammar import only, rules, token
from nfw_reconcile.sources.hcl.reading.lexicon import number_of
from nfw_reconcile.sources.hcl.reading.places import shown
from nfw_reconcile.sources.hcl.syntax import Attr, Element, Index, Literal, Splat, SplatKind

if TYPE_CHECKING:
    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.reading.conversion import Converter
    from nfw_reconcile.sources.hcl.reading.grammar import Node
    from nfw_reconcile.sources.hcl.syntax import Expression

RULES: Final = frozenset(
    {"index_expr_term", "get_attr_expr_term", "attr_splat_expr_term", "full_splat_expr_term"}
)


class _Kind(enum.Enum):
    NAME = ".name"
    LEGACY = ".0"
    INDEX = "[...]"
    NAMES = ".*"
    ALL = "[*]"


@dataclass(frozen=True, slots=True)
class _Step:
    kind: _Kind
    thing: Node | Token


_KINDS: Final = {"get_attr": _Kind.NAME, "short_index": _Kind.LEGACY, "braces_index": _Kind.INDEX}


def chain(converter: Converter, node: Node, depth: int) -> Expression:
    """Read a chain from its beginning; raises :class:`SyntaxProblem`."""
    base, steps = _flattened(node)
    inner = depth + len(steps)
    converter.check_depth(node, inner)
    return _Chain(converter, converter.expression(base, inner), inner, converter.place(base)).followed(steps)


def _flattened(node: Node) -> tuple[Node, list[_Step]]:
    """Give the value that a chain begins with, and the steps in the order that they are written."""
    backwards: list[_Step] = []
    while True:
        while node.data == "expr_term" and token(node, "LPAR") is None:
            node = only(node)
        if node.data not in RULES:
            return node, backwards[::-1]
        target, step = rules(node)
        backwards += reversed(_steps(step))
        node = target


def _steps(step: Node) -> list[_Step]:
    if (kind := _KINDS.get(str(step.data))) is not None:
        return [_Step(kind, step)]
    marker = step.children[0]
    splat = _Kind.NAMES if step.data == "attr_splat" else _Kind.ALL
    return [_Step(splat, marker), *(_Step(_KINDS[str(each.data)], each) for each in rules(step))]


class _Chain:
    """The value so far, and the full splats that wait for what applies to their elements."""

    def __init__(self, converter: Converter, base: Expression, depth: int, place: Location) -> None:
        self._converter = converter
        self._depth = depth
        self._place = place
        self._value = base
        self._names: Expression | None = None
        self._waiting: list[Expression] = []

    def followed(self, steps: list[_Step]) -> Expression:
        for step in steps:
            self._follow(step)
        self._end_names()
        for target in reversed(self._waiting):
            self._value = Splat(SplatKind.FULL, target, self._value, place=self._place)
        return self._value

    def _follow(self, step: _Step) -> None:
        match step.kind:
            case _Kind.NAME | _Kind.LEGACY:
                self._value = self._stepped(self._value, step)
            case _Kind.INDEX:
                self._end_names()
                self._value = self._stepped(self._value, step)
            case _Kind.NAMES:
                self._begin_names(step)
            case _Kind.ALL:
                self._end_names()
                self._waiting.append(self._value)
                self._value = Element(place=self._place)

    def _begin_names(self, step: _Step) -> None:
        if self._names is not None:
            remedy = "Write [*] for the first of them."
            raise self._converter.problem(
                self._converter.offset(step.thing), "A splat .* stands inside another one.", remedy
            )
        self._names = self._value
        self._value = Element(place=self._place)

    def _end_names(self) -> None:
        """End what applies to the elements of ``.*``: an index and a full splat apply to the whole."""
        if self._names is not None:
            self._value = Splat(SplatKind.ATTRIBUTES, self._names, self._value, place=self._place)
            self._names = None

    def _stepped(self, target: Expression, step: _Step) -> Expression:
        converter, thing = self._converter, step.thing
        if not isinstance(thing, Tree):  # pragma: no cover - only splats have no rule of their own
            return target
        end = converter.last_line(thing)
        if step.kind is _Kind.NAME:
            return Attr(target, converter.written(only(thing)), place=self._place, end_line=end)
        if step.kind is _Kind.LEGACY:
            key: Expression = self._legacy_key(thing)
        else:
            key = converter.expression(only(thing), self._depth + 1)
        return Index(target, key, place=self._place, end_line=end)

    def _legacy_key(self, thing: Node) -> Expression:
        digits = self._converter.written(thing.children[-1])
        number = number_of(digits)
        if number is None:
            summary = f"The index {shown(digits)} is too long."
            raise self._converter.problem(self._converter.offset(thing), summary, "Correct it.")
        return Literal(number, place=self._converter.place(thing))
