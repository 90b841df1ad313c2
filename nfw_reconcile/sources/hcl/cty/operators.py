"""Operators, indexes, attributes, conditionals and interpolation over values (HCL specification, "Expressions").

Every function carries the marks of its operands onto its result, gives an unknown value where an operand that counts
is unknown, and raises :class:`EvaluationError` for what Terraform refuses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyvider.cty import CtyList, CtyMap, CtyObject, CtySet, CtyTuple, CtyValue

from nfw_reconcile.sources.hcl.cty import numbers, values
from nfw_reconcile.sources.hcl.cty.forms import not_computed
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable
from nfw_reconcile.sources.hcl.cty.types import converted
from nfw_reconcile.sources.hcl.cty.unification import common_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.cty.values import Type, Value
    from nfw_reconcile.sources.hcl.syntax import BinaryOperator, UnaryOperator

_ARITHMETIC: Final[Mapping[str, Callable[[Decimal, Decimal], numbers.Result]]] = {
    "+": numbers.add,
    "-": lambda left, right: numbers.add(left, right.copy_negate()),
    "*": numbers.multiply,
    "/": numbers.divide,
    "%": numbers.modulo,
}
_ORDER: Final[Mapping[str, Callable[[Decimal, Decimal], bool]]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_LOGIC: Final[Mapping[str, Callable[[bool, bool], bool]]] = {
    "&&": lambda left, right: left and right,
    "||": lambda left, right: left or right,
}


def unary(operator: UnaryOperator, value: Value, place: Location | None = None) -> Value:
    """Give ``-value`` or ``!value``."""
    kind = values.NUMBER if operator == "-" else values.BOOL
    operand = _operand(value, kind, place)
    if values.is_unknown(operand):
        return values.unknown_from(kind, operand)
    payload: Any = operand.value
    made = payload.copy_negate() if operator == "-" else not payload
    return values.marked(CtyValue(kind, made), operand.marks)


def binary(operator: BinaryOperator, left: Value, right: Value, place: Location | None = None) -> Value:
    """Give ``left operator right``; both operands count, also where one decides a logical operation."""
    if operator in {"==", "!="}:
        found = equal(left, right)
        return found if operator == "==" else unary("!", found, place)
    operands = values.BOOL if operator in _LOGIC else values.NUMBER
    result = values.NUMBER if operator in _ARITHMETIC else values.BOOL
    a, b = _operand(left, operands, place), _operand(right, operands, place)
    if values.is_unknown(a) or values.is_unknown(b):
        return values.unknown_from(result, a, b)
    marks = a.marks | b.marks
    x: Any = a.value
    y: Any = b.value
    if operator in _ARITHMETIC:
        return values.marked(_computed(operator, x, y, place), marks)
    decide = _LOGIC[operator] if operator in _LOGIC else _ORDER[operator]
    return values.marked(values.boolean(decide(x, y)), marks)


def equal(left: Value, right: Value) -> Value:
    """Say whether two values are equal: of the same type, and the same throughout.

    A known difference decides, whatever else is unknown. Values of different types are different, also an empty
    tuple and an empty list.
    """
    a, left_marks = values.unmarked_deep(values.concrete(left))
    b, right_marks = values.unmarked_deep(values.concrete(right))
    found = values.concrete(a.equals(b))
    return values.marked(found, left_marks | right_marks)


def conditional(condition: Value, then: Value, otherwise: Value, place: Location | None = None) -> Value:
    """Give ``condition ? then : otherwise``: the chosen value, converted to the type that both can have.

    An alternative that failed and was not chosen is given as an unknown value of no type. The result is unknown
    where it is not told here which type that is. Raises :class:`EvaluationError` where there is no such type, also for
    the alternative that is not chosen.
    """
    try:
        kind = _alternatives_type(then, otherwise)
    except Unresolvable:
        return not_computed("conditional", (condition, then, otherwise), place)
    if kind is None:
        raise EvaluationError("The two results of the conditional have no type in common.", place)
    decided = _operand(condition, values.BOOL, place, "The condition")
    if values.is_unknown(decided):
        return values.unknown_from(kind, decided, then, otherwise)
    chosen = values.concrete(then if decided.value else otherwise)
    given = chosen if values.is_dynamic(kind) else converted(chosen, kind, place)
    return values.marked(given, decided.marks)


def index(target: Value, key: Value, place: Location | None = None) -> Value:
    """Give ``target[key]``."""
    target, key = values.concrete(target), values.concrete(key)
    marks = target.marks | key.marks
    if values.is_null(target):
        raise EvaluationError("A null value has no elements.", place)
    if values.is_null(key):
        raise EvaluationError("A null value is no index.", place)
    if values.is_dynamic(target.type) or values.is_dynamic(key.type):
        return values.marked(values.unknown_from(values.DYNAMIC, target, key), marks)
    found = _element(values.unmarked(target), values.unmarked(key), place)
    return values.marked(found, marks)


def attribute(target: Value, name: str, place: Location | None = None) -> Value:
    """Give ``target.name``."""
    target = values.concrete(target)
    if values.is_null(target):
        raise EvaluationError(f"A null value has no attribute {name!r}.", place)
    if values.is_dynamic(target.type):
        return values.unknown_from(values.DYNAMIC, target)
    if not values.is_mapping(target.type):
        raise EvaluationError(f"This value has no attributes, and so no {name!r}.", place)
    return values.marked(_named(values.unmarked(target), name, place), target.marks)


def template_text(value: Value, place: Location | None = None) -> Value:
    """Give a value as the text that a template has for it; null and whatever is no text is an error."""
    if values.is_unknown(value):
        return values.unknown_from(values.STRING, value)
    return _operand(value, values.STRING, place, "A part of a template")


def joined(parts: list[Value]) -> Value:
    """Put the texts of a template together; unknown where any of them is."""
    marks = frozenset(mark for part in parts for mark in part.marks)
    if any(values.is_unknown(part) for part in parts):
        return values.marked(values.unknown_from(values.STRING), marks)
    return values.marked(values.text("".join(str(part.value) for part in parts)), marks)


def _operand(value: Value, kind: Type, place: Location | None, what: str = "An operand") -> Value:
    value = values.concrete(value)
    if values.is_null(value):
        raise EvaluationError(f"{what} is null.", place)
    return converted(value, kind, place)


def _computed(operator: str, left: Decimal, right: Decimal, place: Location | None) -> Value:
    reference = f"{numbers.text(left)} {operator} {numbers.text(right)}"
    try:
        result = _ARITHMETIC[operator](left, right)
    except Unresolvable:
        return values.unknown(reference, place, values.NUMBER)
    if isinstance(result, numbers.Between):
        return values.between(result, reference, place)
    return CtyValue(values.NUMBER, result)


def _alternatives_type(then: Value, otherwise: Value) -> Type | None:
    """Give the type that both results convert to; a bare ``null`` takes the type of the other."""
    a, b = values.concrete(then), values.concrete(otherwise)
    if _is_bare_null(a):
        return b.type
    if _is_bare_null(b):
        return a.type
    if values.is_dynamic(a.type) or values.is_dynamic(b.type):
        return values.DYNAMIC
    return common_type([a.type, b.type])


def _is_bare_null(value: Value) -> bool:
    return values.is_null(value) and values.is_dynamic(value.type) and not value.marks


def _element(target: Value, key: Value, place: Location | None) -> Value:
    match target.type:
        case CtyList() | CtyTuple():
            return _counted(target, key, place)
        case CtyMap() | CtyObject():
            name = converted(key, values.STRING, place)
            if values.is_unknown(name):
                return values.unknown_from(_element_type(target.type))
            return _named(target, str(name.value), place)
        case CtySet():
            raise EvaluationError("Elements of a set have no index.", place)
        case _:
            raise EvaluationError("This value has no elements.", place)


def _counted(target: Value, key: Value, place: Location | None) -> Value:
    position = converted(key, values.NUMBER, place)
    if values.is_unknown(position):
        return values.unknown_from(_element_type(target.type))
    payload: Any = position.value
    counted = numbers.whole(payload)
    if counted is None or counted < 0:
        raise EvaluationError("An index is a whole number, zero or more.", place)
    if isinstance(target.type, CtyTuple) and counted >= len(target.type.element_types):
        raise EvaluationError(f"There is no element {counted}.", place)
    if values.is_unknown(target):
        kind = target.type
        return values.unknown_from(
            kind.element_types[counted] if isinstance(kind, CtyTuple) else _element_type(kind)
        )
    found = values.members(target)
    if counted >= len(found):
        raise EvaluationError(f"There is no element {counted}.", place)
    return found[counted]


def _named(target: Value, name: str, place: Location | None) -> Value:
    kind = target.type
    if isinstance(kind, CtyObject) and name not in kind.attribute_types:
        raise EvaluationError(f"There is no attribute {name!r}.", place)
    if values.is_unknown(target):
        return values.unknown_from(
            kind.attribute_types[name] if isinstance(kind, CtyObject) else _element_type(kind)
        )
    found = values.element(target, name)
    if found is None:
        raise EvaluationError(f"There is no element {name!r}.", place)
    return found


def _element_type(kind: Type) -> Type:
    """Give the type of all elements of a collection; no type where each has its own."""
    return kind.element_type if isinstance(kind, CtyList | CtyMap) else values.DYNAMIC
