from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import Location
from nfw_reconcile.sources.hcl.cty import forms, values

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
def test_equal_documents_have_equal_fingerprints(document: forms.Plain) -> None:
    assert forms.fingerprint(forms.from_plain(document)) == forms.fingerprint(forms.from_plain(document))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text("aé\u0301z"), st.lists))
def test_what_goes_in_comes_out(document: forms.Plain) -> None:
    once = forms.to_plain(forms.from_plain(document))
    assert forms.to_plain(forms.from_plain(once)) == once


def test_floats_are_no_numbers() -> None:
    with pytest.raises(TypeError, match="float"):
        forms.from_plain([0.1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (values.text("1"), values.number(1)),
        (values.boolean(True), values.text("true")),  # noqa: FBT003 - the value
        (values.null(), values.text("")),
        (values.null(), values.null(values.STRING)),
        (forms.from_plain([]), forms.from_plain({})),
        (forms.from_plain([1]), values.of_type(values.list_type(values.NUMBER), [values.number(1)])),
        (forms.from_plain([["a"], "b"]), forms.from_plain([["a", "b"]])),
        (values.text("a"), values.marked(values.text("a"), [values.SENSITIVE])),
        (values.unknown("a"), values.unknown("b")),
        (values.unknown("a"), values.unknown("a", None, values.STRING)),
        (values.unknown("a"), values.text("a")),
    ],
)
def test_different_values_have_different_fingerprints(one: values.Value, other: values.Value) -> None:
    assert forms.fingerprint(one) != forms.fingerprint(other)


def test_an_unknown_value_is_known_by_its_reference_wherever_it_stands() -> None:
    here, there = values.unknown("var.x", PLACE), values.unknown("var.x", Location("other.tf", 9))
    assert forms.fingerprint(here) == forms.fingerprint(there)
    assert values.origins(here) == values.origins(there)


def test_an_unknown_value_has_no_plain_form() -> None:
    with pytest.raises(ValueError, match="unknown"):
        forms.to_plain(values.tuple_of([values.unknown("u")]))
