from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import Location
from nfw_reconcile.model.rule import Header, Option, StatefulRule, UndecidedRule
from nfw_reconcile.sources.suricata import parse_rule, parse_rules
from tests.unit.sources.suricata.strategies import (
    HEADERS,
    OPTIONS,
    RULE_TEXTS,
    damaged_rule_texts,
    rule_text,
)

if TYPE_CHECKING:
    from nfw_reconcile.model.rule import RuleEntry

RULES = """\
# Allow the payroll API.
pass tls $HOME_NET any -> $EXTERNAL_NET 443 (tls.sni; content:"pay.example"; sid:1; rev:2;) # since May

\t# drop tcp any any -> any any (sid:9;)
  drop tcp any any -> \\
      [10.0.0.0/8,![10.1.0.0/16, 10.2.0.0/16]] :1023 \\
      (msg:"low \\; ports"; sid:2;)\r
drop tcp any any => any any (sid:3;)
alert udp any any <> any 99999 (sid:4;)
drop tcp any any -> any 22 (sid:5)
"""


def sound(entry: RuleEntry) -> tuple[str, Location | None]:
    return type(entry).__name__, entry.where


def test_a_rules_string_gives_one_entry_for_each_rule_line_at_its_place() -> None:
    entries = parse_rules(RULES, "main", first_line=10)
    assert [sound(entry) for entry in entries] == [
        ("StatefulRule", Location("main", 11, 1)),
        ("StatefulRule", Location("main", 14, 3)),
        ("UndecidedRule", Location("main", 17, 1)),
        ("UndecidedRule", Location("main", 18, 1)),
        ("UndecidedRule", Location("main", 19, 1)),
    ]
    assert [entry.sid for entry in entries if isinstance(entry, StatefulRule)] == [1, 2]


def test_the_text_of_a_rule_is_one_line_without_the_comment_behind_it() -> None:
    first, second, *_ = parse_rules(RULES, "main")
    assert first.text.endswith("rev:2;)")
    assert second.text == (
        "drop tcp any any ->       [10.0.0.0/8,![10.1.0.0/16, 10.2.0.0/16]] :1023 "
        '      (msg:"low \\; ports"; sid:2;)'
    )


REASONS = {
    "drop tcp any any => any any (sid:3;)": (
        "3:22: `=>` is not a direction that is modelled (->, <>)",
        False,
    ),
    "alert udp any any <> any 99999 (sid:4;)": ("3:30: `99999` is not a port from 0 to 65535", False),
    "drop tcp any any -> any 22 (sid:5)": ("3:33: the option `sid:5)` does not end with `;`", True),
    "drop tcp any any -> any 22": ("3:31: the opening parenthesis of the options is missing", True),
    "drop tcp any any -> any 22 sid:5;": ("3:38: the opening parenthesis of the options is missing", True),
    "drop tcp any any -> any 22 (sid:5; ": ("3:39: the closing parenthesis is missing", True),
    "drop tcp any any -> any 22 (sid:5;) x": ("3:41: `x` follows the closing parenthesis", True),
    "drop tcp 10.0.0.0/40 any -> any 0:70000 (;)": (
        (
            "3:23: `10.0.0.0/40` has no prefix length from 0 to 32; "
            "3:39: `70000` is not a port from 0 to 65535; "
            "3:46: an option is empty"
        ),
        False,
    ),
    "drop tcp any any -> \\\n any \\\n\n 22x (sid:5;)": ("6:2: `22x` is not a port from 0 to 65535", False),
    "drop tcp any any \\\n-> any 22x (sid:5;)": ("4:8: `22x` is not a port from 0 to 65535", False),
}


@pytest.mark.parametrize(("text", "expected"), REASONS.items(), ids=REASONS.keys())
def test_an_undecided_rule_names_every_place_and_keeps_a_good_header(
    text: str, expected: tuple[str, bool]
) -> None:
    reason, has_header = expected
    entry = parse_rule(text, Location("x", 3, 5))
    assert isinstance(entry, UndecidedRule)
    assert entry.reason.startswith(reason)
    assert (entry.header is not None) is has_header


def test_a_location_without_a_line_is_enough() -> None:
    entry = parse_rule("drop tcp any any -> any 22x (sid:5;)", Location("x stateful_rule[3]"))
    assert isinstance(entry, UndecidedRule)
    assert entry.reason == "character 25: `22x` is not a port from 0 to 65535"
    assert entry.where == Location("x stateful_rule[3]")


@given(HEADERS, OPTIONS)
def test_a_rule_that_is_written_is_read_back(header: Header, options: tuple[Option, ...]) -> None:
    text = rule_text(header, options)
    assert parse_rule(text, None) == StatefulRule(header, options, text)


@given(HEADERS, OPTIONS, st.sampled_from((" ", "\t", "  ", " \\\n\t", " \\\r\n ")), st.booleans())
def test_white_space_case_and_continuations_change_nothing(
    header: Header,
    options: tuple[Option, ...],
    space: str,
    upper: bool,  # noqa: FBT001 - drawn
) -> None:
    words = str(header).split(" ")
    if upper:
        words = [word if word[0] in "$@![" else word.upper() for word in words]
    text = f"  {space.join(words)}{space}({space.join(map(str, options))} ) # tail\r\n"
    (entry,) = parse_rules(text, "x")
    assert isinstance(entry, StatefulRule)
    assert (entry.header, entry.options) == (header, options)


@given(damaged_rule_texts() | st.text())
def test_whatever_is_read_as_a_rule_is_read_back_from_its_own_words(text: str) -> None:
    entry = parse_rule(text, Location("x", 1, 1))
    if isinstance(entry, StatefulRule):
        again = parse_rule(rule_text(entry.header, entry.options), None)
        assert isinstance(again, StatefulRule)
        assert (again.header, again.options) == (entry.header, entry.options)
        assert parse_rule(entry.text, entry.where) == entry
    else:
        assert entry.reason


def rule_lines_of(text: str) -> int:
    """Count by another way than the parser's: a small machine over the physical lines."""
    count = 0
    goes_on = False
    for line in text.split("\n"):
        bare = line.strip(" \t\r\n\f\v")
        if not goes_on and (not bare or bare[0] == "#"):
            continue
        count += not goes_on
        goes_on = bare.endswith("\\")
    return count


@given(
    st.lists(
        RULE_TEXTS | damaged_rule_texts() | st.sampled_from(("", "  ", "# x", "#\\", "x \\", " \\ ")),
        max_size=6,
    ),
    st.sampled_from(("\n", "\r\n", "\n\n")),
)
def test_rules_and_undecided_lines_are_the_lines(lines: list[str], end: str) -> None:
    text = end.join(lines)
    entries = parse_rules(text, "x")
    assert len(entries) == rule_lines_of(text)
    places = [(entry.where.line, entry.where.column) for entry in entries if entry.where]
    physical = text.split("\n")
    for line, column in places:
        assert line is not None
        assert column is not None
        assert physical[line - 1][column - 1 :].strip()
        assert not physical[line - 1][: column - 1].strip(" \t\r\n\f\v")


def test_many_rules_are_read() -> None:
    line = 'pass tcp 10.{a}.{b}.0/24 any -> 192.0.2.{b} {port} (msg:"rule"; sid:{port};)'
    text = "\n".join(line.format(a=n % 200, b=n % 250, port=n % 65536) for n in range(10_000))
    entries = parse_rules(text, "x")
    assert len(entries) == 10_000
    assert all(isinstance(entry, StatefulRule) for entry in entries)
