"""YAML of templates: what is read, and what is refused with its line and column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import InputError
from nfw_reconcile.sources.cloudformation.tree import Leaf, Place, Tree, Unquoted, leaves, shown
from nfw_reconcile.sources.cloudformation.yamlfile import MOST_LEVELS, parse_yaml

SAME = {
    "!Ref A": "{Ref: A}",
    "!Sub a": "{'Fn::Sub': a}",
    "!Join [a, [b]]": "{'Fn::Join': [a, [b]]}",
    "!If [A, !Ref B, c]": "{'Fn::If': [A, {Ref: B}, c]}",
    "!Condition A": "{Condition: A}",
    "!GetAtt A.B": "{'Fn::GetAtt': A.B}",
    "!Base64\n  Fn::Sub: a": "{'Fn::Base64': {'Fn::Sub': a}}",
    "[&a b, *a]": "[b, b]",
    "{&k a: b}": "{a: b}",
    "a: |\n  x\n  y\n": '{a: "x\\ny\\n"}',
    "!!str 5": "'5'",
    "{5: a}": "{'5': a}",
    "{a: 1}": '{"a": 1}',
}


@pytest.mark.parametrize(("one", "other"), SAME.items(), ids=SAME)
def test_two_ways_to_write_the_same(one: str, other: str) -> None:
    assert shown(parse_yaml(one, "t"), "t") == shown(parse_yaml(other, "t"), "t")


BROKEN = {
    "": (None, None, "the file is empty"),
    "# only a comment": (None, None, "the file is empty"),
    "a: [1\n": (2, 1, "this is not YAML"),
    "a: b: c": (1, 5, "this is not YAML"),
    "a:\n\t- b": (2, 1, "this is not YAML"),
    "a: 1\nb: 2\na: 3": (3, 1, "the key 'a' is there twice"),
    "a: {b: 1, b: 2}": (1, 11, "the key 'b' is there twice"),
    "a: 1\n---\nb: 2": (2, 1, "there is a second document"),
    "? [a]\n: b": (1, 3, "a key is a list or an object"),
    "a: &x {b: *x}": (1, 11, "the alias *x stands for nothing that is complete"),
    "a: *x": (1, 4, "stands for nothing"),
    "{&x a: b, *x : c}": (1, 11, "a key is an alias"),
    "a:\n  <<: {b: c}": (2, 3, "hash merges"),
    "a: !!binary aGk=": (1, 4, "is no function of CloudFormation"),
    "a: !!timestamp 2020-01-01": (1, 4, "is no function of CloudFormation"),
    "a: !!python/object/apply:os.system [id]": (1, 4, "is no function of CloudFormation"),
    "a: !lower b": (1, 4, "is no function of CloudFormation"),
    "{!Ref a: b}": (1, 2, "a key has a tag"),
    "a: b\x01": (1, None, "a control character"),
    "a:\n - \x00": (2, None, "a control character"),
    "[" * 60 + "]" * 60: (1, 51, "nested more than 50 levels"),
    "- " * 60 + "x": (1, 101, "nested more than 50 levels"),
    "!Ref " + "!Ref ": (1, 6, "this is not YAML"),
}


@pytest.mark.parametrize(("text", "expected"), BROKEN.items(), ids=[repr(text[:30]) for text in BROKEN])
def test_what_is_refused_has_its_place(text: str, expected: tuple[int | None, int | None, str]) -> None:
    line, column, message = expected

    with pytest.raises(InputError) as caught:
        parse_yaml(text, "t.yaml")

    (problem,) = caught.value.problems
    assert message in problem.summary
    assert problem.where is not None
    assert (problem.where.line, problem.where.column) == (line, column)
    assert problem.remedy


def test_aliases_are_counted_before_they_are_walked() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]

    with pytest.raises(InputError, match="more than 300,000 values, aliases written out"):
        parse_yaml("\n".join(lines), "t.yaml")


def test_aliases_are_as_deep_as_what_they_stand_for() -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, MOST_LEVELS + 5))]

    with pytest.raises(InputError, match="nested more than 50 levels"):
        parse_yaml("\n".join(lines), "t.yaml")


def test_every_value_has_its_place() -> None:
    tree = parse_yaml("a:\n  - b\n  - !Sub |\n    c\n    d\nf: >-\n  g\nh: 'i'\n", "t")

    assert [(leaf.value, leaf.place) for leaf in leaves(tree)] == [
        ("b", Place(2, 5)),
        ("c\nd\n", Place(4)),
        ("g", Place(7)),
        ("i", Place(8, 4)),
    ]


PLAIN = {
    "true": True, "True": True, "yes": True, "YES": True, "on": True, "On": True,
    "false": False, "no": False, "No": False, "off": False, "OFF": False,
    "null": None, "~": None, "": None, "Null": None,
    "0": 0, "-7": -7, "443": 443, "123456789012": 123456789012, "1.5": 1.5,
    "tRUE": "tRUE", "2010-09-09": "2010-09-09", "10.0.0.0/8": "10.0.0.0/8", "1024:65535": "1024:65535",
    "80:443": "80:443", "0123456789": "0123456789", "10.0.0.1": "10.0.0.1", "1.2.3": "1.2.3",
    "0755": Unquoted("0755"), "0x1F": Unquoted("0x1F"), "0b11": Unquoted("0b11"), "1_000": Unquoted("1_000"),
    "20:21": Unquoted("20:21"), "1.10": Unquoted("1.10"), "1e5": Unquoted("1e5"), ".5": Unquoted(".5"),
    ".inf": Unquoted(".inf"), "y": Unquoted("y"), "N": Unquoted("N"), "=": Unquoted("="),
    "1234567890123456789012": Unquoted("1234567890123456789012"), "-0x5": Unquoted("-0x5"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), PLAIN.items(), ids=[repr(text) for text in PLAIN])
def test_words_without_quotes(text: str, value: object) -> None:
    found = next(leaves(parse_yaml(f"a: {text}", "t"))).value

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["true", "no", "5", "0755", "20:21", "null", "~"])
def test_what_is_in_quotes_is_a_string(text: str) -> None:
    assert parse_yaml(f'"{text}"', "t") == Leaf(text)
    assert parse_yaml(f"'{text}'", "t") == Leaf(text)


@given(st.text(alphabet=st.sampled_from("ab:-?*&!|>'\"%@`{}[],# \n\t<~=1.\\x00éS𐀀"), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        tree: Tree = parse_yaml(text, "t")
    except InputError as refused:
        assert refused.problems  # noqa: PT017 - the error is one of two good outcomes
    else:
        assert shown(tree, "t")
