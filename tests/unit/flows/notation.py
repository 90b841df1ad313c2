"""Filters and flows as short text, for tables of cases: ``tcp 10.0.0.0/8:any -> 10.1.0.1/32:443``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.model.addresses import Address, Network
from nfw_reconcile.model.filters import ANY_PORT, FlowFilter
from nfw_reconcile.model.flow import PROTOCOL_NUMBERS, FiveTuple

if TYPE_CHECKING:
    from nfw_reconcile.flows.hulls import Ports


def flow(text: str) -> FiveTuple:
    """Read ``PROTOCOL ADDRESS[@PORT] -> ADDRESS[@PORT]``."""
    protocol, source, _, destination = text.split()
    (source_address, source_port), (address, port) = _endpoint(source), _endpoint(destination)
    return FiveTuple(PROTOCOL_NUMBERS[protocol.upper()], source_address, source_port, address, port)


def _endpoint(text: str) -> tuple[Address, int]:
    address, _, port = text.partition("@")
    return Address.parse(address), int(port or 0)


def flow_filter(text: str) -> FlowFilter:
    """Read ``PROTOCOLS CIDR[@PORTS] -> CIDR[@PORTS]``; ``ip`` is all protocols, no ports are any."""
    names, source, _, destination = text.split()
    (source_block, source_ports), (block, ports) = _side(source), _side(destination)
    protocols = () if names == "ip" else sorted(PROTOCOL_NUMBERS[each.upper()] for each in names.split(","))
    return FlowFilter(source_block, block, source_ports, ports, tuple(protocols))


def _side(text: str) -> tuple[Network, Ports]:
    block, _, ports = text.partition("@")
    low, _, high = ports.partition(":")
    return Network.parse(block), (int(low), int(high or low)) if ports else ANY_PORT
