from __future__ import annotations

import pytest

from nfw_reconcile.errors import Location
from nfw_reconcile.sources.suricata.lines import JoinedLine, rule_lines

TEXTS: dict[str, tuple[str, list[tuple[int, int, str]]]] = {
    "nothing": ("", []),
    "blank lines and comments": ("\n  \t\r\n# drop x\n\t# y\n", []),
    "the first character counts": ("\n  \tabc  \r\n d", [(1, 4, "abc"), (2, 2, "d")]),
    "a continuation": ("a \\\n  b \\\r\n c\nd", [(0, 1, "a \\\n  b \\\r\n c"), (3, 1, "d")]),
    "white space behind the backslash": ("a\\ \t\nb", [(0, 1, "a\\ \t\nb")]),
    "a comment is not continued": ("# a \\\nb", [(1, 1, "b")]),
    "a comment mark inside a continuation": ("a \\\n# b", [(0, 1, "a \\\n# b")]),
    "a blank line ends a continuation": ("a \\\n\nb", [(0, 1, "a \\"), (2, 1, "b")]),
    "a backslash at the very end": ("a \\", [(0, 1, "a \\")]),
    "only line feeds end lines": ("a\x0bb\x85c\u2028d\re", [(0, 1, "a\x0bb\x85c\u2028d\re")]),
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS.keys())
def test_logical_lines(text: str, expected: list[tuple[int, int, str]]) -> None:
    assert list(rule_lines(text)) == expected


def test_continuations_are_joined_without_a_space() -> None:
    assert JoinedLine.of("a \\\n  b\\ \r\nc").text == "a   bc"


def test_a_line_end_that_is_no_continuation_is_a_space() -> None:
    assert JoinedLine.of("a\r\nb\n\n c").text == "a b   c"


def test_places_are_those_of_the_physical_lines() -> None:
    line = JoinedLine.of("ab \\\n  cd \\\n\\\n e")
    where = Location("x", 7, 5)
    assert line.text == "ab   cd  e"
    assert [line.place(line.text.index(mark), where) for mark in "abcde"] == [
        "7:5",
        "7:6",
        "8:3",
        "8:4",
        "10:2",
    ]


@pytest.mark.parametrize("where", [None, Location("x"), Location("x", 3)])
def test_without_a_line_the_place_is_a_character(where: Location | None) -> None:
    assert JoinedLine.of("abc").place(2, where) == "character 3"
