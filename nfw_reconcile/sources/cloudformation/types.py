"""The resource types that are read, and how other resources refer to them.

Sources: CloudFormation's template reference, "Return values" of each type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.cloudformation.tree import Leaf, Members

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.sources.cloudformation.tree import Tree

FIREWALL: Final = "AWS::NetworkFirewall::Firewall"
POLICY: Final = "AWS::NetworkFirewall::FirewallPolicy"
RULE_GROUP: Final = "AWS::NetworkFirewall::RuleGroup"
VPC: Final = "AWS::EC2::VPC"
VPC_CIDR: Final = "AWS::EC2::VPCCidrBlock"
PREFIX_LIST: Final = "AWS::EC2::PrefixList"

READ: Final = frozenset({FIREWALL, POLICY, RULE_GROUP, VPC, VPC_CIDR, PREFIX_LIST})


@dataclass(frozen=True, slots=True)
class Links:
    """What ``Ref`` gives, and which attributes give the same identifiers: ``arn`` or ``id``."""

    ref: str
    attributes: Mapping[str, str]


LINKS: Final = {
    FIREWALL: Links("arn", {"FirewallArn": "arn"}),
    POLICY: Links("arn", {"FirewallPolicyArn": "arn"}),
    RULE_GROUP: Links("arn", {"RuleGroupArn": "arn"}),
    VPC: Links("id", {"VpcId": "id"}),
    PREFIX_LIST: Links("id", {"Arn": "arn", "PrefixListId": "id"}),
}


NESTED: Final = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}
"""Types that hold a template of their own, and the property that says which."""


def property_of(resource: Tree, name: str) -> Tree | None:
    """Give a property as written; ``None`` where there is none."""
    properties = resource.members.get("Properties") if isinstance(resource, Members) else None
    return properties.members.get(name) if isinstance(properties, Members) else None


def type_of(resource: Tree) -> str:
    """Give the type of a resource as written; empty for what has none."""
    kind = resource.members.get("Type") if isinstance(resource, Members) else None
    return kind.value if isinstance(kind, Leaf) and isinstance(kind.value, str) else ""
