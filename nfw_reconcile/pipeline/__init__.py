"""The use cases in the order in which data flows through them. Read this first.

``source``    the words that name a file, a directory, a Git revision or a live firewall; ``reading`` reads it
``inputs``    sources -> both sides of every firewall's policy, linked and bound (``beside``: what one source knows of
              another's things; ``drifted``: is what is live what Terraform knows?)
``planning``  one firewall: what changes, what that denies, which flows, which filters find them
              (``changes`` of rules, ``settings``, what stays ``undecided``, ``advice`` before applying)
``equality``  is the live policy the planned one? (``unification``: with what the plan did not know)
``sweeping``  the same without an old policy: which live flows does the live policy deny? (``drift``: compared
              with what)
``names``     what the addresses of a plan's flows are, for those who read it
``document``  the plan as one document; ``saved``: plan and result files, sealed and checked
``acting``    apply, resume, verify and snapshot, through the ports of :mod:`nfw_reconcile.act`
``journals``  where the runs of a journal stand, and which of them is to be resumed
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nfw_reconcile.engine.forgotten import Forgetting, with_after_flush
from nfw_reconcile.engine.vectors import Classifier, Effects
from nfw_reconcile.pipeline.document import DEFAULT_LIMITS, About, plan_document
from nfw_reconcile.pipeline.drifted import told_drift
from nfw_reconcile.pipeline.inputs import Request, Sides, change_label, read_sides, single
from nfw_reconcile.pipeline.planning import Look, SeenFlows, comparison_of, plan_firewall
from nfw_reconcile.pipeline.reading import ALONE, Surroundings
from nfw_reconcile.sources.flowchunks import FlowChunk, read_chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nfw_reconcile.model.documents import Limits
    from nfw_reconcile.model.flow import FiveTuple
    from nfw_reconcile.model.plan_document import PlanDocument
    from nfw_reconcile.model.verdict import FlowEffect

__all__ = [
    "About",
    "Classified",
    "ClassifiedChunk",
    "Look",
    "SeenFlows",
    "Surroundings",
    "classify",
    "classify_chunks",
    "explain",
    "make_plan",
    "plan_of",
]


@dataclass(frozen=True, slots=True)
class Classified:
    """One line of a flow file as read, and what the change does to the flow."""

    raw: Mapping[str, object]
    effect: FlowEffect


@dataclass(frozen=True, slots=True)
class ClassifiedChunk:
    """Some lines of a flow file as read, and what the change does to their flows."""

    chunk: FlowChunk
    effects: Effects

    def effect(self, index: int) -> FlowEffect:
        """Give the effect on one flow."""
        return self.effects.of(index, self.chunk.flows.flow(index))


def make_plan(  # noqa: PLR0913 - the use case with the most inputs
    request: Request,
    seen: SeenFlows | None,
    *,
    created_at: str,
    look: Look | None = None,
    surroundings: Surroundings = ALONE,
    limits: Limits = DEFAULT_LIMITS,
) -> PlanDocument:
    """Compare both sides of every firewall and seal the answer; ``limits`` are shown.

    Nothing is sent anywhere but by ``look``, which is asked for live flows where none were ``seen``, and to read the
    live firewalls that the request names.
    """
    sides = read_sides(request, surroundings)
    return plan_of(sides, seen, About(request.describe(), created_at, limits), look)


def plan_of(sides: Sides, seen: SeenFlows | None, about: About, look: Look | None = None) -> PlanDocument:
    """Make the plan of sides that were read already."""
    changes = sorted((c for c in sides.changes if c.new is not None), key=change_label)
    said = (*told_drift(sides), *sides.diagnostics)
    return plan_document(about, (plan_firewall(change, seen, look) for change in changes), said)


def classify_chunks(
    request: Request, lines: Iterable[str], source: str, surroundings: Surroundings = ALONE
) -> Iterator[ClassifiedChunk]:
    """Give the effect on each flow of a file, many flows at a time; the request must come down to one policy.

    Memory grows with the policy, and not with the number of flows.
    """
    comparison = comparison_of(single(read_sides(request, surroundings)))
    classifier = Classifier(comparison, Forgetting(comparison.new))
    for chunk in read_chunks(lines, source):
        yield ClassifiedChunk(chunk, classifier.classify(chunk.flows))


def classify(
    request: Request, lines: Iterable[str], source: str, surroundings: Surroundings = ALONE
) -> Iterator[Classified]:
    """Give the effect on each flow of a file, in input order; the request must come down to one policy."""
    for found in classify_chunks(request, lines, source, surroundings):
        for index in range(len(found.chunk.flows)):
            yield Classified(found.chunk.raw(index), found.effect(index))


def explain(request: Request, flow: FiveTuple, surroundings: Surroundings = ALONE) -> FlowEffect:
    """Give what the change does to one flow, with the deciding rules; the request must come down to one policy."""
    comparison = comparison_of(single(read_sides(request, surroundings)))
    return with_after_flush(comparison.effect(flow), Forgetting(comparison.new))
