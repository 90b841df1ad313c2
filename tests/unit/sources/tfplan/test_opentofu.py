"""What OpenTofu and Terragrunt write: the documents of ``tofu show -json``, read as Terraform's are.

OpenTofu's plans name its own registry, tell the time and whether planning failed, and do not say whether they
are complete ("JSON Output Format" in its documentation). Terragrunt hands on what either of them writes.
"""

from __future__ import annotations

import pytest

from nfw_reconcile.errors import UnsupportedInput
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.sources.tfplan import read_plan, read_state
from tests.unit.sources.tfplan.building import (
    GROUP,
    POLICY,
    Json,
    change,
    configured,
    group,
    group_arn,
    plan,
    policy,
    refers,
    state,
    written,
)

PROVIDER = "registry.opentofu.org/hashicorp/aws"
OLD = group("g", "pass ip any any -> any any (sid:1;)")
NEW = group("g", "drop ip any any -> any any (sid:1;)")


def tofu_plan(*changes: Json, **more: object) -> Json:
    """Give a plan with the members that OpenTofu 1.8 writes."""
    document = plan(*({**item, "provider_name": PROVIDER} for item in changes))
    document |= {
        "terraform_version": "1.8.3",
        "variables": {},
        "output_changes": {},
        "prior_state": {"format_version": "1.0", "terraform_version": "1.8.3", "values": {"root_module": {}}},
        "relevant_attributes": [],
        "timestamp": "2025-06-01T12:00:00Z",
    }
    del document["complete"]
    return document | more


def test_plan_is_read() -> None:
    providers = {
        "aws": {
            "name": "aws",
            "full_name": PROVIDER,
            "expressions": {"region": {"constant_value": "eu-west-1"}},
        }
    }
    configuration = configured(written(f"{GROUP}.x")) | {"provider_config": providers}
    sides = read_plan(tofu_plan(change(f"{GROUP}.x", OLD, NEW), configuration=configuration), "plan.json")

    assert sides.diagnostics == ()
    assert [one.body for one in (*sides.old.groups, *sides.new.groups)] == [
        {"RulesSource": {"RulesString": f"{action} ip any any -> any any (sid:1;)"}}
        for action in ("pass", "drop")
    ]


def test_state_is_read() -> None:
    resource = {
        "address": f"{GROUP}.x",
        "mode": "managed",
        "type": GROUP,
        "name": "x",
        "provider_name": PROVIDER,
        "schema_version": 0,
        "values": OLD,
        "sensitive_values": {},
    }
    inventory, _ = read_state(state(resource, terraform_version="1.8.3"), "state.json")

    assert [one.name.arn for one in inventory.groups] == [group_arn("g")]


def test_links_between_new_resources() -> None:
    new = change(f"{GROUP}.x", None, group("x", known=False), unknown={"arn": True, "id": True})
    refers_to_it = change(
        f"{POLICY}.p",
        None,
        policy({"priority": None}, known=False),
        unknown={"firewall_policy": [{"stateful_rule_group_reference": [{"resource_arn": True}]}]},
    )
    expression = [
        {"stateful_rule_group_reference": [{"resource_arn": refers(f"{GROUP}.x.arn", f"{GROUP}.x")}]}
    ]
    configuration = configured(written(f"{GROUP}.x"), written(f"{POLICY}.p", firewall_policy=expression))
    (found,) = read_plan(tofu_plan(new, refers_to_it, configuration=configuration), "plan.json").new.policies

    assert isinstance(found.body, dict)
    assert found.body["StatefulRuleGroupReferences"] == [{"ResourceArn": Unresolved(f"{GROUP}.x.arn")}]


def test_what_a_removed_block_forgets_stays_in_force() -> None:
    item = change(f"{GROUP}.x", OLD, None, actions=["forget"])
    sides = read_plan(tofu_plan(item), "plan.json")

    assert sides.new.groups[0].body == sides.old.groups[0].body
    assert "forgets the object" in str(sides.diagnostics[0])


def test_what_a_targeted_plan_leaves_out_is_said() -> None:
    left_out = {"address": f"{GROUP}.y", "mode": "managed", "type": GROUP, "name": "y", "values": OLD}
    prior = {"format_version": "1.0", "values": {"root_module": {"resources": [left_out]}}}
    sides = read_plan(tofu_plan(change(f"{GROUP}.x", OLD, NEW), prior_state=prior), "plan.json")

    assert "does not say what becomes of it" in str(sides.diagnostics[0])


def test_a_plan_that_failed_is_refused() -> None:
    with pytest.raises(UnsupportedInput, match="failed while it planned"):
        read_plan(tofu_plan(errored=True), "plan.json")
