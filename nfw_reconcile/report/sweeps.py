"""What is said of a sweep: the flows that live although the live policy denies them. Nothing has changed in it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.report import naming
from nfw_reconcile.report.advice import what_clients_feel
from nfw_reconcile.report.blocks import Paragraph, Section, Tone
from nfw_reconcile.report.flow_details import in_detail
from nfw_reconcile.report.names import Names
from nfw_reconcile.report.phrases import Phrase, count, joined, listed, say
from nfw_reconcile.report.plan_headline import MOST_CAUSES, Headline, flows_to_flush, flows_with
from nfw_reconcile.report.plan_sections import (
    capture_filters,
    flows_for,
    is_about_home_net,
    remarks,
    undecided,
)
from nfw_reconcile.report.services import service_table

if TYPE_CHECKING:
    from nfw_reconcile.model.documents import CauseText, FlowRow
    from nfw_reconcile.model.plan_document import FirewallPlan, FlowsSeen

_LEFT_ALONE: Final = Paragraph(
    Phrase(("Too few packets for a connection that came about: they are not flushed.",))
)


def is_sweep(plan: FirewallPlan) -> bool:
    """Say whether the plan is that of a sweep."""
    return bool(plan.attempts)


def sweep_headline(plan: FirewallPlan) -> Headline:
    """Say of one firewall what lives although it is denied."""
    where, flows = naming.at(plan.firewall, plan.policy), plan.flows
    if flows is None:
        return Headline(say("No live flows were looked at {}.", where), Tone.CAUTION)
    drifted, doubts = flows_to_flush(plan), _doubts(plan, flows)
    attempts = _attempts(flows, " more" if drifted else "")
    rest = joined((say("; {}", each) for each in (*attempts, *doubts)), "")
    if drifted:
        words = "{} {} {} though the live policy denies {}{}{}."
        verb, it = ("lives", "it") if drifted == 1 else ("live", "them")
        flows_told = count(drifted, "flow")
        told = say(words, flows_told, Phrase((verb,)), where, Phrase((it,)), _causes(flows.rows), rest)
        return Headline(told, Tone.BAD)
    looked_at = count(flows.looked_at, "flow")
    words = "No live flow {} is {}denied by the live policy ({} looked at){}."
    certainly = Phrase(("known to be ",)) if doubts else Phrase()
    return Headline(say(words, where, certainly, looked_at, rest), Tone.CAUTION if doubts else Tone.GOOD)


def sweep_sections(plan: FirewallPlan, most: int) -> tuple[Section, ...]:
    """Give what there is to say: which flows, then what the answer does not hold, then how it was found."""
    rows, names = plan.flows.rows if plan.flows else (), Names.of(plan.names)
    drifted = [row for row in rows if row.flush]
    found = (
        remarks([remark for remark in plan.remarks if not is_about_home_net(plan, remark)]),
        _drift(drifted, most, names),
        _blocked(plan.flows.attempts if plan.flows else (), most, names),
        flows_for("Who may be denied", "If", _having(rows, Effect.POSSIBLY_DENIED), most, names),
        flows_for("Flows that could not be decided", "Because", _having(rows, Effect.UNDECIDED), most, names),
        undecided(plan.undecided, most),
        capture_filters(plan.capture_filters),
        what_clients_feel(plan) if drifted else None,
    )
    return tuple(section for section in found if section is not None)


def _having(rows: tuple[FlowRow, ...], effect: Effect) -> list[FlowRow]:
    return [row for row in rows if row.effect is effect]


def _drift(rows: list[FlowRow], most: int, names: Names) -> Section | None:
    table = service_table(rows, most, names, was_allowed=False)
    if not rows:
        return None
    return Section(
        f"Alive though denied ({len(rows):,})",
        (table,),
        extra=in_detail(rows, most, names, was_allowed=False),
    )


def _blocked(rows: tuple[FlowRow, ...], most: int, names: Names) -> Section | None:
    table = service_table(rows, most, names, was_allowed=False)
    return Section(f"Blocked attempts ({len(rows):,})", (_LEFT_ALONE, table)) if rows else None


def _causes(rows: tuple[FlowRow, ...]) -> Phrase:
    """Say by what they are denied, most flows first; without a number where it is all the same."""
    causes: Counter[CauseText] = Counter(row.new for row in rows if row.flush)
    ranked = sorted(causes.items(), key=lambda item: (-item[1], naming.by(item[0]).raw))
    if len(ranked) == 1:
        return say(" {}", naming.by(ranked[0][0]))
    shown = [say("{} {}", flows, naming.by(cause)) for cause, flows in ranked[:MOST_CAUSES]]
    rest = sum(flows for _, flows in ranked[MOST_CAUSES:])
    return say(": {}", listed([*shown, say("{} by other rules", rest)] if rest else shown))


def _attempts(flows: FlowsSeen, more: str) -> tuple[Phrase, ...]:
    found = len(flows.attempts)
    if not found:
        return ()
    words = "looks like a blocked attempt" if found == 1 else "look like blocked attempts"
    return (say(f"{{}}{more} {words}", found),)


def _doubts(plan: FirewallPlan, flows: FlowsSeen) -> tuple[Phrase, ...]:
    """Say what keeps the answer from being certain."""
    possible, open_ended = (flows_with(flows, e) for e in (Effect.POSSIBLY_DENIED, Effect.UNDECIDED))
    parts = len(plan.undecided) if not open_ended else 0
    found = (
        say("{} may be denied, depending on payload", count(possible, "flow")) if possible else Phrase(),
        say("{} could not be decided", count(open_ended, "flow")) if open_ended else Phrase(),
        say("{} of the policy could not be decided", count(parts, "part")) if parts else Phrase(),
        Phrase(("the captures may have missed flows",)) if not flows.complete else Phrase(),
    )
    return tuple(each for each in found if each)
