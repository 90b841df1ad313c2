from __future__ import annotations

import pytest

from nfw_reconcile.errors import Location
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Body, Sensitive
from nfw_reconcile.model.policy import RuleOrder
from nfw_reconcile.model.rule import RuleEntry, StatefulRule, UndecidedRule
from nfw_reconcile.sources.policy.body import Node
from nfw_reconcile.sources.policy.domain_list import domain_rules

TLS, HTTP = "TLS_SNI", "HTTP_HOST"


def read(
    kind: Body, types: Body, targets: Body, order: RuleOrder = RuleOrder.ACTION
) -> tuple[RuleEntry, ...]:
    body: Body = {"GeneratedRulesType": kind, "TargetTypes": types, "Targets": targets}
    return tuple(domain_rules(Node.of(body, "RulesSourceList"), "main", order))


def texts(kind: Body, types: Body, targets: Body, order: RuleOrder = RuleOrder.ACTION) -> list[str]:
    entries = read(kind, types, targets, order)
    assert all(isinstance(entry, StatefulRule) for entry in entries)
    return [entry.text.replace(" $HOME_NET any -> $EXTERNAL_NET any ", " .. ") for entry in entries]


END = "priority:1; flow:to_server, established;)"


@pytest.mark.parametrize(
    ("kind", "action", "listed"),
    [
        ("DENYLIST", "drop", "denylisted"),
        ("REJECTLIST", "reject", "rejectlisted"),
        ("ALERTLIST", "alert", "alertlisted"),
    ],
)
def test_each_list_has_its_action_for_exact_names_and_for_those_below(
    kind: str, action: str, listed: str
) -> None:
    assert texts(kind, [TLS, HTTP], ["bad.example", ".worse.example"]) == [
        (
            f'{action} tls .. (ssl_state:client_hello; tls.sni; content:"bad.example"; startswith; nocase; '
            f'endswith; msg:"matching TLS {listed} FQDNs"; {END}'
        ),
        (
            f'{action} tls .. (ssl_state:client_hello; tls.sni; dotprefix; content:".worse.example"; nocase; '
            f'endswith; msg:"matching TLS {listed} FQDNs"; {END}'
        ),
        (
            f'{action} http .. (http.host; content:"bad.example"; startswith; endswith; '
            f'msg:"matching HTTP {listed} FQDNs"; {END}'
        ),
        (
            f'{action} http .. (http.host; dotprefix; content:".worse.example"; endswith; '
            f'msg:"matching HTTP {listed} FQDNs"; {END}'
        ),
    ]


def test_an_allow_list_ends_with_a_drop_in_action_order() -> None:
    assert texts("ALLOWLIST", [TLS, HTTP], [".good.example"]) == [
        (
            'pass tls .. (ssl_state:client_hello; tls.sni; dotprefix; content:".good.example"; nocase; '
            f'endswith; msg:"matching TLS allowlisted FQDNs"; {END}'
        ),
        f'drop tls .. (ssl_state:client_hello; msg:"not matching any TLS allowlisted FQDNs"; {END}',
        (
            'pass http .. (http.host; dotprefix; content:".good.example"; endswith; '
            f'msg:"matching HTTP allowlisted FQDNs"; {END}'
        ),
        (
            'drop http .. (http.header_names; content:"|0d 0a|"; startswith; '
            f'msg:"not matching any HTTP allowlisted FQDNs"; {END}'
        ),
    ]


def test_an_allow_list_in_strict_order_has_neither_closing_drop_nor_priorities() -> None:
    assert texts("ALLOWLIST", [TLS], ["good.example"], RuleOrder.STRICT) == [
        (
            'pass tls .. (ssl_state:client_hello; tls.sni; content:"good.example"; startswith; nocase; '
            'endswith; msg:"matching TLS allowlisted FQDNs"; flow:to_server, established;)'
        )
    ]


def test_names_are_compared_in_lower_case() -> None:
    assert 'content:"api.example"' in texts("DENYLIST", [HTTP], ["API.Example"])[0]


def test_a_rule_names_its_target_and_not_a_number_that_aws_does_not_document() -> None:
    first, closing = read("allowlist", TLS_LIST, ["a.example"])
    assert first.where == Location("main targets[a.example]")
    assert closing.where == Location("main targets")
    assert isinstance(first, StatefulRule)
    assert first.sid is None


TLS_LIST: Body = [TLS]
UNDECIDED: dict[str, tuple[tuple[Body, Body, Body], list[tuple[str, bool]]]] = {
    "an unknown kind": (
        (Unresolved("x"), [TLS], ["a.example"]),
        [("RulesSourceList.GeneratedRulesType is not known: x", False)],
    ),
    "unknown types": (
        ("DENYLIST", Unresolved("x"), ["a.example"]),
        [("RulesSourceList.TargetTypes is not known: x", False)],
    ),
    "a new kind": (
        ("GREYLIST", [TLS], ["a.example"]),
        [("RulesSourceList has no known GeneratedRulesType", False)],
    ),
    "no types": (("DENYLIST", [], ["a.example"]), [("RulesSourceList has no known", False)]),
    "a type without documented rules": (
        ("DENYLIST", ["AWS_ROUTE_53_RESOLVED_DOMAIN"], ["a.example"]),
        [
            (
                "the rules that AWS makes for RulesSourceList.TargetTypes[0], 'AWS_ROUTE_53_RESOLVED_DOMAIN', are",
                False,
            )
        ],
    ),
    "unknown targets": (
        ("DENYLIST", [TLS, HTTP], Unresolved("x")),
        [("RulesSourceList.Targets is not known: x", True)] * 2,
    ),
    "an unknown target": (
        ("DENYLIST", [TLS], [Unresolved("x")]),
        [("RulesSourceList.Targets[0] is not known: x", True)],
    ),
    "no domain name": (
        ("DENYLIST", [TLS], ['a"; sid:1', "*.example", "..", "a..b"]),
        [(f"RulesSourceList.Targets[{n}] is '", True) for n in range(4)],
    ),
}


@pytest.mark.parametrize(("given", "expected"), UNDECIDED.values(), ids=UNDECIDED.keys())
def test_what_cannot_be_read_is_undecided_with_its_header(
    given: tuple[Body, Body, Body], expected: list[tuple[str, bool]]
) -> None:
    entries = read(*given)
    assert all(isinstance(entry, UndecidedRule) for entry in entries)
    assert [entry.header is not None for entry in entries] == [has_header for _, has_header in expected]
    for entry, (reason, _) in zip(entries, expected, strict=True):
        assert isinstance(entry, UndecidedRule)
        assert entry.reason.startswith(reason)


def test_an_unknown_target_leaves_the_others_and_the_closing_drop() -> None:
    entries = read("ALLOWLIST", [TLS], ["a.example", Unresolved("x")])
    assert [type(entry).__name__ for entry in entries] == ["StatefulRule", "UndecidedRule", "StatefulRule"]
    assert str(entries[1].header) == "pass tls $HOME_NET any -> $EXTERNAL_NET any"


def test_a_sensitive_target_marks_the_list_and_is_not_named() -> None:
    entries = read("DENYLIST", [TLS], [Sensitive("secret.example"), "a.example", Sensitive("?secret")])
    assert all(entry.sensitive for entry in entries)
    assert entries[0].where == Location("main targets")
    bad = entries[2]
    assert isinstance(bad, UndecidedRule)
    assert bad.reason == "RulesSourceList.Targets[2] is a sensitive value, not a domain name"
