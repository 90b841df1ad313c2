from __future__ import annotations

import pytest

from nfw_reconcile.errors import Location
from nfw_reconcile.sources.hcl.reading.places import SyntaxProblem
from nfw_reconcile.sources.hcl.reading.templates import read_template
from nfw_reconcile.sources.hcl.syntax import Expression, ForDirective, IfDirective, Interpolation, Part, Text
from tests.unit.sources.hcl.reading.shorthand import (
    HERE,
    inter,
    items,
    lit,
    mapping,
    name,
    template,
    text,
    value_of,
)

A, B, C = (name(letter) for letter in "abc")


def when(condition: Expression, then: tuple[Part, ...], otherwise: tuple[Part, ...] = ()) -> IfDirective:
    return IfDirective(condition, then, otherwise, place=HERE)


def each(key: str | None, value: str, collection: Expression, *body: Part) -> ForDirective:
    return ForDirective(key, value, collection, body, place=HERE)


QUOTED: dict[str, Expression] = {
    '""': lit(""),
    r'"\n\r\t\"\\\u00e9\U0001F600"': lit('\n\r\t"\\é😀'),
    '"$${a} %%{b} $$ %% $ % $a"': lit("${a} %{b} $$ %% $ % $a"),
    '"$$${a}"': lit("$${a}"),
    '"$${ "': lit("${ "),
    '"e\u0301"': lit("é"),
    '"tab\there"': lit("tab\there"),
    '"${a}"': A,
    '"${~ a ~}"': A,
    '"${"${a}"}"': A,
    '"${a}${b}"': template(inter(A), inter(B)),
    '" ${~ a}"': template(inter(A), text("")),
    '"x ${~ a ~} \\n y"': template(text("x"), inter(A), text("y")),
    '"a${"b${c}"}"': template(text("a"), inter(template(text("b"), inter(C)))),
    '"${ { a = "}" } }"': mapping((lit("a"), lit("}"))),
    '"${ /* } */ a # }\n}"': A,
    '"${[\na,\nb\n]}x"': template(inter(items(A, B)), text("x")),
    '"%{ if a }x%{ else }y%{ endif }"': template(when(A, (text("x"),), (text("y"),))),
    '"%{if(a)}${b}%{endif}"': template(when(A, (inter(B),))),
    '"1 %{~ if a ~} 2 %{~ else ~} 3 %{~ endif ~} 4"': template(
        text("1"), when(A, (text("2"),), (text("3"),)), text("4")
    ),
    '"%{ for k, v in a }${k}%{ for w in v }${w}%{ endfor }%{ endfor }"': template(
        each("k", "v", A, inter(name("k")), each(None, "w", name("v"), inter(name("w"))))
    ),
}

HEREDOCS: dict[str, Expression] = {
    "<<E\nE": lit(""),
    "<<E\n\nE": lit("\n"),
    "<<E\na\n b\nE": lit("a\n b\n"),
    "<<E\na\n  E \t": lit("a\n"),
    '<<E\n\\n "x" \\\nE': lit('\\n "x" \\\n'),
    "<<E-F\nE\nE-F": lit("E\n"),
    "<<été\na\nété": lit("a\n"),
    "<<E\n$${a} %%{b}\nE": lit("${a} %{b}\n"),
    "<<E\n# ${a /* b */} // c\nE": template(text("# "), inter(A), text(" // c\n")),
    "<<E\n${a}E\nE": template(inter(A), text("E\n")),
    "<<E\n${a}\nE": template(inter(A), text("\n")),
    "<<E\r\na\r\n${b}\r\nE\r": template(text("a\r\n"), inter(B), text("\r\n")),
    "<<E\n${<<E\na\nE\n}\nE": template(inter(lit("a\n")), text("\n")),
    "<<-E\n    a\n\n      b\n   \n    c\n  E": lit("a\n\n  b\n   \nc\n"),
    "<<-E\n\t\ta\n\t b\n E": lit("a\nb\n"),
    "<<-E\n\u00a0\u00a0a\n  b\n E": lit("a\nb\n"),
    "<<-E\n  a\n\n   b\n  E": lit("a\n\n b\n"),
    "<<-E\n    ${a}\n  b\nE": template(text("  "), inter(A), text("\nb\n")),
    "<<-E\n${a}\n  b\nE": template(inter(A), text("\n  b\n")),
    "<<-E\n  a ${b}\n    c\nE": template(text("a "), inter(B), text("\n  c\n")),
    # A strip marker takes white space of its own line only, ...
    "<<E\na\n  ${~ b ~}  \n  c\nE": template(text("a\n"), inter(B), text("  c\n")),
    "<<E\n%{ for v in a ~}\n  ${v}\n%{ endfor ~}\nE": template(
        each(None, "v", A, text("  "), inter(name("v")), text("\n"))
    ),
    # ... and the line behind one that it has emptied is not seen as a line when indentation is taken away.
    "<<-E\n  %{ if a ~}\n    b\n  %{ endif ~}\n  E": template(when(A, (text("    b\n"),))),
}


@pytest.mark.parametrize(("source", "tree"), (QUOTED | HEREDOCS).items())
def test_a_template_reads_as_the_tree(source: str, tree: Expression) -> None:
    assert value_of(source) == tree


def test_heredocs_stand_among_other_values() -> None:
    assert value_of("f([<<A\nx\nA\n, <<-B\n  y\n  B\n])") == value_of('f(["x\\n", "y\\n"])')


FILES: dict[str, tuple[Part, ...]] = {
    "": (),
    "a": (text("a"),),
    "${a}": (inter(A),),
    "${a}\n": (inter(A), text("\n")),
    "${~ a ~}\n": (inter(A), text("")),
    '"\\n" $${a}': (text('"\\n" ${a}'),),
    "a\r\n${a}\r\n%{ if b ~}\r\n c\r\n%{ endif }": (
        text("a\r\n"),
        inter(A),
        text("\r\n"),
        when(B, (text(" c\r\n"),)),
    ),
    "%{ if a }%{ endif }": (when(A, ()),),
    "a $": (text("a $"),),
}


@pytest.mark.parametrize(("source", "parts"), FILES.items())
def test_a_template_file_reads_as_parts(source: str, parts: tuple[Part, ...]) -> None:
    assert read_template(source, Location("t.tpl", 1, 1)) == parts


def test_parts_have_their_places() -> None:
    parts = read_template("a\n ${b.c}\n%{ for d in e }\nf${g}%{ endfor }", Location("t.tpl", 1, 1))
    first, interpolation, _, loop = parts
    assert isinstance(interpolation, Interpolation)
    assert isinstance(loop, ForDirective)
    assert first.place == Location("t.tpl", 1, 1)
    assert (interpolation.place, interpolation.value.place) == (
        Location("t.tpl", 2, 2),
        Location("t.tpl", 2, 4),
    )
    assert (loop.place, loop.collection.place) == (Location("t.tpl", 3, 1), Location("t.tpl", 3, 13))
    assert loop.body[1].place == Location("t.tpl", 4, 2)


def test_a_text_that_stands_nowhere_has_one_place() -> None:
    (only, _) = read_template("${b}\n", Location("the value of x"))
    assert only.place == Location("the value of x")


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("\n${", "t:2:1: `${` has no `}`"),
        ("${}", "t:1:1: Nothing stands between `${` and `}`"),
        ("${# nothing\n}", "t:1:1: Nothing stands between"),
        ("${a b}", "t:1:5: `b` was not expected here"),
        ("${a)}", "t:1:4: `)` was found where `}` is needed"),
        ("${a, b}", "t:1:4: `,` was not expected here"),
        ("a\n%{ if b }", "t:2:1: `%{ if` has no `%{ endif }`"),
        ("%{ endfor }", "t:1:1: `%{ endfor }` ends no `%{ for`"),
        ("%{ for in a }%{ endfor }", "t:1:1: `%{ for in a` begins no template directive"),
        ("%{ else }", "t:1:1: `%{ else }` stands outside of `%{ if }`"),
        ("a\rb", "t:1:2: A carriage return without a newline"),
        ("${1e99999}", "t:1:3: The number `1e99999` is too long"),
        ("%{ if a }" * 100, "t:1:577: Blocks, brackets and templates are nested more than 64 levels deep"),
    ],
)
def test_what_is_no_template_is_refused(source: str, problem: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        read_template(source, Location("t", 1, 1))
    assert str(caught.value).startswith(problem)


def test_texts_that_stand_beside_each_other_are_one() -> None:
    assert value_of('"a$b%c"') == lit("a$b%c")
    (part,) = read_template("a\nb\n\nc", HERE)
    assert part == Text("a\nb\n\nc", place=HERE)
