from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import PolicyRecord, Sensitive
from nfw_reconcile.pipeline.planning import plan_firewall
from tests.bodies import (
    blocks,
    bundle,
    called,
    change,
    group,
    ip_sets,
    references,
    rule_block,
    stateless_group,
    stateless_rule,
)

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Body, PolicyBundle
    from nfw_reconcile.model.plan_document import RuleChange

WEB: Final = "pass tcp any any -> any 443 (sid:1;)\n"
DNS: Final = "pass udp any any -> any 53 (sid:2;)\n"


def found(old: PolicyBundle | None, new: PolicyBundle) -> tuple[RuleChange, ...]:
    return plan_firewall(change(old, new), None).rule_changes


def kinds(old: PolicyBundle | None, new: PolicyBundle) -> list[str]:
    return [str(each.kind) for each in found(old, new)]


def of(*rules: str) -> PolicyBundle:
    return bundle(group("web", "".join(rules)))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (of(WEB), of(WEB, DNS), ["added"]),
        (of(WEB, DNS), of(WEB), ["removed"]),
        (of(WEB), of(WEB.replace("443", "8443")), ["changed"]),
        (of(WEB), of(WEB.replace("sid:1", "sid:7; rev:2")), []),
        (of(WEB, DNS), of(DNS, WEB), []),
        (of(WEB), of("# nothing new\n\n", WEB), []),
        (None, of(WEB, DNS), ["added", "added"]),
    ],
)
def test_stateful_rules_are_counted_by_content(
    old: PolicyBundle | None, new: PolicyBundle, expected: list[str]
) -> None:
    assert kinds(old, new) == expected


def test_default_actions_are_settings_and_no_rules() -> None:
    assert kinds(bundle(group("web", WEB), defaults=[]), bundle(group("web", WEB))) == []


def test_a_variable_or_reference_that_changed_is_the_cause() -> None:
    rule = "pass tcp [$CLIENTS,$OTHERS] any -> @PARTNERS 443 (sid:1;)"

    def side(clients: str, partner: str) -> PolicyBundle:
        sets = ip_sets(CLIENTS=[clients], OTHERS=["10.9.0.0/16"])
        web = group("web", rule, RuleVariables=sets, ReferenceSets=references(PARTNERS="arn:list"))
        return bundle(web, prefix_lists={"arn:list": [partner]})

    old = side("10.1.0.0/16", "192.0.2.0/24")
    (one,) = found(old, side("10.2.0.0/16", "192.0.2.0/24"))
    assert one.cause == "$CLIENTS and $OTHERS"
    (other,) = found(old, side("10.1.0.0/16", "203.0.113.0/24"))
    assert other.cause == "@PARTNERS"


# --- stateless ---------------------------------------------------------------------------------

DROP: Final = stateless_rule(10, "aws:drop", source="192.0.2.0/24")
PING: Final = stateless_rule(20, "aws:pass", protocols=(1,))


def edge(*rules: Body) -> PolicyBundle:
    return bundle(stateless_group("edge", *rules))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (edge(DROP), edge(DROP, PING), ["added"]),
        (edge(DROP, PING), edge(PING), ["removed"]),
        (edge(DROP), edge(stateless_rule(10, "aws:drop", source="192.0.2.0/25")), ["changed"]),
        (edge(DROP, PING), edge(stateless_rule(99, "aws:drop", source="192.0.2.0/24"), PING), ["moved"]),
        (edge(DROP), edge(stateless_rule(99, "aws:drop", source="192.0.2.0/24")), []),
        (edge(DROP, PING), edge(PING, DROP), []),
        (edge(DROP), bundle(), ["removed"]),
        (None, edge(DROP), ["added"]),
    ],
)
def test_stateless_rules_are_counted_by_content_and_order_and_not_by_priority(
    old: PolicyBundle | None, new: PolicyBundle, expected: list[str]
) -> None:
    assert kinds(old, new) == expected


def test_a_stateless_rule_is_shown_as_it_was_and_as_it_is() -> None:
    (one,) = found(edge(DROP), edge(stateless_rule(10, "aws:drop", source="192.0.2.0/25")))
    assert one.old is not None
    assert one.new is not None
    assert (one.old.group, one.new.group) == ("edge", "edge")
    assert "192.0.2.0/24" in one.old.text
    assert "192.0.2.0/25" in one.new.text


def test_a_sensitive_stateless_rule_is_marked_and_the_others_are_not() -> None:
    secret = stateless_rule(30, "aws:drop", source=Sensitive("198.51.100.0/24"))
    rows = found(edge(), edge(DROP, secret))
    assert [(row.new is not None and row.new.sensitive) for row in rows] == [False, True]


def test_a_stateless_group_that_is_not_in_the_input_holds_no_rule() -> None:
    there = edge(DROP, PING)
    assert kinds(replace(there, groups=()), replace(there, groups=())) == []
    assert kinds(None, replace(there, groups=())) == []


# --- what is not known -------------------------------------------------------------------------


def test_rules_that_are_not_known_are_no_change_of_a_rule() -> None:
    late = bundle(group("web", Unresolved("data.http.rules")))
    assert kinds(of(WEB), late) == []
    assert kinds(late, of(WEB)) == []
    absent = replace(of(WEB), groups=())
    assert kinds(of(WEB), absent) == []


def test_nothing_is_said_of_rules_where_a_whole_policy_is_not_known() -> None:
    nothing = bundle(of=PolicyRecord(called("firewall-policy", "egress"), Unresolved("the policy")))
    for plan in (
        plan_firewall(change(nothing, of(WEB)), None),
        plan_firewall(change(of(WEB), nothing), None),
    ):
        assert (plan.rule_changes, plan.setting_changes) == ((), ())
        assert plan.undecided


def test_the_known_rules_beside_an_unknown_line_are_compared() -> None:
    rows = [rule_block("PASS", ("TCP", "ANY", "ANY", "ANY", port), ("sid", "1")) for port in ("80", "443")]
    unknown = rule_block("DROP", ("TCP", Unresolved("vpc.cidr"), "ANY", "ANY", "25"), ("sid", "2"))
    old, new = bundle(blocks("web", rows[0], unknown)), bundle(blocks("web", rows[1], unknown))
    assert kinds(old, new) == ["changed"]


def test_a_line_that_cannot_be_read_is_one_change() -> None:
    odd = "pass tcp any any -> any (sid:1;)"
    assert kinds(of(WEB), of(WEB, odd)) == ["added"]
    assert kinds(of(WEB, odd), of(WEB)) == ["removed"]


ROWS: Final = st.lists(
    st.tuples(st.sampled_from(["aws:pass", "aws:drop"]), st.sampled_from([1, 6, 17])), max_size=6
)


def listed(rows: list[tuple[str, int]]) -> PolicyBundle:
    return edge(
        *(stateless_rule(n, action, protocols=(number,)) for n, (action, number) in enumerate(rows, 1))
    )


@given(ROWS, ROWS)
def test_no_stateless_rule_is_lost_or_shown_twice(
    old: list[tuple[str, int]], new: list[tuple[str, int]]
) -> None:
    counts = kinds(listed(old), listed(new))
    assert len(new) - len(old) == counts.count("added") - counts.count("removed")
    assert counts.count("removed") + counts.count("changed") + counts.count("moved") <= len(old)
    assert (counts == []) == (old == new)
