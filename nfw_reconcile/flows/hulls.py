"""The smallest network, port range or filter around two others, and what it adds.

Sizes are exact integers. Both address families count the same: a block's size is its share of its
family, so that a /64 of IPv6 weighs no more beside IPv4 than a share of 2**-64 does.
"""

from __future__ import annotations

from typing import Final

from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.filters import FlowFilter
from nfw_reconcile.model.flow import ICMP, ICMPV6, SCTP, TCP, UDP

Ports = tuple[int, int]
"""A range of ports, both ends included."""

SUPPORTED_PROTOCOLS: Final = frozenset({ICMP, TCP, UDP, ICMPV6, SCTP})
"""What a filter without protocols stands for (API: FlowFilter); nothing else is ever listed."""

_SCALE: Final = 256
"""No pair of prefixes is longer than this: the shift that keeps the size of a filter an integer."""


def network_hull(one: Network, other: Network) -> Network:
    """Give the smallest block that holds both; they must be of one family."""
    length = _hull_length(one, other)
    shift = one.bits - length
    return Network(one.family, one.value >> shift << shift, length)


def range_hull(one: Ports, other: Ports) -> Ports:
    """Give the smallest range that holds both."""
    return min(one[0], other[0]), max(one[1], other[1])


def filter_hull(one: FlowFilter, other: FlowFilter) -> FlowFilter:
    """Give the smallest filter that covers both; :func:`joinable` must hold."""
    protocols = set(one.protocols) | set(other.protocols)
    return FlowFilter(
        network_hull(one.source, other.source),
        network_hull(one.destination, other.destination),
        range_hull(one.source_ports, other.source_ports),
        range_hull(one.destination_ports, other.destination_ports),
        tuple(sorted(protocols)) if one.protocols and other.protocols else (),
    )


def joinable(one: FlowFilter, other: FlowFilter) -> bool:
    """Say whether one filter can cover both: addresses of two families cannot be in one block."""
    return one.source.family == other.source.family and one.destination.family == other.destination.family


def network_cost(one: Network, other: Network) -> int | None:
    """Give how many addresses the hull of two disjoint blocks adds; ``None`` across families."""
    if one.family != other.family:
        return None
    return (1 << (one.bits - _hull_length(one, other))) - _addresses(one) - _addresses(other)


def range_cost(one: Ports, other: Ports) -> int:
    """Give how many ports the hull of two disjoint ranges adds."""
    return _between(one, other) - _width(one) - _width(other)


def filter_cost(one: FlowFilter, other: FlowFilter) -> int | None:
    """Give the size of what the hull of two filters matches beyond them; ``None`` if not joinable.

    It is 0 exactly where the hull matches nothing more that the service could list.
    """
    if not joinable(one, other):
        return None
    whole = _size(
        _between(one.source_ports, other.source_ports)
        * _between(one.destination_ports, other.destination_ports)
        * _either_protocols(one.protocols, other.protocols),
        _hull_length(one.source, other.source) + _hull_length(one.destination, other.destination),
    )
    return whole + _shared_size(one, other) - _filter_size(one) - _filter_size(other)


def _filter_size(one: FlowFilter) -> int:
    return _size(
        _width(one.source_ports) * _width(one.destination_ports) * _protocols(one.protocols),
        one.source.length + one.destination.length,
    )


def _shared_size(one: FlowFilter, other: FlowFilter) -> int:
    """Give the size of what both filters match."""
    source = _shared_length(one.source, other.source)
    destination = _shared_length(one.destination, other.destination)
    if source is None or destination is None:
        return 0
    ports = _overlap(one.source_ports, other.source_ports) * _overlap(
        one.destination_ports, other.destination_ports
    )
    return _size(ports * _both_protocols(one.protocols, other.protocols), source + destination)


def _size(count: int, length: int) -> int:
    return count << (_SCALE - length)


def _addresses(block: Network) -> int:
    return 1 << (block.bits - block.length)


def _hull_length(one: Network, other: Network) -> int:
    return min(one.length, other.length, one.bits - (one.value ^ other.value).bit_length())


def _shared_length(one: Network, other: Network) -> int | None:
    """Give the prefix length of the common part: blocks are nested or disjoint."""
    shorter = min(one.length, other.length)
    return max(one.length, other.length) if _hull_length(one, other) == shorter else None


def _width(ports: Ports) -> int:
    return ports[1] - ports[0] + 1


def _between(one: Ports, other: Ports) -> int:
    return max(one[1], other[1]) - min(one[0], other[0]) + 1


def _overlap(one: Ports, other: Ports) -> int:
    return max(0, min(one[1], other[1]) - max(one[0], other[0]) + 1)


def _protocols(protocols: tuple[int, ...]) -> int:
    return len(SUPPORTED_PROTOCOLS.intersection(protocols)) if protocols else len(SUPPORTED_PROTOCOLS)


def _either_protocols(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return _protocols((*one, *other)) if one and other else len(SUPPORTED_PROTOCOLS)


def _both_protocols(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    if not one or not other:
        return _protocols(one or other)
    return len(SUPPORTED_PROTOCOLS.intersection(one).intersection(other))
