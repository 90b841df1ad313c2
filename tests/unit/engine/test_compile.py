from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from typing import Final

import pytest

from nfw_reconcile.engine.compile import compile_policy
from nfw_reconcile.engine.compiled import Acts, MayAct, MayDeny, State
from nfw_reconcile.engine.conditions import Reach, When
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.policy import GroupName, OpaqueGroup, StatefulGroup, StatefulReference
from nfw_reconcile.model.rule import Action
from nfw_reconcile.model.verdict import Effect, Verdict
from nfw_reconcile.sources.suricata import parse_rules
from tests.rulesets import compiled, flow, group, policy

DROP: Final = "drop tcp any any -> any 443 (sid:2;)"
FLOW: Final = flow("tcp 10.0.1.10:40000 192.0.2.10:443")


def sids(*texts: str, strict: bool) -> list[int | None]:
    return [rule.ref.sid for rule in compiled(*texts, strict=strict).rules if rule.ref is not None]


RULES: Final = (
    "alert tcp any any -> any any (sid:1;)",
    "reject tcp any any -> any any (sid:2;)",
    "drop tcp any any -> any any (priority:4; sid:3;)",
    "drop tcp any any -> any any (priority:1; sid:5;)",
    "drop tcp any any -> any any (sid:4;)",
    "pass tcp any any -> any any (sid:7;)",
    "pass tcp any any -> any any (flowbits:isset,a; sid:9;)",
    "pass tcp any any -> any any (flowbits:set,a; sid:8;)",
    "pass tcp any any -> any any (flowbits:isset,a; flowbits:set,b; sid:10;)",
    "pass tcp any any -> any any (flowbits:noalert; sid:6;)",
)


def test_strict_order_is_the_order_of_groups_and_lines() -> None:
    assert sids("\n".join(RULES[:3]), "\n".join(RULES[3:]), strict=True) == [1, 2, 3, 5, 4, 7, 9, 8, 10, 6]


def test_action_order_sorts_by_action_state_priority_and_sid() -> None:
    assert sids("\n".join(RULES[:3]), "\n".join(RULES[3:]), strict=False) == [8, 10, 9, 6, 7, 5, 4, 3, 2, 1]


def test_default_actions_stand_behind_all_rules_in_strict_order_only() -> None:
    strict, action = (compiled(DROP, strict=order, defaults=("aws:drop_strict",)) for order in (True, False))
    assert [rule.default for rule in strict.rules] == [None, "aws:drop_strict"]
    assert [rule.default for rule in action.rules] == [None]


@pytest.mark.parametrize(
    ("default", "meanings"),
    [
        ("aws:drop_strict", [(When.FIRST, Reach.FLOW)]),
        ("aws:drop_established", [(When.EVERY, Reach.PACKET), (When.FIRST, Reach.FLOW)]),
        ("aws:drop_established_app_layer", [(When.EVERY, Reach.PACKET), (When.FIRST, Reach.FLOW)]),
        ("aws:drop_established_app_layer_to_server", [(When.EVERY, Reach.PACKET), (When.FIRST, Reach.FLOW)]),
        ("aws:alert_strict", []),
        ("aws:alert_established", []),
        ("aws:alert_established_app_layer", []),
    ],
)
def test_each_default_action_is_the_rules_that_amount_to_it(
    default: str, meanings: list[tuple[When, Reach]]
) -> None:
    policy = compiled(defaults=(default,))
    assert [(rule.meaning.when, rule.meaning.reach) for rule in policy.rules] == meanings
    assert {rule.approximate for rule in policy.rules} <= {False, "app_layer" in default}


def test_a_default_action_that_is_not_known_leaves_what_reaches_it_undecided() -> None:
    comparison = Comparison(
        compiled(), compiled("pass tcp any any -> any 443 (sid:1;)", defaults=("aws:new",))
    )
    assert comparison.effect(FLOW).effect is Effect.STILL_ALLOWED
    found = comparison.effect(flow("udp 10.0.1.10:1 192.0.2.10:1"))
    assert (found.effect, found.new.reasons) == (
        Effect.UNDECIDED,
        ("default action aws:new is not known to this version",),
    )


def test_an_approximated_default_action_says_so() -> None:
    policy = compiled(defaults=("aws:drop_established_app_layer",))
    (note,) = Comparison(policy, policy).effect(FLOW).old.notes
    assert "approximated" in note


# --- groups ------------------------------------------------------------------------------------------------------


def test_a_group_that_only_alerts_drops_nothing_and_still_passes() -> None:
    lines = [f"{action} tcp any any -> any 443 (sid:1;)" for action in ("pass", "drop", "reject")]
    alerting = compiled(StatefulReference(group("\n".join(lines)), 1, drop_to_alert=True))
    assert [rule.act for rule in alerting.rules] == [
        Acts(Action.PASS),
        Acts(Action.ALERT),
        Acts(Action.ALERT),
    ]


@pytest.mark.parametrize(
    ("line", "alerting", "acts"),
    [
        ("drop tcp any any -> any 443 (sid 1)", False, [(MayAct, Action.DROP)]),
        ("drop tcp any any -> any 443 (sid 1)", True, [(Acts, Action.ALERT)]),
        ("pass tcp any any -> any 443 (sid 1)", True, [(MayAct, Action.PASS)]),
        ("drop tcp any any any 443 (sid:1;)", False, [(MayAct, None), (MayAct, None)]),
        ("drop tcp any any any 443 (sid:1;)", True, [(MayAct, None)]),
    ],
)
def test_a_line_that_cannot_be_read_may_do_what_its_group_may(
    line: str, acts: list[tuple[type, Action | None]], *, alerting: bool
) -> None:
    policy = compiled(StatefulReference(group(line), 1, drop_to_alert=alerting))
    found = [(type(rule.act), getattr(rule.act, "action", None)) for rule in policy.rules]
    assert found == acts


def test_no_line_is_lost() -> None:
    lines = (
        "drop tcp any any -> any 443 (sid:1;)",
        "drop nonsense",
        "alert tcp any any -> any any (x",
        "pass ip any",
    )
    policy = compiled("\n".join(lines))
    told = {rule.ref.text for rule in policy.rules if rule.ref is not None}
    assert told == set(lines)


def test_a_managed_group_is_one_rule_that_may_deny() -> None:
    managed = OpaqueGroup(GroupName("threats", arn="arn:threats"), managed=True, reason="AWS's own")
    (rule,) = compiled(managed).rules
    assert rule.act == MayDeny("arn:threats")


def test_a_policy_wide_value_that_is_not_known_comes_first() -> None:
    found = compile_policy(replace(policy(DROP), unresolved=(Unresolved("local.groups"),)))
    assert [type(rule.act) for rule in found.rules] == [MayAct, MayAct, Acts]
    assert Comparison(found, found).effect(FLOW).old.verdict is Verdict.UNDECIDED


# --- what a rule is ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "leaves"),
    [
        ("flowbits:set,a;", State.OF_FLOW),
        ("flowbits:toggle,a;", State.OF_FLOW),
        ("flowbits:isset,a;", State.NONE),
        ("flowbits:noalert;", State.NONE),
        ("flowint:a,+,1;", State.OF_FLOW),
        ("flowint:a,notset;", State.NONE),
        ("xbits:set,a,track ip_src;", State.OF_HOSTS),
        ("hostbits:unset,a;", State.OF_HOSTS),
        ("", State.NONE),
    ],
)
def test_what_a_rule_leaves_behind(options: str, leaves: State) -> None:
    (rule,) = compiled(f"alert tcp any any -> any any ({options} sid:1;)").rules
    assert rule.leaves is leaves


def test_only_where_it_is_asked_for_what_an_alert_leaves_behind_is_relevant() -> None:
    mark = "alert tcp any any -> any any (flowbits:set,a; sid:1;)"
    assert compiled(mark, DROP).relevant == 0b10
    assert compiled(mark, "drop tcp any any -> any any (flowbits:isset,a; sid:2;)").relevant == 0b11


def test_a_rule_that_shows_a_sensitive_set_is_sensitive() -> None:
    text = "drop tcp $SECRET any -> any any (sid:1;)\ndrop tcp $OPEN any -> any any (sid:2;)"
    rules = StatefulGroup(GroupName("g"), parse_rules(text, "g"), sensitive_sets=frozenset({"SECRET"}))
    assert [rule.ref.sensitive for rule in compiled(rules).rules if rule.ref] == [True, False]


DIGEST: Final = """
from tests.rulesets import compiled
rules = 'drop http any any -> any any (flags:SFRPA; flowbits:isset,a; flowbits:set,b; sid:1;)'
print(compiled(rules, defaults=("aws:drop_established",)).digest)
"""


def test_a_digest_is_the_same_in_every_process() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            encoding="utf-8",
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("drop tcp any any -> any 443 (sid:2;)", True),
        ('drop tcp any any -> any 443 (msg:"x"; sid:3; rev:2;)', True),
        ("alert udp any any -> any any (sid:1;)\ndrop tcp any any -> any 443 (sid:2;)", True),
        ("reject tcp any any -> any 443 (sid:2;)", True),
        ("drop tcp any any -> any 444 (sid:2;)", False),
        ("drop tcp any any -> any 443 (flow:to_server; sid:2;)", False),
        ("pass tcp any any -> any 443 (sid:2;)", False),
        ("", False),
    ],
)
def test_a_digest_is_over_what_decides(text: str, *, same: bool) -> None:
    assert (compiled(text).digest == compiled(DROP).digest) == same
