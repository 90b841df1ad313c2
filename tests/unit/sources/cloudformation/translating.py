"""A template's stack as it looks in other sources: a plan of either provider, a snapshot, JSON.

What is written follows the documentation of each: blocks in lists and sets of named blocks for ``aws``,
objects and maps for ``awscc``, the API's own shapes for a snapshot.
"""

from __future__ import annotations

import json
from typing import Any, Final

from nfw_reconcile.sources.cloudformation.tree import Items, Leaf, Members, Tree, Unquoted
from nfw_reconcile.sources.cloudformation.yamlfile import parse_yaml
from nfw_reconcile.sources.shapes import Named, Scalar, Scalars, Shape, Structure, Structures
from nfw_reconcile.sources.tables import FIREWALL_POLICY, RULE_GROUP
from nfw_reconcile.sources.tfplan.objects import snake_case
from tests.unit.sources.tfplan.building import Json, arn, group_arn, plan

GROUP: Final = "AWS::NetworkFirewall::RuleGroup"
POLICY: Final = "AWS::NetworkFirewall::FirewallPolicy"
FIREWALL: Final = "AWS::NetworkFirewall::Firewall"
VPC: Final = "AWS::EC2::VPC"
PREFIX_LIST: Final = "AWS::EC2::PrefixList"

AWS_TYPES: Final = {
    GROUP: "aws_networkfirewall_rule_group",
    POLICY: "aws_networkfirewall_firewall_policy",
    FIREWALL: "aws_networkfirewall_firewall",
    VPC: "aws_vpc",
    PREFIX_LIST: "aws_ec2_managed_prefix_list",
}
AWSCC_TYPES: Final = {
    GROUP: "awscc_networkfirewall_rule_group",
    POLICY: "awscc_networkfirewall_firewall_policy",
    FIREWALL: "awscc_networkfirewall_firewall",
    VPC: "awscc_ec2_vpc",
    PREFIX_LIST: "awscc_ec2_prefix_list",
}


def plain(tree: Tree) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Give a tree as JSON values."""
    match tree:
        case Members(members=members):
            return {name: plain(one) for name, one in members.items()}
        case Items(items=items):
            return [plain(item) for item in items]
        case Leaf(value=value):
            return value.text if isinstance(value, Unquoted) else value


def template_json(template: bytes) -> bytes:
    """Write a template as JSON."""
    return json.dumps(plain(parse_yaml(template.decode(), "t"))).encode()


def deployed(template: bytes) -> dict[str, Json]:
    """Give the resources as they are when the stack is there: every identifier is known, numbers are numbers."""
    resources: dict[str, Json] = plain(parse_yaml(template.decode(), "t"))["Resources"]
    identifiers = {name: _identifier(name, one) for name, one in resources.items()}
    return {name: _settled(one, identifiers) for name, one in resources.items()}


def _identifier(name: str, resource: Json) -> str:
    properties = resource["Properties"]
    match resource["Type"]:
        case "AWS::NetworkFirewall::RuleGroup":
            return group_arn(properties["RuleGroupName"], stateful=properties["Type"] == "STATEFUL")
        case "AWS::NetworkFirewall::FirewallPolicy":
            return arn("firewall-policy", properties["FirewallPolicyName"])
        case "AWS::NetworkFirewall::Firewall":
            return arn("firewall", properties["FirewallName"])
        case "AWS::EC2::PrefixList":
            return f"arn:aws:ec2:eu-west-1:111122223333:prefix-list/{name}"
        case _:
            return f"id-of-{name}"


def _settled(value: Any, identifiers: dict[str, str], key: str = "") -> Any:  # noqa: ANN401
    match value:
        case {"Ref": str(name)}:
            return identifiers[name]
        case {"Fn::GetAtt": str(path)}:
            return identifiers[path.partition(".")[0]]
        case {"Fn::GetAtt": [str(name), _]}:
            return identifiers[name]
        case dict():
            return {name: _settled(one, identifiers, name) for name, one in value.items()}
        case list():
            return [_settled(one, identifiers) for one in value]
        case str() if key in {"Priority", "Capacity"}:
            return int(value)
        case int() if key == "DestinationPort":
            return str(value)
        case _:
            return value


def snapshot(template: bytes) -> Json:
    """Write a stack as a snapshot of what is live."""
    found: Json = {"format_version": "1.0", "firewalls": [], "policies": [], "rule_groups": []}
    found |= {"prefix_lists": {}, "vpcs": {}}
    for name, resource in deployed(template).items():
        properties, identifier = resource["Properties"], _identifier(name, resource)
        match resource["Type"]:
            case "AWS::NetworkFirewall::Firewall":
                about = {**properties, "FirewallArn": identifier}
                found["firewalls"].append({"Firewall": about})
            case "AWS::NetworkFirewall::FirewallPolicy":
                about = {
                    "FirewallPolicyName": properties["FirewallPolicyName"],
                    "FirewallPolicyArn": identifier,
                }
                found["policies"].append(
                    {"FirewallPolicyResponse": about, "FirewallPolicy": properties["FirewallPolicy"]}
                )
            case "AWS::NetworkFirewall::RuleGroup":
                about = {key: properties[key] for key in ("RuleGroupName", "Type")}
                about["RuleGroupArn"] = identifier
                found["rule_groups"].append(
                    {"RuleGroupResponse": about, "RuleGroup": properties["RuleGroup"]}
                )
            case "AWS::EC2::PrefixList":
                found["prefix_lists"][identifier] = [entry["Cidr"] for entry in properties["Entries"]]
            case _:
                found["vpcs"][identifier] = [properties["CidrBlock"]]
    return found


def aws_plan(old: bytes, new: bytes) -> Json:
    """Write two stacks as a plan of the provider ``aws``."""
    return _plan(old, new, AWS_TYPES)


def awscc_plan(old: bytes, new: bytes) -> Json:
    """Write two stacks as a plan of the provider ``awscc``."""
    return _plan(old, new, AWSCC_TYPES)


def _plan(old: bytes, new: bytes, types: dict[str, str]) -> Json:
    before, after = deployed(old), deployed(new)
    values = _aws_values if types is AWS_TYPES else _awscc_values
    changes = []
    for name, resource in after.items():
        kind = types[resource["Type"]]
        one, other = values(name, before[name]), values(name, resource)
        changes.append(
            {
                "address": f"{kind}.{name}",
                "mode": "managed",
                "type": kind,
                "name": name,
                "change": {
                    "actions": ["no-op"] if one == other else ["update"],
                    "before": one,
                    "after": other,
                    "after_unknown": {},
                    "before_sensitive": {},
                    "after_sensitive": {},
                },
            }
        )
    return plan(*changes)


def _aws_values(name: str, resource: Json) -> Json:
    properties, identifier = resource["Properties"], _identifier(name, resource)
    about: Json = {"arn": identifier, "id": identifier}
    match resource["Type"]:
        case "AWS::NetworkFirewall::RuleGroup":
            about |= {"name": properties["RuleGroupName"], "type": properties["Type"], "rules": None}
            return about | {"rule_group": as_blocks(properties["RuleGroup"], RULE_GROUP)}
        case "AWS::NetworkFirewall::FirewallPolicy":
            body = as_blocks(properties["FirewallPolicy"], FIREWALL_POLICY)
            return about | {"name": properties["FirewallPolicyName"], "firewall_policy": body}
        case "AWS::NetworkFirewall::Firewall":
            about |= {"name": properties["FirewallName"], "vpc_id": properties["VpcId"]}
            return about | {"firewall_policy_arn": properties["FirewallPolicyArn"]}
        case "AWS::EC2::PrefixList":
            entries = [{"cidr": entry["Cidr"], "description": ""} for entry in properties["Entries"]]
            return about | {"name": properties["PrefixListName"], "entry": entries}
        case _:
            return about | {"cidr_block": properties["CidrBlock"]}


def _awscc_values(name: str, resource: Json) -> Json:
    properties, identifier = resource["Properties"], _identifier(name, resource)
    match resource["Type"]:
        case "AWS::NetworkFirewall::RuleGroup":
            about = {"rule_group_name": properties["RuleGroupName"], "rule_group_arn": identifier}
            body = as_objects(properties["RuleGroup"], RULE_GROUP)
            return about | {"id": identifier, "type": properties["Type"], "rule_group": body}
        case "AWS::NetworkFirewall::FirewallPolicy":
            about = {"firewall_policy_name": properties["FirewallPolicyName"]}
            about |= {"id": identifier, "firewall_policy_arn": identifier}
            return about | {"firewall_policy": as_objects(properties["FirewallPolicy"], FIREWALL_POLICY)}
        case "AWS::NetworkFirewall::Firewall":
            about = {"firewall_name": properties["FirewallName"], "firewall_arn": identifier}
            links = {"vpc_id": properties["VpcId"], "firewall_policy_arn": properties["FirewallPolicyArn"]}
            return about | {"id": identifier} | links
        case "AWS::EC2::PrefixList":
            entries = [{"cidr": entry["Cidr"], "description": None} for entry in properties["Entries"]]
            about = {"prefix_list_name": properties["PrefixListName"], "arn": identifier}
            return about | {"id": "pl-1", "prefix_list_id": "pl-1", "entries": entries}
        case _:
            about = {"id": identifier, "vpc_id": identifier, "cidr_block_associations": ["vpc-cidr-assoc-1"]}
            return about | {"cidr_block": properties["CidrBlock"], "ipv_6_cidr_blocks": []}


def as_blocks(body: Any, shape: Shape) -> Any:  # noqa: ANN401
    """Write a body as ``aws`` has it: a block that is there once is a list of one."""
    match shape:
        case Scalar() | Scalars():
            return body
        case Structure(members=members):
            known = {member.terraform: (body.get(member.aws), member.shape) for member in members}
            return [
                {
                    name: as_blocks(value, inner) if value is not None else _nothing(inner)
                    for name, (value, inner) in known.items()
                }
            ]
        case Structures(item=item):
            return [as_blocks(one, item)[0] for one in body]
        case Named(inner=inner_name, item=item):
            return [{"key": name, inner_name: as_blocks(one, item)} for name, one in body.items()]


def _nothing(shape: Shape) -> list[object] | None:
    return None if isinstance(shape, Scalar | Scalars) else []


def as_objects(body: Any, shape: Shape) -> Any:  # noqa: ANN401
    """Write a body as ``awscc`` has it: every attribute of an object is there, or null."""
    if body is None:
        return None
    match shape:
        case Scalar() | Scalars():
            return body
        case Structure(members=members):
            return {snake_case(one.aws): as_objects(body.get(one.aws), one.shape) for one in members}
        case Structures(item=item):
            return [as_objects(one, item) for one in body]
        case Named(item=item):
            return {name: as_objects(one, item) for name, one in body.items()}
