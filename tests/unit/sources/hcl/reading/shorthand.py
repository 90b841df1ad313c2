"""Short names to write expressions of the tree with; places take no part in comparisons."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from nfw_reconcile.errors import Location
from nfw_reconcile.sources.hcl.reading.reader import read_expression, read_native
from nfw_reconcile.sources.hcl.syntax import (
    Attr,
    Binary,
    BinaryOperator,
    Body,
    Call,
    Conditional,
    Element,
    Expression,
    Index,
    Interpolation,
    Literal,
    Name,
    ObjectItem,
    ObjectOf,
    Part,
    Splat,
    SplatKind,
    Template,
    Text,
    TupleOf,
    Unary,
    UnaryOperator,
)

HERE: Final = Location("here")
ELEMENT: Final = Element(place=HERE)


def lit(value: str | bool | int | Decimal | None) -> Literal:  # noqa: FBT001 - a literal, not a switch
    exact = Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return Literal(exact, place=HERE)


def name(word: str) -> Name:
    return Name(word, place=HERE)


def binary(left: Expression, operator: BinaryOperator, right: Expression) -> Binary:
    return Binary(operator, left, right, place=HERE)


def unary(operator: UnaryOperator, operand: Expression) -> Unary:
    return Unary(operator, operand, place=HERE)


def choice(condition: Expression, then: Expression, otherwise: Expression) -> Conditional:
    return Conditional(condition, then, otherwise, place=HERE)


def attr(target: Expression, *names: str) -> Expression:
    for each in names:
        target = Attr(target, each, place=HERE)
    return target


def index(target: Expression, key: Expression) -> Index:
    return Index(target, key, place=HERE)


def full(target: Expression, each: Expression = ELEMENT) -> Splat:
    return Splat(SplatKind.FULL, target, each, place=HERE)


def names(target: Expression, each: Expression = ELEMENT) -> Splat:
    return Splat(SplatKind.ATTRIBUTES, target, each, place=HERE)


def items(*values: Expression) -> TupleOf:
    return TupleOf(values, place=HERE)


def mapping(*pairs: tuple[Expression, Expression]) -> ObjectOf:
    return ObjectOf(tuple(ObjectItem(key, value, place=HERE) for key, value in pairs), place=HERE)


def call(function: str, *arguments: Expression, expanded: bool = False) -> Call:
    return Call(function, arguments, expanded, place=HERE)


def text(letters: str) -> Text:
    return Text(letters, place=HERE)


def inter(value: Expression) -> Interpolation:
    return Interpolation(value, place=HERE)


def template(*parts: Part) -> Template:
    return Template(parts, place=HERE)


def value_of(source: str) -> Expression:
    """Read an expression that stands behind an argument's name, in a file."""
    attribute = body_of(f"x = {source}\n").attribute("x")
    assert attribute is not None
    return attribute.expression


def body_of(source: str) -> Body:
    parsed = read_native(source.encode(), "main.tf")
    assert parsed.problems == (), [str(problem) for problem in parsed.problems]
    return parsed.body


def expression(source: str) -> Expression:
    """Read an expression that stands alone."""
    return read_expression(source, HERE)


def problems_of(source: str) -> list[str]:
    return [str(problem) for problem in read_native(source.encode(), "main.tf").problems]
