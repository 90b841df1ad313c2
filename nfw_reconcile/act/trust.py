"""May the listed ages be believed? AWS does not say what ``Age`` counts (API: Flow).

Everything here takes it as the time since the first packet. If it were the time since the last one, a
busy flow would always look young, and be taken for one that the new rules let in. Two captures tell: a
flow that lives on grows older by as many seconds as lie between them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nfw_reconcile.act.entries import ListedFlow
    from nfw_reconcile.act.sighting import Sighting
    from nfw_reconcile.model.flow import CapturedFlow

ROUNDING: Final = 2.0
"""Seconds that two rounded ages and two rounded times may be off by."""


def stays_young(before: Sighting, after: Sighting) -> int:
    """Count the denied flows that look young in both captures although they have been going on in between.

    One that was replaced by a new attempt on the same 5-tuple is young again by right, and has no more
    packets than before.
    """
    later = {flow.listed.key: flow.listed for flow in after.flows if flow.denied and not flow.old}
    return sum(
        _went_on(flow.listed, later[flow.listed.key])
        for flow in before.flows
        if flow.denied and not flow.old and flow.listed.key in later
    )


def _went_on(before: ListedFlow, after: ListedFlow) -> bool:
    elapsed = after.looked_at - before.looked_at
    known = {entry.tuple: entry for entry in after.entries}
    return any(
        entry.tuple in known and _did_not_age(entry, known[entry.tuple], elapsed) for entry in before.entries
    )


def _did_not_age(before: CapturedFlow, after: CapturedFlow, elapsed: float) -> bool:
    if before.age is None or after.age is None or before.packets is None or after.packets is None:
        return False
    return after.packets > before.packets and after.age - before.age < elapsed - ROUNDING
