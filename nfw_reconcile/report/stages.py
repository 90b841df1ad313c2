"""Before the flush, flushed, captured again: a run on a firewall, moment by moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.result_document import ZoneState
from nfw_reconcile.report.charts import Part, Stage, Stages
from nfw_reconcile.report.phrases import Phrase, data, listed, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.model.result_document import ZoneResult

_OPEN: Final = frozenset({ZoneState.UNKNOWN, ZoneState.INTERRUPTED, ZoneState.FAILED})
"""States in which more may have been flushed than is known."""

_LOOKED_AGAIN: Final = frozenset({ZoneState.VERIFIED, ZoneState.NOTHING, ZoneState.SURVIVORS})
"""States in which what is alive is known."""


def run_stages(zones: Sequence[ZoneResult]) -> Stages | None:
    """Give the denied flows at each moment of a run; ``None`` where there were none to flush."""
    to_flush, flushed = sum(zone.to_flush for zone in zones), sum(len(zone.flushed) for zone in zones)
    if not to_flush and not flushed:
        return None
    unseen = not_looked_at_again(zones)
    survivors = sum(len(zone.survivors) for zone in zones)
    alive = None if unseen and not survivors else ((Part.ALIVE, survivors),)
    return Stages(
        title="Denied flows before and after",
        caption=_caption(unseen),
        stages=(
            Stage("Captured, to be flushed", ((Part.DENIED, to_flush),)),
            Stage("Flushed", _sent(zones)),
            Stage("Alive when captured again", alive),
        ),
    )


def perhaps_flushed(zones: Sequence[ZoneResult]) -> int:
    """Give the number of flows of which it is not known whether they were flushed."""
    return sum(_left(zone) for zone in zones if zone.state in _OPEN)


def not_looked_at_again(zones: Sequence[ZoneResult]) -> tuple[str, ...]:
    """Name the zones of which it is not known what is alive, sorted."""
    return tuple(sorted({zone.zone for zone in zones if zone.state not in _LOOKED_AGAIN}))


def _sent(zones: Sequence[ZoneResult]) -> tuple[tuple[Part, int], ...]:
    flushed, unsure = sum(len(zone.flushed) for zone in zones), perhaps_flushed(zones)
    left = sum(_left(zone) for zone in zones) - unsure
    others = ((Part.UNSURE, unsure), (Part.LEFT, left))
    return ((Part.GONE, flushed), *((part, number) for part, number in others if number))


def _left(zone: ZoneResult) -> int:
    return max(zone.to_flush - len(zone.flushed), 0)


def _caption(unseen: Sequence[str]) -> Phrase:
    if unseen:
        return say("What is alive is not known in {}.", listed(data(unseen)))
    return Phrase(("Each zone with flows to flush was captured again.",))
