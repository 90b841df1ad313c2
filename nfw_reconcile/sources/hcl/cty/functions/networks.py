"""Functions on IP networks: ``cidrhost``, ``cidrnetmask``, ``cidrsubnet`` and ``cidrsubnets``."""

from __future__ import annotations

import ipaddress
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.sources.hcl.cty import numbers, values
from nfw_reconcile.sources.hcl.cty.functions.signature import NUMBER, TEXT, Around, Function
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nfw_reconcile.sources.hcl.cty.values import Value

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_MOST_NEW_BITS: Final = 32
"""``cidrsubnets`` extends a prefix by so many bits at most."""


def _network(value: Value) -> Network:
    """Read a prefix; host bits are dropped, and leading zeros of IPv4 octets are decimal."""
    text = str(value.value)
    address, slash, length = text.partition("/")
    if "." in address and ":" in address:
        raise Unresolvable("an IPv4 address inside an IPv6 address is not computed with")
    if ":" not in address:
        address = ".".join(_octet(each) for each in address.split("."))
    if not slash or not length.isascii() or not length.isdecimal() or "%" in address or len(length) > 3:
        raise EvaluationError(f"{text!r} is no network prefix.")
    try:
        return ipaddress.ip_network(f"{address}/{int(length)}", strict=False)
    except ValueError as problem:
        raise EvaluationError(f"{text!r} is no network prefix.") from problem


def _octet(text: str) -> str:
    return text.lstrip("0") or "0" if text.isascii() and text.isdecimal() else text


def _integer(value: Value) -> int:
    payload: Any = value.value
    whole = numbers.whole(Decimal(payload))
    if whole is None:
        raise EvaluationError("A whole number is needed.")
    return whole


def _host(arguments: Sequence[Value], _: Around) -> Value:
    network, number = _network(arguments[0]), _integer(arguments[1])
    count = network.num_addresses
    if not -count <= number < count:
        raise EvaluationError(f"{network} has no host {number}.")
    offset = number if number >= 0 else count + number
    return _shown(network.network_address + offset)


def _shown(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> Value:
    if address.version == 6 and address.ipv4_mapped is not None:
        raise Unresolvable("an IPv4 address inside an IPv6 address is not computed with")
    return values.text(str(address))


def _netmask(arguments: Sequence[Value], _: Around) -> Value:
    network = _network(arguments[0])
    if network.version != 4:
        raise EvaluationError("An IPv6 network has no netmask.")
    return values.text(str(network.netmask))


def _subnet(arguments: Sequence[Value], _: Around) -> Value:
    network, new_bits, number = _network(arguments[0]), _integer(arguments[1]), _integer(arguments[2])
    length = network.prefixlen + new_bits
    if new_bits < 0 or number < 0:
        raise Unresolvable("what Terraform gives for negative numbers lies outside of the network")
    if length > network.max_prefixlen or number >= 1 << new_bits:
        raise EvaluationError(f"{network} has no subnet {number} of {new_bits} more bits.")
    return values.text(
        str(_made(network, int(network.network_address) + _size(network, length) * number, length))
    )


def _size(network: Network, length: int) -> int:
    return 1 << (network.max_prefixlen - length)


def _made(network: Network, start: int, length: int) -> Network:
    kind = ipaddress.IPv4Network if network.version == 4 else ipaddress.IPv6Network
    made: Network = kind((start, length))
    _shown(made.network_address)
    return made


def _subnets(arguments: Sequence[Value], _: Around) -> Value:
    network = _network(arguments[0])
    end = int(network.network_address) + network.num_addresses
    start = int(network.network_address)
    if not start and len(arguments) > 1:
        raise EvaluationError(
            f"Terraform makes no subnets of {network}: none comes before its first address."
        )
    found: list[Value] = []
    for argument in arguments[1:]:
        new_bits = _integer(argument)
        length = network.prefixlen + new_bits
        if not 1 <= new_bits <= _MOST_NEW_BITS or length > network.max_prefixlen:
            raise EvaluationError(f"{network} has no subnets of {new_bits} more bits.")
        size = _size(network, length)
        start = -(-start // size) * size
        if start + size > end:
            raise EvaluationError(f"{network} has not enough addresses for these subnets.")
        found.append(values.text(str(_made(network, start, length))))
        start += size
    return values.of_type(values.list_type(values.STRING), found)


NETWORKS: Final[Mapping[str, Function]] = {
    "cidrhost": Function(_host, (TEXT, NUMBER), result=values.STRING),
    "cidrnetmask": Function(_netmask, (TEXT,), result=values.STRING),
    "cidrsubnet": Function(_subnet, (TEXT, NUMBER, NUMBER), result=values.STRING),
    "cidrsubnets": Function(_subnets, (TEXT,), rest=NUMBER, result=values.list_type(values.STRING)),
}
