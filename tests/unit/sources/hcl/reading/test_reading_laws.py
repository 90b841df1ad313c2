"""Laws of reading: no text is too strange, what is printed reads back, and what is masked keeps its place."""

from __future__ import annotations

import contextlib
import json
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import Location
from nfw_reconcile.sources.hcl.reading.json_reader import read_json
from nfw_reconcile.sources.hcl.reading.places import SyntaxProblem, Written
from nfw_reconcile.sources.hcl.reading.printing import text_of
from nfw_reconcile.sources.hcl.reading.reader import Parsed, read_expression, read_native
from nfw_reconcile.sources.hcl.reading.scanner import scan_file
from nfw_reconcile.sources.hcl.reading.templates import read_template
from nfw_reconcile.sources.hcl.syntax import Body, Expression
from tests.unit.sources.hcl.reading.drawn_expressions import expressions
from tests.unit.sources.hcl.reading.shorthand import HERE, value_of

WORDS: Final = (
    *(
        "a",
        "b-c",
        "for",
        "in",
        "if",
        "true",
        "null",
        "1",
        "2.5e3",
        ".",
        ".*",
        "[*]",
        "...",
        "::",
        "=>",
        "=",
        ":",
        "?",
    ),
    *(
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        "\n",
        "\r\n",
        " ",
        "\t",
        "# c\n",
        "/* c */",
        "//",
        '"',
        '"a"',
        "${",
        "%{",
    ),
    *(
        "$${",
        "%%{",
        "}",
        "~}",
        "${~",
        "%{ if a }",
        "%{ else }",
        "%{ endif }",
        "%{ for a in b }",
        "%{ endfor }",
        "\\",
    ),
    *(
        "<<E\n",
        "<<-E\n",
        "<<E.E\n",
        "E.E\n",
        "<",
        "E\n",
        "  E\n",
        "+",
        "-",
        "!",
        "==",
        "&&",
        "||",
        "é",
        "\u0301",
        "\x00",
        "\r",
        "'",
        "&",
        "\\u00e9",
    ),
)
FILE: Final = """\
locals {
  a = [for k, v in var.x : "${k}-${upper(v)}" if v != null]
  b = { "x" = a.b[*].c, (d) = 1 -33, }
  c = <<-EOF
    pass ${a ? "b" : c["d"]} %{ for e in f ~}
      ${e}
    %{ endfor }
  EOF
}
output "o" { value = max(1, [2]...) }
"""
JSON: Final = json.dumps({"locals": {"a": ["${b}", {"c": 1.5}, None]}, "output": {"d": {"value": "x"}}})


def well_told(parsed: Parsed, source: str) -> None:
    """Hold a result against what every result keeps: all problems have a place in the file, and say what to do."""
    for problem in parsed.problems:
        assert problem.where is not None
        assert problem.where.source == source
        assert problem.summary
        assert problem.remedy
    assert isinstance(parsed.body, Body)


def edited(valid: str) -> st.SearchStrategy[str]:
    """Draw a valid text with a few of its parts cut out, doubled, or replaced by words that mean something."""
    cut = st.tuples(st.integers(0, len(valid)), st.integers(0, 6), st.sampled_from(("", *WORDS)))

    def edit(cuts: list[tuple[int, int, str]]) -> str:
        text = valid
        for start, length, word in cuts:
            text = text[:start] + word + text[start + length :]
        return text

    return st.lists(cut, min_size=1, max_size=3).map(edit)


words: Final = st.lists(st.sampled_from(WORDS), max_size=30).map("".join)
texts: Final = st.text() | words | words.map("x = {}".format) | edited(FILE)


@given(texts)
def test_any_text_is_read_or_told_to_be_wrong(text: str) -> None:
    well_told(read_native(text.encode("utf-8", "surrogatepass"), "f"), "f")


@given(st.binary())
def test_so_are_any_bytes(content: bytes) -> None:
    well_told(read_native(content, "f"), "f")
    well_told(read_json(content, "f"), "f")


@given(st.text() | words | edited(JSON))
def test_so_is_any_json(text: str) -> None:
    well_told(read_json(text.encode("utf-8", "surrogatepass"), "f"), "f")


@given(st.text() | words)
def test_so_is_any_template_and_any_expression(text: str) -> None:
    for read in (read_template, read_expression):
        with contextlib.suppress(SyntaxProblem):
            read(text, Location("f", 1, 1))


@given(texts)
def test_what_is_masked_keeps_its_place(text: str) -> None:
    try:
        scanned = scan_file(text, Written(text, "f"))
    except SyntaxProblem:
        return
    assert len(scanned.masked) == len(text)
    assert all(
        new in {old, " ", "_", "+", "!", '"', "[", "]", "(", ")", ","}
        for old, new in zip(text, scanned.masked, strict=True)
    )


@given(expressions())
def test_what_is_printed_reads_as_the_same_expression(tree: Expression) -> None:
    printed = text_of(tree, 1_000_000)
    assert value_of(printed) == tree
    assert read_expression(printed, HERE) == tree
    assert text_of(value_of(printed), 1_000_000) == printed


@given(expressions(), st.integers(2, 50))
def test_what_is_printed_is_no_longer_than_asked(tree: Expression, most: int) -> None:
    printed = text_of(tree, most)
    assert len(printed) <= most
    assert printed == text_of(tree, 1_000_000) or printed.endswith("…")


@given(words)
def test_line_ends_of_windows_mean_the_same_outside_of_templates(text: str) -> None:
    plain = "".join(letter for letter in text if letter not in '"<\r')
    unix, windows = (read_native(each.encode(), "f") for each in (plain, plain.replace("\n", "\r\n")))
    assert unix.body == windows.body
