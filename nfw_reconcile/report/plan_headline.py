"""The one sentence of a plan: what would be cut."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.report import naming
from nfw_reconcile.report.blocks import Tone
from nfw_reconcile.report.fates import Fates
from nfw_reconcile.report.phrases import Phrase, count, joined, listed, say, sentence
from nfw_reconcile.report.regions import region_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.model.documents import CauseText
    from nfw_reconcile.model.plan_document import FirewallPlan, FlowsSeen, PlanDocument, RegionPart

MOST_CAUSES: Final = 3
MOST_PARTS: Final = 2
NOT_SEEN: Final = "no live flows were looked at"


@dataclass(frozen=True, slots=True)
class Headline:
    """A sentence and what it should make a reader feel."""

    text: Phrase
    tone: Tone


def plan_headline(document: PlanDocument) -> Headline:
    """Say of all firewalls together what would be cut."""
    if len(document.firewalls) == 1:
        return firewall_headline(document.firewalls[0])
    return _summary(document.firewalls)


def firewall_headline(plan: FirewallPlan) -> Headline:
    """Say of one firewall what would be cut."""
    return _with_flows(plan, plan.flows) if plan.flows is not None else _without_flows(plan)


def flows_with(flows: FlowsSeen | None, effect: Effect) -> int:
    """Give how many of the flows that were looked at have an effect."""
    return sum(each.flows for each in flows.counts if each.effect is effect) if flows else 0


def flows_to_flush(plan: FirewallPlan) -> int:
    """Give how many of the flows that were looked at an apply would flush."""
    return sum(each.to_flush for each in plan.flows.counts) if plan.flows else 0


def parts_with(plan: FirewallPlan, effect: Effect) -> tuple[RegionPart, ...]:
    """Give the parts of the region that have an effect: largest first, IPv4 before IPv6."""
    return tuple(sorted((part for part in plan.region.parts if part.effect is effect), key=_largest_first))


def _largest_first(part: RegionPart) -> tuple[bool, int, str, str]:
    size = int(part.tuples) if part.tuples.isdecimal() else 0
    return ":" in part.witness.source, -size, region_part(part).raw, naming.cause(part.new).raw


def _with_flows(plan: FirewallPlan, flows: FlowsSeen) -> Headline:
    where = naming.at(plan.firewall, plan.policy)
    cut = flows_with(flows, Effect.NEWLY_DENIED)
    but = _but(plan, flows)
    if cut:
        words = "{} would be cut {}{}{}."
        causes = _causes(flows, cut, Fates.of(plan.rule_changes))
        return Headline(say(words, count(cut, "live flow"), where, causes, but), Tone.BAD)
    looked_at = say("{} looked at", count(flows.looked_at, "flow"))
    possible = flows_with(flows, Effect.POSSIBLY_DENIED)
    if possible:
        words = "{} may be cut {}, depending on payload ({}){}."
        return Headline(say(words, count(possible, "live flow"), where, looked_at, but), Tone.CAUTION)
    regions = _regions(plan)
    if regions:
        words = "No live flow would be cut {} ({}), but {}{}."
        return Headline(say(words, where, looked_at, regions, but), Tone.CAUTION)
    if but:
        return Headline(say("No live flow would be cut {} ({}){}.", where, looked_at, but), Tone.CAUTION)
    owner = naming.owner(plan.firewall, plan.policy)
    return Headline(say("Nothing that {} allowed would be denied ({}).", owner, looked_at), Tone.GOOD)


def _regions(plan: FirewallPlan) -> Phrase:
    """Say which 5-tuples are denied, or may be where none certainly is; empty where neither."""
    denied, possible = parts_with(plan, Effect.NEWLY_DENIED), parts_with(plan, Effect.POSSIBLY_DENIED)
    fates = Fates.of(plan.rule_changes)
    if denied:
        return say("5-tuples that were allowed would be denied: {}", _parts(denied, fates))
    if possible:
        words = "5-tuples that were allowed may be denied, depending on payload: {}"
        return say(words, _parts(possible, fates))
    return Phrase()


def _causes(flows: FlowsSeen, total: int, fates: Fates) -> Phrase:
    """Say how many flows each pair of causes cuts, most first; without a number where there is one pair."""
    pairs: Counter[tuple[CauseText, CauseText]] = Counter(
        (row.new, row.old) for row in flows.rows if row.effect is Effect.NEWLY_DENIED
    )
    ranked = sorted(pairs.items(), key=lambda item: (-item[1], fates.pair(*item[0]).raw))
    shown = [say("{} {}", number, fates.pair(new, old)) for (new, old), number in ranked[:MOST_CAUSES]]
    if len(pairs) == 1:
        return say(" {}", fates.pair(*ranked[0][0]))
    rest = total - sum(number for _, number in ranked[:MOST_CAUSES])
    return say(": {}", listed([*shown, say("{} by other rules", rest)] if rest > 0 else shown))


def _but(plan: FirewallPlan, flows: FlowsSeen) -> Phrase:
    """Say what is not known for certain about live flows, beside what is said of those that are cut."""
    possible = flows_with(flows, Effect.POSSIBLY_DENIED) if flows_with(flows, Effect.NEWLY_DENIED) else 0
    undecided = flows_with(flows, Effect.UNDECIDED)
    doubts = [
        say("{} more may be cut, depending on payload", possible) if possible else Phrase(),
        say("{} could not be decided", count(undecided, "flow")) if undecided else Phrase(),
        Phrase(("the capture may have missed flows",)) if not flows.complete else Phrase(),
        _not_decided(plan) if not undecided else Phrase(),
    ]
    return joined((say("; {}", doubt) for doubt in doubts if doubt), "")


def _not_decided(plan: FirewallPlan) -> Phrase:
    if plan.undecided:
        return say("{} of the policy could not be decided", count(len(plan.undecided), "part"))
    return Phrase() if plan.region.complete else Phrase(("not all that is denied could be enumerated",))


def _without_flows(plan: FirewallPlan) -> Headline:
    where = sentence(naming.at(plan.firewall, plan.policy))
    owner = naming.owner(plan.firewall, plan.policy)
    unsure, regions = _not_decided(plan), _regions(plan)
    if regions:
        tone = Tone.BAD if parts_with(plan, Effect.NEWLY_DENIED) else Tone.CAUTION
        doubt = say("; {}", unsure) if unsure else Phrase()
        return Headline(say(f"{{}}, {{}}{{}}; {NOT_SEEN}.", where, regions, doubt), tone)
    if unsure:
        words = f"{{}}, nothing is known to be newly denied, but {{}}; {NOT_SEEN}."
        return Headline(say(words, where, unsure), Tone.CAUTION)
    if plan.old_digest is None:
        words = "{}, there was no policy before, so nothing that was allowed would be denied."
        return Headline(say(words, where), Tone.GOOD)
    return Headline(say("Nothing that {} allowed would be denied.", owner), Tone.GOOD)


def _parts(parts: Sequence[RegionPart], fates: Fates) -> Phrase:
    shown = [
        say("{} {}", region_part(part, most=1), fates.pair(part.new, part.old)) for part in parts[:MOST_PARTS]
    ]
    rest = len(parts) - MOST_PARTS
    return listed([*shown, count(rest, "more part")] if rest > 0 else shown)


def _summary(plans: Sequence[FirewallPlan]) -> Headline:
    if not plans:
        return Headline(Phrase(("No firewall policy changes, so nothing would be denied.",)), Tone.GOOD)
    cut = [(flows_with(plan.flows, Effect.NEWLY_DENIED), plan) for plan in plans]
    hit = sorted((each for each in cut if each[0]), key=lambda each: -each[0])
    if not hit:
        return _worst(plans)
    shares = listed(
        [say("{} on {}", number, naming.name(plan.firewall, plan.policy)) for number, plan in hit]
    )
    total = count(sum(number for number, _ in hit), "live flow")
    words = f"{{}} would be cut on {len(hit)} of {{}}: {{}}."
    return Headline(say(words, total, count(len(plans), "firewall"), shares), Tone.BAD)


_ON_SEVERAL: Final = {
    Tone.BAD: "5-tuples that were allowed would be denied on",
    Tone.CAUTION: "5-tuples that were allowed are or may be denied, or could not be decided, on",
}


def _worst(plans: Sequence[FirewallPlan]) -> Headline:
    """Say the worst that is said of any firewall, and of which ones."""
    every = count(len(plans), "firewall")
    unseen = f"; {NOT_SEEN}" if all(plan.flows is None for plan in plans) else ""
    for tone, words in _ON_SEVERAL.items():
        hit = [plan for plan in plans if firewall_headline(plan).tone is tone]
        if hit:
            names = listed([Phrase((naming.name(plan.firewall, plan.policy),)) for plan in hit])
            return Headline(say(f"{words} {len(hit)} of {{}}: {{}}{unseen}.", every, names), tone)
    return Headline(say("Nothing that any of {} allowed would be denied.", every), Tone.GOOD)
