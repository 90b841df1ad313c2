"""VPCs and prefix lists of one side: the CIDRs that policies get from elsewhere."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.inventory import Body, Sensitive
from nfw_reconcile.sources.shapes import Scalar
from nfw_reconcile.sources.tfplan.instances import PREFIX_LIST, PREFIX_LIST_ENTRY, VPC, VPC_CIDR
from nfw_reconcile.sources.tfplan.objects import converter_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nfw_reconcile.sources.remarks import Remarks
    from nfw_reconcile.sources.tfplan.instances import Instance, Instances
    from nfw_reconcile.sources.tfplan.links import Names
    from nfw_reconcile.sources.tfplan.node import Node

_IPV6_ARGUMENTS: Final = ("assign_generated_ipv6_cidr_block", "ipv6_ipam_pool_id")

Attached = dict[str, list[Body]]
"""CIDRs that resources of their own add, by id and by Terraform address of what they are added to."""


def read_vpcs(instances: Instances, names: Names, remarks: Remarks) -> dict[str, Body]:
    """Give the CIDRs of every VPC, under its id where that is known and under its address."""
    attached = _attached(instances.of(VPC_CIDR), "vpc_id", "cidr_block", names, remarks)
    vpcs: dict[str, Body] = {}
    for vpc in (*instances.of(VPC), *instances.of(VPC, data=True)):
        convert = converter_of(vpc, names, remarks).convert
        cidrs = [convert(node, Scalar.TEXT) for node in _vpc_cidrs(vpc)]
        _put(vpcs, vpc, "id", [*cidrs, *_attached_to(vpc, "id", attached)])
    return vpcs


def _vpc_cidrs(vpc: Instance) -> list[Node]:
    """Give the places of a VPC's CIDRs.

    Every VPC that is to be created has an unknown ``ipv6_cidr_block``, those without IPv6 as well.
    """
    root = vpc.node
    if vpc.is_cloud_control:
        return [root.member("cidr_block"), *root.member("ipv_6_cidr_blocks").elements()]
    places = [root.member("cidr_block")]
    places += [block.member("cidr_block") for block in root.member("cidr_block_associations").elements()]
    ipv6 = root.member("ipv6_cidr_block")
    asked = any(
        root.member(argument).value or root.member(argument).is_unknown for argument in _IPV6_ARGUMENTS
    )
    if asked or (vpc.data and not ipv6.is_unknown):
        places.append(ipv6)
    return places


def read_prefix_lists(
    instances: Instances, names: Names, remarks: Remarks, *, before: Instances | None = None
) -> dict[str, Body]:
    """Give the members of every prefix list, under its ARN where that is known and under its address.

    Entries may be resources of their own. The list's own ``entry`` then repeats those that are there
    when the plan is made, so that they (``before``) have to be taken away before the planned ones are
    added.
    """
    attached = _attached(instances.of(PREFIX_LIST_ENTRY), "prefix_list_id", "cidr", names, remarks)
    outgoing: Attached = {}
    if before is not None:
        outgoing = _attached(before.of(PREFIX_LIST_ENTRY), "prefix_list_id", "cidr", names, remarks)
    lists: dict[str, Body] = {}
    for one in (*instances.of(PREFIX_LIST), *instances.of(PREFIX_LIST, data=True)):
        entries = one.node.member("entries" if one.data or one.is_cloud_control else "entry")
        added, removed = _attached_to(one, "id", attached), _attached_to(one, "id", outgoing)
        own: list[Body] = []
        if not entries.is_unknown:
            convert = converter_of(one, names, remarks).convert
            own = [
                _marked(convert(entry.member("cidr"), Scalar.TEXT), entries, entry)
                for entry in entries.elements()
            ]
        elif not added:
            own = [Unresolved(entries.path)]
        gone = {_plain(cidr) for cidr in removed}
        _put(lists, one, "arn", [*(cidr for cidr in own if _plain(cidr) not in gone), *added])
    return lists


def _marked(cidr: Body, *nodes: Node) -> Body:
    """Put the mark of a whole block or set on its CIDR."""
    marked = any(node.is_sensitive for node in nodes)
    return Sensitive(cidr) if marked and cidr is not None and not isinstance(cidr, Sensitive) else cidr


def _plain(cidr: Body) -> Body:
    return cidr.value if isinstance(cidr, Sensitive) else cidr


def _attached(
    parts: Iterable[Instance], owner: str, attribute: str, names: Names, remarks: Remarks
) -> Attached:
    attached: Attached = defaultdict(list)
    for part in parts:
        convert = converter_of(part, names, remarks).convert
        body = convert(part.node.member(owner), Scalar.TEXT)
        link = _plain(body)
        cidr = convert(_cidr_of(part, attribute), Scalar.TEXT)
        match link:
            case str():
                attached[link].append(cidr)
            case Unresolved(reference=reference):
                attached[reference].append(cidr)
                if not reference.endswith(".id"):
                    remarks.warn(f"{part.address}: what it belongs to is known after apply only")
            case _:
                remarks.problem(part.node.member(owner).path, "the identifier of its owner is needed")
    return attached


def _cidr_of(part: Instance, attribute: str) -> Node:
    """Give the place of a CIDR; a block of ``awscc`` has one for each family, and one of them is set."""
    node, ipv6 = part.node.member(attribute), part.node.member("ipv_6_cidr_block")
    is_set = not node.is_unknown and not node.is_empty
    return ipv6 if part.is_cloud_control and not is_set and not ipv6.is_empty else node


def _attached_to(instance: Instance, attribute: str, attached: Mapping[str, list[Body]]) -> list[Body]:
    keys = {instance.text(attribute), f"{instance.address}.{attribute}"}
    return [cidr for key in sorted(key for key in keys if key) for cidr in attached.get(key, [])]


def _put(found: dict[str, Body], instance: Instance, attribute: str, cidrs: Iterable[Body]) -> None:
    """Store a list of CIDRs, each once, under the identifier and under the address."""
    members = [cidr for cidr in dict.fromkeys(cidrs) if cidr is not None]
    identifier = instance.text(attribute)
    for key in (identifier, instance.address):
        if key is not None:
            found[key] = members
