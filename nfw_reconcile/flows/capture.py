"""What to look at: few filters around all flows that the changed rules' headers could match.

An operation takes at most 20 filters (developer guide, "Flow operations"), and a filter holds one
block and one port range a side. Looking at too much is slow and may hit the service's limits;
looking at too little would miss flows. So nothing is ever left out, and as little as can be added.
"""

from __future__ import annotations

import dataclasses
import itertools
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import NfwReconcileError
from nfw_reconcile.flows.hulls import (
    Ports,
    filter_cost,
    filter_hull,
    network_cost,
    network_hull,
    range_cost,
    range_hull,
)
from nfw_reconcile.flows.joining import join_cheapest
from nfw_reconcile.model.addresses import Family, range_to_networks
from nfw_reconcile.model.filters import ANY_PORT, MOST_FILTERS, FlowFilter
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nfw_reconcile.engine.headers import HeaderBox
    from nfw_reconcile.model.addresses import Network
    from nfw_reconcile.model.intervals import IntervalSet

MOST_PIECES: Final = 1024
"""Pieces into which all boxes together are cut; many boxes are cut coarsely, see :func:`cover`."""

FEWEST_PIECES: Final = 4
"""Pieces that each box may have, however many boxes there are."""

CLOSE: Final = 128
"""From this many filters down each is compared with each; above, with those near in sorted order."""

REACH: Final = 4

_FAMILIES: Final[tuple[Family, ...]] = (4, 6)


def cover(boxes: Iterable[HeaderBox], most: int = MOST_FILTERS) -> tuple[FlowFilter, ...]:
    """Give at most ``most`` filters that match every 5-tuple in any box, as written or mirrored.

    The service may list a flow in either orientation, so both are always covered. What a box holds is
    :class:`~nfw_reconcile.engine.headers.HeaderIndex`'s meaning: ports other than ``any`` match only
    protocols with ports, and filters for other protocols leave the ports open.

    The filters are exact where they can be. A box that would fall into more pieces than its share
    (:data:`MOST_PIECES` for all, at least :data:`FEWEST_PIECES` for each) is cut coarsely first, and
    then those filters are joined whose join adds the least; no filter is covered by another.
    The outcome depends on the set of boxes alone. No boxes, no filters. Raises
    :class:`NfwReconcileError` where two address families do not fit into ``most``.
    """
    distinct = {dataclasses.replace(box, both_ways=False) for box in boxes}
    share = max(FEWEST_PIECES, MOST_PIECES // max(1, len(distinct)))
    pieces = {piece for box in distinct for piece in _pieces(box, share)}
    pieces |= {piece.reversed() for piece in pieces}
    filters = _joined(_joined(pieces, max(CLOSE, most), REACH), most)
    if len(filters) > most:
        raise NfwReconcileError.of(
            f"The flows to look at need {len(filters)} flow filters, more than the {most} allowed.",
            remedy="IPv4 and IPv6 cannot share a filter: allow at least two.",
        )
    return tuple(sorted(filters))


def _joined(filters: Iterable[FlowFilter], most: int, reach: int | None = None) -> list[FlowFilter]:
    return join_cheapest(sorted(filters), most, cost=filter_cost, hull=filter_hull, reach=reach)


def _pieces(box: HeaderBox, most: int) -> Iterator[FlowFilter]:
    """Cut a box into filters, at most ``most`` for each address family."""
    protocols = _protocols(box)
    if protocols is None:
        return
    source_ports = _ranges(box.source_ports, anything=box.any_source_port)
    destination_ports = _ranges(box.destination_ports, anything=box.any_destination_port)
    for family in _FAMILIES:
        if box.protocol.family not in {None, family}:
            continue
        sources = _blocks(box.source.family(family), family)
        destinations = _blocks(box.destination.family(family), family)
        sizes = _shares((len(sources), len(destinations), len(source_ports), len(destination_ports)), most)
        for source, destination, source_range, destination_range in itertools.product(
            _fewer_blocks(sources, sizes[0]),
            _fewer_blocks(destinations, sizes[1]),
            _fewer_ranges(source_ports, sizes[2]),
            _fewer_ranges(destination_ports, sizes[3]),
        ):
            yield FlowFilter(source, destination, source_range, destination_range, protocols)


def _protocols(box: HeaderBox) -> tuple[int, ...] | None:
    """Give the protocols of a box's filters, ``()`` for all; ``None`` where nothing can match."""
    numbers = box.protocol.numbers
    if box.any_source_port and box.any_destination_port:
        return tuple(sorted(numbers))
    with_ports = numbers & PROTOCOLS_WITH_PORTS if numbers else PROTOCOLS_WITH_PORTS
    return tuple(sorted(with_ports)) or None


def _shares(sizes: tuple[int, ...], most: int) -> list[int]:
    """Halve the largest of the sizes until their product is at most ``most``."""
    shares = list(sizes)
    while _product(shares) > most:
        largest = shares.index(max(shares))
        shares[largest] = (shares[largest] + 1) // 2
    return shares


def _product(sizes: Iterable[int]) -> int:
    product = 1
    for size in sizes:
        product *= size
    return product


# Rules share their sets: HOME_NET and its negation stand in most headers of a policy.
@lru_cache(maxsize=4096)
def _blocks(values: IntervalSet, family: Family) -> tuple[Network, ...]:
    return tuple(block for low, high in values for block in range_to_networks(family, low, high))


@lru_cache(maxsize=4096)
def _fewer_blocks(blocks: tuple[Network, ...], most: int) -> tuple[Network, ...]:
    return tuple(join_cheapest(blocks, most, cost=network_cost, hull=network_hull, reach=1))


def _ranges(ports: IntervalSet, *, anything: bool) -> tuple[Ports, ...]:
    return (ANY_PORT,) if anything else ports.intervals


def _fewer_ranges(ranges: tuple[Ports, ...], most: int) -> tuple[Ports, ...]:
    return tuple(join_cheapest(ranges, most, cost=range_cost, hull=range_hull, reach=1))
