"""Rows about filters: what to flush of 50,000 captured flows."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from benchmarks.measure import Figure, Row, times
from benchmarks.traffic import draw_clusters, draw_flows
from nfw_reconcile.engine.vectors import Classifier, FlowColumns
from nfw_reconcile.flows.select import select
from nfw_reconcile.model.filters import MOST_FILTERS
from nfw_reconcile.pipeline.planning import compare, enumerated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.scenes import Scene
    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import FiveTuple

_CAPTURED: Final = 50_000
_MOST_OPERATIONS: Final = {"clustered": 1, "uniform": 10}


def filters(scene: Scene) -> Iterator[Row]:
    """Measure the choice of flush filters for flows around the change, in clusters and spread evenly."""
    change = scene.change
    compared = compare(change.read())
    within = enumerated(compared).filters
    touched = [*(set(change.old) ^ set(change.new))]
    touched.sort(key=str)
    draws = {
        "clustered": draw_clusters(Random(3), touched),
        "uniform": draw_flows(Random(3), touched, 3 * _CAPTURED),
    }
    for name, drawn in draws.items():
        flows = _captured(drawn, within)
        cut, keep = _judged(compared.comparison, flows)
        seconds = times(scene.repeats, lambda cut=cut, keep=keep: select(cut, keep, within))  # type: ignore[misc]
        batches = select(cut, keep, within).batches
        operations = Figure("operations", "", (float(len(batches)),))
        yield Row(
            f"flush filters for {len(cut):,} flows to cut of {len(flows):,} captured, {name}",
            (
                Figure("time", "s", seconds),
                Figure("filters", "", (float(sum(map(len, batches))),)),
                operations,
            ),
            "one filter a flow",
            (
                Figure("filters", "", (float(len(cut)),)),
                Figure("operations", "", (float(-(-len(cut) // MOST_FILTERS)),)),
            ),
            goals=(operations.goal(_MOST_OPERATIONS[name]),),
        )


def _captured(drawn: Iterator[FiveTuple], within: tuple[FlowFilter, ...]) -> list[FiveTuple]:
    """Give what a capture lists: distinct flows that its filters match, each one way round."""
    found: dict[FiveTuple, FiveTuple] = {}
    for flow in drawn:
        if len(found) == _CAPTURED:
            break
        if any(one.matches(flow) for one in within):
            found.setdefault(flow.canonical(), flow)
    return list(found.values())


def _judged(comparison: Comparison, flows: list[FiveTuple]) -> tuple[list[FiveTuple], list[FiveTuple]]:
    effects = Classifier(comparison).classify(FlowColumns.of(flows))
    cut = [flow for n, flow in enumerate(flows) if effects.of(n, flow).flush]
    gone = set(cut)
    return cut, [flow for flow in flows if flow not in gone]
