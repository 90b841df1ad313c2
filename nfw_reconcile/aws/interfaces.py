"""What a network interface belongs to, as far as EC2 tells.

AWS's services describe the interfaces that they make in words of their own ("ELB app/...", "Interface for NAT
Gateway nat-..."); the type is there for some of them (EC2 API: NetworkInterface). An interface of an instance is
known by its attachment, whatever it says of itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.model.documents import NameKind

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, Any]

_DESCRIPTIONS: Final = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (NameKind.LOAD_BALANCER, r"ELB (?:(?:app|net|gwy)/)?(?P<name>[^/]+)(?:/[0-9a-f]+)?"),
        (
            NameKind.FUNCTION,
            r"AWS Lambda VPC ENI-(?P<name>.+?)(?:-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?",
        ),
        (NameKind.NAT_GATEWAY, r"Interface for NAT Gateway (?P<name>nat-[0-9a-f]+)"),
        (NameKind.ENDPOINT, r"VPC Endpoint Interface (?P<name>vpce-[0-9a-f]+)"),
        (
            NameKind.TRANSIT_GATEWAY,
            r"Network Interface for Transit Gateway Attachment (?P<name>tgw-attach-[0-9a-f]+)",
        ),
        (NameKind.TASK, r"arn:[\w-]+:ecs:[^:]*:\d+:attachment/(?P<name>.+)"),
        (NameKind.DATABASE, r"RDSNetworkInterface(?P<name>)"),
    )
)
_TYPES: Final = {
    "gateway_load_balancer": NameKind.LOAD_BALANCER,
    "gateway_load_balancer_endpoint": NameKind.ENDPOINT,
    "lambda": NameKind.FUNCTION,
    "load_balancer": NameKind.LOAD_BALANCER,
    "natGateway": NameKind.NAT_GATEWAY,
    "nat_gateway": NameKind.NAT_GATEWAY,
    "network_load_balancer": NameKind.LOAD_BALANCER,
    "transit_gateway": NameKind.TRANSIT_GATEWAY,
    "vpc_endpoint": NameKind.ENDPOINT,
}
"""By ``InterfaceType``; a NAT gateway has one spelling in the filters of the call and another in its reply."""

_NAMES: Final = ("service", "aws:ecs:servicename", "name")
_OWNERS: Final = ("owner", "team")


@dataclass(frozen=True, slots=True)
class Thing:
    """What has an address: ``network`` names subnet and VPC."""

    kind: NameKind
    name: str
    owner: str | None
    network: str | None


def tags_of(*resources: Json) -> dict[str, str]:
    """Give the tags of resources by key in lower case; an earlier resource goes before a later one."""
    found: dict[str, str] = {}
    for resource in resources:
        listed = [*(resource.get("Tags") or ()), *(resource.get("TagSet") or ())]
        for tag in sorted(listed, key=lambda tag: str(tag.get("Key"))):
            value = str(tag.get("Value") or "").strip()
            if value:
                found.setdefault(str(tag.get("Key")).lower(), value)
    return found


def label(tags: Mapping[str, str]) -> str:
    """Give the service and the name that tags tell, ``checkout/web-1``; empty where they tell neither."""
    told = dict.fromkeys(tags[key] for key in _NAMES if key in tags)
    return "/".join(told)


def owner(tags: Mapping[str, str]) -> str | None:
    """Give whom tags name as owner."""
    return next((tags[key] for key in _OWNERS if key in tags), None)


def instance_of(interface: Json) -> str | None:
    """Give the id of the instance that an interface is attached to, if it is one of the account's own."""
    found = (interface.get("Attachment") or {}).get("InstanceId")
    return str(found) if found else None


def thing_of(interface: Json, instances: Mapping[str, Json], network: str | None) -> Thing:
    """Say what an interface belongs to; ``instances`` are those that could be read, by id."""
    instance = instance_of(interface)
    tags = tags_of(instances.get(instance or "", {}), interface)
    if instance is not None:
        return Thing(NameKind.INSTANCE, label(tags) or instance, owner(tags), network)
    kind, described = _described(interface)
    name = label(tags) or described or str(interface.get("NetworkInterfaceId"))
    return Thing(kind, name, owner(tags), network)


def _described(interface: Json) -> tuple[NameKind, str]:
    description = str(interface.get("Description") or "")
    for kind, pattern in _DESCRIPTIONS:
        match = pattern.fullmatch(description)
        if match is not None:
            return kind, match["name"]
    kind = _TYPES.get(str(interface.get("InterfaceType")), NameKind.INTERFACE)
    return kind, description


def addresses_of(interface: Json) -> list[str]:
    """Give all addresses of an interface, public ones too, as EC2 writes them."""
    private = interface.get("PrivateIpAddresses") or ()
    found = [
        interface.get("PrivateIpAddress"),
        (interface.get("Association") or {}).get("PublicIp"),
        *(each.get("PrivateIpAddress") for each in private),
        *((each.get("Association") or {}).get("PublicIp") for each in private),
        *(each.get("Ipv6Address") for each in interface.get("Ipv6Addresses") or ()),
    ]
    return [str(each) for each in dict.fromkeys(found) if each]
