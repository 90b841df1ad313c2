"""The least that gives an expression without references its value: an independent reading of the tree, for tests.

Values are plain: ``None``, ``bool``, ``str``, ``Decimal``, ``list`` and ``dict``. What needs a type system (conversion,
unification, unknown values) is not here, and raises ``TypeError``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from nfw_reconcile.sources.hcl.syntax import (
    Attr,
    Binary,
    Call,
    Conditional,
    Element,
    Expression,
    ForDirective,
    ForObject,
    ForTuple,
    IfDirective,
    Index,
    Interpolation,
    Literal,
    Name,
    ObjectOf,
    Part,
    Splat,
    Template,
    Text,
    TupleOf,
    Unary,
    Unreadable,
)

Plain = str | bool | Decimal | None | list["Plain"] | dict[str, "Plain"]
Known = Mapping[str, Plain]

ELEMENT: Final = "*"
_NUMBERS: Final[Mapping[str, Callable[[Decimal, Decimal], Plain]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def value_in(expression: Expression, known: Known) -> Plain:  # noqa: C901, PLR0911, PLR0912 - one case for each kind
    match expression:
        case Literal(value):
            return value
        case Template(parts):
            return "".join(_written(part, known) for part in parts)
        case TupleOf(items):
            return [value_in(item, known) for item in items]
        case ObjectOf(items):
            return {_text(value_in(item.key, known)): value_in(item.value, known) for item in items}
        case ForTuple():
            return [value_in(expression.result, inner) for inner in _rounds(expression, known)]
        case ForObject():
            return _mapped(expression, known)
        case Conditional(condition, then, otherwise):
            return value_in(then if value_in(condition, known) is True else otherwise, known)
        case Unary("!", operand):
            return value_in(operand, known) is not True
        case Unary(_, operand):
            return -_number(value_in(operand, known))
        case Binary():
            return _binary(expression, known)
        case Call(name, arguments, expanded):
            return _call(name, [value_in(each, known) for each in arguments], expanded=expanded)
        case Name(name):
            return known[name]
        case Element():
            return known[ELEMENT]
        case Attr(target, name):
            return _at(value_in(target, known), name)
        case Index(target, key):
            return _at(value_in(target, known), value_in(key, known))
        case Splat(_, target, each):
            return [value_in(each, {**known, ELEMENT: one}) for one in _list(value_in(target, known))]
        case Unreadable(source):
            raise TypeError(source)


def _binary(expression: Binary, known: Known) -> Plain:
    left, right = value_in(expression.left, known), value_in(expression.right, known)
    match expression.operator:
        case "==":
            return left == right
        case "!=":
            return left != right
        case "&&":
            return left is True and right is True
        case "||":
            return left is True or right is True
        case symbol:
            return _NUMBERS[symbol](_number(left), _number(right))


def _call(name: str, arguments: list[Plain], *, expanded: bool) -> Plain:
    if expanded:
        arguments = [*arguments[:-1], *_list(arguments[-1])]
    match name:
        case "max" | "core::max":
            return max(_number(each) for each in arguments)
        case "upper":
            return _text(arguments[0]).upper()
        case _:
            raise TypeError(name)


def _rounds(loop: ForTuple | ForObject, known: Known) -> Iterator[dict[str, Plain]]:
    for key, value in _pairs(value_in(loop.collection, known)):
        inner: dict[str, Plain] = {**known, loop.value_name: value}
        if loop.key_name is not None:
            inner[loop.key_name] = key
        if loop.condition is None or value_in(loop.condition, inner) is True:
            yield inner


def _mapped(loop: ForObject, known: Known) -> dict[str, Plain]:
    grouped: dict[str, list[Plain]] = {}
    for inner in _rounds(loop, known):
        grouped.setdefault(_text(value_in(loop.key, inner)), []).append(value_in(loop.result, inner))
    return {key: [*each] if loop.grouped else each[0] for key, each in grouped.items()}


def _written(part: Part, known: Known) -> str:
    match part:
        case Text(text):
            return text
        case Interpolation(value):
            return _text(value_in(value, known))
        case IfDirective(condition, then, otherwise):
            chosen = then if value_in(condition, known) is True else otherwise
            return "".join(_written(each, known) for each in chosen)
        case ForDirective(key_name, value_name, collection, body):
            rounds = ForTuple(key_name, value_name, collection, collection, None, place=part.place)
            return "".join(_written(each, inner) for inner in _rounds(rounds, known) for each in body)


def _pairs(value: Plain) -> list[tuple[Plain, Plain]]:
    match value:
        case list():
            return [(Decimal(index), each) for index, each in enumerate(value)]
        case dict():
            return sorted(value.items(), key=operator.itemgetter(0))
        case _:
            raise TypeError(value)


def _at(value: Plain, key: Plain) -> Plain:
    match value, key:
        case list(), Decimal():
            return value[int(key)]
        case dict(), str():
            return value[key]
        case _:
            raise TypeError(value, key)


def _text(value: Plain) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case Decimal():
            return f"{value.normalize():f}"
        case _:
            raise TypeError(value)


def _number(value: Plain) -> Decimal:
    if not isinstance(value, Decimal):
        raise TypeError(value)
    return value


def _list(value: Plain) -> list[Plain]:
    return value if isinstance(value, list) else [value]
