"""Values: unknown, unset, sensitive, added by newer providers, and where they come from in the configuration."""

from __future__ import annotations

from typing import Any

import pytest

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Body, Sensitive
from nfw_reconcile.sources.tfplan import read_plan, read_state
from tests.unit.sources.tfplan.building import (
    FIREWALL,
    GROUP,
    POLICY,
    PREFIX_LIST,
    VPC,
    Json,
    change,
    configured,
    constant,
    firewall,
    group,
    plan,
    policy,
    refers,
    rule_group,
    state,
    written,
)

TEXT = "pass ip any any -> any any (sid:1;)"
G = f"{GROUP}.g"


def new_body(values: Json, address: str = G, configuration: Json | None = None, **marks: Any) -> Body:  # noqa: ANN401 - JSON
    """Read a plan that creates one group, and give the group's body."""
    sides = read_plan(plan(change(address, None, values, **marks), configuration=configuration), "plan.json")
    return sides.new.groups[0].body


def at(body: Body, *keys: str | int) -> Any:  # noqa: ANN401 - JSON
    found: Any = body
    for key in keys:
        found = found[key]
    return found


@pytest.mark.parametrize("unset", [None, "", []])
def test_unset_is_unset_however_it_is_written(unset: object) -> None:
    block = rule_group(rules_string=TEXT, rules_source_list=unset, stateful_rule=unset)
    block["stateful_rule_options"] = unset

    assert new_body(group("g", rules=unset, rule_group=[block])) == {"RulesSource": {"RulesString": TEXT}}


def test_arguments_of_newer_providers_are_kept_and_told() -> None:
    block = policy()["firewall_policy"][0] | {"novelty": [{"action": "DROP"}], "quiet": [], "off": False}
    values = policy(known=False) | {"firewall_policy": [block]}

    sides = read_plan(plan(change(f"{POLICY}.p", None, values)), "plan.json")

    assert at(sides.new.policies[0].body, "novelty") == [{"action": "DROP"}]
    told = [one.summary for one in sides.diagnostics]
    assert told == [f"{POLICY}.p.firewall_policy[0].novelty is not known to this version."]


def test_computed_flags_that_nobody_sets_are_left_to_the_service() -> None:
    unknown = {"firewall_policy": [{"enable_tls_session_holding": True}]}
    configuration = configured(
        written(f"{POLICY}.p", firewall_policy=[{}]),
        written(f"{POLICY}.q", firewall_policy=[{"enable_tls_session_holding": refers("aws_x.y.z")}]),
    )
    changes = [change(f"{POLICY}.{name}", None, policy(known=False), unknown=unknown) for name in ("p", "q")]

    sides = read_plan(plan(*changes, configuration=configuration), "plan.json")

    place = f"{POLICY}.q.firewall_policy[0].enable_tls_session_holding"
    found = [at(one.body).get("EnableTLSSessionHolding") for one in sides.new.policies]
    assert found == [None, Unresolved(f"aws_x.y.z in {place}")]


def test_group_whose_rules_the_input_does_not_hold_is_unknown_and_not_empty() -> None:
    values = group("g", rule_group=[])

    sides = read_plan(plan(change(G, values, group("g", TEXT))), "plan.json")

    assert sides.old.groups[0].body == Unresolved(f"{G}.rule_group")
    assert [one.summary for one in sides.diagnostics] == [
        f"{G}.rule_group: the input does not hold the rules."
    ]


def test_rules_source_without_rules_is_a_group_without_rules() -> None:
    assert new_body(group("g", rule_group=[rule_group(rules_string="")])) == {"RulesSource": {}}


def test_same_reference_is_never_the_same_name_for_two_values() -> None:
    """``cidrsubnet(x, 4, 0)`` and ``cidrsubnet(x, 4, 1)`` look the same in the configuration."""
    header = {"protocol": "TCP", "direction": "FORWARD", "destination": "ANY"}
    rules = [{"action": "PASS", "header": [header]}, {"action": "DROP", "header": [header]}]
    unknown = {"rule_group": [{"rules_source": [{"stateful_rule": [{"header": [{"source": True}]}] * 2}]}]}
    expression = {"header": [{"source": refers("aws_vpc.v.cidr_block", "aws_vpc.v")}]}
    configuration = configured(
        written(G, rule_group=[{"rules_source": [{"stateful_rule": [expression, expression]}]}])
    )

    body = new_body(
        group("g", rule_group=[rule_group(stateful_rule=rules)]), unknown=unknown, configuration=configuration
    )

    found = [one["Header"]["Source"] for one in at(body, "RulesSource", "StatefulRules")]
    assert len(set(found)) == 2
    assert all(one.reference.startswith("aws_vpc.v.cidr_block in ") for one in found)


def test_unknown_value_in_a_module_is_followed_to_the_root() -> None:
    address = f'module.m["k"].{GROUP}.g'
    expression = [{"rules_source": [{"rules_string": refers("var.text")}]}]
    configuration = {
        "root_module": {
            "module_calls": {
                "m": {
                    "expressions": {"text": refers("module.other.text", "module.other")},
                    "module": {"resources": [written(G, rule_group=expression)]},
                },
                "other": {
                    "module": {"outputs": {"text": {"expression": refers("random_id.x.hex", "random_id.x")}}}
                },
            }
        }
    }
    unknown = {"rule_group": [{"rules_source": [{"rules_string": True}]}]}

    body = new_body(
        group("g", known=False, rule_group=[rule_group()]), address, configuration, unknown=unknown
    )

    place = f"{address}.rule_group[0].rules_source[0].rules_string"
    assert at(body, "RulesSource", "RulesString") == Unresolved(f"module.other.random_id.x.hex in {place}")


def test_many_references_are_cut_short() -> None:
    configuration = configured(written(G, rules=refers(*(f"random_id.{name}.hex" for name in "abcd"))))

    body = new_body(group("g", known=False), unknown={"rules": True}, configuration=configuration)

    named = "random_id.a.hex, random_id.b.hex, random_id.c.hex, …"
    assert at(body, "RulesSource", "RulesString") == Unresolved(f"{named} in {G}.rules")


def test_configuration_that_goes_round_in_circles_ends() -> None:
    call = {
        "expressions": {"a": refers("module.m.out")},
        "module": {
            "resources": [written(G, rules=refers("var.a"))],
            "outputs": {"out": {"expression": refers("var.a")}},
        },
    }
    configuration = {"root_module": {"module_calls": {"m": call}}}
    address = f"module.m.{GROUP}.g"

    body = new_body(group("g", known=False), address, configuration, unknown={"rules": True})

    assert at(body, "RulesSource", "RulesString") == Unresolved(f"{address}.rules")


def test_whole_sensitive_resource_hides_its_name_and_keeps_its_links() -> None:
    values = group("g", TEXT)

    sides = read_plan(plan(change(G, values, values, before_sensitive=True)), "plan.json")

    record = sides.old.groups[0]
    assert record.name.name is None
    assert record.name.arn == values["arn"]
    assert record.body == Sensitive({"RulesSource": {"RulesString": TEXT}})


def test_sensitive_and_unknown_stays_both() -> None:
    body = new_body(group("g", known=False), unknown={"rules": True}, after_sensitive={"rules": True})

    assert at(body, "RulesSource", "RulesString") == Sensitive(Unresolved(f"{G}.rules"))


def test_link_that_is_sensitive_is_still_a_link() -> None:
    values = firewall()

    sides = read_plan(
        plan(change(f"{FIREWALL}.f", values, values, after_sensitive={"vpc_id": True})), "plan.json"
    )

    assert sides.new.firewalls[0].vpc == "vpc-1"


def test_firewall_whose_policy_cannot_be_told_names_the_attribute() -> None:
    configuration = configured(
        written(
            f"{FIREWALL}.f", firewall_policy_arn=refers(f"{POLICY}.a.arn", f"{POLICY}.a", f"{POLICY}.b.arn")
        )
    )
    policies = [
        change(f"{POLICY}.{name}", None, policy(known=False), unknown={"arn": True}) for name in ("a", "b")
    ]
    create = change(f"{FIREWALL}.f", None, {"name": "f"}, unknown={"firewall_policy_arn": True})

    sides = read_plan(plan(create, *policies, configuration=configuration), "plan.json")

    link = sides.new.firewalls[0].policy
    assert isinstance(link, Unresolved)
    assert link.reference.endswith(f"{FIREWALL}.f.firewall_policy_arn")


def test_old_side_knows_no_unknowns() -> None:
    before, after = group("g", TEXT), group("g", known=False)

    sides = read_plan(plan(change(G, before, after, unknown={"arn": True, "rule_group": True})), "plan.json")

    assert sides.old.groups[0].body == {"RulesSource": {"RulesString": TEXT}}
    assert sides.new.groups[0].body == Unresolved(f"{G}.rule_group")


def test_replacing_creates_and_forgets() -> None:
    before, after = group("g", TEXT), group("g", TEXT, known=False)

    sides = read_plan(plan(change(G, before, after, actions=["create", "forget"])), "plan.json")

    assert [one.name.arn for one in (*sides.old.groups, *sides.new.groups)] == [before["arn"], None]
    assert "Terraform forgets the object" in sides.diagnostics[0].summary


def test_resource_that_the_plan_leaves_out_stays_as_it_is() -> None:
    resource = {"address": G, "mode": "managed", "type": GROUP, "name": "g", "values": group("g", TEXT)}
    prior = state(resource)

    sides = read_plan(plan(prior_state=prior), "plan.json")

    assert sides.old.groups == sides.new.groups
    assert len(sides.new.groups) == 1
    assert "-target" in sides.diagnostics[0].summary


def test_moved_resource_is_not_read_again_from_the_prior_state() -> None:
    values = group("g", TEXT)
    resource = {"address": f"{GROUP}.was", "mode": "managed", "type": GROUP, "name": "was", "values": values}
    moved = change(G, values, values, previous_address=f"{GROUP}.was")

    sides = read_plan(plan(moved, prior_state=state(resource)), "plan.json")

    assert [one.name.label for one in sides.old.groups] == [G]


def test_data_source_that_is_read_again_is_new_on_the_new_side() -> None:
    address = "data.aws_vpc.v"
    prior = state(
        {
            "address": address,
            "mode": "data",
            "type": VPC,
            "name": "v",
            "values": {"id": "vpc-1", "cidr_block": "10.0.0.0/16"},
        }
    )
    again = change(address, None, {"id": "vpc-1"}, unknown={"cidr_block": True}, actions=["read"])

    sides = read_plan(plan(again, prior_state=prior), "plan.json")

    assert sides.old.vpcs["vpc-1"] == ["10.0.0.0/16"]
    assert sides.new.vpcs["vpc-1"] == [Unresolved("data.aws_vpc.v.cidr_block")]


def test_prefix_list_that_is_not_known_is_unresolved() -> None:
    create = change(f"{PREFIX_LIST}.p", None, {}, unknown={"arn": True, "entry": True})

    sides = read_plan(plan(create), "plan.json")

    assert sides.new.prefix_lists == {f"{PREFIX_LIST}.p": [Unresolved(f"{PREFIX_LIST}.p.entry")]}


def test_sensitive_entries_of_a_prefix_list_are_marked() -> None:
    values = {"arn": "arn:p", "id": "pl-1", "entry": [{"cidr": "10.9.0.0/16"}]}

    sides = read_plan(
        plan(change(f"{PREFIX_LIST}.p", values, values, after_sensitive={"entry": True})), "plan.json"
    )

    assert sides.old.prefix_lists["arn:p"] == ["10.9.0.0/16"]
    assert sides.new.prefix_lists["arn:p"] == [Sensitive("10.9.0.0/16")]


def test_prefix_list_entry_of_which_the_list_is_not_known() -> None:
    create = change(
        "aws_ec2_managed_prefix_list_entry.e", None, {"cidr": "10.0.0.0/8"}, unknown={"prefix_list_id": True}
    )

    sides = read_plan(plan(create), "plan.json")

    assert "what it belongs to is known after apply only" in sides.diagnostics[0].summary


@pytest.mark.parametrize(
    ("values", "region"),
    [({"region": "eu-north-1"}, "eu-north-1"), ({}, "eu-west-1")],
)
def test_region_of_a_new_firewall(values: Json, region: str) -> None:
    configured_firewall = written(f"{FIREWALL}.f") | {"provider_config_key": "aws"}
    configuration = configured(configured_firewall)
    configuration["provider_config"] = {"aws": {"expressions": {"region": constant("eu-west-1")}}}

    sides = read_plan(
        plan(change(f"{FIREWALL}.f", None, firewall(arn=None) | values), configuration=configuration),
        "plan.json",
    )

    assert sides.new.firewalls[0].region == region
    assert sides.new.firewalls[0].account is None


def test_state_is_one_side() -> None:
    nested = {
        "address": f"module.m.{G}",
        "mode": "managed",
        "type": GROUP,
        "name": "g",
        "values": group("g", TEXT),
    }
    deposed = nested | {"address": f"module.m.{GROUP}.d", "deposed_key": "00"}
    tree = {"root_module": {"child_modules": [{"address": "module.m", "resources": [nested, deposed]}]}}

    inventory, diagnostics = read_state(state(values=tree), "state.json")

    assert [one.name.label for one in inventory.groups] == [f"module.m.{G}"]
    assert len(diagnostics) == 1


def test_empty_state_holds_nothing() -> None:
    inventory, diagnostics = read_state({"format_version": "1.0"}, "state.json")

    assert not inventory.groups
    assert diagnostics == ()


@pytest.mark.parametrize(
    ("references", "named"),
    [
        (["each.value", "local.rules"], "local.rules in "),
        (["var.rules"], ""),
        (["count.index"], ""),
        (["module.gone.out"], ""),
        (["not an address ["], ""),
    ],
)
def test_references_that_lead_nowhere(references: list[str], named: str) -> None:
    configuration = configured(written(G, rules=refers(*references)))

    body = new_body(group("g", known=False), unknown={"rules": True}, configuration=configuration)

    assert at(body, "RulesSource", "RulesString") == Unresolved(f"{named}{G}.rules")


def test_rule_of_which_nothing_is_known() -> None:
    rules = [None, {"action": "PASS"}, None]
    unknown = {"rule_group": [{"rules_source": [{"stateful_rule": [True, {}, False]}]}]}

    body = new_body(group("g", rule_group=[rule_group(stateful_rule=rules)]), unknown=unknown)

    path = f"{G}.rule_group[0].rules_source[0].stateful_rule[0]"
    assert at(body, "RulesSource", "StatefulRules") == [Unresolved(path), {"Action": "PASS"}]


def test_sensitive_rule_is_marked_as_a_whole() -> None:
    rules = [{"action": "PASS"}, {"action": "DROP"}]
    marks = {"rule_group": [{"rules_source": [{"stateful_rule": [True, {}]}]}]}

    body = new_body(group("g", rule_group=[rule_group(stateful_rule=rules)]), after_sensitive=marks)

    assert at(body, "RulesSource", "StatefulRules") == [Sensitive({"Action": "PASS"}), {"Action": "DROP"}]


def test_sensitive_values_of_newer_arguments_are_marked() -> None:
    block = policy()["firewall_policy"][0] | {"novelty": {"a": "x", "b": ["y"], "c": 1, "d": ()}}
    marks = {"firewall_policy": [{"novelty": {"a": True}}]}
    unknown = {"firewall_policy": [{"novelty": {"b": [True]}}]}
    change_ = change(
        f"{POLICY}.p",
        None,
        policy(known=False) | {"firewall_policy": [block]},
        after_sensitive=marks,
        unknown=unknown,
    )

    sides = read_plan(plan(change_), "plan.json")

    path = f"{POLICY}.p.firewall_policy[0].novelty.b[0]"
    expected = {"a": Sensitive("x"), "b": [Unresolved(path)], "c": 1, "d": None}
    assert at(sides.new.policies[0].body, "novelty") == expected


def test_policy_that_the_input_does_not_hold_is_unknown() -> None:
    values = policy() | {"firewall_policy": []}

    sides = read_plan(plan(change(f"{POLICY}.p", values, values)), "plan.json")

    assert sides.new.policies[0].body == Unresolved(f"{POLICY}.p.firewall_policy")
    assert len(sides.diagnostics) == 1


def test_type_of_a_group_is_told_by_its_arn_where_it_is_not_known() -> None:
    values = group("g", stateful=False, rule_group=[rule_group()]) | {"type": None}

    sides = read_plan(plan(change(G, values, values)), "plan.json")

    assert not sides.new.groups[0].stateful
