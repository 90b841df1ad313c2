from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.model.rule import Option
from nfw_reconcile.sources.suricata.options import check_rest, parse_options

if TYPE_CHECKING:
    from nfw_reconcile.sources.suricata.syntax import RuleSyntaxError


def read(text: str) -> tuple[tuple[Option, ...], list[tuple[int, str]]]:
    """Read options from behind the parenthesis with which the text begins."""
    problems: list[RuleSyntaxError] = []
    options, end = parse_options(text, 1, problems)
    check_rest(text, end, problems)
    return options, [(problem.offset, problem.message) for problem in problems]


GOOD = {
    "()": (),
    "( )": (),
    "(sid:1;)": (Option("sid", "1"),),
    "( sid : 1 ; )": (Option("sid", "1"),),
    "(SID:1; NoAlert;)": (Option("sid", "1"), Option("noalert")),
    "(noalert:;)": (Option("noalert", ""),),
    "(sid:1;)   # ticket; 12)": (Option("sid", "1"),),
    "(sid:1;)#": (Option("sid", "1"),),
    '(msg:"a (b) # c"; sid:1;)': (Option("msg", '"a (b) # c"'), Option("sid", "1")),
    r'(msg:"a\;b\"c\\d\:e"; sid:1;)': (Option("msg", r'"a\;b\"c\\d\:e"'), Option("sid", "1")),
    "(msg:this is a stateful drop rule; sid:1234;)": (
        Option("msg", "this is a stateful drop rule"),
        Option("sid", "1234"),
    ),
    r'(content:"a\\"; nocase;)': (Option("content", r'"a\\"'), Option("nocase")),
    '(content:!"x"; aws_domain_category:!Malware,!Phishing; geoip:dst,RU;)': (
        Option("content", '!"x"'),
        Option("aws_domain_category", "!Malware,!Phishing"),
        Option("geoip", "dst,RU"),
    ),
    "(flow: to_server, established;)": (Option("flow", "to_server, established"),),
    "(tls.sni; ja3.hash; http.header_names; app-layer-protocol:!tls;)": (
        Option("tls.sni"),
        Option("ja3.hash"),
        Option("http.header_names"),
        Option("app-layer-protocol", "!tls"),
    ),
    r'(pcre:"/a[\;]b/U"; reference:url,a.b/c?d=\;e;)': (
        Option("pcre", r'"/a[\;]b/U"'),
        Option("reference", r"url,a.b/c?d=\;e"),
    ),
}


@pytest.mark.parametrize(("text", "expected"), GOOD.items(), ids=GOOD.keys())
def test_options_are_read_as_written(text: str, expected: tuple[Option, ...]) -> None:
    assert read(text) == (expected, [])


BAD = {
    "(sid:1)": [(1, "the option `sid:1)` does not end with `;`")],
    "(sid:1": [(1, "the option `sid:1` does not end with `;`")],
    "(sid:1;": [(7, "the closing parenthesis is missing")],
    "(": [(1, "the closing parenthesis is missing")],
    "(sid:1;) rest": [(9, "`rest` follows the closing parenthesis")],
    "(sid:1;)) # x": [(8, "`) # x` follows the closing parenthesis")],
    "(sid:1; )sid:2;": [(9, "`sid:2;` follows the closing parenthesis")],
    "(;sid:1;)": [(1, "an option is empty")],
    "(sid:1; ;)": [(8, "an option is empty")],
    "(:1;)": [(1, "an option is empty")],
    "(a b:1;)": [(1, "`a b` is not a keyword (a `;` in quotes is written `\\;`)")],
    '(msg:"drop; sid:5";)': [
        (1, 'the quotes of `msg:"drop` do not match (a `;` in quotes is written `\\;`)'),
        (12, 'the quotes of `sid:5"` do not match (a `;` in quotes is written `\\;`)'),
    ],
    '(pcre:"/a[;]/"; sid:1;)': [
        (1, 'the quotes of `pcre:"/a[` do not match (a `;` in quotes is written `\\;`)'),
        (11, '`]/"` is not a keyword (a `;` in quotes is written `\\;`)'),
    ],
    r"(msg:a\ ;)": [(1, r"`msg:a\ ` ends with a backslash")],
    r'(msg:"x\\;")': [(1, r'the option `msg:"x\\;")` does not end with `;`')],
}


@pytest.mark.parametrize(("text", "expected"), BAD.items(), ids=BAD.keys())
def test_every_problem_of_options_is_told_with_its_place(text: str, expected: list[tuple[int, str]]) -> None:
    assert read(text)[1] == expected


def test_what_is_right_beside_a_problem_is_kept() -> None:
    options, problems = read("(sid:1; ; rev:2;)")
    assert options == (Option("sid", "1"), Option("rev", "2"))
    assert len(problems) == 1
