"""What a plan found: pairs of causes that deny what was allowed, and what could not be said for certain."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.documents import Level
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.report import naming
from nfw_reconcile.report.findings import Finding, Findings, Kind, Scope, told_apart
from nfw_reconcile.report.ignored import acceptances, ignored_by
from nfw_reconcile.report.names import Names
from nfw_reconcile.report.pairs import (
    Causes,
    Identity,
    by_reason,
    conditions,
    example,
    finding,
    pairs,
    rule_identity,
    what,
)
from nfw_reconcile.report.phrases import Datum, Phrase, Prose, count, say
from nfw_reconcile.report.places import Place, of_firewall, of_policy, of_text, of_undecided
from nfw_reconcile.report.plan_headline import flows_to_flush, flows_with, parts_with, plan_headline
from nfw_reconcile.report.plan_sections import hangs_on
from nfw_reconcile.report.sweeps import is_sweep, sweep_headline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nfw_reconcile.model.documents import FirewallIdentity, FlowRow, PolicyIdentity, Remark
    from nfw_reconcile.model.plan_document import FirewallPlan, PlanDocument, RuleChange, Undecided

_LEVELS: Final = {Level.WARNING: Kind.WARNING, Level.NOTE: Kind.NOTE}
_ALL: Final = "nfw-reconcile"
_TOO_LARGE: Final = "The newly denied region is too large to enumerate, so there is more than what is listed"
_AT_ONCE: Final = " A stateless drop acts on every packet, so that no flush is needed."
REMARKS: Final = (Phrase(("Warnings and notes",)),)
"""What is fine about a scope that holds nothing else."""

_MISSED: Final = "The captures may have missed flows"


def plan_findings(document: PlanDocument) -> Findings:
    """Give what a plan found; the document is masked and redacted already."""
    plans = document.firewalls
    alone = plans[0] if len(plans) == 1 and is_sweep(plans[0]) else None
    common = anchored(remark_findings(document.remarks, (), _ALL), *(plan.policy for plan in plans))
    scopes = [Scope(Phrase((_ALL,)), common, REMARKS)] if common else []
    scopes += [_scope(document, plan) for plan in plans]
    return Findings(
        kind="plan",
        headline=(sweep_headline(alone) if alone else plan_headline(document)).text,
        digest=document.sha256,
        tool_version=document.tool_version,
        started_at=None,
        finished_at=document.created_at,
        exit=None,
        scopes=told_apart(scopes),
        numbers=_numbers(plans),
    )


def owner_identity(firewall: FirewallIdentity, policy: PolicyIdentity) -> Identity:
    """Give what makes a firewall with its policy this one."""
    return (firewall.arn or firewall.label, policy.arn or policy.label)


def remark_findings(remarks: Sequence[Remark], owner: Identity, otherwise: str) -> Iterator[Finding]:
    """Give one finding for each remark; ``otherwise`` is the place of those that name none."""
    for remark in dict.fromkeys(remarks):
        text = Phrase((Prose(remark.text),))
        remedy = say(" {}", Prose(remark.remedy)) if remark.remedy else Phrase()
        place = of_text(remark.where, otherwise)
        yield Finding(_LEVELS[remark.level], text, text + remedy, place, (*owner, remark.text, place.address))


def _scope(document: PlanDocument, plan: FirewallPlan) -> Scope:
    owner = owner_identity(plan.firewall, plan.policy)
    found = (
        *(_alive(plan) if is_sweep(plan) else _denied(plan)),
        *_possibly(plan),
        *_undecided(plan),
        *_incomplete(plan),
        *_over_limit(document, plan),
        *remark_findings(plan.remarks, owner, plan.policy.label),
    )
    return Scope(naming.owner(plan.firewall, plan.policy), anchored(found, plan.policy), _fine(plan))


def anchored(found: Iterable[Finding], *policies: PolicyIdentity) -> tuple[Finding, ...]:
    """Give findings of which those that stand in no file stand where the first policy begins that stands in one.

    That is true of what concerns all of a policy or its firewall, and as near as can be told of the rest; GitHub takes
    no results that stand nowhere.
    """
    file = next((place.file for place in map(of_policy, policies) if place.file is not None), None)
    return tuple(
        dataclasses.replace(each, place=dataclasses.replace(each.place, file=each.place.file or file))
        for each in found
    )


def _by_place(place: Place) -> tuple[str, str, int]:
    return (place.address, place.file.path if place.file else "", place.file.line if place.file else 0)


def _rows(plan: FirewallPlan, effect: Effect) -> list[FlowRow]:
    return [row for row in plan.flows.rows if row.effect is effect] if plan.flows else []


def _found(kind: Kind, plan: FirewallPlan, pair: Causes, message: Phrase) -> Finding:
    found = finding(kind, pair, message, owner_identity(plan.firewall, plan.policy), plan.policy)
    if not is_sweep(plan):
        return dataclasses.replace(found, ignored=ignored_by(acceptances(pair.parts)))
    # The old policy of a sweep is no policy that ever was: nothing is said of it.
    return dataclasses.replace(found, title=say("Denied {}", naming.by(pair.new)), related=())


def _denied(plan: FirewallPlan) -> Iterator[Finding]:
    owner = naming.owner(plan.firewall, plan.policy)
    words = "On {}, flows would be denied {} that were allowed {}: {}. {}"
    for pair in pairs(parts_with(plan, Effect.NEWLY_DENIED), _rows(plan, Effect.NEWLY_DENIED)):
        message = say(words, owner, *pair.told, what(pair, Names.of(plan.names)), _live(plan, pair))
        yield _found(Kind.NEWLY_DENIED, plan, pair, message)


def _live(plan: FirewallPlan, pair: Causes) -> Phrase:
    at_once = "" if pair.needs_flush else _AT_ONCE
    if plan.flows is None:
        return Phrase((f"No live flows were looked at.{at_once}",))
    if not pair.rows:
        looked_at = count(plan.flows.looked_at, "flow")
        return say(f"None of the {{}} that were looked at would be cut by it.{at_once}", looked_at)
    flows, names = count(len(pair.rows), "live flow"), Names.of(plan.names)
    sources = sorted({row.flow.source for row in pair.rows})
    whose = say(", from {}", names.many(sources)) if names else Phrase()
    return say(f"{{}} would be cut{{}}.{at_once}", flows, whose)


def _alive(plan: FirewallPlan) -> Iterator[Finding]:
    owner = naming.owner(plan.firewall, plan.policy)
    words = "On {}, {} alive though denied {}: {}."
    for pair in pairs((), [row for row in _rows(plan, Effect.NEWLY_DENIED) if row.flush]):
        flows = count(len(pair.rows), "flow is", "flows are")
        message = say(words, owner, flows, naming.by(pair.new), example(pair.rows, Names.of(plan.names)))
        yield _found(Kind.ALIVE, plan, pair, message)


def _possibly(plan: FirewallPlan) -> Iterator[Finding]:
    owner = naming.owner(plan.firewall, plan.policy)
    words = "On {}, flows may be denied {}{}{}: {}.{}"
    for pair in pairs(parts_with(plan, Effect.POSSIBLY_DENIED), _rows(plan, Effect.POSSIBLY_DENIED)):
        by_new, by_old = pair.told
        told = conditions(pair)
        depends = say(", if {}", told) if told else Phrase()
        allowed = Phrase() if is_sweep(plan) else say("; they were allowed {}", by_old)
        live = say(" {} may be cut.", count(len(pair.rows), "live flow")) if pair.rows else Phrase()
        message = say(words, owner, by_new, depends, allowed, what(pair, Names.of(plan.names)), live)
        yield _found(Kind.POSSIBLY_DENIED, plan, pair, message)


def _undecided(plan: FirewallPlan) -> Iterator[Finding]:
    groups: defaultdict[tuple[str, str], list[Undecided]] = defaultdict(list)
    for each in plan.undecided:
        groups[each.side, each.reason].append(each)
    for key, found in sorted(groups.items()):
        yield _undecided_part(plan, key, found)
    for reasons, rows in by_reason(_rows(plan, Effect.UNDECIDED)):
        yield _undecided_flows(plan, reasons, rows)


def _undecided_part(plan: FirewallPlan, key: tuple[str, str], found: Sequence[Undecided]) -> Finding:
    side, reason = key
    places = {
        (place.address, place.file): place
        for place in (of_undecided(each, plan.policy.label) for each in found)
    }
    first, *others = sorted(places.values(), key=_by_place)
    which = Phrase(("both policies",)) if side == "both" else say("the {} policy", Datum(side))
    owner = naming.owner(plan.firewall, plan.policy)
    words = "On {}, {} of {} could not be decided: {}."
    message = say(words, owner, count(len(found), "part"), which, Prose(reason))
    identity = (*owner_identity(plan.firewall, plan.policy), "part", side, reason)
    title = say("{}, {}", Prose(reason), which)
    return Finding(Kind.UNDECIDED, title, message, first, identity, tuple(others))


def _undecided_flows(plan: FirewallPlan, reasons: tuple[str, ...], rows: Sequence[FlowRow]) -> Finding:
    owner = naming.owner(plan.firewall, plan.policy)
    because = hangs_on((), reasons)
    title = say("Live flows: {}", because)
    words = "On {}, {} could not be decided ({}): {}."
    message = say(words, owner, count(len(rows), "live flow"), because, example(rows, Names.of(plan.names)))
    identity = (*owner_identity(plan.firewall, plan.policy), "flows", *reasons)
    return Finding(Kind.UNDECIDED, title, message, of_policy(plan.policy), identity, weight=len(rows))


def _incomplete(plan: FirewallPlan) -> Iterator[Finding]:
    if not plan.region.complete and not is_sweep(plan):
        yield _about_all(Kind.INCOMPLETE, plan, Phrase((_TOO_LARGE,)), "region")
    if plan.flows is not None and not plan.flows.complete:
        yield _about_all(Kind.INCOMPLETE, plan, Phrase((_MISSED,)), "captures")


def _about_all(kind: Kind, plan: FirewallPlan, title: Phrase, identity: str) -> Finding:
    """Give a finding about all of a firewall."""
    message = say("{} ({}).", title, naming.owner(plan.firewall, plan.policy))
    owner = owner_identity(plan.firewall, plan.policy)
    return Finding(kind, title, message, of_firewall(plan.firewall), (*owner, identity))


def _over_limit(document: PlanDocument, plan: FirewallPlan) -> Iterator[Finding]:
    to_flush, most = flows_to_flush(plan), document.limits.max_flows
    if to_flush > most:
        words = "{} to flush, and the limit is {}: an apply with these limits would flush nothing"
        told = say(words, count(to_flush, "flow"), most)
        yield _about_all(Kind.WARNING, plan, told, "over the limit")


_DENIALS: Final = frozenset({Effect.NEWLY_DENIED, Effect.POSSIBLY_DENIED, Effect.UNDECIDED})


def _fine(plan: FirewallPlan) -> tuple[Phrase, ...]:
    """Name the rule changes that are no part of a finding."""
    rows = [row for row in plan.flows.rows if row.effect in _DENIALS] if plan.flows else []
    involved = {rule for pair in pairs(plan.region.parts, rows) for rule in pair.rules}
    others = [change for change in plan.rule_changes if not _rules(change) & involved]
    return tuple(dict.fromkeys(say(f"Rule {change.kind.value}: {{}}", _named(change)) for change in others))


def _rules(change: RuleChange) -> set[Identity]:
    return {rule_identity(side) for side in (change.old, change.new) if side is not None}


def _named(change: RuleChange) -> Datum:
    return naming.rule(next(side for side in (change.new, change.old) if side is not None))


def _numbers(plans: Sequence[FirewallPlan]) -> tuple[tuple[str, int], ...]:
    """Give what a later step of a pipeline decides by."""

    def flows(effect: Effect) -> int:
        return sum(flows_with(plan.flows, effect) for plan in plans)

    def parts(effect: Effect) -> int:
        return sum(len(parts_with(plan, effect)) for plan in plans)

    return (
        ("firewalls", len(plans)),
        ("newly_denied_parts", parts(Effect.NEWLY_DENIED)),
        ("possibly_denied_parts", parts(Effect.POSSIBLY_DENIED)),
        ("ignored_parts", sum(bool(part.ignored) for plan in plans for part in plan.region.parts)),
        ("undecided_parts", sum(len(plan.undecided) for plan in plans)),
        ("flows_to_flush", sum(flows_to_flush(plan) for plan in plans)),
        ("newly_denied_flows", flows(Effect.NEWLY_DENIED)),
        ("possibly_denied_flows", flows(Effect.POSSIBLY_DENIED)),
        ("undecided_flows", flows(Effect.UNDECIDED)),
    )
