"""Set cover by greed: few filters of a pool for all the flows of a table.

The number is small, not proven smallest: minimum set cover is NP-hard.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nfw_reconcile.flows.table import Rows
    from nfw_reconcile.model.filters import FlowFilter

Pool = dict["FlowFilter", "Rows"]
"""Filters, and the rows of the flows to cut that each matches."""

Mask = npt.NDArray[np.bool_]
"""One truth value a row."""


def greedy(pool: Mapping[FlowFilter, Rows], wanted: Mask) -> tuple[list[FlowFilter], Mask]:
    """Take again and again the filter with the most rows that are wanted still; give what stays uncovered too.

    Of filters with as many rows the least is taken, so that the outcome depends on the pool alone.
    """
    uncovered = wanted.copy()
    heap = [(-len(rows), found) for found, rows in pool.items()]
    heapq.heapify(heap)
    taken: list[FlowFilter] = []
    while heap and uncovered.any():
        promised, found = heapq.heappop(heap)
        gain = int(uncovered[pool[found]].sum())
        if gain == -promised:
            uncovered[pool[found]] = False
            taken.append(found)
        elif gain:
            # Gains only shrink, so what was promised is an upper bound: put back, and look again later.
            heapq.heappush(heap, (-gain, found))
    return taken, uncovered


def times_covered(
    taken: Iterable[FlowFilter], pool: Mapping[FlowFilter, Rows], count: int
) -> npt.NDArray[np.int64]:
    """Give for each of ``count`` rows how many of the filters match it."""
    times = np.zeros(count, np.int64)
    for found in taken:
        times[pool[found]] += 1
    return times


def irredundant(taken: Sequence[FlowFilter], pool: Mapping[FlowFilter, Rows], count: int) -> list[FlowFilter]:
    """Leave out, last taken first, each filter whose rows the others match as well."""
    times = times_covered(taken, pool, count)
    needed: list[FlowFilter] = []
    for found in reversed(taken):
        rows = pool[found]
        if (times[rows] > 1).all():
            times[rows] -= 1
        else:
            needed.append(found)
    return needed
