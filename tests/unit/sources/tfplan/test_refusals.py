"""What is no plan, or no whole one: every problem at once, or a refusal that says what to do."""

from __future__ import annotations

import pytest

from nfw_reconcile.errors import ExitCode, InputError, UnsupportedInput
from nfw_reconcile.sources.tfplan import read_plan, read_state
from tests.unit.sources.tfplan.building import (
    GROUP,
    POLICY,
    Json,
    change,
    group,
    plan,
    policy,
    rule_group,
    state,
)

GOOD = group("g", "pass ip any any -> any any (sid:1;)")


def one(values: Json, kind: str = GROUP) -> Json:
    return plan(change(f"{kind}.x", values, values))


def without(tree: Json, *keys: str) -> Json:
    return {key: value for key, value in tree.items() if key not in keys}


def item(**more: object) -> Json:
    return change(f"{GROUP}.x", GOOD, GOOD) | more


NO_PLANS: dict[str, tuple[object, str]] = {
    "a list": ([], "an object is needed, this is a list"),
    "null": (None, "an object is needed, this is null"),
    "an empty object": ({}, "this is a Terraform state"),
    "a state": (state(), "this is a Terraform state, and a plan is needed"),
    "a state file": ({"version": 4, "terraform_version": "1.11.4", "serial": 1}, "this is a Terraform state"),
    "something else": ({"Flows": []}, "this is no Terraform plan"),
    "a version that is none": (plan(format_version=1.2), "format_version: a version such as"),
    "errored is no flag": (plan(errored="no"), "errored: true or false is needed, this is a string"),
    "changes are no list": (
        plan(resource_changes={}),
        "resource_changes: a list is needed, this is an object",
    ),
    "a change is no object": (plan(resource_changes=["x"]), "resource_changes[0]: an object is needed"),
    "a change has no type": (
        plan(without(item(), "type")),
        f"{GROUP}.x: the type of the resource is missing",
    ),
    "a change has no address": (plan(without(item(), "address")), "resource_changes[0]: address: missing"),
    "a name is no string": (plan(item(name=5)), f"{GROUP}.x: name: missing, or of the wrong type"),
    "an index is no key": (plan(item(index=[1])), f"{GROUP}.x: index: missing, or of the wrong type"),
    "a change has no change": (plan(without(item(), "change")), f"{GROUP}.x: the change is missing"),
    "no actions": (plan(item(change={"before": GOOD})), "the actions of the change are not known"),
    "actions are no words": (plan(item(change={"actions": [1]})), "the actions of the change are not known"),
    "unknown actions": (plan(item(change={"actions": ["open"]})), "the actions open are not known"),
    "no before": (
        plan(item(change={"actions": ["delete"]})),
        f"{GROUP}.x: before: an object is needed, this is null",
    ),
    "after is a string": (
        plan(item(change={"actions": ["create"], "after": "x"})),
        f"{GROUP}.x: after: an object is needed, this is a string",
    ),
    "twice the same address": (plan(item(), item()), f"{GROUP}.x: the address is there twice"),
    "no type of group": (
        one(without(GOOD, "type", "arn")),
        f"{GROUP}.x.type: STATEFUL or STATELESS is needed",
    ),
    "an ARN is a number": (one(GOOD | {"arn": 5}), f"{GROUP}.x.arn: a string is needed, this is a number"),
    "rules is a number": (one(GOOD | {"rules": 5}), f"{GROUP}.x.rules: a string is needed, this is a number"),
    "a block is a string": (one(GOOD | {"rule_group": "x"}), f"{GROUP}.x.rule_group: a list is needed"),
    "a block is there twice": (
        one(GOOD | {"rule_group": [rule_group(), rule_group()]}),
        f"{GROUP}.x.rule_group: one block is allowed, and there are 2",
    ),
    "a rule is a string": (
        one(GOOD | {"rule_group": [rule_group(stateful_rule=["x"])]}),
        "rules_source[0].stateful_rule[0]: an object is needed, this is a string",
    ),
    "a set has no name": (
        one(GOOD | {"rule_group": [rule_group(rule_variables=[{"ip_sets": [{"ip_set": []}]}])]}),
        "ip_sets[0]: the key is missing",
    ),
    "a set is there twice": (
        one(GOOD | {"rule_group": [rule_group(rule_variables=[{"ip_sets": [{"key": "A"}, {"key": "A"}]}])]}),
        "ip_sets[1]: the key 'A' is there twice",
    ),
    "a priority is a string": (
        one(policy({"priority": "1", "resource_arn": "arn"}), POLICY),
        "stateful_rule_group_reference[0].priority: a whole number is needed, this is a string",
    ),
    "an entry belongs to nothing": (
        one({"cidr": "10.0.0.0/8"}, "aws_ec2_managed_prefix_list_entry"),
        "prefix_list_id: the identifier of its owner is needed",
    ),
    "a module address is a number": (
        plan(item(module_address=5)),
        f"{GROUP}.x: module_address: missing, or of the wrong type",
    ),
    "a drift has no type": (
        plan(resource_drift=[{}]),
        "resource_drift[0]: the type of the resource is missing",
    ),
    "a deferred change is a string": (
        plan(deferred_changes=[{"resource_change": "x"}]),
        "deferred_changes[0].resource_change: an object is needed",
    ),
    "the prior state is a string": (plan(prior_state="x"), "prior_state"),
    "the values are a list": (plan(prior_state={"values": []}), "prior_state.values: an object is needed"),
}


@pytest.mark.parametrize(("data", "message"), NO_PLANS.values(), ids=NO_PLANS)
def test_malformed_plans_are_input_errors(data: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_plan(data, "plan.json")

    assert message in str(caught.value)
    assert all(problem.where is not None for problem in caught.value.problems)
    assert caught.value.exit_code is ExitCode.ERROR


def test_all_problems_come_together_and_once() -> None:
    broken = group("g", rule_group=[rule_group(rules_string=1, stateful_rule=["x", "y"])], rules=None)

    with pytest.raises(InputError) as caught:
        read_plan(plan(item(name=5), change(f"{GROUP}.y", broken, broken)), "plan.json")

    assert len(caught.value.problems) == 4


def test_state_is_sent_to_terraform_show() -> None:
    with pytest.raises(InputError, match="terraform show -json PLANFILE"):
        read_plan(state(), "state.json")


REFUSED: dict[str, tuple[Json, str]] = {
    "a failed plan": (plan(errored=True), "Terraform failed while it planned"),
    "a plan that is not whole": (plan(complete=False), "-target"),
    "no format version": (without(plan(), "format_version"), "has no format_version"),
    "another major version": (plan(format_version="2.0"), "format_version 2.0 is not supported"),
    "a next generation policy in a drift": (
        plan(change("aws_networkfirewall_firewall_policy_v2.p", {}, {}), resource_drift=[item()]),
        "is a next generation firewall policy",
    ),
    "deferred changes": (
        plan(deferred_changes=[{"reason": "provider_config_unknown", "resource_change": item()}]),
        f"{GROUP}.x: Terraform puts the change off",
    ),
    "a next generation policy": (
        plan(change("aws_networkfirewall_firewall_policy_v2.p", None, {})),
        "aws_networkfirewall_firewall_policy_v2.p is a next generation firewall policy",
    ),
    "a firewall engine group": (one(GOOD | {"type": "FIREWALL"}), "rule groups of the type FIREWALL"),
    "an IPS group": (one(GOOD | {"type": "IPS"}), "rule groups of the type IPS"),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_plans_that_must_not_be_used_are_refused(data: Json, message: str) -> None:
    with pytest.raises(UnsupportedInput) as caught:
        read_plan(data, "plan.json")

    assert message in str(caught.value)
    assert all(problem.remedy for problem in caught.value.problems)
    assert caught.value.exit_code is ExitCode.REFUSED


def test_deferred_changes_of_other_types_do_not_matter() -> None:
    bucket = change("aws_s3_bucket.b", None, {})

    read_plan(plan(deferred_changes=[{"resource_change": bucket}]), "plan.json")


def test_newer_minor_versions_are_read() -> None:
    assert read_plan(plan(item(), format_version="1.99", novelty={}), "plan.json").new.groups


NO_STATES: dict[str, tuple[object, str]] = {
    "a list": ([], "an object is needed"),
    "a plan": (plan(), "this is a Terraform plan, and a state is needed"),
    "the file itself": ({"version": 4, "terraform_version": "1.11.4"}, "this is the state file itself"),
    "something else": ({"format_version": "1.0", "firewalls": []}, "this is no Terraform state"),
    "resources are an object": (
        state(values={"root_module": {"resources": {}}}),
        "state.values.root_module.resources: a list is needed",
    ),
    "a name is missing": (
        state({"address": f"{GROUP}.x", "mode": "managed", "type": GROUP, "values": {}}),
        f"{GROUP}.x: name: missing",
    ),
    "values are missing": (
        state({"address": f"{GROUP}.x", "mode": "managed", "type": GROUP, "name": "x"}),
        f"{GROUP}.x: values: an object is needed, this is null",
    ),
}


@pytest.mark.parametrize(("data", "message"), NO_STATES.values(), ids=NO_STATES)
def test_malformed_states_are_input_errors(data: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_state(data, "state.json")

    assert message in str(caught.value)


def test_next_generation_policy_in_a_state_is_refused() -> None:
    resource = {
        "address": "aws_networkfirewall_firewall_policy_v2.p",
        "type": "aws_networkfirewall_firewall_policy_v2",
    }

    with pytest.raises(UnsupportedInput, match="next generation"):
        read_state(state(resource), "state.json")
