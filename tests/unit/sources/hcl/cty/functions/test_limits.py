"""Hostile arguments: nothing takes long, takes much memory, or is a value that nobody computed."""

from __future__ import annotations

from typing import Final

import pytest
from pyvider.cty import CtyValue

from nfw_reconcile.sources.hcl.cty import forms, functions, values
from nfw_reconcile.sources.hcl.cty.functions import limits
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError
from tests.unit.sources.hcl.cty.evaluating import FOLDER, PLACE, value_of

LONG: Final = "a" * (limits.LARGEST_TEXT // 4)
BOMB: Final = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [*{before},*{before},*{before},*{before},*{before},*{before},*{before},*{before},*{before}]\n"
    for before, name in zip("abcdefg", "bcdefgh", strict=True)
)


def call(name: str, *arguments: object) -> values.Value:
    given = [each if isinstance(each, CtyValue) else forms.from_plain(each) for each in arguments]
    return functions.call(name, given, FOLDER, PLACE)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("yamldecode", (BOMB,)),
        ("yamldecode", ("[" * 500 + "]" * 500,)),
        ("yamldecode", ("- " * 500 + "a",)),
        ("yamldecode", ("a: 1e999999999",)),
        ("yamldecode", ("a: 0x" + "f" * 100_000,)),
        ("jsondecode", ("[" * 100_000 + "]" * 100_000,)),
        ("jsondecode", ('{"a":' * 500 + "1" + "}" * 500,)),
        ("jsondecode", ("1e999999999",)),
        ("jsondecode", ("1" * 100_000,)),
        ("replace", (LONG, "a", "aaaaaaaaaaaaaaaa")),
        ("replace", (LONG, "", "aaaaaaaaaaaaaaaa")),
        ("replace", ("a" * 100_000, "/a/", "b" * 1_000)),
        ("regexall", ("", "a" * (limits.MOST_ELEMENTS + 1))),
        ("regex", ("(" * 5_001 + ")" * 5_001, "a")),
        ("regexall", ("(?:a*b)?", "a" * 100_000)),
        ("format", ("%*d", 999_999_999, 1)),
        ("parseint", ("9" * 2_000, 10)),
        ("pow", (10, 1_000)),
        ("pow", (0, -1)),
        ("log", (0, 2)),
        ("tonumber", ("1e999999999",)),
        ("tonumber", ("9" * 100_000,)),
        ("setproduct", ([*range(700)], [*range(700)])),
        ("join", (LONG, ["x"] * 6)),
        ("csvdecode", ("a\n" + "b\n" * limits.MOST_ELEMENTS,)),
        ("format", ("%999999999d", 1)),
        ("format", ("%.999999999f", 1)),
        ("formatlist", ("%999999999s", ["a"])),
        ("indent", (10_000, "\n" * 10_000)),
        ("jsonencode", (["\u2028" * (limits.LARGEST_TEXT // 4)],)),
        ("textencodebase64", ("a", "EBCDIC-CP-US")),
        ("base64gzip", ("a",)),
        ("abspath", ("a",)),
        ("file", ("~/secret",)),
        ("cidrhost", ("::ffff:1.2.3.4/120", 1)),
    ],
)
def test_what_is_too_much_is_unknown(name: str, arguments: tuple[object, ...]) -> None:
    assert not values.is_wholly_known(call(name, *arguments))


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*)*x", "(a?){1000}a{1000}", "((((a*)*)*)*)*b"])
def test_no_pattern_takes_more_time_than_the_text_is_long(pattern: str) -> None:
    found = value_of(
        f'length(regexall("{pattern}", join("", [for_a(), "!"])))'.replace("for_a()", f'"{"a" * 5_000}"')
    )
    assert values.is_unknown(found) or forms.to_plain(found) is not None


def test_the_same_call_that_is_not_computed_is_the_same_unknown_value() -> None:
    assert forms.fingerprint(call("base64gzip", "a")) == forms.fingerprint(call("base64gzip", "a"))
    assert forms.fingerprint(call("base64gzip", "a")) != forms.fingerprint(call("base64gzip", "b"))


@pytest.mark.parametrize("name", ["timestamp", "plantimestamp", "uuid", "bcrypt"])
def test_no_two_results_of_an_impure_function_are_equal(name: str) -> None:
    arguments = ["x"] if name == "bcrypt" else []
    first, second = call(name, *arguments), call(name, *arguments)
    assert values.is_unknown(first)
    assert forms.fingerprint(first) != forms.fingerprint(second)


def test_what_is_not_computed_keeps_the_marks_of_its_arguments() -> None:
    secret = values.marked(values.text("s"), [values.SENSITIVE])
    assert values.is_sensitive(call("base64gzip", secret))
    assert values.is_sensitive(call("timestamp")) is False


def test_a_range_is_as_long_as_in_terraform_at_most() -> None:
    with pytest.raises(EvaluationError):
        call("range", 10**9)


def test_an_error_is_told_with_its_place() -> None:
    with pytest.raises(EvaluationError) as raised:
        call("parseint", "x", 10)
    assert raised.value.place == PLACE
