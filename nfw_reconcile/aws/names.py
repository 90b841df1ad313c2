"""Names for addresses, asked of EC2: the interface that has an address, else the subnet that it lies in.

A batch of addresses is one filter of one call. What the caller may not ask, and what gets no answer, is told and
left out; after an outage nothing more is asked.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from botocore import xform_name

from nfw_reconcile.act.ports import CredentialsError, UnreachableError
from nfw_reconcile.aws.faults import EXPECTED, Call, read_error, unusable
from nfw_reconcile.aws.interfaces import Thing, addresses_of, instance_of, label, owner, tags_of, thing_of
from nfw_reconcile.errors import Diagnostic, ServiceError, warning
from nfw_reconcile.model.addresses import Address, Network
from nfw_reconcile.model.documents import AddressName, NameKind, NameOrigin
from nfw_reconcile.model.names import PrefixTable
from nfw_reconcile.pipeline.names import FoundNames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from nfw_reconcile.aws.client import Client

T = TypeVar("T")
Json = dict[str, Any]

BATCH: Final = 200
"""Values of one filter (EC2 API: Filter, "maximum of 200")."""

PAGE: Final = 1000
"""Items of a page, the most that these calls give."""

MOST_PAGES: Final = 100
"""Pages of one answer; more is no account that this program was made for."""

MOST_TOLD: Final = 3
"""Things with one and the same address that are named: networks that overlap have several."""

PRIVATE: Final = "addresses.private-ip-address"
PUBLIC: Final = "addresses.association.public-ip"
IPV6: Final = "ipv6-addresses.ipv6-address"


class Ec2Names:
    """Implements :class:`~nfw_reconcile.pipeline.names.NameService` with the EC2 of one account and region."""

    def __init__(self, ec2: Client) -> None:
        """``ec2`` repeats what is throttled by itself."""
        self._ec2 = ec2

    def names(self, addresses: Sequence[Address]) -> FoundNames:
        """Name the addresses that are an interface's, or that lie in a subnet."""
        if not addresses:
            return FoundNames()
        asker = _Asker(self._ec2)
        interfaces = _interfaces(asker, addresses)
        ids = sorted({instance for each in interfaces if (instance := instance_of(each)) is not None})
        reservations = _in_batches(asker, "DescribeInstances", "Reservations", {"instance-id": ids})
        instances = {
            str(each.get("InstanceId")): each for one in reservations for each in one.get("Instances") or ()
        }
        networks = _Networks.of(asker.all("DescribeSubnets", "Subnets"), asker.all("DescribeVpcs", "Vpcs"))
        known = _by_address(interfaces, instances, networks)
        found = ((each, known.get(each) or networks.things(each)) for each in addresses)
        return FoundNames(
            tuple(_together(address, things) for address, things in found if things), tuple(asker.problems)
        )


class _Asker:
    """Asks EC2; a call that is not permitted is not made again, and after an outage none is."""

    def __init__(self, ec2: Client) -> None:
        self._ec2 = ec2
        self._refused: set[str] = set()
        self._over = False
        self.problems: list[Diagnostic] = []

    def all(self, operation: str, member: str, filters: Sequence[Json] = ()) -> list[Json]:
        """Give all items of an answer; of one that breaks off, those that arrived."""
        found: list[Json] = []
        if self._over or operation in self._refused:
            return found
        call = Call("ec2", operation, "the addresses of flows")
        try:
            self._collect(call, member, filters, found)
        except ServiceError as problem:
            self._note(problem, call)
        except EXPECTED as problem:
            self._note(read_error(problem, call), call)
        return found

    def _collect(self, call: Call, member: str, filters: Sequence[Json], found: list[Json]) -> None:
        asked: Json = {"Filters": list(filters)} if filters else {}
        pages = self._ec2.get_paginator(xform_name(call.operation)).paginate(
            **asked, PaginationConfig={"PageSize": PAGE}
        )
        for number, page in enumerate(pages):
            if number == MOST_PAGES:
                raise unusable(call, f"more than {MOST_PAGES} pages")
            found += page.get(member) or ()

    def _note(self, problem: ServiceError, call: Call) -> None:
        self._over = isinstance(problem, UnreachableError | CredentialsError)
        self._refused.add(call.operation)
        self.problems += [warning(each.summary, each.where, each.remedy) for each in problem.problems]


def _interfaces(asker: _Asker, addresses: Sequence[Address]) -> list[Json]:
    """Give the interfaces that have one of the addresses; a public one may be private in a VPC all the same."""
    texts: dict[str, list[str]] = {
        PRIVATE: [str(each) for each in addresses if each.family == 4],
        PUBLIC: [str(each) for each in addresses if each.family == 4 and _is_public(each)],
        IPV6: [str(each) for each in addresses if each.family == 6],
    }
    found = _in_batches(asker, "DescribeNetworkInterfaces", "NetworkInterfaces", texts)
    return list({str(each.get("NetworkInterfaceId")): each for each in found}.values())


def _is_public(address: Address) -> bool:
    return ipaddress.IPv4Address(address.value).is_global


def _in_batches(
    asker: _Asker, operation: str, member: str, values: Mapping[str, Sequence[str]]
) -> list[Json]:
    found: list[Json] = []
    for name, wanted in values.items():
        for start in range(0, len(wanted), BATCH):
            chosen = {"Name": name, "Values": list(wanted[start : start + BATCH])}
            found += asker.all(operation, member, [chosen])
    return found


def _by_address(
    interfaces: Iterable[Json], instances: Mapping[str, Json], networks: _Networks
) -> dict[Address, list[Thing]]:
    found: defaultdict[Address, list[Thing]] = defaultdict(list)
    for interface in interfaces:
        thing = thing_of(interface, instances, networks.name(interface))
        for text in addresses_of(interface):
            address = _read(Address.parse, text)
            if address is not None:
                found[address].append(thing)
    return found


def _read(parse: Callable[[str], T], text: str) -> T | None:
    """Read what EC2 wrote; ``None`` where it is nothing of the kind, which then names nothing."""
    try:
        return parse(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Networks:
    """The subnets by block (networks that overlap have equal ones) and by id, and the names of VPCs."""

    blocks: PrefixTable[tuple[Json, ...]]
    subnets: Mapping[str, Json]
    vpcs: Mapping[str, str]

    @classmethod
    def of(cls, subnets: Sequence[Json], vpcs: Sequence[Json]) -> _Networks:
        blocks: defaultdict[Network, list[Json]] = defaultdict(list)
        for subnet in subnets:
            for block in _blocks(subnet):
                blocks[block].append(subnet)
        return cls(
            PrefixTable.of((block, tuple(found)) for block, found in blocks.items()),
            {str(each.get("SubnetId")): each for each in subnets},
            {str(each.get("VpcId")): label(tags_of(each)) for each in vpcs},
        )

    def name(self, resource: Json) -> str | None:
        """Name the subnet and the VPC of an interface, or of a subnet."""
        subnet, vpc = resource.get("SubnetId"), resource.get("VpcId")
        if not subnet or not vpc:
            return None
        return f"{self._subnet(str(subnet))} in {self.vpcs.get(str(vpc)) or vpc}"

    def things(self, address: Address) -> list[Thing]:
        """Give the subnets that an address lies in, where nothing is known to have it."""
        found = (subnet for subnets in self.blocks.matches(address) for subnet in subnets)
        return [
            Thing(
                NameKind.SUBNET,
                self._subnet(str(each.get("SubnetId"))),
                owner(tags_of(each)),
                self.name(each),
            )
            for each in found
        ]

    def _subnet(self, subnet: str) -> str:
        return label(tags_of(self.subnets.get(subnet, {}))) or subnet


def _blocks(subnet: Json) -> list[Network]:
    own = [subnet.get("CidrBlock")]
    own += [each.get("Ipv6CidrBlock") for each in subnet.get("Ipv6CidrBlockAssociationSet") or ()]
    read = (_read(Network.parse, str(block)) for block in own if block)
    return [block for block in read if block is not None]


def _together(address: Address, things: Sequence[Thing]) -> AddressName:
    """Name an address that one thing has; of several, say of which, and nothing else that differs."""
    listed = list(dict.fromkeys(things))
    first, *others = listed
    told = list(dict.fromkeys(each.name for each in listed))
    more = f" or {len(told) - MOST_TOLD} more" if len(told) > MOST_TOLD else ""
    return AddressName(
        address=str(address),
        name=" or ".join(told[:MOST_TOLD]) + more,
        kind=first.kind if all(each.kind is first.kind for each in others) else NameKind.INTERFACE,
        owner=first.owner if all(each.owner == first.owner for each in others) else None,
        network=first.network if all(each.network == first.network for each in others) else None,
        origin=NameOrigin.EC2,
    )
