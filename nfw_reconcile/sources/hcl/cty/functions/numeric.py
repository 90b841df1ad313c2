"""Functions on numbers."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.sources.hcl.cty import numbers, operators, values
from nfw_reconcile.sources.hcl.cty.functions.signature import NUMBER, Around, Function, Known, Parameter
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable
from nfw_reconcile.sources.hcl.cty.types import converted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nfw_reconcile.sources.hcl.cty.values import Value

_BOUNDED: Final = Parameter(values.NUMBER, Known.NOT_AT_ALL)
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FOLDED_BASE: Final = 36
"""Up to this base, a letter means the same in upper and lower case."""

_LONGEST_NUMERAL: Final = 1_000


def _decimal(value: Value) -> Decimal:
    payload: Any = value.value
    return Decimal(payload)


def _told(result: numbers.Result, reference: str, around: Around) -> Value:
    if isinstance(result, numbers.Between):
        return values.between(result, reference, around.place)
    return values.number(result)


def _rounding(direction: str) -> Function:
    def body(arguments: Sequence[Value], _: Around) -> Value:
        (value,) = arguments
        if not values.is_unknown(value):
            exact = _decimal(value)
            return values.number(Decimal(math.ceil(exact) if direction == "up" else math.floor(exact)))
        interval = values.bounds(value)
        if interval is None:
            return value
        low, high = interval
        return values.number(math.ceil(high) if direction == "up" else math.floor(low))

    return Function(body, (_BOUNDED,), result=values.NUMBER)


def _absolute(arguments: Sequence[Value], _: Around) -> Value:
    return values.number(_decimal(arguments[0]).copy_abs())


def _signum(arguments: Sequence[Value], _: Around) -> Value:
    whole = numbers.whole(_decimal(arguments[0]))
    if whole is None:
        raise EvaluationError("signum() takes a whole number.")
    return values.number((whole > 0) - (whole < 0))


def _extreme(*, largest: bool) -> Function:
    def body(arguments: Sequence[Value], _: Around) -> Value:
        found = [_decimal(each) for each in arguments]
        return values.number(max(found) if largest else min(found))

    return Function(body, rest=NUMBER, result=values.NUMBER, least=1)


def _float(value: Value) -> float:
    try:
        return float(_decimal(value))
    except OverflowError as problem:
        raise EvaluationError("The number is too large for this function.") from problem


def _power(arguments: Sequence[Value], around: Around) -> Value:
    base, exponent = (_float(each) for each in arguments)
    exact = _exact_power(_decimal(arguments[0]), _decimal(arguments[1]))
    if exact is not None:
        return values.number(exact)
    try:
        result = math.pow(base, exponent)
    except (OverflowError, ValueError) as problem:
        raise Unresolvable("the power is infinite or no number") from problem
    return _told(numbers.enclosed(result), f"pow({base!r}, {exponent!r})", around)


def _exact_power(base: Decimal, exponent: Decimal) -> int | None:
    """Give a power of integers that 53 bits hold exactly."""
    whole_base, whole_exponent = numbers.whole(base), numbers.whole(exponent)
    if whole_base is None or whole_exponent is None or not 0 <= whole_exponent <= numbers.BITS:
        return None
    if abs(whole_base).bit_length() > numbers.BITS:
        return None
    power = whole_base**whole_exponent
    return power if abs(power) <= 2**53 else None


def _logarithm(arguments: Sequence[Value], around: Around) -> Value:
    value, base = (_float(each) for each in arguments)
    if value <= 0 or base <= 0 or base == 1:
        raise Unresolvable("the logarithm is infinite or no number")
    quotient = math.log(value) / math.log(base)
    return _told(numbers.enclosed(quotient), f"log({value!r}, {base!r})", around)


def _parse_integer(arguments: Sequence[Value], _: Around) -> Value:
    text, base = arguments
    radix = numbers.whole(_decimal(base))
    if text.type != values.STRING or radix is None or not 2 <= radix <= len(_DIGITS):
        raise EvaluationError("parseint() takes a string and a base from 2 to 62.")
    numeral = str(text.value)
    if len(numeral) > _LONGEST_NUMERAL:
        raise Unresolvable(f"the numeral is longer than {_LONGEST_NUMERAL} digits")
    sign, digits = (numeral[0], numeral[1:]) if numeral[:1] in {"+", "-"} else ("", numeral)
    if radix <= _FOLDED_BASE:
        digits = "".join(each.lower() if each.isascii() else each for each in digits)
    found = [_DIGITS.find(each) for each in digits]
    if not found or any(not 0 <= each < radix for each in found):
        raise EvaluationError(f"{numeral!r} is no integer of base {radix}.")
    magnitude = reduce(lambda total, each: total * radix + each, found, 0)
    if magnitude.bit_length() > numbers.BITS:
        raise Unresolvable("the integer has more than 512 bits")
    return values.number(-magnitude if sign == "-" else magnitude)


def _sum(arguments: Sequence[Value], around: Around) -> Value:
    (collection,) = arguments
    if not values.is_sequence(collection.type):
        raise EvaluationError("sum() takes a list, set or tuple of numbers.")
    members = values.members(collection)
    if not members or any(values.is_null(each) for each in members):
        raise EvaluationError("sum() takes one number or more, and no null.")
    found = [converted(each, values.NUMBER, around.place) for each in members]
    return reduce(lambda total, each: operators.binary("+", total, each, around.place), found)


NUMERIC: Final[Mapping[str, Function]] = {
    "abs": Function(_absolute, (NUMBER,), result=values.NUMBER),
    "ceil": _rounding("up"),
    "floor": _rounding("down"),
    "log": Function(_logarithm, (NUMBER, NUMBER), result=values.NUMBER),
    "max": _extreme(largest=True),
    "min": _extreme(largest=False),
    "parseint": Function(_parse_integer, (Parameter(), NUMBER), result=values.NUMBER),
    "pow": Function(_power, (NUMBER, NUMBER), result=values.NUMBER),
    "signum": Function(_signum, (NUMBER,), result=values.NUMBER),
    "sum": Function(_sum, (Parameter(),), result=values.NUMBER),
}
