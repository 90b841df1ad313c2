"""Few filters for the flows that must go and for none that must stay, by growing and greedy set cover.

All flows here are of one pair of address families: no filter is about two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from nfw_reconcile.flows.grow import FEW_ORDERS, ORDERS, Grower
from nfw_reconcile.flows.guide import Guide
from nfw_reconcile.flows.hulls import network_hull
from nfw_reconcile.flows.setcover import Pool, greedy, irredundant
from nfw_reconcile.flows.table import FlowTable, enclosing
from nfw_reconcile.model.filters import FlowFilter
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from nfw_reconcile.engine.region.filters import Survey
    from nfw_reconcile.flows.grow import Order
    from nfw_reconcile.flows.hulls import Ports
    from nfw_reconcile.flows.setcover import Mask
    from nfw_reconcile.flows.table import Rows
    from nfw_reconcile.model.addresses import Address, Network
    from nfw_reconcile.model.flow import FiveTuple


TRIED: Final = 200
"""Filters after which it shows whether flows have any order."""

WORTH: Final = 4
"""Flows that a filter takes in on average where it is worth while to try all orders of opening."""


class _Grows(Protocol):
    def grow(
        self, seed: FiveTuple, orders: Sequence[Order]
    ) -> list[FlowFilter]: ...  # pragma: no cover - a protocol has no body


@dataclass(slots=True)
class Choice:
    """Filters for the flows of one pair of families.

    ``taken`` together match every flow of ``cut`` and none of those that must stay, each inside a capture
    filter. ``safe`` are the filters that were found to be inside the region.
    """

    cut: Sequence[FiveTuple]
    table: FlowTable
    taken: list[FlowFilter] = field(default_factory=list)
    safe: Pool = field(default_factory=dict)


def choose(
    cut: Sequence[FiveTuple],
    keep: FlowTable,
    within: Iterable[FlowFilter],
    survey: Survey | None = None,
) -> Choice:
    """Choose filters for ``cut``, which must be sorted, free of repetitions and of flows in ``keep``.

    Each of ``cut`` must be matched by a filter of ``within``.
    """
    table = FlowTable.of((cut[0].source.family, cut[0].destination.family), cut)
    return _Choosing(Choice(cut, table), keep, _places(table, within), survey).run()


def _places(table: FlowTable, within: Iterable[FlowFilter]) -> dict[FlowFilter, Rows]:
    """Give to each row that filter of ``within`` which matches the most flows to cut."""
    matched = {around: table.matching(around) for around in within}
    free = np.ones(len(table), np.bool_)
    places: dict[FlowFilter, Rows] = {}
    for around, rows in sorted(matched.items(), key=lambda item: (-item[1].size, item[0])):
        places[around] = np.sort(rows[free[rows]])
        free[rows] = False
    return places


@dataclass(slots=True)
class _Choosing:
    """One choice under way; ``pool`` are all filters that were grown, and what each matches."""

    choice: Choice
    keep: FlowTable
    places: dict[FlowFilter, Rows]
    survey: Survey | None
    pool: Pool = field(default_factory=dict)

    def run(self) -> Choice:
        """Fill the choice: first along the region's borders, then by the flows alone, then by all that was found."""
        everything = np.ones(len(self.choice.cut), np.bool_)
        guided, uncovered = self._guided(self.survey) if self.survey else ([], everything)
        guided += self._grow_all(self.pool, self._plain, uncovered)
        covers = [guided]
        if self.survey:
            plain = self._grow_all(self.pool, self._plain, everything, len(guided))
            covers += [plain] if len(plain) <= len(guided) else []
        covers.append(greedy(self.pool, everything)[0])
        self.choice.taken = min((irredundant(each, self.pool, len(everything)) for each in covers), key=len)
        return self.choice

    def _guided(self, survey: Survey) -> tuple[list[FlowFilter], Mask]:
        """Cover what filters inside the region can cover."""

        def inside(around: FlowFilter, protocols: Iterable[int]) -> Guide:
            keep = self.keep.take(self.keep.matching(around))
            return Guide(around, protocols, survey, keep)

        everything = np.ones(len(self.choice.cut), np.bool_)
        self._grow_all(self.choice.safe, inside, everything)
        self.pool |= self.choice.safe
        return greedy(self.choice.safe, everything)

    def _plain(self, around: FlowFilter, protocols: Iterable[int]) -> _Grows:
        return Grower(around, (self.keep.take(self.keep.matching(around)),), protocols)

    def _grow_all(
        self,
        pool: Pool,
        grows: Callable[[FlowFilter, Iterable[int]], _Grows],
        wanted: Mask,
        most: int | None = None,
    ) -> list[FlowFilter]:
        """Grow around each wanted flow that is not covered yet; of these filters the one that covers most is taken.

        Gives what was taken; once that is more than ``most``, it is no use, and the rest is left out.
        """
        table, orders, covered = self.choice.table, ORDERS, 0
        taken: list[FlowFilter] = []
        uncovered = wanted.copy()
        for row, grower in self._seeds(grows):
            grown = grower.grow(self.choice.cut[row], orders) if uncovered[row] else []
            pool |= {found: table.matching(found) for found in grown if found not in pool}
            if grown:
                best = max(grown, key=lambda found: int(uncovered[pool[found]].sum()))
                covered += int(uncovered[pool[best]].sum())
                uncovered[pool[best]] = False
                taken.append(best)
                if most is not None and len(taken) > most:
                    break
                if len(taken) >= TRIED and covered < WORTH * len(taken):
                    orders = FEW_ORDERS
        return taken

    def _seeds(self, grows: Callable[[FlowFilter, Iterable[int]], _Grows]) -> Iterator[tuple[int, _Grows]]:
        """Give each row, and what grows filters around its flow."""
        for around, rows in self.places.items():
            grower = grows(around, np.unique(self.choice.table.protocols[rows]).tolist())
            for row in rows.tolist():
                yield row, grower


def tightened(found: FlowFilter, choice: Choice) -> FlowFilter:
    """Give the smallest filter around the flows that one matches; ports of protocols without ports stay as they are."""
    flows = [choice.cut[row] for row in choice.table.matching(found).tolist()]
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
