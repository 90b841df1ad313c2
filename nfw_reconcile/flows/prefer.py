"""Filters inside the newly denied region in the place of others, as far as there is room for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from nfw_reconcile.engine.region.budget import OutOfStepsError
from nfw_reconcile.flows.setcover import greedy, irredundant, times_covered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.engine.region.filters import Survey
    from nfw_reconcile.flows.choose import Choice
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import FiveTuple

MOST_TRIED: Final = 200
"""Filters for which others are sought; beyond that many nobody reads the tags."""


def is_region_safe(found: FlowFilter, inside: FiveTuple, survey: Survey | None) -> bool:
    """Say whether a filter that matches ``inside`` is known to lie in the region.

    ``False`` also where nothing is known of the region, or where the budget does not allow to find out.
    """
    try:
        return survey is not None and survey.stray(found, inside) is None
    except OutOfStepsError:
        return False


def prefer_safe(
    filters: Iterable[FlowFilter], choice: Choice, survey: Survey, spare: int
) -> tuple[list[FlowFilter], int]:
    """Put region-safe filters in the place of others, with at most ``spare`` filters more; give what is left of it.

    The filters match the same flows to cut as before, or more of them.
    """
    chosen = dict.fromkeys(filters)
    pool = choice.safe | {found: choice.table.matching(found) for found in chosen}
    times = times_covered(chosen, pool, len(choice.cut))
    others = [each for each in chosen if not is_region_safe(each, choice.cut[int(pool[each].min())], survey)]
    for found in sorted(others, key=lambda each: (len(pool[each]), each))[:MOST_TRIED]:
        wanted = np.zeros(len(choice.cut), np.bool_)
        wanted[pool[found][times[pool[found]] == 1]] = True
        instead, uncovered = greedy(choice.safe, wanted)
        if not uncovered.any() and len(instead) - 1 <= spare:
            spare -= len(instead) - 1
            del chosen[found]
            chosen |= dict.fromkeys(instead)
            times[pool[found]] -= 1
            times += times_covered(instead, pool, len(choice.cut))
    needed = irredundant(list(chosen), pool, len(choice.cut))
    return needed, spare + len(chosen) - len(needed)
