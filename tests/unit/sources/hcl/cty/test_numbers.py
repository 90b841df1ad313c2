from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.sources.hcl.cty import numbers
from nfw_reconcile.sources.hcl.cty.problems import Unresolvable

SHORT = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12)
INTEGERS = st.integers(-(2**200), 2**200).map(Decimal)


@given(SHORT)
def test_a_short_decimal_is_its_own_name(value: Decimal) -> None:
    assert numbers.canonical(value) == value


@given(INTEGERS, INTEGERS)
def test_products_of_integers_are_exact(left: Decimal, right: Decimal) -> None:
    assert numbers.multiply(left, right) == Decimal(int(left) * int(right))


@given(st.integers(-(2**50), 2**50), st.integers(-(2**50), 2**50))
def test_sums_of_integers_are_exact(left: int, right: int) -> None:
    assert numbers.add(Decimal(left), Decimal(right)) == left + right


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_a_quotient_is_exact_or_enclosed(left: int, right: int) -> None:
    exact = Fraction(left, right)
    match numbers.divide(Decimal(left), Decimal(right)):
        case numbers.Between(low, high):
            assert Fraction(low) < exact < Fraction(high)
            assert exact.denominator & (exact.denominator - 1)
            assert Fraction(high).__ceil__() - Fraction(low).__floor__() == 1
        case quotient:
            assert Fraction(quotient) == exact


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_a_remainder_has_the_sign_of_the_dividend(left: int, right: int) -> None:
    remainder = numbers.modulo(Decimal(left), Decimal(right))
    assert isinstance(remainder, Decimal)
    assert remainder == Fraction(left) - int(Fraction(left, right)) * right


@pytest.mark.parametrize(
    ("left", "right", "shown"),
    [
        ("0.1", "0.2", "0.3"),
        ("1e20", "1e-20", "100000000000000000000.00000000000000000001"),
    ],
)
def test_sums_of_decimals_are_written_as_terraform_writes_them(left: str, right: str, shown: str) -> None:
    found = numbers.add(Decimal(left), Decimal(right))
    assert isinstance(found, Decimal)
    assert numbers.text(found) == shown


@pytest.mark.parametrize("value", ["1e6000", "-1e999999999", "1e-6000", "Infinity", "NaN"])
def test_what_is_out_of_range_is_not_computed_with(value: str) -> None:
    with pytest.raises(Unresolvable):
        numbers.canonical(Decimal(value))


def test_a_division_by_zero_is_not_computed() -> None:
    with pytest.raises(Unresolvable):
        numbers.divide(Decimal(1), Decimal(0))


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=1e-20, max_value=1e20))
def test_what_53_bits_tell_is_told_only_where_its_text_is_the_same_at_any_precision(value: float) -> None:
    try:
        found = numbers.enclosed(value)
    except Unresolvable:
        return
    if isinstance(found, numbers.Between):
        assert found.low < Decimal(value) < found.high
    else:
        assert found == Decimal(value)


@pytest.mark.parametrize(
    ("value", "otherwise"),
    [("0.5", False), ("0.25", False), ("0.35", True), ("1.005", True), ("0.1", False), ("15", False)],
)
def test_rounding_half_of_what_is_not_half(value: str, otherwise: bool) -> None:  # noqa: FBT001 - an outcome
    assert numbers.rounds_otherwise(Decimal(value)) is otherwise
