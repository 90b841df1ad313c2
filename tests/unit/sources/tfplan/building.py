"""Small plans in the shapes of ``terraform show -json``: only what a test is about is said."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

ACCOUNT = "111122223333"
GROUP = "aws_networkfirewall_rule_group"
POLICY = "aws_networkfirewall_firewall_policy"
FIREWALL = "aws_networkfirewall_firewall"
VPC = "aws_vpc"
PREFIX_LIST = "aws_ec2_managed_prefix_list"


def arn(kind: str, name: str) -> str:
    return f"arn:aws:network-firewall:eu-west-1:{ACCOUNT}:{kind}/{name}"


def group_arn(name: str, *, stateful: bool = True) -> str:
    return arn("stateful-rulegroup" if stateful else "stateless-rulegroup", name)


def change(
    address: str,
    before: Json | None = None,
    after: Json | None = None,
    *,
    unknown: object = None,
    actions: list[str] | None = None,
    **more: object,
) -> Json:
    """Give one item of ``resource_changes``; the actions follow from what is there before and after."""
    provider = "awscc_" if "awscc_" in address else "aws_"
    around, _, rest = address.partition(provider)
    module = around.removesuffix("data.").removesuffix(".")
    kind, _, name = rest.partition(".")
    name, bracket, key = name.partition("[")
    item: Json = {
        "address": address,
        "mode": "data" if around.endswith("data.") else "managed",
        "type": f"{provider}{kind}",
        "name": name,
        "change": {
            "actions": actions or _actions(before, after),
            "before": before,
            "after": after,
            "after_unknown": {} if unknown is None else unknown,
            "before_sensitive": more.pop("before_sensitive", {}),
            "after_sensitive": more.pop("after_sensitive", {}),
        },
    }
    if module:
        item["module_address"] = module
    if bracket:
        index = key.rstrip("]")
        item["index"] = int(index) if index.isdigit() else index.strip('"')
    return item | more


def _actions(before: Json | None, after: Json | None) -> list[str]:
    if before is None:
        return ["create"]
    if after is None:
        return ["delete"]
    return ["no-op"] if before == after else ["update"]


def plan(*changes: Json, configuration: Json | None = None, **more: object) -> Json:
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {}},
        "resource_changes": list(changes),
        "configuration": configuration or {"root_module": {}},
        "complete": True,
        "errored": False,
    } | more


def state(*resources: Json, **more: object) -> Json:
    return {
        "format_version": "1.0",
        "terraform_version": "1.11.4",
        "values": {"root_module": {"resources": list(resources)}},
    } | more


def configured(*resources: Json, **root: object) -> Json:
    """Give a ``configuration`` with resources in its root module."""
    return {"root_module": {"resources": list(resources)} | root}


def written(address: str, mode: str = "managed", **expressions: object) -> Json:
    """Give one resource of a configuration."""
    kind, name = address.removeprefix("data.").split(".")
    return {"address": address, "mode": mode, "type": kind, "name": name, "expressions": expressions}


def refers(*references: str) -> Json:
    return {"references": list(references)}


def constant(value: object) -> Json:
    return {"constant_value": value}


def group(
    name: str, text: str | None = None, /, *, known: bool = True, stateful: bool = True, **more: object
) -> Json:
    """Give the values of a rule group: of Suricata text, or with the ``rule_group`` in ``more``."""
    values: Json = {
        "name": name,
        "capacity": 100,
        "type": "STATEFUL" if stateful else "STATELESS",
        "rules": None,
    }
    if known:
        values |= {"arn": group_arn(name, stateful=stateful), "id": group_arn(name, stateful=stateful)}
    if text is not None:
        values["rule_group"] = [rule_group(rules_string=text)]
    return values | more


def rule_group(
    *, rule_variables: list[Json] | None = None, order: str | None = None, **source: object
) -> Json:
    """Give a ``rule_group`` block; ``source`` are the arguments of its ``rules_source``."""
    return {
        "reference_sets": [],
        "rule_variables": rule_variables or [],
        "rules_source": [
            {"rules_source_list": [], "stateful_rule": [], "stateless_rules_and_custom_actions": []} | source
        ],
        "stateful_rule_options": [{"rule_order": order}] if order else [],
    }


def policy(*references: Json, known: bool = True, **block: object) -> Json:
    """Give the values of a policy; ``block`` are arguments of ``firewall_policy``."""
    values: Json = {"name": "p", "region": "eu-west-1"}
    if known:
        values |= {"arn": arn("firewall-policy", "p"), "id": arn("firewall-policy", "p")}
    inner = {
        "policy_variables": [],
        "stateful_default_actions": None,
        "stateful_engine_options": [],
        "stateful_rule_group_reference": list(references),
        "stateless_default_actions": ["aws:forward_to_sfe"],
        "stateless_fragment_default_actions": ["aws:forward_to_sfe"],
        "stateless_rule_group_reference": [],
    }
    return values | {"firewall_policy": [inner | block]}


def strict() -> list[Json]:
    return [{"rule_order": "STRICT_ORDER", "flow_timeouts": []}]


def firewall(**more: object) -> Json:
    values = {
        "name": "fw",
        "arn": arn("firewall", "fw"),
        "firewall_policy_arn": arn("firewall-policy", "p"),
        "vpc_id": "vpc-1",
    }
    return values | more
