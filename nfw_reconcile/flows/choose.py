"""Few filters for the flows that must go and for none that must stay, by growing and greedy set cover.

All flows here are of one pair of address families: no filter is about two.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

from nfw_reconcile.flows.grow import Grower
from nfw_reconcile.flows.hulls import network_hull
from nfw_reconcile.flows.table import FlowTable, enclosing
from nfw_reconcile.model.filters import FlowFilter
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nfw_reconcile.flows.hulls import Ports
    from nfw_reconcile.flows.table import Rows
    from nfw_reconcile.model.addresses import Address, Network
    from nfw_reconcile.model.flow import FiveTuple

Pool = dict[FlowFilter, "Rows"]
"""Filters that were grown, and the rows of the flows to cut that each matches."""


def choose(cut: Sequence[FiveTuple], keep: FlowTable, within: Iterable[FlowFilter]) -> list[FlowFilter]:
    """Give few filters that together match all of ``cut`` and none of ``keep``, each inside one of ``within``.

    ``cut`` must be sorted, free of repetitions and of flows in ``keep``, and each must be matched by a
    filter of ``within``. Each filter is the smallest around the flows to cut that it matches. The number
    is small, not proven smallest: minimum set cover is NP-hard.
    """
    table = FlowTable.of((cut[0].source.family, cut[0].destination.family), cut)
    pool, first = _grow_all(cut, table, _growers(table, keep, within))
    second = _greedy(pool, len(cut))
    chosen = min(_irredundant(first, pool, len(cut)), _irredundant(second, pool, len(cut)), key=len)
    return [_tightened(found, [cut[row] for row in pool[found]]) for found in chosen]


def _growers(table: FlowTable, keep: FlowTable, within: Iterable[FlowFilter]) -> dict[int, Grower]:
    """Give for each row the grower inside that filter of ``within`` that matches the most flows to cut."""
    masks = {around: table.matching(around) for around in within}
    growers: dict[int, Grower] = {}
    for around, mask in sorted(masks.items(), key=lambda item: (-int(item[1].sum()), item[0])):
        grower = Grower(around, keep, table.protocols[mask].tolist())
        for row in np.flatnonzero(mask).tolist():
            growers.setdefault(row, grower)
    return growers


def _grow_all(
    cut: Sequence[FiveTuple], table: FlowTable, growers: Mapping[int, Grower]
) -> tuple[Pool, list[FlowFilter]]:
    """Grow around each flow that is not covered yet; of these filters the one that covers most is taken."""
    pool: Pool = {}
    taken: list[FlowFilter] = []
    uncovered = np.ones(len(cut), np.bool_)
    for row, flow in enumerate(cut):
        if not uncovered[row]:
            continue
        grown = growers[row].grow(flow)
        for found in grown:
            if found not in pool:
                pool[found] = np.flatnonzero(table.matching(found))
        best = max(grown, key=lambda found: int(uncovered[pool[found]].sum()))
        uncovered[pool[best]] = False
        taken.append(best)
    return pool, taken


def _greedy(pool: Pool, count: int) -> list[FlowFilter]:
    """Take again and again the filter with the most rows that are not covered yet."""
    uncovered = np.ones(count, np.bool_)
    heap = [(-len(rows), found) for found, rows in pool.items()]
    heapq.heapify(heap)
    taken: list[FlowFilter] = []
    while uncovered.any():
        promised, found = heapq.heappop(heap)
        gain = int(uncovered[pool[found]].sum())
        if gain == -promised:
            uncovered[pool[found]] = False
            taken.append(found)
        elif gain:
            # Gains only shrink, so what was promised is an upper bound: put back, and look again later.
            heapq.heappush(heap, (-gain, found))
    return taken


def _irredundant(taken: Sequence[FlowFilter], pool: Pool, count: int) -> list[FlowFilter]:
    """Leave out, last taken first, each filter whose rows the others match as well."""
    times = np.zeros(count, np.int64)
    for found in taken:
        times[pool[found]] += 1
    needed: list[FlowFilter] = []
    for found in reversed(taken):
        rows = pool[found]
        if (times[rows] > 1).all():
            times[rows] -= 1
        else:
            needed.append(found)
    return needed


def _tightened(found: FlowFilter, flows: Sequence[FiveTuple]) -> FlowFilter:
    """Give the smallest filter around the flows; the ports of protocols without ports stay as they are."""
    protocols = {flow.protocol for flow in flows}
    source_ports, destination_ports = found.source_ports, found.destination_ports
    if protocols <= PROTOCOLS_WITH_PORTS:
        source_ports = _span([flow.source_port for flow in flows])
        destination_ports = _span([flow.destination_port for flow in flows])
    return FlowFilter(
        _block([flow.source for flow in flows]),
        _block([flow.destination for flow in flows]),
        source_ports,
        destination_ports,
        tuple(sorted(protocols)),
    )


def _block(addresses: Sequence[Address]) -> Network:
    lowest, highest = min(addresses), max(addresses)
    bits = 32 if lowest.family == 4 else 128
    return network_hull(enclosing(lowest, bits), enclosing(highest, bits))


def _span(ports: Sequence[int]) -> Ports:
    return min(ports), max(ports)
