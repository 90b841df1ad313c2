"""Build the view of a document: mask and redact it, then put everything into words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.report import naming
from nfw_reconcile.report.blocks import Bullet, Figure, FirewallView, Section, Tone, View
from nfw_reconcile.report.exit_codes import next_steps
from nfw_reconcile.report.figures import plan_figures, result_figures
from nfw_reconcile.report.masking import masked
from nfw_reconcile.report.phrases import Datum, Phrase, Prose, count, data, joined, listed, say
from nfw_reconcile.report.plan_headline import firewall_headline, flows_to_flush, plan_headline
from nfw_reconcile.report.plan_sections import is_about_home_net, plan_sections, remark_bullets
from nfw_reconcile.report.redaction import NOTHING, Redaction, redacted
from nfw_reconcile.report.result_headline import firewall_result_headline, result_headline
from nfw_reconcile.report.result_sections import result_sections
from nfw_reconcile.report.sweeps import is_sweep, sweep_headline, sweep_sections

if TYPE_CHECKING:
    from nfw_reconcile.model.documents import FirewallIdentity, Limits, PolicyIdentity
    from nfw_reconcile.model.plan_document import FirewallPlan, PlanDocument
    from nfw_reconcile.model.result_document import ResultDocument
    from nfw_reconcile.report.plan_headline import Headline

MOST_ROWS: Final = 25
"""Rows of a table that are shown where the caller does not say otherwise; the JSON report has all."""


def plan_view(document: PlanDocument, *, redact: Redaction = NOTHING, most_rows: int = MOST_ROWS) -> View:
    """Build the view of a plan: nothing sensitive, nothing that ``redact`` names, tables cut at ``most_rows``."""
    shown = redacted(masked(document), redact)
    alone = len(shown.firewalls) == 1
    headline = _headline(shown.firewalls[0]) if alone else plan_headline(shown)
    return View(
        kind="plan",
        headline=headline.text,
        tone=headline.tone,
        lead=(
            *_home_net_unknown(shown),
            _limits(shown.limits),
            *_over_limit(shown),
            *remark_bullets(shown.remarks),
        ),
        firewalls=tuple(
            _firewall(
                _heading(plan.firewall, plan.policy),
                _headline(plan),
                sweep_sections(plan, most_rows) if is_sweep(plan) else plan_sections(plan, most_rows),
                plan_figures(plan),
                alone=alone,
            )
            for plan in shown.firewalls
        ),
        facts=(
            Bullet("Verdicts follow", Phrase((Datum(shown.engine),))),
            *_home_net_origins(shown),
            *_flow_sources(shown),
            Bullet("Made", say("from {} at {} by nfw-reconcile {}", *map(Datum, _origin(shown)))),
            Bullet("Plan SHA-256", Phrase((Datum(shown.sha256),))),
        ),
        digest=document.sha256,
    )


def result_view(document: ResultDocument, *, redact: Redaction = NOTHING, most_rows: int = MOST_ROWS) -> View:
    """Build the view of a result, on the same terms as that of a plan."""
    shown = redacted(masked(document), redact)
    headline = result_headline(shown)
    alone = len(shown.firewalls) == 1
    return View(
        kind="result",
        headline=headline.text,
        tone=headline.tone,
        lead=(*next_steps(shown), _limits(shown.limits)),
        firewalls=tuple(
            _firewall(
                _heading(each.firewall, each.policy),
                firewall_result_headline(each),
                result_sections(each, most_rows),
                result_figures(each),
                alone=alone,
            )
            for each in shown.firewalls
        ),
        facts=(
            Bullet("Ran", say("from {} to {} with nfw-reconcile {}", *map(Datum, _span(shown)))),
            Bullet("Plan SHA-256", Phrase((Datum(shown.plan_sha256),))),
            Bullet("Result SHA-256", Phrase((Datum(shown.sha256),))),
        ),
        digest=document.sha256,
    )


def _headline(plan: FirewallPlan) -> Headline:
    return sweep_headline(plan) if is_sweep(plan) else firewall_headline(plan)


def _origin(document: PlanDocument) -> tuple[str, str, str]:
    return document.source, document.created_at, document.tool_version


def _span(document: ResultDocument) -> tuple[str, str, str]:
    return document.started_at, document.finished_at, document.tool_version


def _heading(firewall: FirewallIdentity, policy: PolicyIdentity) -> Phrase:
    return say("Firewall {}, policy {}", Datum(firewall.label), Datum(policy.label))


def _firewall(
    heading: Phrase,
    headline: Headline,
    sections: tuple[Section, ...],
    figures: tuple[Figure, ...],
    *,
    alone: bool,
) -> FirewallView:
    return FirewallView(heading, Phrase() if alone else headline.text, headline.tone, sections, figures)


def _limits(limits: Limits) -> Bullet:
    parts = [say("at most {} may be flushed on a firewall", count(limits.max_flows, "flow"))]
    if limits.max_percent is not None:
        parts.append(Phrase((f"at most {limits.max_percent:g} % of those captured",)))
    if limits.protected_cidrs:
        parts.append(say("protected {}", listed(data(limits.protected_cidrs))))
    if limits.protected_ports:
        word = "port" if len(limits.protected_ports) == 1 else "ports"
        parts.append(say(f"protected {word} {{}}", listed(data(limits.protected_ports))))
    return Bullet("Limits", joined(parts, "; "))


def _over_limit(document: PlanDocument) -> tuple[Bullet, ...]:
    """Say that an apply with the limits of the plan would flush nothing."""
    over = [
        say("{} to flush on {}", to_flush, naming.name(plan.firewall, plan.policy))
        for plan in document.firewalls
        for to_flush in (flows_to_flush(plan),)
        if to_flush > document.limits.max_flows
    ]
    words = "{}: an apply with these limits would flush nothing there."
    return (Bullet("Over the limit", say(words, listed(over)), Tone.BAD),) if over else ()


def _home_net_unknown(document: PlanDocument) -> tuple[Bullet, ...]:
    """Say before all else, once, that HOME_NET is not known where something hangs on it."""
    found = (
        remark for plan in document.firewalls for remark in plan.remarks if is_about_home_net(plan, remark)
    )
    return remark_bullets(tuple(found))


def _home_net_origins(document: PlanDocument) -> tuple[Bullet, ...]:
    origins = sorted({plan.home_net_origin for plan in document.firewalls})
    told = [say("from {}", Prose(origin)) if origin else Phrase(("not known",)) for origin in origins]
    return (Bullet("HOME_NET", listed(told)),) if told else ()


def _flow_sources(document: PlanDocument) -> tuple[Bullet, ...]:
    seen = [plan.flows for plan in document.firewalls if plan.flows is not None]
    if not seen:
        return ()
    total = count(sum(flows.looked_at for flows in seen), "flow")
    sources = listed(data(sorted({flows.source for flows in seen})))
    return (Bullet("Looked at", say("{} from {}", total, sources)),)
