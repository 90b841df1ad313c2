"""Ignore entries of the configuration file: whose, why, until when, and which flows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.config.settings import IgnoreEntry
from nfw_reconcile.config.values import day, line, network, port_range, protocol
from nfw_reconcile.model.addresses import AddressSet
from nfw_reconcile.model.intervals import IntervalSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nfw_reconcile.config.table import Table
    from nfw_reconcile.model.addresses import Network
    from nfw_reconcile.model.intervals import Interval

_ADDRESSES = ("source", "destination")
_PORTS = ("source_port", "destination_port")
_KEYS = ("owner", "reason", "until", "firewall", "protocol", "source", "source_port", "destination",
         "destination_port")  # fmt: skip


def read_ignored(tables: Iterable[Table]) -> Iterator[IgnoreEntry]:
    """Read the entries; one that lacks its owner, its reason, its last day or any narrowing is a problem."""
    for table in tables:
        entry = _entry(table)
        table.nothing_else(*_KEYS)
        if entry is not None:
            yield entry


def _entry(table: Table) -> IgnoreEntry | None:
    owner, reason = table.needed("owner", line), table.needed("reason", line)
    until, firewall = table.needed("until", day), table.one("firewall", line)
    number = table.one("protocol", protocol)
    sources, destinations = (table.one_or_several(key, network) for key in _ADDRESSES)
    source_ports, destination_ports = (table.one_or_several(key, port_range) for key in _PORTS)
    if not set(table.names) & {*_ADDRESSES, *_PORTS}:
        table.problem("", f"which flows? One of {', '.join((*_ADDRESSES, *_PORTS))} is needed")
    if owner is None or reason is None or until is None:
        return None
    return IgnoreEntry(
        owner,
        reason,
        until,
        firewall,
        number,
        _addresses(sources),
        _ports(source_ports),
        _addresses(destinations),
        _ports(destination_ports),
    )


def _addresses(blocks: tuple[Network, ...]) -> AddressSet | None:
    return AddressSet.of(blocks) if blocks else None


def _ports(ranges: tuple[Interval, ...]) -> IntervalSet | None:
    return IntervalSet.of(ranges) if ranges else None
