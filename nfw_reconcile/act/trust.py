"""May the listed ages be believed? AWS does not say what ``Age`` counts (API: Flow).

Everything here takes it as the time since the first packet. If it were the time since the last one, or
from the first to the last, a flow from before the change could look young, and would be taken for one that
the new rules have judged. Two captures tell: a flow that lives on grows older by as many seconds as lie
between them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nfw_reconcile.act.entries import ListedFlow
    from nfw_reconcile.act.sighting import JudgedFlow, Sighting
    from nfw_reconcile.model.flow import CapturedFlow

ROUNDING: Final = 2.0
"""Seconds that two rounded ages and two rounded times may be off by."""

HANDSHAKE: Final = 3
"""Packets of a connection that came about; attempts that were blocked one after the other look alike below that."""


def in_doubt(before: Sighting, after: Sighting) -> int:
    """Count the denied flows that look young while ages are seen not to count from the first packet.

    Zero where no denied flow looks young, or nothing speaks against the ages.
    """
    young = after.young_denied
    if not young:
        return 0
    later = {flow.listed.key: flow.listed for flow in after.flows}
    doubtful = any(
        _did_not_age(flow, later[flow.listed.key]) for flow in before.flows if flow.listed.key in later
    )
    return young if doubtful else 0


def _did_not_age(before: JudgedFlow, after: ListedFlow) -> bool:
    """Say whether one of the flow's entries went on without growing older."""
    elapsed = after.looked_at - before.listed.looked_at
    known = {entry.tuple: entry for entry in after.entries}
    return any(
        entry.tuple in known
        and _is_the_same(entry, known[entry.tuple], attempt=before.never_allowed)
        and _aged(entry, known[entry.tuple]) < elapsed - ROUNDING
        for entry in before.listed.entries
    )


def _is_the_same(before: CapturedFlow, after: CapturedFlow, *, attempt: bool) -> bool:
    """Say whether two entries are one that went on: a new one in its place would have fewer packets.

    ``attempt``: the flow may be a blocked attempt, which another, just like it, can have followed.
    """
    if before.packets is None or after.packets is None:
        return False
    if after.packets != before.packets:
        return after.packets > before.packets
    return after.bytes == before.bytes and (not attempt or before.packets >= HANDSHAKE)


def _aged(before: CapturedFlow, after: CapturedFlow) -> float:
    return float("inf") if before.age is None or after.age is None else after.age - before.age
