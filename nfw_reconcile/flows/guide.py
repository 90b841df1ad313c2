"""Growing with the policies in view: filters that end where the newly denied region ends.

Captured flows are few points in a wide space. Between them a filter that only avoids those that must stay
grows long and thin, and many are needed; one that follows the region's own borders takes in all that a rule denies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.region.budget import OutOfStepsError
from nfw_reconcile.flows.grow import ORDERS, Grower
from nfw_reconcile.flows.table import FlowTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.engine.region.filters import Survey
    from nfw_reconcile.flows.grow import Order
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import FiveTuple

STEPS_PER_ROUND: Final = 1000
"""What growing costs, as a number of steps of the survey."""

MOST_ROUNDS: Final = 64
"""How often filters around one flow are grown anew, each time with the strays of the last ones to avoid."""


class Guide:
    """Grows filters inside one enclosing filter and inside the region, around flows that both hold.

    Where a grown filter leaves the region, a flow at which it does (a stray) is put among those that must
    stay, and the filter is grown again: like a border that is found by walking into it.
    """

    def __init__(self, within: FlowFilter, protocols: Iterable[int], survey: Survey, keep: FlowTable) -> None:
        """Take the flows that must stay, and the protocols to admit."""
        self._within = within
        self._protocols = frozenset(protocols)
        self._survey = survey
        self._keep = keep
        self._strays: dict[FiveTuple, None] = {}
        self._grower = self._new_grower()

    def grow(self, seed: FiveTuple, orders: Iterable[Order] = ORDERS) -> list[FlowFilter]:
        """Give distinct filters that match ``seed``, no flow that must stay, and nothing outside the region.

        They lie inside the enclosing filter, as those of :class:`~nfw_reconcile.flows.grow.Grower` do.
        None where the seed is not in the region, or where the budget does not allow to find out.
        """
        if self._survey.budget.exhausted or not self._survey.region.contains(seed):
            return []
        proven: dict[FlowFilter, None] = {}
        try:
            for _ in range(MOST_ROUNDS):
                self._survey.budget.spend(STEPS_PER_ROUND)
                grown = self._grower.grow(seed, orders)
                strays = {each: self._stray(each, seed) for each in grown if each not in proven}
                proven |= {each: None for each, stray in strays.items() if stray is None}
                found = [stray for stray in strays.values() if stray is not None]
                if not found:
                    return grown
                self._strays |= dict.fromkeys(found)
                self._grower = self._new_grower()
        except OutOfStepsError:
            pass
        return list(proven)

    def _stray(self, grown: FlowFilter, seed: FiveTuple) -> FiveTuple | None:
        return self._survey.stray(grown, seed)

    def _new_grower(self) -> Grower:
        strays = FlowTable.of(self._keep.families, list(self._strays))
        return Grower(self._within, (self._keep, strays), self._protocols)
