"""Resources of one side of a plan: every instance by itself, and how references find them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.policy import GroupName
from nfw_reconcile.sources.shapes import Scalar, WrongTypeError, read_scalar
from nfw_reconcile.sources.tfplan.addresses import key_text, module_text, without_keys
from nfw_reconcile.sources.tfplan.node import Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nfw_reconcile.sources.remarks import Remarks
    from nfw_reconcile.sources.tfplan.addresses import ModulePath
    from nfw_reconcile.sources.tfplan.configuration import Target

RULE_GROUP: Final = "aws_networkfirewall_rule_group"
POLICY: Final = "aws_networkfirewall_firewall_policy"
FIREWALL: Final = "aws_networkfirewall_firewall"
VPC: Final = "aws_vpc"
VPC_CIDR: Final = "aws_vpc_ipv4_cidr_block_association"
PREFIX_LIST: Final = "aws_ec2_managed_prefix_list"
PREFIX_LIST_ENTRY: Final = "aws_ec2_managed_prefix_list_entry"

CLOUD_CONTROL: Final = {
    "awscc_networkfirewall_rule_group": RULE_GROUP,
    "awscc_networkfirewall_firewall_policy": POLICY,
    "awscc_networkfirewall_firewall": FIREWALL,
    "awscc_ec2_vpc": VPC,
    "awscc_ec2_vpc_cidr_block": VPC_CIDR,
    "awscc_ec2_prefix_list": PREFIX_LIST,
}
"""Types of the provider ``awscc``, each with the type of ``aws`` that stands for the same thing."""

MANAGED_TYPES: Final = frozenset(
    {RULE_GROUP, POLICY, FIREWALL, VPC, VPC_CIDR, PREFIX_LIST, PREFIX_LIST_ENTRY, *CLOUD_CONTROL}
)
"""Resource types that are read."""

DATA_TYPES: Final = frozenset({VPC, PREFIX_LIST})
"""Data sources that are read."""

_IDENTITY: Final = ("id", "arn", "name", "type", "region")

_RENAMED: Final = {
    "awscc_networkfirewall_rule_group": {"name": "rule_group_name", "arn": "rule_group_arn"},
    "awscc_networkfirewall_firewall_policy": {"name": "firewall_policy_name", "arn": "firewall_policy_arn"},
    "awscc_networkfirewall_firewall": {"name": "firewall_name", "arn": "firewall_arn"},
    "awscc_ec2_prefix_list": {"name": "prefix_list_name"},
}
"""What ``awscc`` calls the attributes that identify a resource (its documentation, schemas)."""


def role_of(kind: str) -> str:
    """Give the type of the provider ``aws`` that stands for the same thing."""
    return CLOUD_CONTROL.get(kind, kind)


@dataclass(frozen=True, slots=True)
class Instance:
    """One resource or data source on one side.

    ``unknown`` and ``sensitive`` mark parts of ``values``; ``expressions`` are those of the
    configuration, none on the old side: there every value is known.
    """

    address: str
    kind: str
    name: str
    values: Mapping[str, object]
    data: bool = False
    module: ModulePath = ()
    index: int | str | None = None
    unknown: object = None
    sensitive: object = None
    expressions: Mapping[str, object] = field(default_factory=dict)
    region: str | None = None

    @property
    def resource(self) -> str:
        """Give the address inside the module, without the instance key."""
        return f"{'data.' if self.data else ''}{self.kind}.{self.name}"

    @property
    def role(self) -> str:
        """Give the resource type, as the provider ``aws`` calls it."""
        return role_of(self.kind)

    @property
    def is_cloud_control(self) -> bool:
        """Say whether the resource is one of ``awscc``: objects and maps instead of blocks, all of them computed."""
        return self.kind in CLOUD_CONTROL

    @property
    def node(self) -> Node:
        """Give the root of the values."""
        sensitive = dict.fromkeys(self.values, True) if self.sensitive is True else self.sensitive
        return Node(self.address, self.values, self.unknown, sensitive, self.expressions)

    def member(self, attribute: str) -> Node:
        """Give an attribute by the name that ``aws`` has for it."""
        return self.node.member(_RENAMED.get(self.kind, {}).get(attribute, attribute))

    def text(self, attribute: str) -> str | None:
        """Give a string attribute, sensitive or not; ``None`` where it is unset, unknown or no string."""
        node = self.member(attribute)
        value = None if node.is_unknown else node.value
        return value if isinstance(value, str) and value else None

    def holds_unknown(self, attribute: str) -> bool:
        """Say whether an attribute (or anything, for no attribute) holds what is known after apply only."""
        return _holds_true(self.node.member(attribute).unknown if attribute else self.unknown)

    def called(self) -> GroupName:
        """Give the names: the address for people, and AWS's own where they are known and may be shown."""
        hidden = self.member("name").is_sensitive
        return GroupName(self.address, None if hidden else self.text("name"), self.text("arn"), self.address)


def _holds_true(marks: object) -> bool:
    match marks:
        case Mapping():
            return any(map(_holds_true, marks.values()))
        case list():
            return any(map(_holds_true, marks))
        case _:
            return marks is True


def check_identity(instance: Instance, remarks: Remarks) -> None:
    """Make a problem of every identifying attribute that is no string."""
    for attribute in _IDENTITY:
        node = instance.member(attribute)
        try:
            read_scalar(node.value, Scalar.TEXT)
        except WrongTypeError as wrong:
            remarks.problem(node.path, str(wrong))


class Instances:
    """All instances of one side, in the order of the document."""

    def __init__(self, instances: Iterable[Instance]) -> None:
        self._all = tuple(instances)
        self._by_address = {instance.address: instance for instance in self._all}
        self._by_resource: dict[str, list[Instance]] = defaultdict(list)
        for instance in self._all:
            for stem in {_stem(instance.module, instance), _stem(without_keys(instance.module), instance)}:
                self._by_resource[stem].append(instance)

    def of(self, *kinds: str, data: bool = False) -> Iterator[Instance]:
        """Give the instances of some resource types, of either provider (or of data sources of that name)."""
        return (instance for instance in self._all if instance.role in kinds and instance.data == data)

    def found(self, target: Target) -> list[Instance]:
        """Give every instance that a reference can mean."""
        stem = f"{module_text(target.module)}{target.resource}"
        exact = self._by_address.get(f"{stem}{target.key}")
        if exact is not None:
            return [exact]
        candidates = self._by_resource.get(stem, [])
        return [one for one in candidates if target.key in ("", "[*]", key_text(one.index))]


def _stem(module: ModulePath, instance: Instance) -> str:
    return f"{module_text(module)}{instance.resource}"
