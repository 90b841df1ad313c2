from __future__ import annotations

from decimal import Decimal

import pytest

from nfw_reconcile.sources.hcl.cty import forms, values
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError


def test_strings_are_in_normal_form() -> None:
    assert forms.to_plain(values.text("e\u0301")) == "\u00e9"
    assert values.attributes(values.object_of({"e\u0301": values.number(1)})).keys() == {"\u00e9"}


def test_origins_and_sensitivity_are_found_at_any_depth() -> None:
    secret = values.marked(values.text("s"), [values.SENSITIVE])
    value = values.tuple_of([values.object_of({"a": values.unknown("u"), "b": secret}), values.unknown("t")])
    assert [origin.reference for origin in values.origins(value)] == ["t", "u"]
    assert values.is_anywhere_sensitive(value)
    assert not values.is_sensitive(value)
    assert not values.is_unknown(value)
    assert not values.is_wholly_known(value)


def test_numbers_out_of_range_are_unknown() -> None:
    assert values.is_unknown(values.number(Decimal("1e999999999")))


def test_elements_carry_the_marks_of_their_collection() -> None:
    value = values.marked(forms.from_plain({"b": 1, "a": 2}), [values.SENSITIVE])
    found = values.elements(value)
    assert [(forms.to_plain(key), forms.to_plain(each)) for key, each in found] == [("a", 2), ("b", 1)]
    assert all(values.is_sensitive(key) and values.is_sensitive(each) for key, each in found)


def test_the_elements_of_a_set_are_their_own_keys() -> None:
    found = values.of_type(
        values.set_type(values.STRING), [values.text("b"), values.text("a"), values.text("b")]
    )
    assert [(forms.to_plain(key), forms.to_plain(each)) for key, each in values.elements(found)] == [
        ("a", "a"),
        ("b", "b"),
    ]


@pytest.mark.parametrize("value", [values.null(), values.text("a"), values.number(1)])
def test_what_has_no_elements_is_told(value: values.Value) -> None:
    with pytest.raises(EvaluationError):
        values.elements(value)
