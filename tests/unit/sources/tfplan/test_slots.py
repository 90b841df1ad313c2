"""Which rule group stands at which place of a policy while the ARNs are not known."""

from __future__ import annotations

import pytest

from nfw_reconcile.errors import Severity
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.sources.links import group_references
from nfw_reconcile.sources.tfplan import PlanSides, read_plan
from tests.unit.sources.tfplan.building import (
    GROUP,
    POLICY,
    Json,
    change,
    configured,
    constant,
    group,
    group_arn,
    plan,
    policy,
    refers,
    strict,
    written,
)

UNKNOWN = {"resource_arn": True}
P = f"{POLICY}.p"


def slot(priority: int | None = None, override: str | None = None) -> Json:
    return {"priority": priority, "override": [{"action": override}] if override else []}


def block(name: str, priority: object = None, override: object = None) -> Json:
    """Give a static block of the configuration that refers to a rule group."""
    expressions: Json = {"resource_arn": refers(f"{GROUP}.{name}.arn", f"{GROUP}.{name}")}
    if priority is not None:
        expressions["priority"] = priority
    if override is not None:
        expressions["override"] = [{"action": override}]
    return expressions


def either(*names: str, priority: int) -> Json:
    """Give a static block that refers to one of several rule groups."""
    return {
        "resource_arn": refers(*(f"{GROUP}.{name}.arn" for name in names)),
        "priority": constant(priority),
    }


def created(*names: str, stateful: bool = True) -> list[Json]:
    return [
        change(
            f"{GROUP}.{name}",
            None,
            group(name, "pass ip any any -> any any (sid:1;)", known=False, stateful=stateful),
            unknown={"arn": True},
        )
        for name in names
    ]


def kept(*names: str) -> list[Json]:
    return [
        change(f"{GROUP}.{name}", values, values)
        for name in names
        for values in [group(name, "pass ip any any -> any any (sid:1;)")]
    ]


def read(
    slots: list[Json],
    blocks: list[Json],
    groups: list[Json],
    *,
    argument: str = "stateful",
    **options: object,
) -> PlanSides:
    """Read a plan whose policy has these references; every one without an ARN is unknown."""
    name = f"{argument}_rule_group_reference"
    unknown = [{} if "resource_arn" in one else UNKNOWN for one in slots]
    expressions = {name: blocks} if blocks else {}
    return read_plan(
        plan(
            change(
                P,
                None,
                policy(known=False, **{name: slots}, **options),
                unknown={"firewall_policy": [{name: unknown}]},
            ),
            *groups,
            configuration=configured(written(P, firewall_policy=[expressions])),
        ),
        "plan.json",
    )


def names(sides: PlanSides) -> list[str]:
    """Give what stands at each place: the name of a group, or ``?``."""
    found = []
    for reference in group_references(sides.new.policies[0].body):
        text = reference.reference if isinstance(reference, Unresolved) else reference
        known = text.startswith("arn:") or text.endswith(".arn")
        found.append(text.removeprefix(f"{GROUP}.").removesuffix(".arn") if known else "?")
    return found


STRICT: Json = {"stateful_engine_options": strict()}

CASES: dict[str, tuple[list[Json], list[Json], list[Json], Json, list[str]]] = {
    "the only one": ([slot()], [block("a")], created("a"), {}, ["a"]),
    "any order is right in action order": (
        [slot(), slot(), slot()],
        [block("c"), block("a"), block("b")],
        created("a", "b", "c"),
        {},
        ["a", "b", "c"],
    ),
    "priorities are no place in action order": (
        [slot(1), slot(2)],
        [block("b", constant(2)), block("a", constant(1))],
        created("a", "b"),
        {},
        ["a", "b"],
    ),
    "constant priorities": (
        [slot(30), slot(10), slot(20)],
        [block("a", constant(10)), block("b", constant(20)), block("c", constant(30))],
        created("a", "b", "c"),
        STRICT,
        ["c", "a", "b"],
    ),
    "one priority that is no constant": (
        [slot(30), slot(10)],
        [block("a", refers("var.first")), block("c", constant(30))],
        created("a", "c"),
        STRICT,
        ["c", "a"],
    ),
    "two priorities that are no constants": (
        [slot(30), slot(10)],
        [block("a", refers("var.a")), block("c", refers("var.c"))],
        created("a", "c"),
        STRICT,
        ["?", "?"],
    ),
    "a known one beside": (
        [slot(10) | {"resource_arn": group_arn("old")}, slot(20)],
        [block("old", refers("var.a")), block("a", refers("var.b"))],
        [*kept("old"), *created("a")],
        STRICT,
        [group_arn("old"), "a"],
    ),
    "a constant ARN beside": (
        [slot(10) | {"resource_arn": "arn:aws:x"}, slot(20)],
        [{"resource_arn": constant("arn:aws:x"), "priority": constant(10)}, block("a", constant(20))],
        created("a"),
        STRICT,
        ["arn:aws:x", "a"],
    ),
    "an override tells places apart": (
        [slot(), slot(None, "DROP_TO_ALERT")],
        [block("a", None, constant("DROP_TO_ALERT")), block("b")],
        created("a", "b"),
        {},
        ["b", "a"],
    ),
    "an override that may be dynamic": (
        [slot(), slot(None, "DROP_TO_ALERT")],
        [block("a"), block("b")],
        created("a", "b"),
        {},
        ["?", "?"],
    ),
    "a dynamic block for the only group": ([slot(10)], [], created("a"), STRICT, ["a"]),
    "dynamic blocks for all groups in action order": (
        [slot(), slot()],
        [],
        created("a", "b"),
        {},
        ["a", "b"],
    ),
    "dynamic blocks in strict order": ([slot(1), slot(2)], [], created("a", "b"), STRICT, ["?", "?"]),
    "a dynamic block for one of two groups": ([slot()], [], created("a", "b"), {}, ["?"]),
    "a dynamic block beside a static one": (
        [slot(1), slot(2)],
        [block("a", constant(2))],
        created("a", "b"),
        STRICT,
        ["b", "a"],
    ),
    "a local, which the plan does not hold": (
        [slot(1), slot(2)],
        [{"resource_arn": refers("local.arn"), "priority": constant(1)}, block("b", constant(2))],
        created("a", "b"),
        STRICT,
        ["a", "b"],
    ),
    "one of several instances, by elimination": (
        [slot(1), slot(2)],
        [
            {
                "resource_arn": refers(f'{GROUP}.x["a"].arn', f'{GROUP}.x["a"]', f"{GROUP}.x"),
                "priority": constant(1),
            },
            {"resource_arn": refers(f"{GROUP}.x"), "priority": constant(2)},
        ],
        created('x["a"]', 'x["b"]'),
        STRICT,
        ['x["a"]', 'x["b"]'],
    ),
    "a choice between groups, by elimination one after the other": (
        [slot(1), slot(2), slot(3)],
        [either("a", "b", "c", priority=1), either("a", "b", priority=2), block("a", constant(3))],
        created("a", "b", "c"),
        STRICT,
        ["c", "b", "a"],
    ),
    "one of several instances": (
        [slot(1)],
        [{"resource_arn": refers(f"{GROUP}.x", "var.key"), "priority": constant(1)}],
        created('x["a"]', 'x["b"]'),
        STRICT,
        ["?"],
    ),
    "stateless groups are no candidates": (
        [slot()],
        [],
        [*created("a"), *created("s", stateful=False)],
        {},
        ["a"],
    ),
    "more blocks than places": ([slot()], [block("a"), block("b")], created("a", "b"), {}, ["?"]),
}


@pytest.mark.parametrize(("slots", "blocks", "groups", "options", "expected"), CASES.values(), ids=CASES)
def test_groups_stand_where_the_configuration_says(
    slots: list[Json], blocks: list[Json], groups: list[Json], options: Json, expected: list[str]
) -> None:
    sides = read(slots, blocks, groups, **options)

    assert names(sides) == expected
    warnings = [one for one in sides.diagnostics if one.severity is Severity.WARNING]
    assert bool(warnings) == ("?" in expected)


def test_stateless_groups_stand_by_priority() -> None:
    sides = read(
        [slot(2), slot(1)],
        [block("a", constant(1)), block("b", constant(2))],
        created("a", "b", stateful=False),
        argument="stateless",
    )

    assert names(sides) == ["b", "a"]


def test_instance_of_the_same_key_is_meant() -> None:
    reference = {"resource_arn": refers(f"{GROUP}.x", "each.key")}
    policies = [
        change(
            f'{P}["{key}"]',
            None,
            policy(slot(), known=False),
            unknown={"firewall_policy": [{"stateful_rule_group_reference": [UNKNOWN]}]},
        )
        for key in ("a", "b")
    ]
    configuration = configured(written(P, firewall_policy=[{"stateful_rule_group_reference": [reference]}]))

    sides = read_plan(plan(*policies, *created('x["a"]', 'x["b"]'), configuration=configuration), "plan.json")

    found = [list(group_references(one.body)) for one in sides.new.policies]
    assert found == [[Unresolved(f'{GROUP}.x["a"].arn')], [Unresolved(f'{GROUP}.x["b"].arn')]]


def test_group_that_is_no_resource_of_the_plan_keeps_its_reference() -> None:
    block_ = {
        "resource_arn": refers("data.terraform_remote_state.x.outputs", "data.terraform_remote_state.x")
    }

    sides = read([slot()], [block_], [])

    assert list(group_references(sides.new.policies[0].body)) == [
        Unresolved("data.terraform_remote_state.x.outputs")
    ]


def test_what_cannot_be_told_is_named_by_its_own_address() -> None:
    sides = read([slot()], [], created("a", "b"))

    path = f"{P}.firewall_policy[0].stateful_rule_group_reference[0].resource_arn"
    assert list(group_references(sides.new.policies[0].body)) == [Unresolved(path)]


def test_set_of_references_that_is_not_known_at_all() -> None:
    sides = read_plan(
        plan(
            change(
                P,
                None,
                policy(known=False),
                unknown={"firewall_policy": [{"stateful_rule_group_reference": True}]},
            )
        ),
        "plan.json",
    )

    body = sides.new.policies[0].body
    assert isinstance(body, dict)
    assert body["StatefulRuleGroupReferences"] == Unresolved(
        f"{P}.firewall_policy[0].stateful_rule_group_reference"
    )


def test_unknown_priority_leaves_open_what_stands_there() -> None:
    unknown = [{"resource_arn": True, "priority": True}, UNKNOWN]
    blocks = [block("a", refers("random_integer.x.result")), block("b", constant(2))]
    values = policy({"override": []}, slot(2), known=False, **STRICT)
    create = change(
        P, None, values, unknown={"firewall_policy": [{"stateful_rule_group_reference": unknown}]}
    )
    configuration = configured(written(P, firewall_policy=[{"stateful_rule_group_reference": blocks}]))

    sides = read_plan(plan(create, *created("a", "b"), configuration=configuration), "plan.json")

    assert names(sides) == ["?", "?"]
