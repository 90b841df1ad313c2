"""The addresses of EC2 instances and network interfaces, all of them or none.

An IP set reference to a resource group stands for all addresses that are associated with its members, private and
public ones (Network Firewall developer guide, "IP set references"). Which of the rarer kinds of addresses are among
them is not documented: a member that has one is not resolved.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from botocore import xform_name

from nfw_reconcile.aws.faults import Call
from nfw_reconcile.aws.interfaces import addresses_of
from nfw_reconcile.model.addresses import Network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from nfw_reconcile.aws.client import Client
    from nfw_reconcile.aws.optional import Asker

Json = dict[str, Any]

BATCH: Final = 200
"""Values of one filter (EC2 API: Filter, "maximum of 200")."""

MOST_PAGES: Final = 100

_PREFIXES: Final = ("Ipv4Prefixes", "Ipv6Prefixes")
_OTHER_ADDRESSES: Final = ("CarrierIp", "CustomerOwnedIp")


class OpenMemberError(Exception):
    """What a member stands for cannot be said exactly; the text says why. Never leaves this package."""


@dataclass(frozen=True, slots=True)
class Members:
    """The ids of instances and of network interfaces."""

    instances: tuple[str, ...]
    interfaces: tuple[str, ...]


def addresses_of_members(members: Members, ec2: Client, asker: Asker) -> list[str] | None:
    """Give all addresses of members as CIDRs, sorted; ``None`` where the caller may not read them.

    Raises :class:`OpenMemberError` where one of them has addresses that nobody documents, or none at all.
    """
    instances = _described(ec2, asker, "DescribeInstances", "instance-id", members.instances)
    interfaces = _described(
        ec2, asker, "DescribeNetworkInterfaces", "network-interface-id", members.interfaces
    )
    if instances is None or interfaces is None:
        return None
    found = [(name, each) for name, about in instances.items() for each in _interfaces_of(name, about)]
    found += interfaces.items()
    return sorted({cidr for name, interface in found for cidr in _cidrs(name, interface)})


def pages_of(client: Client, operation: str, **asked: Any) -> list[Json]:  # noqa: ANN401 - arguments of boto3
    """Give all pages of an answer; raises :class:`OpenMemberError` for an endless one."""
    pages = client.get_paginator(xform_name(operation)).paginate(**asked)
    found: list[Json] = list(islice(pages, MOST_PAGES + 1))
    if len(found) > MOST_PAGES:
        message = f"the answer to {operation} has more than {MOST_PAGES} pages"
        raise OpenMemberError(message)
    return found


def _described(
    ec2: Client, asker: Asker, operation: str, name: str, ids: Sequence[str]
) -> dict[str, Json] | None:
    """Give what EC2 knows of members, by id; raises where it does not know one of them."""
    found: dict[str, Json] = {}
    for start in range(0, len(ids), BATCH):
        chosen = [{"Name": name, "Values": list(ids[start : start + BATCH])}]
        call = Call("ec2", operation, "the members of resource groups")
        pages = asker.ask(call, partial(pages_of, ec2, operation, Filters=chosen))
        if pages is None:
            return None
        found |= {member: about for page in pages for member, about in _READ[operation](page)}
    lost = [each for each in ids if each not in found]
    if lost:
        message = f"EC2 does not know {lost[0]}"
        raise OpenMemberError(message)
    return found


def _instances(page: Json) -> Iterator[tuple[str, Json]]:
    for reservation in page.get("Reservations") or ():
        for instance in reservation.get("Instances") or ():
            yield str(instance.get("InstanceId")), instance


def _interfaces(page: Json) -> Iterator[tuple[str, Json]]:
    for interface in page.get("NetworkInterfaces") or ():
        yield str(interface.get("NetworkInterfaceId")), interface


_READ: Final[Mapping[str, Callable[[Json], Iterable[tuple[str, Json]]]]] = {
    "DescribeInstances": _instances,
    "DescribeNetworkInterfaces": _interfaces,
}


def _interfaces_of(instance: str, about: Json) -> Sequence[Json]:
    """Give the interfaces of an instance: of one that is terminated none, for it has no addresses any more."""
    interfaces: Sequence[Json] = about.get("NetworkInterfaces") or ()
    if about.get("SecondaryInterfaces"):
        message = f"{instance} is in a secondary network"
        raise OpenMemberError(message)
    if not interfaces and (about.get("State") or {}).get("Name") != "terminated":
        message = f"EC2 shows no interface of {instance}"
        raise OpenMemberError(message)
    return interfaces


def _cidrs(member: str, interface: Json) -> Iterator[str]:
    """Give each address of an interface as a CIDR."""
    _check_documented(member, interface)
    found = addresses_of(interface)
    if not found:
        message = f"EC2 shows no address of {member}"
        raise OpenMemberError(message)
    for text in found:
        try:
            yield str(Network.parse(text))
        except ValueError as bad:
            message = f"EC2 shows an address of {member} that is none, {text!r:.100}"
            raise OpenMemberError(message) from bad


def _check_documented(member: str, interface: Json) -> None:
    if any(interface.get(name) for name in _PREFIXES):
        message = f"{member} has a delegated prefix"
        raise OpenMemberError(message)
    private = [interface, *(interface.get("PrivateIpAddresses") or ())]
    associated = [each.get("Association") or {} for each in private]
    if any(each.get(name) for each in associated for name in _OTHER_ADDRESSES):
        message = f"{member} has an address of a carrier or of an Outpost"
        raise OpenMemberError(message)
