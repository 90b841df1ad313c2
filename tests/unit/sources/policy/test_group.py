from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.errors import Diagnostic, Location
from nfw_reconcile.model.expressions import AddressRange, Unresolved
from nfw_reconcile.model.inventory import Body, GroupRecord, Sensitive
from nfw_reconcile.model.policy import GroupName, OpaqueGroup, RuleOrder, StatefulGroup, StatelessGroup
from nfw_reconcile.model.rule import StatefulRule, UndecidedRule
from nfw_reconcile.sources.policy import build_group
from tests.unit.sources.policy.bodies import LABEL, MANAGED, block, record, rules

if TYPE_CHECKING:
    from nfw_reconcile.model.rule import RuleEntry

LINE = "drop tcp any any -> any any (sid:1;)"


def stateful(body: Body, policy_order: RuleOrder = RuleOrder.ACTION) -> tuple[StatefulGroup, list[str]]:
    report: list[Diagnostic] = []
    group = build_group(record(body), {}, policy_order=policy_order, report=report)
    assert isinstance(group, StatefulGroup)
    return group, [problem.summary for problem in report]


def only(body: Body) -> RuleEntry:
    (entry,) = stateful(body)[0].entries
    return entry


def test_a_rules_string_keeps_its_places() -> None:
    group, problems = stateful(rules(f"# comment\n{LINE}\nbroken\n"))
    first, second = group.entries
    assert isinstance(first, StatefulRule)
    assert first.where == Location(LABEL, 2, 1)
    assert isinstance(second, UndecidedRule)
    assert second.where == Location(LABEL, 3, 1)
    assert problems == []


def test_blocks_are_counted() -> None:
    group, _ = stateful({"RulesSource": {"StatefulRules": [block(), Unresolved("x")]}})
    assert [entry.where for entry in group.entries] == [
        Location(f"{LABEL} stateful_rule[0]"),
        Location(f"{LABEL} stateful_rule[1]"),
    ]


def test_a_domain_list_follows_the_order_of_the_group() -> None:
    source: Body = {
        "RulesSourceList": {
            "Targets": ["a.example"],
            "TargetTypes": ["TLS_SNI"],
            "GeneratedRulesType": "ALLOWLIST",
        }
    }
    assert len(stateful({"RulesSource": source})[0].entries) == 2
    strict: Body = {"RuleOrder": "STRICT_ORDER"}
    assert len(stateful({"RulesSource": source, "StatefulRuleOptions": strict})[0].entries) == 1


def test_every_kind_of_source_that_is_there_is_read() -> None:
    group, _ = stateful({"RulesSource": {"RulesString": LINE, "StatefulRules": [block()]}})
    assert len(group.entries) == 2


UNDECIDED: dict[str, tuple[Body, str]] = {
    "the body": (Unresolved("x"), "RulesSource is not known: x.RulesSource"),
    "the source": ({"RulesSource": Unresolved("x")}, "RulesSource is not known: x"),
    "the text": (rules(Unresolved("data.http.x")), "RulesSource.RulesString is not known: data.http.x"),
    "the blocks": (
        {"RulesSource": {"StatefulRules": Unresolved("x")}},
        "RulesSource.StatefulRules is not known: x",
    ),
    "the domains": (
        {"RulesSource": {"RulesSourceList": Unresolved("x")}},
        "RulesSource.RulesSourceList.GeneratedRulesType is not known",
    ),
}


@pytest.mark.parametrize(("body", "reason"), UNDECIDED.values(), ids=UNDECIDED.keys())
def test_rules_that_are_not_known_are_one_undecided_rule(body: Body, reason: str) -> None:
    group, problems = stateful(body)
    (entry,) = group.entries
    assert isinstance(entry, UndecidedRule)
    assert entry.reason.startswith(reason)
    assert entry.header is None
    assert problems == []


@pytest.mark.parametrize(
    "body",
    [{"RulesSource": "text"}, rules(["list"]), {"RulesSource": {"StatefulRules": "text"}}],
    ids=repr,
)
def test_a_source_of_another_type_is_undecided_and_told(body: Body) -> None:
    group, problems = stateful(body)
    (entry,) = group.entries
    assert isinstance(entry, UndecidedRule)
    assert problems == [entry.reason]


ORDERS: dict[str, tuple[Body, RuleOrder, int]] = {
    "missing": (None, RuleOrder.ACTION, 0),
    "action": ({"RuleOrder": "DEFAULT_ACTION_ORDER"}, RuleOrder.ACTION, 0),
    "strict": ({"RuleOrder": "STRICT_ORDER"}, RuleOrder.STRICT, 0),
    "not known: that of the policy": (Unresolved("x"), RuleOrder.STRICT, 0),
    "not valid: that of the policy": ({"RuleOrder": "RANDOM"}, RuleOrder.STRICT, 1),
}


@pytest.mark.parametrize(("options", "order", "told"), ORDERS.values(), ids=ORDERS.keys())
def test_the_order_of_a_group(options: Body, order: RuleOrder, told: int) -> None:
    group, problems = stateful(rules(LINE, StatefulRuleOptions=options), RuleOrder.STRICT)
    assert group.rule_order is order
    assert len(problems) == told


def test_variables_come_along() -> None:
    variables: Body = {"IPSets": {"A": {"Definition": Sensitive(["10.0.0.0/8"])}}}
    group, _ = stateful(rules(LINE, RuleVariables=variables))
    assert group.ip_sets == {"A": AddressRange(4, 0x0A000000, 0x0AFFFFFF)}
    assert group.sensitive_sets == {"A"}


def test_a_sensitive_text_marks_every_rule_and_hides_what_is_wrong() -> None:
    group, problems = stateful(rules(Sensitive(f"{LINE}\ndrop secret\n")))
    assert all(entry.sensitive for entry in group.entries)
    assert "secret" not in "".join(
        entry.reason for entry in group.entries if isinstance(entry, UndecidedRule)
    )
    assert problems == []


def test_a_mark_around_the_whole_group_reaches_everything() -> None:
    body = Sensitive(
        {
            "RulesSource": {"RulesString": LINE, "StatefulRules": [block()]},
            "RuleVariables": {"PortSets": {"P": {"Definition": ["80"]}}},
        }
    )
    group, _ = stateful(body)
    assert all(entry.sensitive for entry in group.entries)
    assert group.sensitive_sets == {"P"}


def test_a_stateless_group() -> None:
    source: Body = {"StatelessRulesAndCustomActions": {"StatelessRules": []}}
    group = build_group(record({"RulesSource": source}, stateful=False), {})
    assert group == StatelessGroup(record(None).name, ())


def test_a_stateless_group_that_is_not_known() -> None:
    group = build_group(record(Unresolved("x"), stateful=False), {})
    assert isinstance(group, StatelessGroup)
    (entry,) = group.entries
    assert entry.priority == 0


def test_a_managed_group_is_opaque_whatever_its_body() -> None:
    group = build_group(GroupRecord(GroupName("m", arn=MANAGED), stateful=True, body=rules(LINE)), {})
    assert isinstance(group, OpaqueGroup)
    assert group.managed


@pytest.mark.parametrize("body", [None, {}, "text", ["list"]], ids=repr)
@pytest.mark.parametrize("kind", ["stateful", "stateless"])
def test_a_group_without_a_body_is_opaque(body: Body, kind: str) -> None:
    group = build_group(record(body, stateful=kind == "stateful"), {})
    assert isinstance(group, OpaqueGroup)
    assert not group.managed
    assert group.reason


def test_a_stateless_source_of_another_type_is_opaque() -> None:
    group = build_group(record({"RulesSource": "text"}, stateful=False), {})
    assert isinstance(group, OpaqueGroup)


def test_a_group_without_rules_is_empty() -> None:
    assert stateful(rules(""))[0].entries == ()
    assert isinstance(only(rules(LINE)), StatefulRule)
