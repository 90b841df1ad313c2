"""The arguments of the resources that are read, as the provider's schema has them (provider version 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.shapes import Member, Scalar, Structure, Structures
from nfw_reconcile.sources.tables import FIREWALL_POLICY, RULE_GROUP
from nfw_reconcile.sources.tfplan import instances

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.sources.hcl.expressions.references import ResourceName


@dataclass(frozen=True, slots=True)
class Schema:
    """What is read of a resource: its arguments, and those that the provider fills in where they are unset."""

    shape: Structure
    computed: frozenset[str] = frozenset()


def _schema(*members: Member, computed: tuple[str, ...] = ()) -> Schema:
    always = (Member("region", "Region"), Member("arn", "Arn"), Member("id", "Id"))
    return Schema(Structure((*members, *always)), frozenset({"arn", "id", *computed}))


def _text(name: str) -> Member:
    return Member(name, name)


_CIDRS: Final = Structures(Structure((_text("cidr"), _text("description"))))

_MANAGED: Final[Mapping[str, Schema]] = {
    instances.RULE_GROUP: _schema(
        _text("name"), _text("type"), _text("rules"), Member("rule_group", "RuleGroup", RULE_GROUP)
    ),
    instances.POLICY: _schema(_text("name"), Member("firewall_policy", "FirewallPolicy", FIREWALL_POLICY)),
    instances.FIREWALL: _schema(_text("name"), _text("firewall_policy_arn"), _text("vpc_id")),
    instances.VPC: _schema(
        _text("cidr_block"),
        _text("ipv6_cidr_block"),
        _text("ipv6_ipam_pool_id"),
        Member("assign_generated_ipv6_cidr_block", "", Scalar.FLAG),
        computed=("cidr_block", "ipv6_cidr_block"),
    ),
    instances.VPC_CIDR: _schema(_text("vpc_id"), _text("cidr_block"), computed=("cidr_block",)),
    instances.PREFIX_LIST: _schema(_text("name"), Member("entry", "Entries", _CIDRS), computed=("entry",)),
    instances.PREFIX_LIST_ENTRY: _schema(_text("cidr"), _text("prefix_list_id")),
}

_DATA: Final[Mapping[str, Schema]] = {
    instances.VPC: _schema(computed=("cidr_block", "cidr_block_associations", "ipv6_cidr_block")),
    instances.PREFIX_LIST: _schema(computed=("name", "entries")),
}
"""Of a data source only ``id`` is what the configuration says."""

_LINKING: Final = {
    (instances.RULE_GROUP, "arn"),
    (instances.POLICY, "arn"),
    (instances.FIREWALL, "arn"),
    (instances.VPC, "id"),
    (instances.PREFIX_LIST, "arn"),
    (instances.PREFIX_LIST, "id"),
}

_NEXT_GENERATION: Final = "firewall_policy_v2"
_IDENTIFIERS: Final = frozenset({"arn", "id"})


def schema_of(resource: ResourceName) -> Schema | None:
    """Give what is read of a resource; ``None`` where nothing is."""
    tables = {"managed": _MANAGED, "data": _DATA}
    return tables.get(resource.mode, {}).get(resource.kind)


def matters(resource: ResourceName) -> bool:
    """Say whether a resource is read, or is one that this version refuses."""
    return schema_of(resource) is not None or _NEXT_GENERATION in resource.kind


def is_link(resource: ResourceName, attribute: str) -> bool:
    """Say whether an attribute is by what other resources find this one, whatever else it says."""
    return (resource.kind, attribute) in _LINKING


def is_text(resource: ResourceName, attribute: str) -> bool:
    """Say whether an attribute is known to be a string."""
    schema = schema_of(resource)
    shapes = {member.terraform: member.shape for member in schema.shape.members} if schema else {}
    return attribute in _IDENTIFIERS or shapes.get(attribute) is Scalar.TEXT


def is_given(resource: ResourceName, attribute: str) -> bool:
    """Say whether an argument that is set is what the attribute is: of a data source, what it is found by is not."""
    return resource.mode == "managed" or attribute == "id"
