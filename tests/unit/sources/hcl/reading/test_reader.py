from __future__ import annotations

import pytest

from nfw_reconcile.errors import Location
from nfw_reconcile.sources.hcl.reading import limits
from nfw_reconcile.sources.hcl.reading.places import SyntaxProblem
from nfw_reconcile.sources.hcl.reading.printing import text_of
from nfw_reconcile.sources.hcl.reading.reader import read_expression, read_native
from nfw_reconcile.sources.hcl.syntax import (
    Attribute,
    Binary,
    Block,
    Expression,
    Template,
    TupleOf,
    Unreadable,
)
from tests.unit.sources.hcl.reading.shorthand import HERE, body_of, lit, name, problems_of, value_of

FILE = """\
# a rule group
resource "aws_networkfirewall_rule_group" main {
  name = "edge" // the name

  rule_group {
    rules_source {
      rules_string = <<-EOT
        pass tcp any any -> any 443 (sid:${var.sid};)
      EOT
    }
  }

  lifecycle { prevent_destroy = true }
  /* no tags */ tags = {
    Name = "x"
  }
}
variable "x" {}
top = 1
"""


def shape(block: Block) -> tuple[object, ...]:
    inner = block.body
    return (
        block.type,
        *block.labels,
        *(each.name for each in inner.attributes),
        *map(shape, inner.blocks),
    )


def test_blocks_nest_as_they_are_written() -> None:
    body = body_of(FILE)
    assert [each.name for each in body.attributes] == ["top"]
    assert [shape(block) for block in body.blocks] == [
        (
            *("resource", "aws_networkfirewall_rule_group", "main", "name", "tags"),
            ("rule_group", ("rules_source", "rules_string")),
            ("lifecycle", "prevent_destroy"),
        ),
        ("variable", "x"),
    ]


def test_everything_has_its_line_and_column() -> None:
    (resource, variable) = body_of(FILE).blocks
    (group, lifecycle) = resource.body.blocks
    (source,) = group.body.blocks
    (rules,) = source.body.attributes
    tags = resource.body.attribute("tags")
    assert (resource.place, resource.end_line) == (Location("main.tf", 2, 1), 17)
    assert (group.place, group.end_line) == (Location("main.tf", 5, 3), 11)
    assert (lifecycle.place, lifecycle.end_line) == (Location("main.tf", 13, 3), 13)
    assert (rules.place, rules.end_line) == (Location("main.tf", 7, 7), 9)
    assert (variable.place, variable.end_line) == (Location("main.tf", 18, 1), 18)
    assert tags is not None
    assert (tags.place, tags.end_line) == (Location("main.tf", 14, 17), 16)
    assert isinstance(rules.expression, Template)
    (_, interpolation, _) = rules.expression.parts
    assert interpolation.place == Location("main.tf", 8, 42)


def test_a_part_of_an_expression_has_its_own_place() -> None:
    (attribute,) = body_of("a = [1,\n  b + c.d]\n").attributes
    assert isinstance(attribute.expression, TupleOf)
    _, total = attribute.expression.items
    assert isinstance(total, Binary)
    assert (total.place, total.right.place) == (Location("main.tf", 2, 3), Location("main.tf", 2, 7))


def test_a_byte_order_mark_takes_no_column() -> None:
    (attribute,) = read_native("\ufeffa = 1\n".encode(), "x.tf").body.attributes
    assert attribute == Attribute("a", lit(1), place=HERE)
    assert attribute.place == Location("x.tf", 1, 1)


@pytest.mark.parametrize("text", ["", "\n", "# nothing", "\r\n", "/* a\nb */", "  \t"])
def test_a_file_may_be_empty(text: str) -> None:
    body = body_of(text)
    assert (body.attributes, body.blocks) == ((), ())


@pytest.mark.parametrize("label", ['""', "b-c", '"b-c"', "été", '"a \\"b\\" $${c}"'])
def test_labels_are_names_or_strings(label: str) -> None:
    (block,) = body_of(f"a {label} {{}}").blocks
    assert block.labels == (label.strip('"').replace('\\"', '"').replace("$${", "${"),)


@pytest.mark.parametrize("word", ["for", "in", "if", "null", "true", "for_each", "endif"])
def test_no_word_is_reserved_in_a_body(word: str) -> None:
    body = body_of(f"{word} = 1\n{word} {word} {{\n  {word} = 2\n}}\n")
    assert [each.name for each in body.attributes] == [word]
    assert [shape(block) for block in body.blocks] == [(word, word, word)]


REFUSED = {
    # structure
    "a = 1 b = 2": "main.tf:1:7: Two arguments or blocks stand on one line",
    "a {} b {}": "main.tf:1:6: Two arguments or blocks stand on one line",
    "a {\n b = 1 }": "holds one argument",
    "a { b {} }": "holds one argument",
    "a { b = 1\n}": "holds one argument",
    "a\n{\n}": "main.tf:1:1: A block's opening {",
    "a = 1\na = 2": "main.tf:2:1: `a` was set already, in line 1",
    'a "${b}" {}': "main.tf:1:3: A string was not expected here",
    'a "%{ endif }" {}': "main.tf:1:3: A block's label is no plain string",
    "a <<E\nx\nE\n {}": "main.tf:1:1: A block's opening { is not on its first line",
    "a::b = 1": "main.tf:1:1: `a::b` is no name",
    "a": "main.tf:1:2: The end of the text was not expected here",
    "a = ": "main.tf:1:5: The end of the text was not expected here",
    "a =\n1": "main.tf:1:4: The end of the line was not expected here",
    "= 1": "main.tf:1:1: `=` was not expected here",
    "a = b c": "main.tf:1:8: The end of the text was not expected here",
    "a = [1 2]": "main.tf:1:8: `2` was not expected here",
    "a = f(b..., c)": "main.tf:1:11: `,` was not expected here",
    "a = 1.": "main.tf:1:7: The end of the text was not expected here",
    # brackets
    "a = [\n1": "main.tf:1:5: `[` has no `]`",
    "a = (1]": "main.tf:1:7: `]` was found where `)` is needed (opened in line 1)",
    "}": "main.tf:1:1: `}` closes nothing",
    "a = { b = 1 ~}": "main.tf:1:13: `~}` was found where `}` is needed",
    "a {": "main.tf:1:3: `{` has no `}`",
    # words
    "a = 'b'": "main.tf:1:5: The character ' has no meaning here. Write strings in double quotes",
    "a = 1;": "main.tf:1:6: The character ; has no meaning here. Separate arguments by newlines",
    "a = b & c": "The character & has no meaning here. `and` is written &&",
    "a = \x00": "The character U+0000 has no meaning here",
    "a = 1\rb = 2": "The character U+000D has no meaning here. Save the file with line ends",
    "a = b²": "main.tf:1:5: `b²` is no name",
    "a = b /**/ :: c /**/ :: d()": "main.tf:1:12: The character : has no meaning here. Only functions",
    "a = b.0.1": "main.tf:1:7: Two indexes in a row cannot be written as .0.1",
    "/* a\n": "main.tf:1:1: A comment that begins with /* has no end",
    # templates
    'a = "b': "main.tf:1:5: A quoted string has no end",
    'a = "b\nc"': "main.tf:1:5: A quoted string does not end on its line",
    'a = "${b"': "main.tf:1:9: A quoted string has no end",
    'a = "${b': "main.tf:1:6: `${` has no `}`",
    'a = "${}"': "main.tf:1:6: Nothing stands between `${` and `}`. Write an expression; a literal ${ is written $${",
    'a = "\\d"': "main.tf:1:6: \\d is no escape sequence",
    'a = "x\\u12"': "main.tf:1:7: \\u is no escape sequence: four hexadecimal digits follow \\u",
    'a = "\\ud83d\\ude00"': "main.tf:1:6: \\ud83d is no Unicode character",
    'a = "\\U00110000"': "main.tf:1:6: \\U00110000 is no Unicode character",
    'a = "%{ while b }"': "main.tf:1:6: `%{ while b` begins no template directive",
    "a = <<E\nb": "main.tf:1:5: A heredoc has no end",
    "a = <<E\nb\nE": "main.tf:1:5: A heredoc has no end",
    "a = <<E \nb\nE\n": "main.tf:1:5: The character < has no meaning here. A heredoc begins with << and a name",
    "a = <<E\nb\rc\nE\n": "main.tf:2:2: A carriage return without a newline stands in a template",
}


@pytest.mark.parametrize(("text", "problem"), REFUSED.items())
def test_what_terraform_refuses_is_told_with_its_place(text: str, problem: str) -> None:
    parsed = read_native(text.encode(), "main.tf")
    (told,) = [str(each) for each in parsed.problems]
    assert problem in told
    assert told.startswith("main.tf:")
    assert (parsed.body.attributes, parsed.body.blocks) == ((), ())


ALONE = {
    "b ?\nc : d": "main.tf:2:6: A line ends in the middle of an expression",
    "b\n && c": "main.tf:2:6: A line ends in the middle of an expression",
    "{ b = 1 (c) = 2 }": "main.tf:2:13: Two items of an object are not separated",
    "{ b = 1\n, c = 2 }": "main.tf:3:3: Two items of an object are not separated",
    "{ for = 1 }": "main.tf:2:7: A `for` expression binds no name",
    "b.*.*.c": "main.tf:2:8: A splat .* stands inside another one",
    "b::c": "main.tf:2:5: `b::c` is no reference",
    "1e99999": "main.tf:2:5: The number `1e99999` is too long",
    "1" * 1001: f"main.tf:2:5: The number `{'1' * 59}…` is too long",
    f"b.{'0' * 1001}": f"main.tf:2:6: The index `{'0' * 59}…` is too long",
    '"%{ if b }"': "main.tf:2:6: `%{ if` has no `%{ endif }`",
    '"%{ for b in c }%{ endif }"': "main.tf:2:21: `%{ endif }` ends no `%{ if`",
    '"%{ if b }%{ else }%{ else }%{ endif }"': "main.tf:2:24: `%{ else }` stands outside",
    "b" + " + b" * limits.MOST_DEPTH: "operations deep",
    "b" + ".c" * limits.MOST_DEPTH: "operations deep",
    "a ? b : " * limits.MOST_DEPTH + "c": "operations deep",
    "<<E\n$ \n${~ b}\nE": "main.tf:3:1: A strip marker takes a line's end behind `$` or `%`",
    "<<-E\n  \u0308b\n  E": "main.tf:3:1: A combining character stands directly behind the indentation",
}


@pytest.mark.parametrize(("source", "problem"), ALONE.items())
def test_an_argument_that_cannot_be_read_leaves_the_others_alone(source: str, problem: str) -> None:
    parsed = read_native(f"a = 1\nz = {source}\nb {{\n c = 2\n}}\n".encode(), "main.tf")
    (told,) = [str(each) for each in parsed.problems]
    assert problem in told
    first, unread = parsed.body.attributes
    assert first == Attribute("a", lit(1), place=HERE)
    assert isinstance(unread.expression, Unreadable)
    assert unread.expression.source == source
    assert [shape(block) for block in parsed.body.blocks] == [("b", "c")]


def test_all_arguments_that_cannot_be_read_are_told() -> None:
    assert len(problems_of("a = 1e99999\nb = c::d\n")) == 2


BOMBS = {
    "brackets": "a = " + "[" * 100_000,
    "closed brackets": "a = " + "[" * 100_000 + "]" * 100_000,
    "parentheses": "a = " + "(" * 100_000 + "1" + ")" * 100_000,
    "braces": "a = " + "{ b = " * 100_000,
    "blocks": "a {\n" * 100_000 + "}\n" * 100_000,
    "templates": "a = " + '"${' * 100_000 + "1" + '}"' * 100_000,
    "directives": 'a = "' + "%{ if b }" * 40_000 + "%{ endif }" * 40_000 + '"',
    "signs": "a = " + "-!" * 100_000 + "b",
    "calls": "a = " + "f(" * 100_000,
    "loops": "a = " + "[for b in " * 100_000,
    "heredocs": "a = " + "<<E\n${" * 100_000,
    "comments": "a = " + "/*" * 100_000,
    "conditions": "a = " + "b ? c : " * 100_000 + "d",
    "digits": "a = " + "1" * 500_000,
    "a large file": "# " + "x" * limits.MOST_BYTES,
    "many words": "a = [" + "1," * limits.MOST_TOKENS + "]",
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_a_problem_and_nothing_else(text: str) -> None:
    assert len(problems_of(text)) == 1


def nested(levels: int) -> str:
    """Write an expression that is as deep as brackets may be, and half as deep again."""
    chain = " && b" * (limits.MOST_DEPTH - limits.MOST_LEVELS - 2)
    return "[" * levels + f"a{chain}" + "]" * levels


def test_what_is_within_the_limits_can_be_walked_by_recursion() -> None:
    deep = value_of(nested(limits.MOST_LEVELS))
    assert deep == value_of(nested(limits.MOST_LEVELS))
    assert repr(deep) == repr(value_of(nested(limits.MOST_LEVELS)))
    assert hash(deep) == hash(value_of(nested(limits.MOST_LEVELS)))
    assert value_of(text_of(deep, 10_000)) == deep


def test_bytes_that_are_not_utf8_are_a_problem_with_their_line() -> None:
    (problem,) = read_native(b"a = 1\nb = \xff\n", "x.tf").problems
    assert str(problem) == "x.tf:2: Byte 10 is not UTF-8. Save the file as UTF-8."


def test_a_file_is_read_once_for_each_name() -> None:
    first = read_native(b"a = 1\n", "x.tf")
    assert read_native(b"a = 1\n", "x.tf") is first
    again = read_native(b"a = 1\n", "y.tf")
    assert again == first
    assert again.body.attributes[0].place == Location("y.tf", 1, 1)
    assert read_native(b"a = 2\n", "x.tf") != first


def failure(text: str, place: Location) -> str:
    with pytest.raises(SyntaxProblem) as caught:
        read_expression(text, place)
    return str(caught.value)


def test_an_expression_that_stands_alone_has_places_of_its_own() -> None:
    tree: Expression = read_expression("[\n a.b]", Location("-var x"))
    assert tree == value_of("[a.b]")
    assert isinstance(tree, TupleOf)
    assert tree.items[0].place == Location("-var x")
    (inner,) = tree.items
    assert inner.place == Location("-var x")
    counted = read_expression("[\n a.b]", Location("f", 5, 7))
    assert isinstance(counted, TupleOf)
    assert (counted.place, counted.items[0].place) == (Location("f", 5, 7), Location("f", 6, 2))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "-var x: An expression is needed, and there is none. Write one."),
        ("# only", "-var x: An expression is needed, and there is none. Write one."),
        ("a b", "-var x: `b` was not expected here"),
        ("a) + (b", "-var x: `)` closes nothing"),
        ("a = 1", "-var x: `=` was not expected here"),
        ("a, b", "-var x: `,` was not expected here"),
        ("a::b", "-var x: `a::b` is no reference"),
    ],
)
def test_what_is_no_single_expression_is_refused(text: str, problem: str) -> None:
    assert failure(text, Location("-var x")).startswith(problem)


def test_a_name_may_hold_letters_of_any_script() -> None:
    assert value_of("größe_1-a") == name("größe_1-a")
