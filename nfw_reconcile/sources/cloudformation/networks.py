"""VPCs and prefix lists of a template: the CIDRs that policies get from elsewhere."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.sources.cloudformation.template import here
from nfw_reconcile.sources.cloudformation.tree import Leaf, Members
from nfw_reconcile.sources.cloudformation.types import PREFIX_LIST, VPC, VPC_CIDR
from nfw_reconcile.sources.links import bare, items, member
from nfw_reconcile.sources.shapes import Member, Scalar, Structure, Structures

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.model.inventory import Body
    from nfw_reconcile.sources.cloudformation.resources import Resource, Workshop

_ENTRIES: Final = Structures(Structure((Member("cidr", "Cidr"), Member("description", "Description"))))
_REMEDY: Final = "Correct the template."


def read_vpcs(resources: Iterable[Resource], workshop: Workshop) -> dict[str, Body]:
    """Give the CIDRs of every VPC by its logical id; those that the service chooses are not known."""
    found = list(resources)
    attached = _attached([one for one in found if one.kind == VPC_CIDR], workshop)
    return {
        vpc.name: [
            workshop.perhaps(vpc, _cidr(vpc, ("CidrBlock",), workshop)),
            *attached.get(f"{vpc.name}.id", ()),
        ]
        for vpc in found
        if vpc.kind == VPC
    }


def _attached(blocks: Iterable[Resource], workshop: Workshop) -> dict[str, list[Body]]:
    attached: dict[str, list[Body]] = defaultdict(list)
    for block in blocks:
        owner = workshop.text(block, "VpcId")
        cidr = workshop.perhaps(block, _cidr(block, ("CidrBlock", "Ipv6CidrBlock"), workshop))
        if isinstance(owner, Unresolved):
            attached[owner.reference].append(cidr)
        place = here(workshop.remarks, block.tree)
        if owner is None:
            place.problem(f"Resources.{block.name}.Properties.VpcId", "a VPC is needed", _REMEDY)
        elif isinstance(owner, Unresolved) and not owner.reference.endswith(".id"):
            place.warn(
                f"Resources.{block.name}: which VPC it belongs to is not known: {owner.reference}",
                "If it is one of the template, name it with Ref.",
            )
    return attached


def _cidr(owner: Resource, names: tuple[str, ...], workshop: Workshop) -> Body:
    found = [workshop.value(owner, name, Scalar.TEXT) for name in names]
    written = [cidr for cidr in found if cidr is not None]
    chosen_by_aws = Members({"Fn::GetAtt": Leaf(f"{owner.name}.{names[0]}")})
    return (
        written[0]
        if written
        else workshop.converter.convert(workshop.evaluator.evaluate(chosen_by_aws), Scalar.TEXT, owner.name)
    )


def read_prefix_lists(resources: Iterable[Resource], workshop: Workshop) -> dict[str, Body]:
    """Give the members of every prefix list by its logical id."""
    return {one.name: _entries(one, workshop) for one in resources if one.kind == PREFIX_LIST}


def _entries(prefix_list: Resource, workshop: Workshop) -> Body:
    body = workshop.perhaps(prefix_list, workshop.value(prefix_list, "Entries", _ENTRIES))
    content = bare(body)
    if isinstance(content, Unresolved):
        return [content]
    return [_cidr_of(entry) for entry in items(content)]


def _cidr_of(entry: Body) -> Body:
    """Give the CIDR of an entry; an entry that is not known is a CIDR that is not known."""
    found = bare(entry)
    return found if isinstance(found, Unresolved) else member(found, "Cidr")
