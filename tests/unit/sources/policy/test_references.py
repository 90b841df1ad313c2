from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.policy import (
    OpaqueGroup,
    RuleOrder,
    StatefulGroup,
    StatefulReference,
    StatelessGroup,
    StatelessReference,
)
from nfw_reconcile.sources.policy.body import Node
from nfw_reconcile.sources.policy.reading import Reading
from nfw_reconcile.sources.policy.references import (
    Linker,
    StatefulReferences,
    stateful_references,
    stateless_references,
)
from tests.unit.sources.policy.bodies import ARN, MANAGED, record, rules

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Body, GroupRecord

STRICT: Body = {"RuleOrder": "STRICT_ORDER"}
GROUPS = tuple(record(rules("", StatefulRuleOptions=STRICT), name=name) for name in "abc")
STATELESS = tuple(
    record({"RulesSource": {"StatelessRulesAndCustomActions": {}}}, stateful=False, name=name)
    for name in "xy"
)


def stateful(
    references: Body, order: RuleOrder = RuleOrder.STRICT, groups: tuple[GroupRecord, ...] = GROUPS
) -> tuple[StatefulReferences, list[str]]:
    reading = Reading("policy")
    node = Node.of(references, "References")
    read = stateful_references(node, Linker((*groups, *STATELESS), order, reading))
    return read, [problem.summary for problem in reading.report]


def names(read: StatefulReferences) -> list[str | None]:
    return [reference.group.name.name for reference in read.references]


def to(name: str, priority: Body = None, **more: Body) -> dict[str, Body]:
    return {"ResourceArn": ARN + name, "Priority": priority, **more}


def test_strict_order_is_by_priority() -> None:
    read, problems = stateful([to("a", 30), to("b", 1), to("c", "20")])
    assert names(read) == ["b", "c", "a"]
    assert read.unresolved == ()
    assert problems == []


def test_action_order_is_by_label_whatever_the_input_s_order() -> None:
    groups = tuple(record(rules(""), name=name) for name in "abc")
    forward, problems = stateful([to("c"), to("a"), to("b")], RuleOrder.ACTION, groups)
    assert names(forward) == ["a", "b", "c"]
    assert stateful([to("b"), to("c"), to("a")], RuleOrder.ACTION, groups)[0] == forward
    assert problems == []


@pytest.mark.parametrize("suffix", ["arn", "id"])
def test_a_reference_that_is_known_after_apply_is_followed_by_address(suffix: str) -> None:
    arn = Unresolved(f"aws_networkfirewall_rule_group.b.{suffix}")
    read, _ = stateful([{"ResourceArn": arn, "Priority": 1}])
    assert names(read) == ["b"]
    assert isinstance(read.references[0].group, StatefulGroup)


def test_a_managed_group_is_opaque_and_may_be_alert_only() -> None:
    override: Body = {"Action": "DROP_TO_ALERT"}
    read, _ = stateful([{"ResourceArn": MANAGED, "Priority": 1, "Override": override}])
    (reference,) = read.references
    assert isinstance(reference.group, OpaqueGroup)
    assert reference.group.managed
    assert reference.group.name.name == "BotNetStrictOrder"
    assert reference.drop_to_alert


@pytest.mark.parametrize(
    ("arn", "named"), [(ARN + "far", ARN + "far"), (Unresolved("module.x.arn"), "module.x.arn")], ids=str
)
def test_a_group_that_is_not_in_the_input_is_opaque_with_a_remedy(arn: Body, named: str) -> None:
    read, problems = stateful([{"ResourceArn": arn, "Priority": 1}])
    (reference,) = read.references
    assert isinstance(reference.group, OpaqueGroup)
    assert not reference.group.managed
    assert named in reference.group.reason
    assert "--context" in reference.group.reason
    assert problems == []


BAD: dict[str, Body] = {
    "no ARN": {"Priority": 1},
    "a stateless group": {"ResourceArn": ARN + "x", "Priority": 1},
    "an override of another kind": {"ResourceArn": ARN + "a", "Priority": 1, "Override": {"Action": "DROP"}},
    "no object": "text",
}


@pytest.mark.parametrize("reference", BAD.values(), ids=BAD.keys())
def test_a_reference_that_cannot_be_followed_is_opaque_and_told(reference: Body) -> None:
    read, problems = stateful([reference])
    (found,) = read.references
    assert isinstance(found.group, OpaqueGroup)
    assert not found.group.managed
    assert problems[0] == found.group.reason


def test_an_unknown_override_leaves_the_group_opaque() -> None:
    read, problems = stateful([to("a", 1, Override={"Action": Unresolved("x")})])
    assert isinstance(read.references[0].group, OpaqueGroup)
    assert problems == []


LABEL = "aws_networkfirewall_rule_group.a"
LOST: dict[str, tuple[Body, Unresolved, int]] = {
    "missing": (None, Unresolved(f"priority of {LABEL}"), 1),
    "zero": (0, Unresolved(f"priority of {LABEL}"), 1),
    "a word": ("high", Unresolved(f"priority of {LABEL}"), 1),
    "unknown": (Unresolved("x"), Unresolved("x"), 0),
}


@pytest.mark.parametrize(("priority", "identity", "told"), LOST.values(), ids=LOST.keys())
def test_a_lost_priority_among_several_makes_the_order_unknown(
    priority: Body, identity: Unresolved, told: int
) -> None:
    read, problems = stateful([to("b", 1), to("a", priority)])
    assert read.unresolved == (identity,)
    assert names(read) == ["a", "b"]
    assert len(problems) == told
    alone, _ = stateful([to("a", priority)])
    assert alone.unresolved == ()


def test_action_order_takes_no_notice_of_priorities() -> None:
    groups = tuple(record(rules(""), name=name) for name in "ab")
    read, problems = stateful([to("b", 0), to("a", Unresolved("x"))], RuleOrder.ACTION, groups)
    assert names(read) == ["a", "b"]
    assert (read.unresolved, problems) == ((), [])


@pytest.mark.parametrize(
    ("references", "unresolved"), [(Unresolved("x"), "x"), ("text", "invalid References")]
)
def test_references_that_are_not_known_at_all(references: Body, unresolved: str) -> None:
    read, _ = stateful(references)
    assert read == StatefulReferences((), (Unresolved(unresolved),))


def test_no_references() -> None:
    assert stateful(None) == (StatefulReferences(()), [])


def test_equal_priorities_are_told() -> None:
    read, problems = stateful([to("b", 5), to("a", 5), to("c", 6)])
    assert names(read) == ["a", "b", "c"]
    assert problems == [
        "priority 5 is given to aws_networkfirewall_rule_group.a and aws_networkfirewall_rule_group.b"
    ]


def test_a_group_of_another_order_is_told() -> None:
    group = record(rules(""), name="a")
    read, problems = stateful([to("a", 1)], groups=(group,))
    assert problems == [
        "the policy has STRICT_ORDER, its group aws_networkfirewall_rule_group.a DEFAULT_ACTION_ORDER"
    ]
    assert read.references == (StatefulReference(StatefulGroup(group.name, ()), 1),)


def stateless(references: Body) -> tuple[tuple[StatelessReference, ...], list[str]]:
    reading = Reading("policy")
    linker = Linker((*GROUPS, *STATELESS), RuleOrder.STRICT, reading)
    read = stateless_references(Node.of(references, "References"), linker)
    return read, [problem.summary for problem in reading.report]


def test_stateless_references_are_by_priority() -> None:
    read, problems = stateless([to("y", 2), to("x", 1)])
    assert [(ref.priority, ref.group.name.name) for ref in read] == [(1, "x"), (2, "y")]
    assert all(isinstance(ref.group, StatelessGroup) for ref in read)
    assert problems == []


OPAQUE: dict[str, tuple[Body, int, int]] = {
    "not known at all": (Unresolved("x"), 0, 0),
    "an unknown priority": ([to("x", Unresolved("p"))], 0, 0),
    "no priority": ([to("x")], 0, 1),
    "not in the input": ([to("far", 3)], 3, 0),
    "a stateful group": ([to("a", 3)], 3, 1),
    "no list": ("text", 0, 1),
}


@pytest.mark.parametrize(("references", "priority", "told"), OPAQUE.values(), ids=OPAQUE.keys())
def test_a_stateless_reference_that_cannot_be_followed_is_opaque(
    references: Body, priority: int, told: int
) -> None:
    (reference,), problems = stateless(references)
    assert isinstance(reference.group, OpaqueGroup)
    assert reference.priority == priority
    assert len(problems) == told
