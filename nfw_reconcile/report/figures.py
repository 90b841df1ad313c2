"""The few numbers that sum up a firewall."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.model.result_document import ZoneState
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.report.blocks import Figure, Tone
from nfw_reconcile.report.phrases import Phrase
from nfw_reconcile.report.plan_headline import flows_with
from nfw_reconcile.report.stages import not_looked_at_again, perhaps_flushed
from nfw_reconcile.report.units import total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.model.plan_document import FirewallPlan
    from nfw_reconcile.model.result_document import FirewallResult, ZoneResult


def plan_figures(plan: FirewallPlan) -> tuple[Figure, ...]:
    """Give what the flows that were looked at come to; nothing where nobody looked."""
    flows = plan.flows
    if flows is None:
        return ()
    cut = [row for row in flows.rows if row.flush]
    carried = total(row.bytes for row in cut)
    at_once = flows_with(flows, Effect.NEWLY_DENIED) - len(cut)
    found = (
        _number("To flush", len(cut), Tone.BAD),
        None if carried is None else Figure("Bytes of these", carried),
        _number("Cut at once", at_once, Tone.BAD) if at_once else None,
        _number("May be cut", flows_with(flows, Effect.POSSIBLY_DENIED), Tone.CAUTION),
        _number("Not decided", flows_with(flows, Effect.UNDECIDED), Tone.CAUTION),
        _number("Blocked attempts", len(flows.attempts), Tone.PLAIN) if flows.attempts else None,
        _number("Looked at", flows.looked_at, Tone.PLAIN),
    )
    return tuple(figure for figure in found if figure is not None)


def result_figures(result: FirewallResult) -> tuple[Figure, ...]:
    """Give what the zones come to, nothing where none was reached; what is known in part only says so."""
    zones = result.zones
    if not zones:
        return ()
    flushed, survivors = sum(len(zone.flushed) for zone in zones), sum(len(zone.survivors) for zone in zones)
    return (
        _done(zones),
        _number("Captured", sum(zone.captured for zone in zones), Tone.PLAIN),
        _number("To flush", sum(zone.to_flush for zone in zones), Tone.PLAIN),
        _at_least("Flushed", flushed, Tone.GOOD)
        if perhaps_flushed(zones)
        else _number("Flushed", flushed, Tone.GOOD),
        _at_least("Survive", survivors, Tone.BAD)
        if not_looked_at_again(zones)
        else _number("Survive", survivors, Tone.BAD),
        _number("Left alive", sum(len(zone.left_alive) for zone in zones), Tone.CAUTION),
    )


def _done(zones: Sequence[ZoneResult]) -> Figure:
    done = sum(zone.state in {ZoneState.VERIFIED, ZoneState.NOTHING} for zone in zones)
    told = Phrase((f"{done:,} of {len(zones):,}",))
    return Figure("Zones done", told, Tone.PLAIN if done == len(zones) else Tone.CAUTION)


def _at_least(label: str, value: int, tone: Tone) -> Figure:
    """Give a count of which there may be more."""
    if not value:
        return Figure(label, Phrase(("not known",)), Tone.CAUTION)
    return Figure(label, Phrase((f"{value:,} or more",)), tone)


def _number(label: str, value: int, tone: Tone) -> Figure:
    """Give a count; none of something is no reason for a tone."""
    return Figure(label, Phrase((f"{value:,}",)), tone if value else Tone.PLAIN)
