from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.sources.hcl.cty import forms, types, values
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError
from nfw_reconcile.sources.hcl.reading.reader import read_expression
from tests.unit.sources.hcl.cty.evaluating import FOLDER, PLACE, evaluated, value_of
from tests.unit.sources.hcl.terraform import Terraform, ours

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.cty.values import Value


def constraint(text: str) -> types.TypeConstraint:
    return types.read_type(read_expression(text, PLACE), evaluated)


def listed(name: str) -> list[str]:
    text = Path(__file__).with_name("tables").joinpath(name).read_text("utf-8")
    return text.removesuffix("\n").split("\n")


def pairs(name: str) -> list[tuple[str, str]]:
    """Read lines of a type and a value."""
    return [(kind, value) for kind, _, value in (line.partition(" <- ") for line in listed(name))]


CONVERTS: Final = pairs("conforming.txt")
REFUSED: Final = pairs("refused.txt")
NO_TYPES: Final = listed("no_types.txt")


def conformed(text: str, given: str) -> Value:
    return types.conform(value_of(given), constraint(text), PLACE)


@pytest.mark.terraform
def test_values_conform_as_in_terraform(tmp_path: Path) -> None:
    blocks = (
        f'variable "v{index}" {{\n  type = {text}\n  default = {given}\n}}\n'
        f'output "o{index}" {{\n  value = [var.v{index}]\n}}\n'
        for index, (text, given) in enumerate(CONVERTS)
    )
    theirs = Terraform(tmp_path, FOLDER.files).outputs("".join(blocks), len(CONVERTS))
    wrong = [
        f"{text} of {given}\n  Terraform: {seen}\n  here:      {found}"
        for (text, given), seen in zip(CONVERTS, theirs, strict=True)
        if (found := ours(partial(conformed, text, given))) != seen
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.terraform
def test_what_does_not_conform_does_not_in_terraform(tmp_path: Path) -> None:
    lines = "".join(
        f'variable "v{index}" {{ type = {text}\ndefault = {given} }}\n'
        for index, (text, given) in enumerate(REFUSED)
    )
    problems = Terraform(tmp_path, FOLDER.files).problems(lines)
    assert sorted({line // 2 for line in problems}) == list(range(len(REFUSED)))
    assert [ours(partial(conformed, text, given)).kind for text, given in REFUSED] == ["error"] * len(REFUSED)


@pytest.mark.terraform
def test_what_is_no_type_is_none_in_terraform(tmp_path: Path) -> None:
    lines = "".join(f'variable "v{index}" {{\n  type = {text}\n}}\n' for index, text in enumerate(NO_TYPES))
    problems = Terraform(tmp_path, FOLDER.files).problems(lines)
    assert sorted({line // 3 for line in problems}) == list(range(len(NO_TYPES)))


@pytest.mark.parametrize("text", NO_TYPES)
def test_what_is_no_type_is_told_with_its_place(text: str) -> None:
    with pytest.raises(EvaluationError) as raised:
        constraint(text)
    assert raised.value.place is not None
    assert raised.value.place.source == "main.tf"


@pytest.mark.parametrize(("text", "given"), REFUSED)
def test_what_does_not_conform_is_told_with_its_place(text: str, given: str) -> None:
    with pytest.raises(EvaluationError) as raised:
        conformed(text, given)
    assert raised.value.place == PLACE


def test_an_unknown_value_becomes_one_of_the_type_and_keeps_its_origin() -> None:
    conformed_value = types.conform(values.unknown("var.x"), constraint("list(string)"))
    assert values.is_unknown(conformed_value)
    assert forms.type_text(conformed_value.type) == "list(string)"
    assert [origin.reference for origin in values.origins(conformed_value)] == ["var.x"]


def test_defaults_are_filled_in_around_unknown_and_sensitive_values() -> None:
    secret = values.marked(values.text("s"), [values.SENSITIVE])
    given = values.object_of({"a": values.unknown("u"), "b": secret})
    text = 'object({a = string, b = string, c = optional(list(string), ["d"])})'
    found = values.attributes(types.conform(given, constraint(text)))
    assert values.is_unknown(found["a"])
    assert values.is_sensitive(found["b"])
    assert forms.to_plain(found["c"]) == ["d"]


def test_no_default_is_filled_into_an_unknown_object() -> None:
    found = types.conform(values.unknown("u"), constraint('object({a = optional(string, "x")})'))
    assert values.is_unknown(found)


def test_a_type_is_shown_as_it_is_written() -> None:
    text = "object({a = list(string), b = tuple([number, any])})"
    assert forms.type_text(constraint(text).kind) == text


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_takes_every_value_as_it_is(document: forms.Plain) -> None:
    value = forms.from_plain(document)
    assert types.conform(value, types.ANY) == value


@given(st.lists(st.integers(-(10**30), 10**30) | st.booleans() | st.text(max_size=5)))
def test_a_set_of_strings_is_sorted_and_has_nothing_twice(items: list[forms.Plain]) -> None:
    found = forms.to_plain(types.conform(forms.from_plain(items), constraint("set(string)")))
    assert isinstance(found, list)
    texts = [str(each) for each in found]
    assert texts == sorted(set(texts), key=lambda each: each.encode())
