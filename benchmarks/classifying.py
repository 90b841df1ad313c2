"""Rows about flows: a whole ``classify``, and the classifying in it."""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.classbench import SETS, classbench_rules
from benchmarks.measure import Figure, Goal, Pace, Row, run, times
from benchmarks.rules import numbered
from benchmarks.scenes import edit, program
from benchmarks.suricata import Suricata, is_there
from benchmarks.traffic import draw_flows
from nfw_reconcile.engine.vectors import Classifier, FlowColumns
from nfw_reconcile.pipeline.planning import comparison_of
from nfw_reconcile.sources.flowchunks import LINES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.rules import AccessRule
    from benchmarks.scenes import Change, Scene
    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.model.flow import FiveTuple

_SAMPLE: Final = 50
_FLOWS: Final = 400_000
_CAPTURED: Final = 50_000
_TWO_POLICIES: Final = "each flow is judged by two policies here, and by one there"


def whole(scene: Scene) -> Iterator[Row]:
    """Measure ``classify`` as a process: CSV in, CSV out."""
    out = scene.folder / "classified.csv"
    command = [
        program(),
        "classify",
        *scene.change.arguments,
        "--flows",
        str(scene.flow_file),
        "--format",
        "csv",
    ]
    ended = [run(command, out=out) for _ in range(scene.repeats)]
    sample = list(draw_flows(Random(1), scene.change.old, _SAMPLE))
    scaled = scene.flows / _SAMPLE
    naive = times(scene.repeats, lambda: [_first(rules, f) for f in sample for rules in _sides(scene.change)])
    seconds = Figure("time", "s", tuple(e.seconds for e in ended))
    memory = Figure("most memory", "MB", tuple(e.megabytes for e in ended))
    yield Row(
        f"classify {scene.flows:,} flows against two policies of {scene.rules:,} rules, whole process, CSV",
        (seconds, Figure("processor time", "s", tuple(e.processor for e in ended)), memory),
        f"first match by a loop in Python, {_SAMPLE} flows, scaled up",
        (Figure("time", "s", tuple(value * scaled for value in naive)),),
        goals=(seconds.goal(12, "two thirds are reading rules and flows, and writing"), memory.goal(1000)),
    )


def _sides(change: Change) -> tuple[Sequence[AccessRule], Sequence[AccessRule]]:
    return change.old, change.new


def _first(rules: Sequence[AccessRule], flow: FiveTuple) -> int | None:
    return next((n for n, rule in enumerate(rules) if rule.matches(flow)), None)


def alone(scene: Scene) -> Iterator[Row]:
    """Measure the classifying without reading, parsing and writing, beside Suricata on the old policy."""
    yield _alone(scene, scene.change, f"{scene.rules:,} rules")
    for name in SETS:
        rules = classbench_rules(Random(1), name)
        if rules is not None:
            yield _alone(scene, edit(scene.folder / name, rules), f"ClassBench {name}")


def _alone(scene: Scene, change: Change, name: str) -> Row:
    flows = list(draw_flows(Random(2), change.old, _FLOWS))
    comparison, columns = comparison_of(change.read()), FlowColumns.of(flows)
    paces = [_pace(comparison, columns) for _ in range(scene.repeats)]
    title = f"classifying alone, {name}"
    figures = _paces("flows, both policies", paces)
    if not is_there():
        return Row(title, figures, remarks=("Suricata is not installed",))
    suricata = Suricata(change.folder / "suricata", numbered(change.old))
    peers = _paces("flows, one policy", [suricata.pace(flows[:_CAPTURED]) for _ in range(scene.repeats)])
    ratios = [mine.median / theirs.median for mine, theirs in zip(figures, peers, strict=True)]
    told = f"{ratios[0]:.1f} times the peer, {ratios[1]:.1f} times by processor time"
    goal = Goal("pace beside the peer's", ratios[0], "times", 10, _TWO_POLICIES, lower_is_better=False)
    return Row(title, figures, "suricata -r, loading not counted", peers, (told,), (goal,))


def _paces(name: str, paces: Sequence[Pace]) -> tuple[Figure, Figure]:
    return (
        Figure(name, "per s", tuple(pace.per_second for pace in paces), lower_is_better=False),
        Figure(
            name,
            "per s of processor time",
            tuple(pace.per_processor_second for pace in paces),
            lower_is_better=False,
        ),
    )


def _pace(comparison: Comparison, columns: FlowColumns) -> Pace:
    """Classify all flows; making the tables is not counted, as loading is not for the peer."""
    classifier = Classifier(comparison)
    classifier.classify(columns[np.arange(1)])
    started, processor = time.perf_counter(), time.process_time()
    for start in range(0, len(columns), LINES):
        classifier.classify(columns[np.arange(start, min(len(columns), start + LINES))])
    seconds, spent = time.perf_counter() - started, time.process_time() - processor
    return Pace(len(columns) / seconds, len(columns) / spent)
