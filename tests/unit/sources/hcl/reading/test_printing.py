from __future__ import annotations

import pytest

from nfw_reconcile.sources.hcl.reading.printing import text_of
from nfw_reconcile.sources.hcl.syntax import Unreadable
from tests.unit.sources.hcl.reading.shorthand import HERE, items, lit, name, value_of


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "1.50",
        '"a \\"b\\" $${c} %%{d} \\\\ \\n é 100%"',
        '"a${b}c"',
        '"a\\u0024${b}"',
        '"%{ if a }b\\u0025%{ else }c%{ endif }%{ for k, v in d }${v}%{ endfor }"',
        "[a, b]",
        "{}",
        '{ a = 1, "b c" = 2, "for" = 3, (d) = 4 }',
        "[for k, v in a : v if k]",
        "{for v in a : v => b... if c}",
        "a ? b : c ? d : e",
        "(a ? b : c) ? d : e",
        "a + b * c - d",
        "(a + b) * (c - (d - e))",
        "-(a + b)",
        "!-a.b",
        "(-a).b",
        "(a + b)[0]",
        'a.b[0]["c"].d',
        "a[*].b[*].c",
        "(a[*].b)[0]",
        "a.*.b.0.c[0][*].d",
        "(a.*.b).c",
        "provider::aws::f(a, b...)",
    ],
)
def test_an_expression_is_printed_as_short_as_it_is_written(text: str) -> None:
    assert text_of(value_of(text)) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("(a)", "a"),
        ("(a * (b))+c", "a * b + c"),
        ("<<E\na\n${b}\nE", '"a\\n${b}\\n"'),
        ('" ${~ a}"', '"${a ~} "'),
        ("[\n  a, # why\n]", "[a]"),
        ('"\\u0000"', '"\\u0000"'),
        ('"\\U000E0001"', '"\\U000e0001"'),
    ],
)
def test_what_says_the_same_is_printed_the_same(source: str, text: str) -> None:
    assert text_of(value_of(source)) == text
    assert value_of(text) == value_of(source)


def test_a_long_expression_is_cut_off() -> None:
    long = items(*(name("a") for _ in range(100)))
    assert text_of(long, 10) == "[a, a, a,…"
    assert text_of(items(name("a")), 3) == "[a]"
    assert text_of(lit("x" * 1000), 5) == '"xxx…'
    assert len(text_of(long)) == 200


def test_what_was_not_read_is_printed_as_it_is_written() -> None:
    assert text_of(Unreadable("a.*.\n  *.b", place=HERE)) == "a.*. *.b"
