from __future__ import annotations

from decimal import Decimal

import pytest

from nfw_reconcile.sources.hcl.reading.printing import text_of
from nfw_reconcile.sources.hcl.syntax import Expression, ForObject, ForTuple
from tests.unit.sources.hcl.reading.shorthand import (
    ELEMENT,
    HERE,
    attr,
    binary,
    call,
    choice,
    expression,
    full,
    index,
    inter,
    items,
    lit,
    mapping,
    name,
    names,
    template,
    text,
    unary,
    value_of,
)

A, B, C, D = (name(letter) for letter in "abcd")

OPERATORS: dict[str, Expression] = {
    "a || b && c": binary(A, "||", binary(B, "&&", C)),
    "a && b == c": binary(A, "&&", binary(B, "==", C)),
    "a != b < c": binary(A, "!=", binary(B, "<", C)),
    "a >= b + c": binary(A, ">=", binary(B, "+", C)),
    "a - b * c": binary(A, "-", binary(B, "*", C)),
    "a % -b": binary(A, "%", unary("-", B)),
    "-a.b[0]": unary("-", index(attr(A, "b"), lit(0))),
    "-46 + 5": binary(unary("-", lit(46)), "+", lit(5)),
    "a - b - c": binary(binary(A, "-", B), "-", C),
    "a / b * c % d": binary(binary(binary(A, "/", B), "*", C), "%", D),
    "a == b != c": binary(binary(A, "==", B), "!=", C),
    "a - (b - c)": binary(A, "-", binary(B, "-", C)),
    "1 -33": binary(lit(1), "-", lit(33)),
    "1-1": binary(lit(1), "-", lit(1)),
    "2 - -3": binary(lit(2), "-", unary("-", lit(3))),
    "!!a": unary("!", unary("!", A)),
    "- - -3": unary("-", unary("-", unary("-", lit(3)))),
    "!-a": unary("!", unary("-", A)),
    "a ? b : c ? d : a": choice(A, B, choice(C, D, A)),
    "a ? b ? c : d : a": choice(A, choice(B, C, D), A),
    "a || b ? c : d": choice(binary(A, "||", B), C, D),
    "true?1:2": choice(lit(value=True), lit(1), lit(2)),
}

TERMS: dict[str, Expression] = {
    "null": lit(None),
    "true": lit(value=True),
    "1.5e3": lit(Decimal("1.5e3")),
    "1E-2": lit(Decimal("0.01")),
    "007": lit(7),
    '"a"': lit("a"),
    "[]": items(),
    "[a, b,]": items(A, B),
    "[\n  a, # first\n\n  b\n]": items(A, B),
    "{}": mapping(),
    "{ a = b, c : d }": mapping((lit("a"), B), (lit("c"), D)),
    "{\n  a = b\n\n  # between\n  c = d,\n}": mapping((lit("a"), B), (lit("c"), D)),
    '{ (a) = b, "c" = d, 1 = 2 }': mapping((A, B), (lit("c"), D), (lit(1), lit(2))),
    "{ a.b = c }": mapping((attr(A, "b"), C)),
    "{ true = a, null = b, in = c, if = d }": mapping(
        (lit("true"), A), (lit("null"), B), (lit("in"), C), (lit("if"), D)
    ),
    '{ "${a}" = b, "x${a}" = c }': mapping((A, B), (template(text("x"), inter(A)), C)),
    "{ a = 1 -33 }": mapping((lit("a"), binary(lit(1), "-", lit(33)))),
    "{ a = b ? c : d }": mapping((lit("a"), choice(B, C, D))),
    "f()": call("f"),
    "f(a, b,)": call("f", A, B),
    "f(a, b...)": call("f", A, B, expanded=True),
    "f (\n a\n)": call("f", A),
    "provider::aws::f(a)": call("provider::aws::f", A),
    "core :: max(a)": call("core::max", A),
    "été-1": name("été-1"),
    "for_each": name("for_each"),
}

CHAINS: dict[str, Expression] = {
    "a.b.c": attr(A, "b", "c"),
    "a.for.in.if.true.null.endif": attr(A, "for", "in", "if", "true", "null", "endif"),
    'a["b"].c': attr(index(A, lit("b")), "c"),
    "a[b + 1]": index(A, binary(B, "+", lit(1))),
    "a . /* c */ b /* d */ . 0 [ 1 ]": index(index(attr(A, "b"), lit(0)), lit(1)),
    "(a.\n b. # c\n 0)": index(attr(A, "b"), lit(0)),
    "a.0.b.1": index(attr(index(A, lit(0)), "b"), lit(1)),
    "f(a).b": attr(call("f", A), "b"),
    "(a).b": attr(A, "b"),
    "[a][0]": index(items(A), lit(0)),
    "{ a = b }.a": attr(mapping((lit("a"), B)), "a"),
    '"${a}"[0]': index(A, lit(0)),
    "a[*]": full(A),
    "a [ * ].b[0]": full(A, index(attr(ELEMENT, "b"), lit(0))),
    "a[*].b[*].c": full(A, full(attr(ELEMENT, "b"), attr(ELEMENT, "c"))),
    "(a[*].b)[0]": index(full(A, attr(ELEMENT, "b")), lit(0)),
    "a.*": names(A),
    "a.*.b.c": names(A, attr(ELEMENT, "b", "c")),
    "a.*.b.0.c": names(A, attr(index(attr(ELEMENT, "b"), lit(0)), "c")),
    "a.*.b[0].c": attr(index(names(A, attr(ELEMENT, "b")), lit(0)), "c"),
    "a.*.b[*].c": full(names(A, attr(ELEMENT, "b")), attr(ELEMENT, "c")),
    "a[*].b.*.c": full(A, names(attr(ELEMENT, "b"), attr(ELEMENT, "c"))),
}

LOOPS: dict[str, Expression] = {
    "[for v in a : v]": ForTuple(None, "v", A, name("v"), None, place=HERE),
    "[for k, v in a:v if k]": ForTuple("k", "v", A, name("v"), name("k"), place=HERE),
    "{for v in a : v => b}": ForObject(None, "v", A, name("v"), B, None, grouped=False, place=HERE),
    "{ # why\n for k, v in { a = b } :\n k => v... if c\n}": ForObject(
        "k", "v", mapping((lit("a"), B)), name("k"), name("v"), C, grouped=True, place=HERE
    ),
    "[for v in -a : v if -v]": ForTuple(
        None, "v", unary("-", A), name("v"), unary("-", name("v")), place=HERE
    ),
    "[for v in a ? b : c : d]": ForTuple(None, "v", choice(A, B, C), D, None, place=HERE),
}

ALL = OPERATORS | TERMS | CHAINS | LOOPS


@pytest.mark.parametrize(("source", "tree"), ALL.items())
def test_an_argument_reads_as_the_tree(source: str, tree: Expression) -> None:
    assert value_of(source) == tree


@pytest.mark.parametrize(("source", "tree"), ALL.items())
def test_so_does_an_expression_that_stands_alone(source: str, tree: Expression) -> None:
    assert expression(f"\n {source} # end\n") == tree


@pytest.mark.parametrize("source", ALL)
def test_what_is_printed_reads_as_the_same_tree(source: str) -> None:
    tree = value_of(source)
    assert value_of(text_of(tree)) == tree


def test_comments_and_newlines_mean_nothing_in_brackets() -> None:
    tree = binary(lit(1), "+", lit(2))
    assert value_of("(1 /* one\n */ + # two\n\n 2 // three\n)") == tree
    assert value_of("1 /* + 5 */ + 2 // + 3") == tree


def test_carriage_returns_before_newlines_mean_nothing() -> None:
    assert value_of("[\r\n  a,\r\n  {\r\n    b = c\r\n    d = a # x\r\n  }\r\n]\r") == items(
        A, mapping((lit("b"), C), (lit("d"), A))
    )
