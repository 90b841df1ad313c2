"""Numbers as Terraform computes them: binary floating point of 512 bits, exactly.

A number is kept as the shortest decimal that names its 512-bit value, which is also how Terraform writes it. The two
stand for each other, so that equal numbers are equal decimals. Terraform gives some results less precision (53 bits
for ``log`` and ``pow``, 64 for ``length`` and its kind) and a decimal does not tell which it has: a quotient that
depends on the precision is told as the interval around it, and never as a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

from nfw_reconcile.sources.hcl.cty.problems import Unresolvable

BITS: Final = 512
"""The precision that Terraform parses numbers with."""

_PRECISIONS: Final = (53, 64, BITS)
_SAFE_DIGITS: Final = 153
"""Decimals of this many digits each name a 512-bit value of their own: floor(511 * log10(2))."""

_NAMING_DIGITS: Final = 156
"""This many digits name any 512-bit value."""

LARGEST_EXPONENT: Final = 5_000
"""Numbers of more decimal digits than this, before or behind the point, are not computed with."""

_INTERVAL_DIGITS: Final = 30


@dataclass(frozen=True, slots=True)
class Between:
    """A number known only as lying strictly between two others, with no integer strictly between them."""

    low: Decimal
    high: Decimal


Result = Decimal | Between


def canonical(value: Decimal) -> Decimal:
    """Give the shortest decimal with the same 512-bit value.

    Raises :class:`Unresolvable` for what is not finite, and for exponents beyond :data:`LARGEST_EXPONENT`.
    """
    if not value.is_finite() or abs(value.adjusted()) > LARGEST_EXPONENT:
        raise Unresolvable("the number is infinite, or out of the range that is computed with")
    if len(value.as_tuple().digits) <= _SAFE_DIGITS:
        return stripped(value)
    return _shortest(_rounded(Fraction(value), BITS))


def text(value: Decimal) -> str:
    """Write a number as Terraform does: no exponent, no zeros behind the last digit that counts."""
    return format(value, "f")


def add(left: Decimal, right: Decimal) -> Result:
    """Give the sum."""
    if left.is_zero() and right.is_zero():
        return left if left.is_signed() and right.is_signed() else Decimal(0)
    exact = _binary(left) + _binary(right)
    return _agreed([_rounded(exact, bits) for bits in _possible(left, right)])


def multiply(left: Decimal, right: Decimal) -> Result:
    """Give the product; Terraform makes it as precise as it has to be, up to 512 bits."""
    if left.is_zero() or right.is_zero():
        return Decimal(0).copy_sign(Decimal(-1 if left.is_signed() != right.is_signed() else 1))
    return canonical(_shortest(_rounded(_binary(left) * _binary(right), BITS)))


def divide(left: Decimal, right: Decimal) -> Result:
    """Give the quotient; raises :class:`Unresolvable` for a division by zero, which Terraform takes as infinite."""
    if right.is_zero():
        raise Unresolvable("a division by zero gives infinity")
    if left.is_zero():
        return multiply(left, right)
    exact = _binary(left) / _binary(right)
    return _agreed([_rounded(exact, bits) for bits in _possible(left, right)])


def modulo(left: Decimal, right: Decimal) -> Result:
    """Give the remainder, which has the sign of the dividend; the dividend itself for a divisor of zero."""
    if right.is_zero() or left.is_zero():
        return left
    dividend, divisor = _binary(left), _binary(right)
    results = []
    for bits in _possible(left, right):
        quotient = int(_rounded(dividend / divisor, bits))
        results.append(_rounded(dividend - _rounded(quotient * divisor, bits), bits))
    return _agreed(results)


def whole(value: Decimal) -> int | None:
    """Give a number as an integer; ``None`` where it is none."""
    return int(value) if value == value.to_integral_value() else None


def rounds_otherwise(value: Decimal) -> bool:
    """Say whether rounding the decimal may differ from rounding the binary value that it names.

    They differ only where the decimal is exactly half between two results, and the binary value is not.
    """
    if not value.is_finite() or stripped(value).as_tuple().digits[-1] != 5:
        return False
    denominator = Fraction(canonical(value)).denominator
    return denominator & (denominator - 1) != 0


def enclosed(value: float) -> Result:
    """Give what a computation in 53 bits told: itself where its text is the same at any precision, or an interval."""
    exact = Decimal(value)
    if not exact.is_finite() or exact == Decimal(repr(value)) or exact == exact.to_integral_value():
        return canonical(exact)
    return _interval(Fraction(exact))


def _possible(left: Decimal, right: Decimal) -> list[int]:
    """Give the precisions that the result may have: operands never have less than they need."""
    needed = max(_needed(_binary(left)), _needed(_binary(right)))
    return [bits for bits in _PRECISIONS if bits >= needed]


def _agreed(results: list[Fraction]) -> Result:
    if len(set(results)) == 1:
        return canonical(_shortest(results[0]))
    return _interval(results[-1])


def _interval(value: Fraction) -> Between:
    """Give an interval that holds the value at any precision from 53 bits on.

    Raises :class:`Unresolvable` where an integer is too near to be told apart from it.
    """
    if abs(value) > 10**_INTERVAL_DIGITS or abs(value) < Fraction(1, 10**_INTERVAL_DIGITS):
        raise Unresolvable("the number depends on the precision that it is computed with")
    slack = abs(value) / 2**50
    low, high = value - slack, value + slack
    if low.__floor__() + 1 != high.__ceil__():
        raise Unresolvable("the number depends on the precision that it is computed with")
    return Between(_decimal_below(low), -_decimal_below(-high))


def _decimal_below(value: Fraction) -> Decimal:
    scaled = (value * 10**_INTERVAL_DIGITS).__floor__()
    return max(stripped(Decimal(scaled).scaleb(-_INTERVAL_DIGITS)), Decimal(value.__floor__()))


def stripped(value: Decimal) -> Decimal:
    """Give the same decimal without zeros at its end, and without an exponent that only tells such zeros."""
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or not any(digits):
        return Decimal((sign, (0,), 0)) if not any(digits) else value
    kept = "".join(map(str, digits)).rstrip("0")
    exponent += len(digits) - len(kept)
    if exponent > 0:
        kept, exponent = kept + "0" * exponent, 0
    return Decimal((sign, tuple(map(int, kept)), exponent))


def _binary(value: Decimal) -> Fraction:
    """Give the 512-bit value that a decimal names; raises :class:`Unresolvable` out of the range."""
    return _rounded(Fraction(canonical(value)), BITS)


def _needed(value: Fraction) -> int:
    """Count the bits that a binary value needs."""
    mantissa = abs(value.numerator)
    return (mantissa // (mantissa & -mantissa)).bit_length() if mantissa else 1


def _rounded(value: Fraction, bits: int) -> Fraction:
    """Round to so many bits, to the nearest, and half to even."""
    if value == 0:
        return value
    size = abs(value)
    shift = bits - (size.numerator.bit_length() - size.denominator.bit_length())
    while int(size * _power(shift)).bit_length() > bits:
        shift -= 1
    while int(size * _power(shift)).bit_length() < bits:
        shift += 1
    rounded = Fraction(round(size * _power(shift))) / _power(shift)
    return rounded if value > 0 else -rounded


def _power(exponent: int) -> Fraction:
    return Fraction(2**exponent) if exponent >= 0 else Fraction(1, 2**-exponent)


def _shortest(value: Fraction) -> Decimal:
    """Give the shortest decimal that rounds to a 512-bit value."""
    if value == 0:
        return Decimal(0)
    size = abs(value)
    low, high = 1, _NAMING_DIGITS
    while low < high:
        middle = (low + high) // 2
        if _naming(size, middle) is None:
            low = middle + 1
        else:
            high = middle
    found = _naming(size, low)
    if found is None:
        raise Unresolvable("the number needs more digits than are computed with")
    return stripped(found).copy_sign(Decimal(1 if value > 0 else -1))


def _naming(size: Fraction, digits: int) -> Decimal | None:
    """Give the decimal of so many digits that rounds to the value and is nearest to it, if there is one."""
    with localcontext() as context:
        context.prec = digits + 30
        exponent = (Decimal(size.numerator) / Decimal(size.denominator)).adjusted() - digits + 1
    scale = Fraction(10) ** -exponent
    below = (size * scale).__floor__()
    near = sorted((below, below + 1), key=lambda found: abs(found - size * scale))
    for found in near:
        if _rounded(found / scale, BITS) == size:
            return Decimal((0, tuple(map(int, str(found))), exponent))
    return None
