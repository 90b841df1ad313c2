"""Operators: precedence and associativity are those of the grammar, and stand in the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from nfw_reconcile.sources.hcl.reading.grammar import only, rules
from nfw_reconcile.sources.hcl.syntax import Binary, Conditional, Unary

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.reading.conversion import Converter
    from nfw_reconcile.sources.hcl.reading.grammar import Node
    from nfw_reconcile.sources.hcl.syntax import BinaryOperator, Expression, UnaryOperator


def binary(converter: Converter, node: Node, depth: int) -> Expression:
    """Read ``a + b + c`` from the left, without recursion along the chain."""
    chain: list[tuple[str, Node]] = []
    while node.data == "binary_op":
        left, term = rules(node)
        operator, right = rules(term)
        converter.same_line(left, right)
        (sign,) = operator.children
        chain.append((converter.written(sign), right))
        node = left
        converter.check_depth(node, depth + len(chain))
    result = converter.expression(node, depth + len(chain))
    place = converter.place(node)
    for level, (symbol, right) in reversed([*enumerate(chain, depth + 1)]):
        operand = converter.expression(right, level)
        end = converter.last_line(right)
        result = Binary(cast("BinaryOperator", symbol), result, operand, place=place, end_line=end)
    return result


def unary(converter: Converter, node: Node, depth: int) -> Expression:
    """Read ``-a`` and ``!a``, with the operators directly before it that the scanner has kept from the grammar."""
    places, text = converter.scanned.places, converter.scanned.text
    own = converter.offset(node)
    offsets = (*converter.scanned.prefixes.get(own, ()), own)
    result = converter.expression(only(node), depth + len(offsets))
    for offset in reversed(offsets):
        operator = cast("UnaryOperator", text[offset])
        result = Unary(operator, result, place=places.at(offset), end_line=converter.last_line(node))
    return result


def conditional(converter: Converter, node: Node, depth: int) -> Expression:
    """Read ``condition ? then : otherwise``."""
    condition, then, otherwise = rules(node)
    converter.same_line(condition, then)
    converter.same_line(then, otherwise)
    return Conditional(
        converter.expression(condition, depth + 1),
        converter.expression(then, depth + 1),
        converter.expression(otherwise, depth + 1),
        place=converter.place(node),
        end_line=converter.last_line(node),
    )
