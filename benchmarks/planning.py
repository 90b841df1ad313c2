"""Rows about policies: a whole ``plan``, and what it is made of."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmarks.measure import Figure, Row, run, timed, times
from benchmarks.rules import numbered
from benchmarks.scenes import program
from benchmarks.suricata import Suricata, is_there
from nfw_reconcile.engine.align import align
from nfw_reconcile.engine.compile import compile_policy
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.region import newly_denied
from nfw_reconcile.sources.policy import build_policy
from nfw_reconcile.sources.suricata import parse_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.scenes import Change, Scene
    from nfw_reconcile.engine.region import RegionFound
    from nfw_reconcile.model.policy import Policy

_TENTH: Final = 10


def whole(scene: Scene) -> Iterator[Row]:
    """Measure ``plan`` as a process, beside Suricata loading both policies."""
    command = [program(), "plan", *scene.change.arguments, "--format", "json"]
    ended = [run(command, out=scene.folder / "plan.json") for _ in range(scene.repeats)]
    seconds = Figure("time", "s", tuple(e.seconds for e in ended))
    figures = (
        seconds,
        Figure("processor time", "s", tuple(e.processor for e in ended)),
        Figure("most memory", "MB", tuple(e.megabytes for e in ended)),
    )
    title = f"plan of two policies of {scene.rules:,} rules with 20 edits, whole process"
    if not is_there():
        yield Row(title, figures, remarks=("Suricata is not installed",), goals=(seconds.goal(15),))
        return
    sides = [
        Suricata(scene.folder / f"test-{name}", numbered(rules))
        for name, rules in (("old", scene.change.old), ("new", scene.change.new))
    ]
    loading = tuple(sum(side.test_seconds() for side in sides) for _ in range(scene.repeats))
    yield Row(
        title,
        figures,
        "suricata -T of both",
        (Figure("time", "s", loading),),
        goals=(seconds.goal(15),),
    )


def parse(scene: Scene) -> Iterator[Row]:
    """Measure the reading of rule text."""
    lines = numbered(scene.change.old)
    text = "\n".join(lines)
    rates = tuple(
        len(lines) / seconds for seconds in times(scene.repeats, lambda: parse_rules(text, "rules"))
    )
    words = tuple(
        len(lines) / seconds for seconds in times(scene.repeats, lambda: [x.split() for x in lines])
    )
    pace = Figure("rules", "per s", rates, lower_is_better=False)
    yield Row(
        "parse rule text",
        (pace,),
        "the same lines cut into words",
        (Figure("lines", "per s", words, lower_is_better=False),),
        goals=(pace.goal(25_000),),
    )


def diff(scene: Scene) -> Iterator[Row]:
    """Measure what follows parsing where nothing changed: names looked up, rules aligned, region enumerated."""
    old, new = (policy_of(scene.change, side="old") for _ in range(2))
    done = [compared(old, new) for _ in range(scene.repeats)]
    total = Figure("time", "s", tuple(each.compiling + each.aligning + each.enumerating for each in done))
    figures = (
        Figure("look names up", "s", tuple(each.compiling for each in done)),
        Figure("align", "s", tuple(each.aligning for each in done)),
        Figure("enumerate the region", "s", tuple(each.enumerating for each in done)),
    )
    lines = numbered(scene.change.old)
    same = times(scene.repeats, lambda: [a == b for a, b in zip(lines, list(lines), strict=True)])
    yield Row(
        f"diff of two unchanged policies of {scene.rules:,} rules, after parsing",
        (total, *figures),
        "comparison of their lines as text",
        (Figure("time", "s", same),),
        goals=(total.goal(3),),
    )


def growth(scene: Scene) -> Iterator[Row]:
    """Measure how the time of a plan's inner part grows with the number of rules."""
    small, large = (scene.change_of(count) for count in (scene.rules // _TENTH, scene.rules))
    factors = [_processor_seconds(large) / _processor_seconds(small) for _ in range(scene.repeats)]
    found = Figure("growth of processor time", "times", tuple(factors))
    yield Row(
        f"growth from {scene.rules // _TENTH:,} to {scene.rules:,} rules with 20 edits, from files to region",
        (found,),
        "growth of the number of rules",
        (Figure("growth", "times", (float(_TENTH),)),),
        goals=(found.goal(14),),
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """A region, and the seconds that looking names up, aligning and enumerating took."""

    compiling: float
    aligning: float
    enumerating: float
    region: RegionFound


def policy_of(change: Change, *, side: str) -> Policy:
    """Read the ``old`` or the ``new`` policy of a change from its file."""
    read = change.read()
    bundle = read.old if side == "old" else read.new
    if bundle is None:
        raise ValueError(f"the {side} policy is missing")
    return build_policy(bundle)[0]


def compared(old: Policy, new: Policy) -> Compared:
    """Look names up, align the rules and enumerate the region, all of it anew."""
    (before, after), compiling = timed(lambda: (compile_policy(old), compile_policy(new)))
    alignment, aligning = timed(lambda: align(before, after))
    region, enumerating = timed(lambda: newly_denied(Comparison(before, after), alignment))
    return Compared(compiling, aligning, enumerating, region)


def _processor_seconds(change: Change) -> float:
    """Plan a change from its files to its region."""
    started = time.process_time()
    compared(*(policy_of(change, side=side) for side in ("old", "new")))
    return time.process_time() - started
