"""The use cases in the order in which data flows through them. Read this first.

``inputs``    files -> both sides of every firewall's policy, linked and bound
``planning``  one firewall: what changes, what that denies, which flows, which filters find them
              (``changes`` of rules, ``settings``, what stays ``undecided``, ``advice`` before applying)
``equality``  is the live policy the planned one? (``unification``: with what the plan did not know)
``saved``     plan and result files, sealed and checked
``acting``    apply, verify and snapshot, through the ports of :mod:`nfw_reconcile.act`
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nfw_reconcile import __version__
from nfw_reconcile.model.documents import FOLLOWED_ENGINE, FORMAT_VERSION, PLAN_KIND, Limits, PlanDocument
from nfw_reconcile.pipeline.inputs import Request, Sides, change_label, read_sides, single
from nfw_reconcile.pipeline.planning import Look, SeenFlows, compare, plan_firewall
from nfw_reconcile.pipeline.saved import sealed
from nfw_reconcile.pipeline.texts import remark
from nfw_reconcile.sources.flowfile import read_flows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nfw_reconcile.model.flow import FiveTuple
    from nfw_reconcile.model.verdict import FlowEffect

DEFAULT_LIMITS = Limits(max_flows=1000, max_percent=None, protected_cidrs=(), protected_ports=())


@dataclass(frozen=True, slots=True)
class Classified:
    """One line of a flow file as read, and what the change does to the flow."""

    raw: Mapping[str, object]
    effect: FlowEffect


@dataclass(frozen=True, slots=True)
class About:
    """What a plan says of itself: what it was made from, when (UTC text), and the limits in force."""

    source: str
    created_at: str
    limits: Limits = DEFAULT_LIMITS


def make_plan(
    request: Request, seen: SeenFlows | None, *, created_at: str, look: Look | None = None
) -> PlanDocument:
    """Compare both sides of every firewall and seal the answer.

    Nothing is sent anywhere but by ``look``, which is asked for live flows where none were ``seen``.
    """
    return plan_of(read_sides(request), seen, About(request.describe(), created_at), look)


def plan_of(sides: Sides, seen: SeenFlows | None, about: About, look: Look | None = None) -> PlanDocument:
    """Make the plan of sides that were read already."""
    changes = sorted((c for c in sides.changes if c.new is not None), key=change_label)
    return sealed(
        PlanDocument(
            format_version=FORMAT_VERSION,
            kind=PLAN_KIND,
            tool_version=__version__,
            engine=FOLLOWED_ENGINE,
            created_at=about.created_at,
            source=about.source,
            limits=about.limits,
            firewalls=tuple(plan_firewall(change, seen, look) for change in changes),
            remarks=tuple(remark(diagnostic) for diagnostic in sides.diagnostics),
            sha256="",
        )
    )


def classify(request: Request, lines: Iterable[str], source: str) -> Iterator[Classified]:
    """Give the effect on each flow of a file, in input order; the request must come down to one policy."""
    comparison = compare(single(read_sides(request))).comparison
    for line in read_flows(lines, source):
        yield Classified(line.raw, comparison.effect(line.flow.tuple))


def explain(request: Request, flow: FiveTuple) -> FlowEffect:
    """Give what the change does to one flow, with the deciding rules; the request must come down to one policy."""
    return compare(single(read_sides(request))).comparison.effect(flow)
