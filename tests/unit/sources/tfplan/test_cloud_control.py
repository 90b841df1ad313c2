"""Resources of the provider ``awscc``: objects and maps, and attributes that are all computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.errors import InputError, UnsupportedInput
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Sensitive
from nfw_reconcile.sources.assemble import NO_CHOICE, assemble
from nfw_reconcile.sources.policy import build_policy
from nfw_reconcile.sources.tfplan import read_plan, read_state
from nfw_reconcile.sources.tfplan.objects import snake_case
from tests.unit.sources.tfplan import building
from tests.unit.sources.tfplan.building import (
    Json,
    arn,
    change,
    configured,
    constant,
    group_arn,
    plan,
    refers,
    state,
    written,
)

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Body

GROUP = "awscc_networkfirewall_rule_group"
POLICY = "awscc_networkfirewall_firewall_policy"
FIREWALL = "awscc_networkfirewall_firewall"
VPC = "awscc_ec2_vpc"
VPC_CIDR = "awscc_ec2_vpc_cidr_block"
PREFIX_LIST = "awscc_ec2_prefix_list"
RULE = "pass ip any any -> any any (sid:1;)"
DEFAULTS = {
    "stateless_default_actions": ["aws:forward_to_sfe"],
    "stateless_fragment_default_actions": ["aws:forward_to_sfe"],
}


def group(name: str = "g", *, known: bool = True, **rule_group: object) -> Json:
    """Give the values of a rule group; ``rule_group`` are members of its ``rule_group``."""
    values: Json = {
        "rule_group_name": name,
        "type": "STATEFUL",
        "capacity": 100,
        "rule_group": {"rules_source": {"rules_string": RULE}} | rule_group,
    }
    return values | ({"rule_group_arn": group_arn(name), "id": group_arn(name)} if known else {})


def policy(*references: Json, known: bool = True, **members: object) -> Json:
    """Give the values of a policy."""
    body = DEFAULTS | {"stateful_rule_group_references": list(references)} | members
    values: Json = {"firewall_policy_name": "p", "firewall_policy": body}
    return values | ({"firewall_policy_arn": arn("firewall-policy", "p")} if known else {})


NEW_GROUP = {"rule_group_arn": True, "id": True}
"""What is unknown of every group that is to be created."""


def body_of(values: Json, unknown: Json, expression: object) -> tuple[Body, str]:
    """Give the body of a group that is to be created, and what is said about it."""
    item = change(f"{GROUP}.x", None, values, unknown=NEW_GROUP | {"rule_group": unknown})
    configuration = configured(written(f"{GROUP}.x", rule_group=expression))
    sides = read_plan(plan(item, configuration=configuration), "plan.json")
    (record,) = sides.new.groups
    return record.body, "\n".join(map(str, sides.diagnostics))


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("RuleOrder", "rule_order"),
        ("IPSets", "ip_sets"),
        ("IPSetReferences", "ip_set_references"),
        ("TCPFlags", "tcp_flags"),
        ("TLSInspectionConfigurationArn", "tls_inspection_configuration_arn"),
        ("EnableTLSSessionHolding", "enable_tls_session_holding"),
        ("TcpIdleTimeoutSeconds", "tcp_idle_timeout_seconds"),
    ],
)
def test_names(name: str, attribute: str) -> None:
    assert snake_case(name) == attribute


def test_state() -> None:
    resources = [
        {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name, "values": values}
        for kind, name, values in [
            (GROUP, "g", group(rule_variables={"ip_sets": {"A": {"definition": ["10.0.0.0/8"]}}, "port_sets": None})),
            (POLICY, "p", policy({"resource_arn": group_arn("g"), "priority": None, "override": None})),
            (FIREWALL, "f", {"firewall_name": "f", "firewall_arn": arn("firewall", "f"), "vpc_id": "vpc-1",
                             "firewall_policy_arn": arn("firewall-policy", "p")}),
            (VPC, "v", {"id": "vpc-1", "cidr_block": "10.0.0.0/16", "ipv_6_cidr_blocks": ["2001:db8::/56"]}),
            (VPC_CIDR, "c", {"vpc_id": "vpc-1", "cidr_block": "10.1.0.0/16", "ipv_6_cidr_block": None}),
            (PREFIX_LIST, "l", {"arn": "arn:l", "id": "pl-1", "entries": [{"cidr": "192.0.2.0/24"}]}),
        ]
    ]  # fmt: skip
    inventory, said = read_state(state(*resources), "state.json")

    assert said == ()
    assert [one.body for one in inventory.groups] == [
        {
            "RuleVariables": {"IPSets": {"A": {"Definition": ["10.0.0.0/8"]}}},
            "RulesSource": {"RulesString": RULE},
        }
    ]
    assert [one.name.arn for one in inventory.policies] == [arn("firewall-policy", "p")]
    assert inventory.groups[0].name.name == "g"
    assert inventory.policies[0].name.name == "p"
    assert inventory.firewalls[0].name.name == "f"
    assert inventory.vpcs["vpc-1"] == ["10.0.0.0/16", "2001:db8::/56", "10.1.0.0/16"]
    assert inventory.prefix_lists["arn:l"] == ["192.0.2.0/24"]


UNSET: Json = {"rule_variables": True, "reference_sets": True, "rules_source": {"rules_source_list": True}}


@pytest.mark.parametrize(
    "expression",
    [
        constant({"rules_source": {"rules_string": RULE}, "rule_variables": None}),
        refers("var.rules"),
        refers("each.key", "var.rules"),
        refers(),
    ],
)
def test_what_nobody_sets_is_unset_although_it_is_computed(expression: Json) -> None:
    body, said = body_of(group(known=False), UNSET, expression)

    assert body == {"RulesSource": {"RulesString": RULE}}
    assert not said


@pytest.mark.parametrize(
    "expression",
    [
        refers("local.rules"),
        refers("each.value.rules", "each.value"),
        refers("module.rules"),
        refers("aws_s3_object.rules.content", "aws_s3_object.rules"),
        refers(f"{GROUP}.x.id", f"{GROUP}.x"),
        None,
    ],
)
def test_what_somebody_may_set_stays_unknown_and_is_said(expression: Json | None) -> None:
    body, said = body_of(group(known=False), UNSET, expression)

    assert isinstance(body, dict)
    assert isinstance(body["RuleVariables"], Unresolved)
    assert isinstance(body["ReferenceSets"], Unresolved)
    assert "rule_group.rule_variables is known after apply only" in said


def test_what_a_constant_list_leaves_out_is_unset() -> None:
    rules = [
        {"action": "PASS", "rule_options": [{"keyword": "sid:1"}]},
        {"action": "DROP", "rule_options": [{"keyword": "sid", "settings": ["2"]}]},
    ]
    unknown = {"rules_source": {"stateful_rules": [{"rule_options": [{"settings": True}]}, {"header": True}]}}
    values = group(known=False, rules_source={"stateful_rules": rules})
    body, said = body_of(values, unknown, constant({"rules_source": {"stateful_rules": rules}}))

    assert not said
    assert body == {
        "RulesSource": {
            "StatefulRules": [
                {"Action": "PASS", "RuleOptions": [{"Keyword": "sid:1"}]},
                {"Action": "DROP", "RuleOptions": [{"Keyword": "sid", "Settings": ["2"]}]},
            ]
        }
    }


def test_an_unknown_part_of_what_is_set_is_unknown() -> None:
    values = group(
        known=False, rule_variables={"ip_sets": {"A": {"definition": ["10.0.0.0/8", None]}, "B": {}}}
    )
    unknown = {
        "rule_variables": {
            "ip_sets": {"A": {"definition": [False, True]}, "B": {"definition": True}, "C": True}
        }
    }
    body, _ = body_of(values, unknown, refers("local.x"))

    assert isinstance(body, dict)
    sets = body["RuleVariables"]["IPSets"]
    assert sets["A"]["Definition"][0] == "10.0.0.0/8"
    assert "definition[1]" in sets["A"]["Definition"][1].reference
    assert isinstance(sets["B"]["Definition"], Unresolved)
    assert isinstance(sets["C"], Unresolved)


def test_resources_that_are_known_leave_nothing_open() -> None:
    vpc = change(f"{VPC}.v", None, {"cidr_block": "10.0.0.0/16"}, unknown={"id": True, "vpc_id": True})
    item = change(f"{GROUP}.x", None, group(known=False), unknown=NEW_GROUP | {"rule_group": UNSET})

    def body(*references: str) -> Body:
        configuration = configured(written(f"{GROUP}.x", rule_group=refers(*references)))
        return read_plan(plan(vpc, item, configuration=configuration), "plan.json").new.groups[0].body

    known, open_ended = body(f"{VPC}.v.cidr_block", f"{VPC}.v"), body(f"{VPC}.v.id", f"{VPC}.v")
    assert known == {"RulesSource": {"RulesString": RULE}}
    assert isinstance(open_ended, dict)
    assert isinstance(open_ended["RuleVariables"], Unresolved)


def test_sensitive_values_stay_sensitive() -> None:
    marks = {"rule_group": {"rules_source": {"rules_string": True}}}
    item = change(f"{GROUP}.x", group(), group(), before_sensitive=marks, after_sensitive=marks)
    (record,) = read_plan(plan(item), "plan.json").new.groups

    assert record.body == {"RulesSource": {"RulesString": Sensitive(RULE)}}


def linked(
    *references: Json, unknown: list[Json], mentioned: list[str], groups: int
) -> list[str | Unresolved]:
    """Give the ARNs of a new policy's references, where there are some new groups."""
    items = [
        change(f"{GROUP}.g{number}", None, group(f"g{number}", known=False), unknown=NEW_GROUP)
        for number in range(groups)
    ]
    body = change(
        f"{POLICY}.p",
        None,
        policy(*references, known=False, stateful_engine_options={"rule_order": "STRICT_ORDER"}),
        unknown={"firewall_policy": {"stateful_rule_group_references": unknown}},
    )
    configuration = configured(written(f"{POLICY}.p", firewall_policy=refers(*mentioned)))
    record = read_plan(plan(*items, body, configuration=configuration), "plan.json").new.policies[0]
    assert isinstance(record.body, dict)
    return [one["ResourceArn"] for one in record.body["StatefulRuleGroupReferences"]]


def mention(number: int) -> list[str]:
    return [f"{GROUP}.g{number}.rule_group_arn", f"{GROUP}.g{number}"]


ARN = {"resource_arn": True}


def test_the_one_new_group_is_linked() -> None:
    references: list[Json] = [{"priority": 1, "resource_arn": group_arn("old")}, {"priority": 2}]

    assert linked(*references, unknown=[{}, ARN], mentioned=mention(0), groups=2) == [
        group_arn("old"),
        Unresolved(f"{GROUP}.g0.arn"),
    ]


def test_two_new_groups_at_places_that_differ_are_left_open() -> None:
    found = linked(
        {"priority": 1}, {"priority": 2}, unknown=[ARN, ARN], mentioned=[*mention(0), *mention(1)], groups=2
    )

    assert all(isinstance(one, Unresolved) and "resource_arn" in one.reference for one in found)


def test_fewer_groups_than_places_are_left_open() -> None:
    found = linked({"priority": 1}, {"priority": 2}, unknown=[ARN, ARN], mentioned=mention(0), groups=2)

    assert all(isinstance(one, Unresolved) and "resource_arn" in one.reference for one in found)


def test_a_local_may_be_any_group() -> None:
    (found,) = linked({"priority": 1}, unknown=[ARN], mentioned=[*mention(0), "local.more"], groups=2)

    assert isinstance(found, Unresolved)
    assert "resource_arn" in found.reference


def test_mixed_stacks_are_linked() -> None:
    mine = change(f"{GROUP}.mine", None, group("mine", known=False), unknown=NEW_GROUP)
    reference = {"priority": None}
    theirs = change(
        f"{building.POLICY}.p",
        None,
        building.policy(reference, known=False),
        unknown={"arn": True, "firewall_policy": [{"stateful_rule_group_reference": [ARN]}]},
    )
    firewall = change(
        f"{FIREWALL}.f",
        None,
        {"firewall_name": "f"},
        unknown={"firewall_arn": True, "firewall_policy_arn": True, "vpc_id": True},
    )
    vpc = change("aws_vpc.v", None, {"cidr_block": "10.0.0.0/16"}, unknown={"id": True})
    expression = [
        {"stateful_rule_group_reference": [{"resource_arn": refers(f"{GROUP}.mine.rule_group_arn")}]}
    ]
    configuration = configured(
        written(f"{building.POLICY}.p", firewall_policy=expression),
        written(
            f"{FIREWALL}.f",
            firewall_policy_arn=refers(f"{building.POLICY}.p.arn", f"{building.POLICY}.p"),
            vpc_id=refers("aws_vpc.v.id", "aws_vpc.v"),
        ),
    )
    sides = read_plan(plan(mine, theirs, firewall, vpc, configuration=configuration), "plan.json")
    (found,) = assemble(sides.old, sides.new, None, NO_CHOICE).changes

    assert found.new is not None
    assert [one.name.name for one in found.new.groups] == ["mine"]
    assert found.new.home_net == ["10.0.0.0/16"]
    built, said = build_policy(found.new)
    assert [reference.group.name.label for reference in built.stateful] == [f"{GROUP}.mine"]
    assert said == ()


WRONG = {
    "a list": (group() | {"rule_group": ["x"]}, f"{GROUP}.x.rule_group: an object is needed, this is a list"),
    "a map is a list": (
        group(rule_variables={"ip_sets": ["x"]}),
        "rule_variables.ip_sets: an object is needed, this is a list",
    ),
    "a rule is a string": (
        group(rules_source={"stateful_rules": ["x"]}),
        "rules_source.stateful_rules[0]: an object is needed, this is a string",
    ),
    "an ARN is a number": (group() | {"rule_group_arn": 5}, f"{GROUP}.x.rule_group_arn: a string is needed"),
    "no type": (group(known=False) | {"type": None}, f"{GROUP}.x.type: STATEFUL or STATELESS is needed"),
}


@pytest.mark.parametrize(("values", "message"), WRONG.values(), ids=WRONG)
def test_malformed_values_are_input_errors(values: Json, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_plan(plan(change(f"{GROUP}.x", values, values)), "plan.json")

    assert message in str(caught.value)


def test_next_generation_policies_are_refused() -> None:
    with pytest.raises(UnsupportedInput, match="next generation"):
        read_plan(plan(change("awscc_networkfirewall_firewall_policy_v2.p", None, {})), "plan.json")


def test_drift_is_told() -> None:
    item = change(f"{GROUP}.x", group(), group("h"))
    sides = read_plan(plan(change(f"{GROUP}.x", group(), group()), resource_drift=[item]), "plan.json")

    assert "changed outside Terraform" in str(sides.diagnostics[0])


def test_a_block_of_either_family() -> None:
    vpc = change(f"{VPC}.v", None, {"cidr_block": "10.0.0.0/16", "id": "vpc-1"})
    ipv6 = change(
        f"{VPC_CIDR}.six",
        None,
        {"vpc_id": "vpc-1", "ipv_6_cidr_block": "2001:db8::/56"},
        unknown={"cidr_block": True},
    )
    chosen = change(
        f"{VPC_CIDR}.pool", None, {"vpc_id": "vpc-1", "ipv_6_cidr_block": None}, unknown={"cidr_block": True}
    )
    vpcs = read_plan(plan(vpc, ipv6, chosen), "plan.json").new.vpcs["vpc-1"]

    assert vpcs == ["10.0.0.0/16", "2001:db8::/56", Unresolved(f"{VPC_CIDR}.pool.cidr_block")]
