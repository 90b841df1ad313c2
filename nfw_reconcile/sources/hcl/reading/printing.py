"""Print an expression for people, as short as it can be written and still be read back as the same expression."""

from __future__ import annotations

import enum
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final, assert_never

from nfw_reconcile.sources.hcl.reading.limits import MOST_PRINTED
from nfw_reconcile.sources.hcl.reading.printtemplates import printed_template
from nfw_reconcile.sources.hcl.reading.quoting import escaped
from nfw_reconcile.sources.hcl.syntax import (
    Attr,
    Binary,
    Call,
    Conditional,
    Element,
    ForObject,
    ForTuple,
    Index,
    Literal,
    Name,
    ObjectOf,
    Splat,
    SplatKind,
    Template,
    TupleOf,
    Unary,
    Unreadable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nfw_reconcile.sources.hcl.syntax import Expression

_NAME: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_-]*")


class _Rank(enum.IntEnum):
    """How tightly an expression holds together; what stands in a place for a higher rank needs parentheses."""

    ANY = 0
    OR = 1
    AND = 2
    EQUAL = 3
    COMPARE = 4
    SUM = 5
    PRODUCT = 6
    SIGNED = 7
    CHAIN = 8


_RANKS: Final = {
    "||": _Rank.OR,
    "&&": _Rank.AND,
    **dict.fromkeys(("==", "!="), _Rank.EQUAL),
    **dict.fromkeys(("<", "<=", ">", ">="), _Rank.COMPARE),
    **dict.fromkeys(("+", "-"), _Rank.SUM),
    **dict.fromkeys(("*", "/", "%"), _Rank.PRODUCT),
}


def text_of(expression: Expression, most: int = MOST_PRINTED) -> str:
    """Print an expression on one line of at most ``most`` characters; ``…`` ends one that is longer.

    What is not cut off reads back as an equal expression.
    """
    printed, length = [], 0
    for piece in _printed(expression, _Rank.ANY):
        printed.append(piece)
        length += len(piece)
        if length > most:
            return "".join(printed)[: most - 1] + "…"
    return "".join(printed)


def _printed(expression: Expression, needed: _Rank) -> Iterator[str]:
    """Print an expression where one of a rank is needed."""
    if _rank(expression) < needed:
        yield "("
        yield from _bare(expression)
        yield ")"
    else:
        yield from _bare(expression)


def _rank(expression: Expression) -> _Rank:
    match expression:
        case Conditional():
            return _Rank.ANY
        case Binary(operator):
            return _RANKS[operator]
        case Unary():
            return _Rank.SIGNED
        case _:
            return _Rank.CHAIN


def _bare(expression: Expression) -> Iterator[str]:  # noqa: C901, PLR0912 - one case for each kind of expression
    match expression:
        case Literal(value):
            yield _literal(value)
        case Template(parts):
            yield from printed_template(parts, _value)
        case TupleOf(items):
            yield from _listed("[", items, "]")
        case ObjectOf():
            yield from _object(expression)
        case ForTuple() | ForObject():
            yield from _for(expression)
        case Unary(operator, operand):
            yield operator
            yield from _printed(operand, _Rank.SIGNED)
        case Binary():
            yield from _binary(expression)
        case Conditional():
            yield from _conditional(expression)
        case Call(name, arguments, expanded):
            yield from _listed(f"{name}(", arguments, "...)" if expanded else ")")
        case Attr() | Index() | Splat():
            yield from _chain(expression)
        case Name(name):
            yield name
        case Element():
            yield ""
        case Unreadable(source):
            yield " ".join(source.split())
        case _:
            assert_never(expression)


def _literal(value: str | bool | Decimal | None) -> str:  # noqa: FBT001 - a literal, not a switch
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return str(value)
        case str():
            return f'"{escaped(value)}"'


def _listed(opening: str, items: Sequence[Expression], closing: str) -> Iterator[str]:
    yield opening
    for index, item in enumerate(items):
        if index:
            yield ", "
        yield from _printed(item, _Rank.ANY)
    yield closing


def _object(expression: ObjectOf) -> Iterator[str]:
    yield "{"
    for index, item in enumerate(expression.items):
        yield ", " if index else " "
        yield from _key(item.key)
        yield " = "
        yield from _printed(item.value, _Rank.ANY)
    yield " }" if expression.items else "}"


def _key(key: Expression) -> Iterator[str]:
    match key:
        case Literal(str() as name) if _NAME.fullmatch(name) and name != "for":
            yield name
        case Literal(str()):
            yield from _bare(key)
        case _:
            yield "("
            yield from _bare(key)
            yield ")"


def _for(expression: ForTuple | ForObject) -> Iterator[str]:
    names = ", ".join(name for name in (expression.key_name, expression.value_name) if name)
    yield "[" if isinstance(expression, ForTuple) else "{"
    yield f"for {names} in "
    yield from _printed(expression.collection, _Rank.ANY)
    yield " : "
    if isinstance(expression, ForObject):
        yield from _printed(expression.key, _Rank.ANY)
        yield " => "
    yield from _printed(expression.result, _Rank.ANY)
    if isinstance(expression, ForObject) and expression.grouped:
        yield "..."
    if expression.condition is not None:
        yield " if "
        yield from _printed(expression.condition, _Rank.ANY)
    yield "]" if isinstance(expression, ForTuple) else "}"


def _binary(expression: Binary) -> Iterator[str]:
    rank = _RANKS[expression.operator]
    yield from _printed(expression.left, rank)
    yield f" {expression.operator} "
    yield from _printed(expression.right, _Rank(rank + 1))


def _conditional(expression: Conditional) -> Iterator[str]:
    yield from _printed(expression.condition, _Rank.OR)
    yield " ? "
    yield from _printed(expression.then, _Rank.ANY)
    yield " : "
    yield from _printed(expression.otherwise, _Rank.ANY)


def _chain(expression: Attr | Index | Splat) -> Iterator[str]:
    if _would_be_taken_in(expression):
        yield "("
        yield from _bare(expression.target)
        yield ")"
    else:
        yield from _printed(expression.target, _Rank.CHAIN)
    match expression:
        case Attr(_, name):
            yield f".{name}"
        case Index(_, key):
            yield "["
            yield from _printed(key, _Rank.ANY)
            yield "]"
        case Splat(kind, _, each):
            yield from _splat(kind, each)


def _splat(kind: SplatKind, each: Expression) -> Iterator[str]:
    match kind:
        case SplatKind.FULL:
            yield "[*]"
            yield from _bare(each)
        case SplatKind.ATTRIBUTES:
            yield ".*"
            yield from _names(each)


def _would_be_taken_in(expression: Attr | Index | Splat) -> bool:
    """Tell whether a splat would take what stands behind it for its elements' own."""
    match expression.target:
        case Splat(SplatKind.FULL):
            return True
        case Splat(SplatKind.ATTRIBUTES):
            return isinstance(expression, Attr) or (
                isinstance(expression, Splat) and expression.kind is SplatKind.ATTRIBUTES
            )
        case _:
            return False


def _names(each: Expression) -> Iterator[str]:
    """Print what ``.*`` applies to its elements: names, and indexes as they were written before there were brackets."""
    match each:
        case Attr(target, name):
            yield from _names(target)
            yield f".{name}"
        case Index(target, key):
            yield from _names(target)
            yield "."
            yield from _bare(key)
        case _:
            yield ""


def _value(expression: Expression) -> Iterator[str]:
    """Print an expression that stands alone between marks."""
    return _printed(expression, _Rank.ANY)
