from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.sources.hcl.cty import forms, operators, values
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError
from tests.unit.sources.hcl.cty.evaluating import PLACE

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.sources.hcl.cty.values import Value

U: Final = values.unknown("u")
SECRET: Final = values.marked(values.number(1), [values.SENSITIVE])
ONE: Final = values.number(1)
DOCUMENTS: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner),
).map(forms.from_plain)


@given(DOCUMENTS)
def test_a_value_is_equal_to_itself(value: Value) -> None:
    assert operators.equal(value, value).value is True


@given(DOCUMENTS, DOCUMENTS)
def test_equality_is_symmetric(one: Value, other: Value) -> None:
    assert operators.equal(one, other) == operators.equal(other, one)


@given(DOCUMENTS)
def test_both_results_of_one_type_are_given_as_they_are(value: Value) -> None:
    taken = operators.conditional(values.boolean(True), value, value)  # noqa: FBT003 - the value
    assert forms.fingerprint(taken) == forms.fingerprint(value)


FROM_UNKNOWN: Final[dict[str, Callable[[], Value]]] = {
    "binary('+', U, ONE)": lambda: operators.binary("+", U, ONE),
    "binary('&&', boolean(False), U)": lambda: operators.binary("&&", values.boolean(False), U),  # noqa: FBT003 - the value
    "binary('==', U, ONE)": lambda: operators.binary("==", U, ONE),
    "unary('-', U)": lambda: operators.unary("-", U),
    "index(from_plain([1, 2]), U)": lambda: operators.index(forms.from_plain([1, 2]), U),
    "index(U, ONE)": lambda: operators.index(U, ONE),
    "attribute(U, 'a')": lambda: operators.attribute(U, "a"),
    "conditional(U, ONE, ONE)": lambda: operators.conditional(U, ONE, ONE),
    "joined([text('a'), template_text(U)])": lambda: operators.joined(
        [values.text("a"), operators.template_text(U)]
    ),
}


@pytest.mark.parametrize("compute", FROM_UNKNOWN.values(), ids=FROM_UNKNOWN.keys())
def test_what_comes_from_an_unknown_value_is_unknown_and_names_it(compute: Callable[[], Value]) -> None:
    found = compute()
    assert values.is_unknown(found)
    assert [origin.reference for origin in values.origins(found)] == ["u"]


FROM_SENSITIVE: Final[dict[str, Callable[[], Value]]] = {
    "binary('+', SECRET, ONE)": lambda: operators.binary("+", SECRET, ONE),
    "binary('==', SECRET, ONE)": lambda: operators.binary("==", SECRET, ONE),
    "unary('-', SECRET)": lambda: operators.unary("-", SECRET),
    "index(from_plain([1, 2]), SECRET)": lambda: operators.index(forms.from_plain([1, 2]), SECRET),
    "index(tuple_of([SECRET]), number(0))": lambda: operators.index(
        values.tuple_of([SECRET]), values.number(0)
    ),
    "attribute(object_of({'a': SECRET}), 'a')": lambda: operators.attribute(
        values.object_of({"a": SECRET}), "a"
    ),
    "conditional(equal(SECRET, ONE), ONE, ONE": lambda: operators.conditional(
        operators.equal(SECRET, ONE), ONE, ONE
    ),
    "joined([text('a'), template_text(SECRET)": lambda: operators.joined(
        [values.text("a"), operators.template_text(SECRET)]
    ),
}


@pytest.mark.parametrize("compute", FROM_SENSITIVE.values(), ids=FROM_SENSITIVE.keys())
def test_what_comes_from_a_sensitive_value_is_sensitive(compute: Callable[[], Value]) -> None:
    assert values.is_sensitive(compute())


REFUSED: Final[dict[str, Callable[[], Value]]] = {
    "binary('+', text('x'), ONE, PLACE)": lambda: operators.binary("+", values.text("x"), ONE, PLACE),
    "unary('!', null(), PLACE)": lambda: operators.unary("!", values.null(), PLACE),
    "index(from_plain([]), ONE, PLACE)": lambda: operators.index(forms.from_plain([]), ONE, PLACE),
    "attribute(ONE, 'a', PLACE)": lambda: operators.attribute(ONE, "a", PLACE),
    "conditional(ONE, ONE, from_plain([]), PL": lambda: operators.conditional(
        ONE, ONE, forms.from_plain([]), PLACE
    ),
    "template_text(null(), PLACE)": lambda: operators.template_text(values.null(), PLACE),
}


@pytest.mark.parametrize("compute", REFUSED.values(), ids=REFUSED.keys())
def test_what_terraform_refuses_is_told_with_its_place(compute: Callable[[], Value]) -> None:
    with pytest.raises(EvaluationError) as raised:
        compute()
    assert raised.value.place == PLACE


def test_the_same_quotient_is_the_same_unknown_value() -> None:
    first, second = (operators.binary("/", ONE, values.number(3)) for _ in range(2))
    assert forms.fingerprint(first) == forms.fingerprint(second)
    assert forms.fingerprint(first) != forms.fingerprint(operators.binary("/", ONE, values.number(7)))


def test_a_division_by_zero_is_unknown() -> None:
    assert values.is_unknown(operators.binary("/", ONE, values.number(0)))
