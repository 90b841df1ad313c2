"""Rows about the newly denied region: enumerated, and counted by binary decision diagrams."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Final

from benchmarks import bdd
from benchmarks.classbench import SETS, classbench_rules
from benchmarks.clipping import BoxList
from benchmarks.measure import Figure, Row, timed
from benchmarks.planning import compared, policy_of
from benchmarks.rules import ANY_PORT, ANYWHERE, AccessRule
from benchmarks.scenes import Change, edit
from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.flow import TCP
from nfw_reconcile.model.verdict import Effect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.scenes import Scene
    from nfw_reconcile.engine.region import RegionFound


_EVERY_TCP: Final = AccessRule("drop", TCP, ANYWHERE, ANY_PORT, ANYWHERE, ANY_PORT)


class DisagreementError(Exception):
    """The program and its peer give different answers."""


def region(scene: Scene) -> Iterator[Row]:
    """Measure how the region is found once names are looked up, beside diagrams of the rules that matter to it.

    Both count the 5-tuples over IPv4 that the verdict of a whole conversation denies, and allowed before; the
    policies are in strict order with the default action ``aws:drop_established`` (:class:`BoxList` says what that
    comes to). Raises :class:`DisagreementError` where they count differently.
    """
    yield _row(scene, scene.change, f"{scene.rules:,} rules")
    for name in (*SETS, "ipc1_1k", "fw1_1k"):
        rules = classbench_rules(Random(1), name)
        if rules is not None:
            yield _row(scene, edit(scene.folder / name, rules), f"ClassBench {name}")
    yield from _broad(scene)


def _broad(scene: Scene) -> Iterator[Row]:
    """Measure how long changes take that touch nearly everything: they end within the budget, enumerated or not."""
    rules = scene.change.old
    changes = {
        "a drop of all TCP in front": [_EVERY_TCP, *rules],
        "every source halved": [replace(rule, source=_halved(rule.source)) for rule in rules],
    }
    for name, new in changes.items():
        change = Change(scene.folder / name.replace(" ", "-"), rules, new)
        policies = [policy_of(change, side=side) for side in ("old", "new")]
        found = [compared(*policies) for _ in range(scene.repeats)]
        complete = found[0].region.complete
        yield Row(
            f"region of a broad change, {scene.rules:,} rules: {name}",
            (Figure("enumerate the region", "s", tuple(each.enumerating for each in found)),),
            remarks=("enumerated" if complete else "not enumerated, because it is over the budget",),
        )


def _halved(network: Network) -> Network:
    return Network(4, network.value, min(32, network.length + 1))


def _row(scene: Scene, change: Change, name: str) -> Row:
    old, new = (policy_of(change, side=side) for side in ("old", "new"))
    before, after = BoxList(change.old), BoxList(change.new)
    ours = [compared(old, new) for _ in range(scene.repeats)]
    theirs = [timed(lambda: bdd.newly_denied(before, after)) for _ in range(scene.repeats)]
    return Row(
        f"region of 20 edits, {name}",
        (
            Figure("time", "s", tuple(each.aligning + each.enumerating for each in ours)),
            Figure("align", "s", tuple(each.aligning for each in ours)),
            Figure("enumerate the region", "s", tuple(each.enumerating for each in ours)),
        ),
        "binary decision diagrams of the clipped rules, by OxiDD",
        (
            Figure("time", "s", tuple(seconds for _, seconds in theirs)),
            Figure("nodes of the region", "", tuple(float(found.nodes) for found, _ in theirs)),
        ),
        _remarks(ours[0].region, theirs[0][0]),
    )


def _remarks(ours: RegionFound, theirs: bdd.Denied) -> tuple[str, ...]:
    """Say what both found; raises :class:`DisagreementError`."""
    if not ours.complete:
        return (f"not enumerated, because it is over the budget; the peer counts {theirs.flows:,} flows",)
    found = flows_over_ipv4(ours)
    if found != theirs.flows:
        raise DisagreementError(f"the program counts {found:,} newly denied flows, the peer {theirs.flows:,}")
    causes = len({(part.key.old, part.key.new) for part in ours.parts})
    return (
        f"both count {found:,} newly denied flows",
        f"the program also tells them apart by {causes:,} pairs of rules, the old that allowed and the new that denies",
    )


def flows_over_ipv4(found: RegionFound) -> int:
    """Count the 5-tuples of a region as :func:`benchmarks.bdd.newly_denied` does.

    The parts of a region have no flow in common. Raises :class:`DisagreementError` for one that is not decided:
    of rules that are nothing but headers, every one is.
    """
    undecided = {str(part.key.effect) for part in found.parts} - {Effect.NEWLY_DENIED.value}
    if undecided:
        raise DisagreementError(f"rules of headers alone leave flows {', '.join(sorted(undecided))}")
    return sum(part.count for part in found.parts if part.family == 4)
