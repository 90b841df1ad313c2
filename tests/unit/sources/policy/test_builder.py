from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import InputError, Severity, UnsupportedInput
from nfw_reconcile.model.expressions import AddressRange, Unresolved
from nfw_reconcile.model.inventory import Body, PolicyBundle, Sensitive
from nfw_reconcile.model.policy import (
    EngineOptions,
    OpaqueGroup,
    Policy,
    RuleOrder,
    StatefulGroup,
    StreamExceptionPolicy,
)
from nfw_reconcile.model.rule import StatefulRule, StatelessAction, UndecidedRule
from nfw_reconcile.sources.policy import build_policy
from tests.unit.sources.policy.bodies import ARN, MANAGED, block, bundle, policy, record, rules

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE = "pass tcp [$HOME_NET,$A] any -> @LIST $P (sid:1;)"
STRICT: Body = {"RuleOrder": "STRICT_ORDER"}
WHOLE: dict[str, Body] = policy(
    StatefulEngineOptions={"RuleOrder": "STRICT_ORDER", "StreamExceptionPolicy": "REJECT"},
    StatefulDefaultActions=["aws:drop_established", "aws:alert_established"],
    StatefulRuleGroupReferences=[
        {"ResourceArn": MANAGED, "Priority": 2},
        {"ResourceArn": ARN + "main", "Priority": 1},
    ],
    StatelessFragmentDefaultActions=["aws:drop"],
    PolicyVariables={"RuleVariables": {"HOME_NET": {"Definition": ["10.0.0.0/8"]}}},
    TLSInspectionConfigurationArn="arn:tls",
    EnableTLSSessionHolding=True,
)


def test_a_whole_policy() -> None:
    group = record(rules(LINE, StatefulRuleOptions=STRICT))
    built, problems = build_policy(bundle(WHOLE, group))
    assert problems == ()
    assert built.options == EngineOptions(RuleOrder.STRICT, StreamExceptionPolicy.REJECT, 350)
    assert built.default_actions == ("aws:alert_established", "aws:drop_established")
    assert [type(reference.group) for reference in built.stateful] == [StatefulGroup, OpaqueGroup]
    assert built.stateless_default is StatelessAction.FORWARD
    assert built.stateless_fragment_default is StatelessAction.DROP
    assert built.home_net == AddressRange(4, 0x0A000000, 0x0AFFFFFF)
    assert built.home_net_origin == "policy variable HOME_NET"
    assert (built.tls_inspection, built.resolved_ip_validation, built.unresolved) == ("arn:tls", None, ())


def test_the_least_policy_has_aws_s_defaults() -> None:
    built, problems = build_policy(bundle(policy()))
    assert built == Policy(built.name)
    assert problems == ()


def test_prefix_lists_reach_the_groups() -> None:
    references: Body = {"IPSetReferences": {"LIST": {"ReferenceArn": "arn:list"}}}
    given = bundle(WHOLE, record(rules(LINE, StatefulRuleOptions=STRICT, ReferenceSets=references)))
    built, _ = build_policy(PolicyBundle(given.policy, given.groups, {"arn:list": ["10.0.0.0/8"]}))
    group = built.stateful[0].group
    assert isinstance(group, StatefulGroup)
    assert group.references == {"LIST": AddressRange(4, 0x0A000000, 0x0AFFFFFF)}


def test_warnings_of_groups_and_policy_come_together_once_each() -> None:
    bad: Body = {"IPSets": {"A": {"Definition": ["nonsense"]}}}
    reference: Body = {"ResourceArn": ARN + "main"}
    _, problems = build_policy(
        bundle(
            policy(StatefulRuleGroupReferences=[reference, reference], StatelessDefaultActions=None),
            record(rules("", RuleVariables=bad)),
        )
    )
    assert [problem.where and problem.where.source for problem in problems] == [
        "aws_networkfirewall_rule_group.main",
        "policy",
    ]
    assert all(problem.severity is Severity.WARNING and problem.remedy for problem in problems)


def test_an_unknown_order_is_unknown_for_the_whole_policy() -> None:
    built, _ = build_policy(bundle(policy(StatefulEngineOptions=Unresolved("x"))))
    assert built.unresolved == (Unresolved("x.RuleOrder"),)


def test_a_policy_of_which_nothing_is_known_is_all_unresolved() -> None:
    built, _ = build_policy(bundle(Unresolved("p")))
    assert built.unresolved == (
        Unresolved("p.StatefulEngineOptions.RuleOrder"),
        Unresolved("p.StatefulRuleGroupReferences"),
    )
    assert built.default_actions == Unresolved("p.StatefulDefaultActions")
    assert built.stateless_default == Unresolved("p.StatelessDefaultActions")
    (stateless,) = built.stateless
    assert isinstance(stateless.group, OpaqueGroup)
    assert isinstance(built.home_net, Unresolved)


@pytest.mark.parametrize("body", [None, {}, [], "policy", 7, Sensitive(None)], ids=repr)
def test_what_is_no_policy_is_an_error(body: Body) -> None:
    with pytest.raises(InputError, match="policy: this is no firewall policy"):
        build_policy(bundle(body))


def test_a_next_generation_policy_is_refused() -> None:
    with pytest.raises(UnsupportedInput, match="Next Generation"):
        build_policy(bundle({"FirewallDefaultAction": "DROP", "PolicyMode": "ENFORCE"}))


GROUP: dict[str, Body] = {
    "RulesSource": {
        "RulesString": LINE,
        "StatefulRules": [block()],
        "RulesSourceList": {
            "Targets": ["a.example"],
            "TargetTypes": ["TLS_SNI"],
            "GeneratedRulesType": "ALLOWLIST",
        },
    },
    "RuleVariables": {
        "IPSets": {"A": {"Definition": ["10.0.0.0/8"]}},
        "PortSets": {"P": {"Definition": ["80"]}},
    },
    "ReferenceSets": {"IPSetReferences": {"LIST": {"ReferenceArn": "arn:list"}}},
    "StatefulRuleOptions": STRICT,
}
STATELESS_GROUP: dict[str, Body] = {
    "RulesSource": {
        "StatelessRulesAndCustomActions": {
            "StatelessRules": [
                {
                    "Priority": 1,
                    "RuleDefinition": {
                        "Actions": ["aws:drop"],
                        "MatchAttributes": {
                            "Sources": [{"AddressDefinition": "10.0.0.0/8"}],
                            "DestinationPorts": [{"FromPort": 1, "ToPort": 2}],
                            "Protocols": [6],
                            "TCPFlags": [{"Flags": ["SYN"], "Masks": ["SYN"]}],
                        },
                    },
                }
            ]
        }
    }
}
STATELESS_REFERENCE: Body = [{"ResourceArn": ARN + "less", "Priority": 1}]
EVERYTHING: dict[str, Body] = {
    "policy": {**WHOLE, "StatelessRuleGroupReferences": STATELESS_REFERENCE},
    "stateful": GROUP,
    "stateless": STATELESS_GROUP,
    "home_net": ["10.0.0.0/8"],
}

Path = tuple[str | int, ...]


def paths(body: Body, path: Path = ()) -> Iterator[Path]:
    yield path
    if isinstance(body, dict):
        for key, value in body.items():
            yield from paths(value, (*path, key))
    elif isinstance(body, list):
        for index, value in enumerate(body):
            yield from paths(value, (*path, index))


def changed(body: Body, path: Path, value: Body) -> Body:
    """Give the body with another value at a path."""
    if not path:
        return value
    head, *rest = path
    if isinstance(body, dict):
        return {key: changed(item, tuple(rest), value) if key == head else item for key, item in body.items()}
    assert isinstance(body, list)
    return [changed(item, tuple(rest), value) if index == head else item for index, item in enumerate(body)]


def at(body: Body, path: Path) -> Body:
    for step in path:
        assert isinstance(body, dict | list)
        body = body[step]  # type: ignore[index]  # a path of this very body
    return body


def build(everything: Body) -> tuple[Policy, str]:
    """Build the policy, and give all that a report could show besides its rules."""
    assert isinstance(everything, dict)
    built, problems = build_policy(
        bundle(
            everything["policy"],
            record(everything["stateful"]),
            record(everything["stateless"], stateful=False, name="less"),
            home_net=everything["home_net"],
        )
    )
    return built, "\n".join(map(str, problems))


BELOW = [path for path in paths(EVERYTHING) if len(path) > 1]
PLACES = st.sampled_from(BELOW)
NONSENSE: st.SearchStrategy[Body] = st.sampled_from(
    (None, "", [], {}, True, -1, 2.5, "nonsense", ["nonsense"], {"nonsense": "nonsense"}, [None], [[]], [{}])
)


@given(st.lists(st.tuples(PLACES, NONSENSE), min_size=1, max_size=3))
def test_nonsense_anywhere_is_never_an_exception_beyond_ours(changes: list[tuple[Path, Body]]) -> None:
    body: Body = EVERYTHING
    for path, value in changes:
        if path in set(paths(body)):
            body = changed(body, path, value)
    build(body)


HARMLESS = (
    ("policy", "EnableTLSSessionHolding"),
    ("stateful", "StatefulRuleOptions"),  # the policy's order holds for its groups
    ("home_net",),  # the policy has its own
)


@pytest.mark.parametrize("path", BELOW, ids=lambda path: ".".join(map(str, path)))
def test_an_unknown_value_is_seen_or_decides_nothing(path: Path) -> None:
    built, said = build(changed(EVERYTHING, path, Unresolved("THE_UNKNOWN")))
    if any(path[: len(harmless)] == harmless for harmless in HARMLESS):
        assert built == build(EVERYTHING)[0]
    else:
        assert "THE_UNKNOWN" in repr(built) + said


@pytest.mark.parametrize("path", BELOW, ids=lambda path: ".".join(map(str, path)))
def test_a_mark_changes_marks_only(path: Path) -> None:
    marked, _ = build(changed(EVERYTHING, path, Sensitive(at(EVERYTHING, path))))
    known, _ = build(EVERYTHING)
    assert unmarked(marked) == unmarked(known)


def unmarked(built: Policy) -> str:
    """Give everything but the marks, the places of sensitive targets, and what is hashed or renamed."""
    shown = {
        r"sensitive=True": "sensitive=False",
        r"sensitive_sets=frozenset\(.*?\)": "",
        r"targets\[[^]]*\]": "targets",
        r"members of [^']*": "members of",
        r"tls_inspection='[^']*'": "",
        r"label='a rule group with a sensitive ARN', name=None": "label='BotNetStrictOrder', name='BotNetStrictOrder'",
    }
    text = repr(built)
    for pattern, plain in shown.items():
        text = re.sub(pattern, plain, text)
    return text


@pytest.mark.parametrize(
    "path",
    [path for path in BELOW if isinstance(at(EVERYTHING, path), str)],
    ids=lambda path: ".".join(map(str, path)),
)
def test_a_sensitive_value_that_is_wrong_is_in_no_warning_and_in_no_reason(path: Path) -> None:
    built, said = build(changed(EVERYTHING, path, Sensitive("THE_SECRET;")))
    assert "THE_SECRET" not in said
    for reference in built.stateful:
        group = reference.group
        assert "THE_SECRET" not in group.name.label
        for entry in group.entries if isinstance(group, StatefulGroup) else ():
            assert isinstance(entry, StatefulRule) or "THE_SECRET" not in entry.reason
            assert entry.sensitive or "THE_SECRET" not in repr(entry)
    assert "THE_SECRET" not in repr(built.unresolved)


def test_rules_and_undecided_rules_are_the_rules_of_the_input() -> None:
    group = record(
        {"RulesSource": {"RulesString": "x\n\n# y\nz\n" + LINE, "StatefulRules": [block(), "nonsense"]}}
    )
    built, _ = build_policy(
        bundle(policy(StatefulRuleGroupReferences=[{"ResourceArn": ARN + "main"}]), group)
    )
    found = built.stateful[0].group
    assert isinstance(found, StatefulGroup)
    assert [type(entry) for entry in found.entries] == [
        UndecidedRule,
        UndecidedRule,
        StatefulRule,
        StatefulRule,
        UndecidedRule,
    ]
