from __future__ import annotations

import pytest

from nfw_reconcile.engine.conditions import ApplicationIs, Carrier, Condition, NameIs, OpaqueIs
from nfw_reconcile.engine.names import name_conditions
from nfw_reconcile.engine.questions import NameMatch, Names
from nfw_reconcile.model.rule import StatefulRule
from nfw_reconcile.sources.suricata import parse_rule

EXACT, DOMAIN, SUFFIX = NameMatch.EXACT, NameMatch.DOMAIN, NameMatch.SUFFIX


def read(text: str) -> tuple[Condition, ...]:
    rule = parse_rule(f"drop tcp any any -> any any ({text})", None)
    assert isinstance(rule, StatefulRule)
    return name_conditions(rule.options)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('tls.sni; content:"A.example"; startswith; endswith; nocase;', Names("tls.sni", EXACT, "a.example")),
        ('tls_sni; content:"a.example"; startswith; nocase; endswith;', Names("tls.sni", EXACT, "a.example")),
        (
            'tls.sni; content:"A.example"; startswith; endswith;',
            Names("tls.sni", EXACT, "A.example", case_sensitive=True),
        ),
        ('http.host; content:"a.example"; startswith; endswith;', Names("http.host", EXACT, "a.example")),
        (
            'tls.sni; dotprefix; content:".a.example"; nocase; endswith;',
            Names("tls.sni", DOMAIN, "a.example"),
        ),
        ('http.host; dotprefix; content:".a.example"; endswith;', Names("http.host", DOMAIN, "a.example")),
        ('dns.query; content:"a.example"; nocase; endswith;', Names("dns.query", SUFFIX, "a.example")),
        ('dns_query; content:".a.example"; nocase; endswith;', Names("dns.query", SUFFIX, ".a.example")),
        (
            'tls.sni; content:"a.example"; endswith; nocase; fast_pattern;',
            Names("tls.sni", SUFFIX, "a.example"),
        ),
    ],
)
def test_one_content_that_compares_the_end_is_a_name(text: str, names: Names) -> None:
    assert read(text) == (NameIs(names),)
    assert read(text.replace('content:"', 'content:!"')) == (NameIs(names, negated=True),)


@pytest.mark.parametrize(
    "text",
    [
        'tls.sni; content:"a"; nocase;',
        'tls.sni; content:"a"; startswith; nocase;',
        'tls.sni; content:"a"; content:"b"; endswith;',
        'tls.sni; content:"a"; endswith; bsize:5;',
        'tls.sni; pcre:"/a/";',
        'tls.sni; dotprefix; content:"a.example"; endswith;',
        'tls.sni; content:"|61|.example"; endswith;',
        'tls.sni; content:"bücher.example"; endswith;',
        'tls.sni; content:"a"; depth:3; endswith;',
        "tls.sni; bsize:>10;",
        "tls.sni; dataset:isset,names;",
    ],
)
def test_anything_else_is_kept_as_it_is_written(text: str) -> None:
    assert read(text) == (ApplicationIs(frozenset({"tls"})), OpaqueIs(text.rstrip(";"), Carrier.REQUEST))


def test_both_spellings_of_a_buffer_have_one_name() -> None:
    assert read('tls_sni; content:"a";') == read('tls.sni; content:"a";')


@pytest.mark.parametrize(
    ("names", "matched", "others"),
    [
        (Names("tls.sni", EXACT, "a.example"), ["a.example", "A.EXAMPLE"], ["b.a.example", "aa.example", ""]),
        (Names("tls.sni", EXACT, "A.example", case_sensitive=True), ["A.example"], ["a.example"]),
        (
            Names("tls.sni", DOMAIN, "a.example"),
            ["a.example", "b.a.example", "c.b.A.example"],
            ["aa.example", "example", "a.example.test"],
        ),
        (
            Names("tls.sni", SUFFIX, "a.example"),
            ["a.example", "aa.example", "b.a.example"],
            ["a.example.test"],
        ),
        (Names("tls.sni", SUFFIX, ".example"), ["a.example"], ["example"]),
    ],
)
def test_a_name_matches_as_its_content_would(names: Names, matched: list[str], others: list[str]) -> None:
    assert [name for name in (*matched, *others) if names.holds(name)] == matched


@pytest.mark.parametrize("match", NameMatch)
@pytest.mark.parametrize("case_sensitive", [True, False])
def test_the_examples_of_a_question_are_answered_with_yes(match: NameMatch, *, case_sensitive: bool) -> None:
    names = Names("tls.sni", match, "a.example", case_sensitive)
    found = names.examples()
    assert names.holds(found[0])
    assert not case_sensitive or any(not names.holds(example) for example in found)
