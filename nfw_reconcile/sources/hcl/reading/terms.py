"""Literals, templates, collections, calls and ``for`` expressions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.reading.grammar import only, rules, token
from nfw_reconcile.sources.hcl.reading.lexicon import number_of
from nfw_reconcile.sources.hcl.reading.places import shown
from nfw_reconcile.sources.hcl.syntax import (
    Call,
    ForObject,
    ForTuple,
    Interpolation,
    Literal,
    Name,
    ObjectItem,
    ObjectOf,
    Template,
    Text,
    TupleOf,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.reading.conversion import Converter
    from nfw_reconcile.sources.hcl.reading.grammar import Node
    from nfw_reconcile.sources.hcl.reading.places import SyntaxProblem
    from nfw_reconcile.sources.hcl.syntax import Expression, Part

_KEYWORDS: Final[Mapping[str, bool | None]] = {"true": True, "false": False, "null": None}
_BARE_NAMES: Final = frozenset({"identifier", "literal_value", "keyword"})
_SEPARATORS: Final = frozenset({",", "\n", ",\n"})
_BLANKS: Final = re.compile(r"[ \t]+")


def number(converter: Converter, node: Node, _depth: int) -> Expression:
    """Read a number, exactly."""
    digits = converter.written(node)
    value = number_of(digits)
    if value is None:
        raise converter.problem(
            converter.offset(node), f"The number {shown(digits)} is too long.", "Correct it."
        )
    return Literal(value, place=converter.place(node), end_line=converter.last_line(node))


def keyword(converter: Converter, node: Node, _depth: int) -> Expression:
    """Read ``true``, ``false`` or ``null``."""
    place = converter.place(node)
    return Literal(_KEYWORDS[converter.written(node)], place=place, end_line=place.line)


def name(converter: Converter, node: Node, _depth: int) -> Expression:
    """Read the first word of a reference."""
    word = converter.written(node)
    if ":" in word:
        remedy = "Only functions have namespaces: write its arguments in parentheses behind it."
        raise converter.problem(converter.offset(node), f"{shown(word)} is no reference.", remedy)
    place = converter.place(node)
    return Name(word, place=place, end_line=place.line)


def string(converter: Converter, node: Node, depth: int) -> Expression:
    """Read a template without expressions."""
    raw = converter.scanned.templates[converter.offset(node)]
    return from_parts(converter.template(raw, (), depth), converter.place(node), converter.last_line(node))


def collection(converter: Converter, node: Node, depth: int) -> Expression:
    """Read ``[a, b]``, or a template: the scanner gives the grammar a tuple of its expressions."""
    raw = converter.scanned.templates.get(converter.offset(node))
    place, end = converter.place(node), converter.last_line(node)
    if raw is not None:
        return from_parts(converter.template(raw, rules(node), depth), place, end)
    items = [converter.expression(item, depth + 1) for item in rules(node)]
    return TupleOf(tuple(items), place=place, end_line=end)


def from_parts(parts: tuple[Part, ...], place: Location, end_line: int | None) -> Expression:
    """Give what a template means: a literal text, the value of its one interpolation, or a template."""
    match parts:
        case ():
            return Literal("", place=place, end_line=end_line)
        case (Text(text, lines=lines),):
            return Literal(text, lines=lines, place=place, end_line=end_line)
        case (Interpolation(value),):
            return value
        case _:
            return Template(parts, place=place, end_line=end_line)


def mapping(converter: Converter, node: Node, depth: int) -> Expression:
    """Read ``{ key = value }``."""
    items: list[ObjectItem] = []
    previous: Node | None = None
    for item in rules(node):
        _check_separated(converter, previous, item)
        key, value = rules(item)
        items.append(
            ObjectItem(
                _key(converter, only(key), depth + 1),
                converter.expression(value, depth + 1),
                place=converter.place(item),
                end_line=converter.last_line(item),
            )
        )
        previous = item
    if previous is not None and "\n," in _BLANKS.sub("", converter.behind(previous, node)):
        raise _not_separated(converter, converter.end(previous))
    return ObjectOf(tuple(items), place=converter.place(node), end_line=converter.last_line(node))


def _check_separated(converter: Converter, previous: Node | None, item: Node) -> None:
    """Refuse items that nothing stands between, and a first one that begins a ``for`` expression."""
    if previous is not None:
        if _BLANKS.sub("", converter.between(previous, item)) not in _SEPARATORS:
            raise _not_separated(converter, converter.offset(item))
    elif converter.written(next(rules(item))) == "for":
        remedy = 'Write names behind `for`, or the key as "for".'
        raise converter.problem(converter.offset(item), "A `for` expression binds no name.", remedy)


def _not_separated(converter: Converter, offset: int) -> SyntaxProblem:
    remedy = "Put a comma on the line of the item before it, or a newline."
    return converter.problem(offset, "Two items of an object are not separated.", remedy)


def _key(converter: Converter, node: Node, depth: int) -> Expression:
    """Read the key of an object's item: a bare name, ``true`` and ``null`` among them, is a text."""
    bare = node
    while bare.data == "expr_term" and token(bare, "LPAR") is None:
        bare = only(bare)
    if bare.data not in _BARE_NAMES:
        return converter.expression(node, depth)
    place = converter.place(bare)
    return Literal(converter.written(bare), place=place, end_line=place.line)


def call(converter: Converter, node: Node, depth: int) -> Expression:
    """Read ``name(a, b...)``, with the namespace of a provider's function where it has one."""
    function, *arguments = rules(node)
    listed = arguments[0] if arguments else None
    values = [converter.expression(each, depth + 1) for each in rules(listed)] if listed is not None else []
    return Call(
        _BLANKS.sub("", converter.written(function)),
        tuple(values),
        listed is not None and token(listed, "ELLIPSIS") is not None,
        place=converter.place(node),
        end_line=converter.last_line(node),
    )


def for_tuple(converter: Converter, node: Node, depth: int) -> Expression:
    """Read ``[for key, value in collection : result if condition]``."""
    intro, result, *condition = rules(node)
    key_name, value_name, values = _intro(converter, intro, depth)
    return ForTuple(
        key_name,
        value_name,
        values,
        converter.expression(result, depth + 1),
        converter.expression(only(condition[0]), depth + 1) if condition else None,
        place=converter.place(node),
        end_line=converter.last_line(node),
    )


def for_object(converter: Converter, node: Node, depth: int) -> Expression:
    """Read ``{for key, value in collection : key => result... if condition}``."""
    intro, key, result, *condition = rules(node)
    key_name, value_name, values = _intro(converter, intro, depth)
    return ForObject(
        key_name,
        value_name,
        values,
        converter.expression(key, depth + 1),
        converter.expression(result, depth + 1),
        converter.expression(only(condition[0]), depth + 1) if condition else None,
        token(node, "ELLIPSIS") is not None,
        place=converter.place(node),
        end_line=converter.last_line(node),
    )


def _intro(converter: Converter, intro: Node, depth: int) -> tuple[str | None, str, Expression]:
    *names, values = rules(intro)
    *key, value = [converter.written(each) for each in names]
    return key[0] if key else None, value, converter.expression(values, depth + 1)
