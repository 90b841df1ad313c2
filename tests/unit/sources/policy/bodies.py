"""Small bodies in AWS's shapes, and the records around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.inventory import GroupRecord, PolicyBundle, PolicyRecord
from nfw_reconcile.model.policy import GroupName

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Body

ARN: Final = "arn:aws:network-firewall:eu-west-1:111122223333:stateful-rulegroup/"
MANAGED: Final = "arn:aws:network-firewall:eu-west-1:aws-managed:stateful-rulegroup/BotNetStrictOrder"
LABEL: Final = "aws_networkfirewall_rule_group.main"


def block(**changes: Body) -> dict[str, Body]:
    """Give a ``StatefulRules`` block; keywords change its header, or ``Action`` and ``RuleOptions``."""
    header: dict[str, Body] = {
        "Protocol": "TCP",
        "Source": "$HOME_NET",
        "SourcePort": "ANY",
        "Direction": "FORWARD",
        "Destination": "10.0.0.0/8",
        "DestinationPort": "443",
    }
    rest: dict[str, Body] = {"Action": "DROP", "RuleOptions": [{"Keyword": "sid", "Settings": ["1"]}]}
    for key, value in changes.items():
        (rest if key in rest else header)[key] = value
    return {**rest, "Header": header}


def record(body: Body, *, stateful: bool = True, name: str = "main") -> GroupRecord:
    """Give the record of a group that has a Terraform address and an ARN."""
    address = f"aws_networkfirewall_rule_group.{name}"
    return GroupRecord(GroupName(address, name, ARN + name, address), stateful, body)


def rules(text: Body, **more: Body) -> dict[str, Body]:
    """Give a stateful group's body with a rules string."""
    return {"RulesSource": {"RulesString": text}, **more}


def policy(**members: Body) -> dict[str, Body]:
    """Give a policy's body: everything goes to the stateful engine."""
    return {
        "StatelessDefaultActions": ["aws:forward_to_sfe"],
        "StatelessFragmentDefaultActions": ["aws:forward_to_sfe"],
        **members,
    }


def bundle(body: Body, *groups: GroupRecord, home_net: Body = None, origin: str = "") -> PolicyBundle:
    """Give a bundle of a policy and its groups."""
    return PolicyBundle(PolicyRecord(GroupName("policy"), body), groups, {}, home_net, origin)
