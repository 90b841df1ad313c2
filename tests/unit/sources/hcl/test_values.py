from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import Location
from nfw_reconcile.sources.hcl.cty import values
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError

PLACE: Final = Location("main.tf", 1)
DOCUMENTS: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, places=3, max_value=10**9, min_value=0),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(DOCUMENTS)
def test_equal_documents_have_equal_fingerprints(document: values.Plain) -> None:
    assert values.fingerprint(values.from_plain(document)) == values.fingerprint(values.from_plain(document))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text("aé\u0301z"), st.lists))
def test_what_goes_in_comes_out(document: values.Plain) -> None:
    once = values.to_plain(values.from_plain(document))
    assert values.to_plain(values.from_plain(once)) == once


def test_strings_are_in_normal_form() -> None:
    assert values.to_plain(values.text("e\u0301")) == "\u00e9"
    assert values.attributes(values.object_of({"e\u0301": values.number(1)})).keys() == {"\u00e9"}


def test_floats_are_no_numbers() -> None:
    with pytest.raises(TypeError, match="float"):
        values.from_plain([0.1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (values.text("1"), values.number(1)),
        (values.boolean(True), values.text("true")),  # noqa: FBT003 - the value
        (values.null(), values.text("")),
        (values.null(), values.null(values.STRING)),
        (values.from_plain([]), values.from_plain({})),
        (values.from_plain([1]), values.of_type(values.list_type(values.NUMBER), [values.number(1)])),
        (values.from_plain([["a"], "b"]), values.from_plain([["a", "b"]])),
        (values.text("a"), values.marked(values.text("a"), [values.SENSITIVE])),
        (values.unknown("a"), values.unknown("b")),
        (values.unknown("a"), values.unknown("a", None, values.STRING)),
        (values.unknown("a"), values.text("a")),
    ],
)
def test_different_values_have_different_fingerprints(one: values.Value, other: values.Value) -> None:
    assert values.fingerprint(one) != values.fingerprint(other)


def test_an_unknown_value_is_known_by_its_reference_wherever_it_stands() -> None:
    here, there = values.unknown("var.x", PLACE), values.unknown("var.x", Location("other.tf", 9))
    assert values.fingerprint(here) == values.fingerprint(there)
    assert values.origins(here) == values.origins(there)


def test_origins_and_sensitivity_are_found_at_any_depth() -> None:
    secret = values.marked(values.text("s"), [values.SENSITIVE])
    value = values.tuple_of([values.object_of({"a": values.unknown("u"), "b": secret}), values.unknown("t")])
    assert [origin.reference for origin in values.origins(value)] == ["t", "u"]
    assert values.is_anywhere_sensitive(value)
    assert not values.is_sensitive(value)
    assert not values.is_unknown(value)
    assert not values.is_wholly_known(value)


def test_an_unknown_value_has_no_plain_form() -> None:
    with pytest.raises(ValueError, match="unknown"):
        values.to_plain(values.tuple_of([values.unknown("u")]))


def test_numbers_out_of_range_are_unknown() -> None:
    assert values.is_unknown(values.number(Decimal("1e999999999")))


def test_elements_carry_the_marks_of_their_collection() -> None:
    value = values.marked(values.from_plain({"b": 1, "a": 2}), [values.SENSITIVE])
    found = values.elements(value)
    assert [(values.to_plain(key), values.to_plain(each)) for key, each in found] == [("a", 2), ("b", 1)]
    assert all(values.is_sensitive(key) and values.is_sensitive(each) for key, each in found)


def test_the_elements_of_a_set_are_their_own_keys() -> None:
    found = values.of_type(
        values.set_type(values.STRING), [values.text("b"), values.text("a"), values.text("b")]
    )
    assert [(values.to_plain(key), values.to_plain(each)) for key, each in values.elements(found)] == [
        ("a", "a"),
        ("b", "b"),
    ]


@pytest.mark.parametrize("value", [values.null(), values.text("a"), values.number(1)])
def test_what_has_no_elements_is_told(value: values.Value) -> None:
    with pytest.raises(EvaluationError):
        values.elements(value)
