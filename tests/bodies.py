"""Firewalls, policies and rule groups in AWS's shapes: only what a test is about is said.

``arn=None`` is a resource that is still to be created: its policy refers to it by Terraform address.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import (
    FirewallRecord,
    GroupRecord,
    Inventory,
    PolicyBundle,
    PolicyChange,
    PolicyRecord,
)
from nfw_reconcile.model.policy import GroupName

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nfw_reconcile.model.inventory import Body

ACCOUNT: Final = "111122223333"
REGION: Final = "eu-west-1"
STRICT: Final = "STRICT_ORDER"
ACTION: Final = "DEFAULT_ACTION_ORDER"
FORWARD: Final = "aws:forward_to_sfe"
PASS: Final = "aws:pass"
DROP: Final = "aws:drop"
HOME: Final = ("10.0.0.0/8",)
_ORDER: Final[dict[str, Body]] = {"StatefulRuleOptions": {"RuleOrder": STRICT}}


def arn(kind: str, name: str, region: str = REGION) -> str:
    return f"arn:aws:network-firewall:{region}:{ACCOUNT}:{kind}/{name}"


def called(
    kind: str, name: str, *, address: str | None = None, known: bool = True, region: str = REGION
) -> GroupName:
    """Name a thing: by its Terraform address where it has one; without an ARN where it is still to be created."""
    return GroupName(address or name, name, arn(kind, name, region) if known else None, address)


def group(
    name: str,
    rules: Body = "",
    *,
    address: str | None = None,
    known: bool = True,
    **more: Body,
) -> GroupRecord:
    """Build a stateful group from Suricata text; ``more`` are members of its body."""
    named = called("stateful-rulegroup", name, address=address, known=known)
    return GroupRecord(named, stateful=True, body={"RulesSource": {"RulesString": rules}, **_ORDER, **more})


def ip_sets(**sets: Sequence[Body]) -> Body:
    """Give ``RuleVariables`` with IP sets by name."""
    return {"IPSets": {name: {"Definition": list(members)} for name, members in sets.items()}}


def references(**arns: Body) -> Body:
    """Give ``ReferenceSets`` with IP set references by name."""
    return {"IPSetReferences": {name: {"ReferenceArn": found} for name, found in arns.items()}}


def rule_block(action: str, fields: Sequence[Body], *options: tuple[str, Body]) -> Body:
    """Give one ``StatefulRule``: protocol, source, source port, destination, destination port; then options."""
    protocol, source, source_port, destination, port = fields
    header = {
        "Protocol": protocol,
        "Source": source,
        "SourcePort": source_port,
        "Direction": "FORWARD",
        "Destination": destination,
        "DestinationPort": port,
    }
    written: list[Body] = [
        {"Keyword": keyword, "Settings": [] if value is None else [value]} for keyword, value in options
    ]
    return {"Action": action, "Header": header, "RuleOptions": written}


def blocks(name: str, *rules: Body, address: str | None = None, **more: Body) -> GroupRecord:
    """Build a stateful group from ``StatefulRule`` blocks."""
    named = called("stateful-rulegroup", name, address=address)
    return GroupRecord(
        named, stateful=True, body={"RulesSource": {"StatefulRules": list(rules)}, **_ORDER, **more}
    )


def stateless_rule(priority: Body, action: str, *, protocols: Sequence[int] = (), **match: Body) -> Body:
    """Build a stateless rule; ``source``, ``destination`` are CIDRs, ``to_port`` is a port."""
    attributes: dict[str, Body] = {"Protocols": list(protocols)}
    for word, member in (("source", "Sources"), ("destination", "Destinations")):
        if word in match:
            attributes[member] = [{"AddressDefinition": match[word]}]
    if "to_port" in match:
        attributes["DestinationPorts"] = [{"FromPort": match["to_port"], "ToPort": match["to_port"]}]
    definition: Body = {"MatchAttributes": attributes, "Actions": [action]}
    return {"Priority": priority, "RuleDefinition": definition}


def stateless_group(name: str, *rules: Body, address: str | None = None) -> GroupRecord:
    body: Body = {"RulesSource": {"StatelessRulesAndCustomActions": {"StatelessRules": list(rules)}}}
    return GroupRecord(called("stateless-rulegroup", name, address=address), stateful=False, body=body)


def reference(found: GroupRecord) -> str | Unresolved:
    """Refer to a group as a policy of the same input does."""
    return found.name.arn or Unresolved(f"{found.name.address}.arn")


def policy_body(
    *groups: GroupRecord,
    order: Body = STRICT,
    defaults: Body = ("aws:drop_strict",),
    stateless_default: Body = FORWARD,
    **more: Body,
) -> dict[str, Body]:
    """Build the body of a policy that tries its groups in the order given."""
    stateful: list[Body] = []
    stateless: list[Body] = []
    for found in groups:
        references = stateful if found.stateful else stateless
        references.append({"ResourceArn": reference(found), "Priority": len(references) + 1})
    return {
        "StatefulEngineOptions": {"RuleOrder": order},
        "StatefulDefaultActions": defaults if order == STRICT else [],
        "StatelessDefaultActions": [stateless_default],
        "StatelessFragmentDefaultActions": [FORWARD],
        "StatefulRuleGroupReferences": stateful,
        "StatelessRuleGroupReferences": stateless,
        **more,
    }


def policy(
    name: str,
    *groups: GroupRecord,
    address: str | None = None,
    known: bool = True,
    **more: Body,
) -> PolicyRecord:
    named = called("firewall-policy", name, address=address, known=known)
    return PolicyRecord(named, policy_body(*groups, **more))


def firewall(
    name: str,
    of: PolicyRecord | str | Unresolved,
    *,
    address: str | None = None,
    vpc: str | Unresolved | None = None,
    known: bool = True,
) -> FirewallRecord:
    link = of
    if isinstance(of, PolicyRecord):
        link = of.name.arn or Unresolved(f"{of.name.address}.arn")
    assert not isinstance(link, PolicyRecord)
    named = called("firewall", name, address=address, known=known)
    return FirewallRecord(named, link, vpc, account=ACCOUNT, region=REGION)


def inventory(
    *records: FirewallRecord | PolicyRecord | GroupRecord,
    prefix_lists: Mapping[str, Body] | None = None,
    vpcs: Mapping[str, Body] | None = None,
) -> Inventory:
    return Inventory(
        tuple(record for record in records if isinstance(record, FirewallRecord)),
        tuple(record for record in records if isinstance(record, PolicyRecord)),
        tuple(record for record in records if isinstance(record, GroupRecord)),
        prefix_lists or {},
        vpcs or {},
    )


def bundle(
    *groups: GroupRecord,
    prefix_lists: Mapping[str, Body] | None = None,
    home_net: Body = HOME,
    of: PolicyRecord | None = None,
    **more: Body,
) -> PolicyBundle:
    """Build a policy with all that decides its verdicts."""
    found = of or PolicyRecord(called("firewall-policy", "egress"), policy_body(*groups, **more))
    return PolicyBundle(found, groups, prefix_lists or {}, home_net, "a test")


def change(old: PolicyBundle | None, new: PolicyBundle) -> PolicyChange:
    return PolicyChange(None, old, new)


def snapshot(found: Inventory) -> dict[str, Any]:
    """Write an inventory as the JSON of a snapshot: the API's own shapes."""
    data = {
        "format_version": "1.0",
        "firewalls": [
            {
                "Firewall": {
                    "FirewallName": one.name.name,
                    "FirewallArn": one.name.arn,
                    "FirewallPolicyArn": one.policy,
                    "VpcId": one.vpc,
                }
            }
            for one in found.firewalls
        ],
        "policies": [
            {
                "FirewallPolicyResponse": {
                    "FirewallPolicyName": one.name.name,
                    "FirewallPolicyArn": one.name.arn,
                },
                "FirewallPolicy": one.body,
            }
            for one in found.policies
        ],
        "rule_groups": [
            {
                "RuleGroupResponse": {
                    "RuleGroupName": one.name.name,
                    "RuleGroupArn": one.name.arn,
                    "Type": "STATEFUL" if one.stateful else "STATELESS",
                },
                "RuleGroup": one.body,
            }
            for one in found.groups
        ],
        "prefix_lists": dict(found.prefix_lists),
        "vpcs": dict(found.vpcs),
    }
    plain: dict[str, Any] = json.loads(json.dumps(data))
    return plain
