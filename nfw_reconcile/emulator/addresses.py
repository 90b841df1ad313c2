"""What EC2 says of addresses: on the emulator, each address of a VPC is that of an instance of its own.

So reports can be made with names where there is no account. A VPC has one subnet for each of its blocks, and all
of it has a name. Only the filters of this program are understood (EC2 API: DescribeNetworkInterfaces,
DescribeInstances, DescribeSubnets).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.emulator.xml import document, element, tagged
from nfw_reconcile.model.addresses import Address, Network

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nfw_reconcile.emulator.service import Service

_BY_ADDRESS: Final = ("addresses.private-ip-address", "ipv6-addresses.ipv6-address")


def interfaces(emulator: Service, form: Mapping[str, str]) -> str:
    """Answer DescribeNetworkInterfaces: the interfaces that have the addresses asked for."""
    wanted = (Address.parse(text) for name in _BY_ADDRESS for text in _filtered(form, name))
    shown = "".join(_interface(emulator, address) for address in wanted)
    return document("DescribeNetworkInterfaces", "networkInterfaceSet", shown)


def instances(form: Mapping[str, str]) -> str:
    """Answer DescribeInstances: each instance with a name tag."""
    shown = "".join(_instance(instance) for instance in _filtered(form, "instance-id"))
    return document("DescribeInstances", "reservationSet", shown)


def subnets(emulator: Service) -> str:
    """Answer DescribeSubnets."""
    shown = "".join(_subnet(vpc, block) for vpc, block in _blocks(emulator))
    return document("DescribeSubnets", "subnetSet", shown)


def _filtered(form: Mapping[str, str], name: str) -> list[str]:
    """Give the values of a filter, which a form has as ``Filter.1.Name`` and ``Filter.1.Value.1``."""
    prefixes = [
        key.removesuffix("Name") for key, value in form.items() if key.endswith(".Name") and value == name
    ]
    return [value for prefix in prefixes for key, value in form.items() if key.startswith(f"{prefix}Value.")]


def _blocks(emulator: Service) -> Iterator[tuple[str, Network]]:
    for vpc, cidrs in sorted(emulator.world.vpcs.items()):
        yield from ((vpc, Network.parse(cidr)) for cidr in cidrs)


def _interface(emulator: Service, address: Address) -> str:
    """Give the interface with an address; none where no VPC has it."""
    found = next(((vpc, block) for vpc, block in _blocks(emulator) if block.holds(address)), None)
    if found is None:
        return ""
    vpc, block = found
    number = f"{address.value:017x}"[-17:]
    texts = {
        "networkInterfaceId": f"eni-{number}",
        "subnetId": _subnet_id(vpc, block),
        "vpcId": vpc,
        "interfaceType": "interface",
    }
    inner = "".join(element(name, text) for name, text in texts.items())
    attached = f"<attachment>{element('instanceId', f'i-{number}')}</attachment>"
    if address.family == 6:
        own = f"<ipv6AddressesSet><item>{element('ipv6Address', str(address))}</item></ipv6AddressesSet>"
    else:
        own = element("privateIpAddress", str(address))
    return f"<item>{inner}{attached}{own}</item>"


def _instance(instance: str) -> str:
    inner = f"<item>{element('instanceId', instance)}{tagged(f'host-{instance[-8:]}')}</item>"
    return f"<item><instancesSet>{inner}</instancesSet></item>"


def _subnet(vpc: str, block: Network) -> str:
    inner = element("subnetId", _subnet_id(vpc, block)) + element("vpcId", vpc) + tagged(f"net-{block}")
    if block.family == 4:
        return f"<item>{inner}{element('cidrBlock', str(block))}</item>"
    own = f"<item>{element('ipv6CidrBlock', str(block))}</item>"
    return f"<item>{inner}<ipv6CidrBlockAssociationSet>{own}</ipv6CidrBlockAssociationSet></item>"


def _subnet_id(vpc: str, block: Network) -> str:
    return f"subnet-{vpc.removeprefix('vpc-')}-{block.value:x}"
