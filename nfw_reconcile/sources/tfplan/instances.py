"""Resources of one side of a plan: every instance by itself, and how references find them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.policy import GroupName
from nfw_reconcile.sources.shapes import Scalar, WrongTypeError, read_scalar
from nfw_reconcile.sources.tfplan.addresses import key_text, module_text, without_keys
from nfw_reconcile.sources.tfplan.node import Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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

MANAGED_TYPES: Final = frozenset(
    {RULE_GROUP, POLICY, FIREWALL, VPC, VPC_CIDR, PREFIX_LIST, PREFIX_LIST_ENTRY}
)
"""Resource types that are read."""

DATA_TYPES: Final = frozenset({VPC, PREFIX_LIST})
"""Data sources that are read."""

_IDENTITY: Final = ("id", "arn", "name", "type", "region")


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
    def node(self) -> Node:
        """Give the root of the values."""
        sensitive = dict.fromkeys(self.values, True) if self.sensitive is True else self.sensitive
        return Node(self.address, self.values, self.unknown, sensitive, self.expressions)

    def text(self, attribute: str) -> str | None:
        """Give a string attribute, sensitive or not; ``None`` where it is unset, unknown or no string."""
        value = None if self.node.member(attribute).is_unknown else self.values.get(attribute)
        return value if isinstance(value, str) and value else None

    def called(self) -> GroupName:
        """Give the names: the address for people, and AWS's own where they are known and may be shown."""
        hidden = self.node.member("name").is_sensitive
        return GroupName(self.address, None if hidden else self.text("name"), self.text("arn"), self.address)


def check_identity(instance: Instance, remarks: Remarks) -> None:
    """Make a problem of every identifying attribute that is no string."""
    for attribute in _IDENTITY:
        try:
            read_scalar(instance.values.get(attribute), Scalar.TEXT)
        except WrongTypeError as wrong:
            remarks.problem(f"{instance.address}.{attribute}", str(wrong))


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
        """Give the instances of some resource types (or of data sources of that name)."""
        return (instance for instance in self._all if instance.kind in kinds and instance.data == data)

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
