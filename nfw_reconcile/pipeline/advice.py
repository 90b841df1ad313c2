"""What a reader must know before applying a change, besides what it denies."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.exchange import exchange
from nfw_reconcile.engine.worlds import Vocabulary, explore
from nfw_reconcile.errors import Diagnostic, note, warning
from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import TCP, FiveTuple
from nfw_reconcile.model.policy import OpaqueGroup
from nfw_reconcile.model.rule import StatelessAction
from nfw_reconcile.pipeline.lasting import flush_warnings
from nfw_reconcile.pipeline.settings import ENGINE_OPTIONS, INSPECTION

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from nfw_reconcile.engine.headers import HeaderBox
    from nfw_reconcile.engine.region import RegionFound
    from nfw_reconcile.engine.stateless import CompiledStateless
    from nfw_reconcile.engine.worlds import World
    from nfw_reconcile.model.addresses import Family
    from nfw_reconcile.model.plan_document import SettingChange
    from nfw_reconcile.model.verdict import FlowEffect
    from nfw_reconcile.pipeline.inputs import Loaded

_FAMILIES: Final[tuple[Family, ...]] = (4, 6)
_MOST_WITNESSES: Final = 2_000
"""Flows tried to find one that stateless rules passed and now forward."""


def warnings_of(
    old: Loaded | None,
    new: Loaded,
    settings: Iterable[SettingChange],
    found: RegionFound,
    seen: Collection[FlowEffect],
) -> list[Diagnostic]:
    """Say what the change does to connections that it does not deny, and what a flush does to the others.

    ``seen`` are the effects on the flows that were looked at.
    """
    changed = {change.setting for change in settings}
    return [
        *_engine_warnings(changed),
        *(_stateless_warnings(old, new) if old is not None else ()),
        *flush_warnings(old, new, found, seen),
        *_managed_notes(old, new),
    ]


def _engine_warnings(changed: set[str]) -> Iterator[Diagnostic]:
    if restarting := sorted(changed & set(ENGINE_OPTIONS)):
        summary = f"{' and '.join(restarting)} changes: AWS restarts the stateful engine, and every connection is hit."
        yield warning(summary, None, "Plan a maintenance window; a selective flush saves nothing then.")
    if interrupting := sorted(changed & set(INSPECTION)):
        summary = f"{' and '.join(interrupting)} changes: every connection in its scope is interrupted."
        yield warning(summary, None, "Plan a maintenance window.")


def _stateless_warnings(old: Loaded, new: Loaded) -> Iterator[Diagnostic]:
    before, after = old.compiled.stateless, new.compiled.stateless
    if before.content() == after.content():
        return
    defaults = (before.default, after.default)
    witnesses = islice(_passed_before(old, new), _MOST_WITNESSES)
    if defaults == _TURN or any(_turns_midstream(before, after, flow) for flow in witnesses):
        summary = (
            "what stateless rules passed is now forwarded: existing TCP connections turn midstream at once."
        )
        yield warning(summary, None, "The stream exception policy decides about them; no flush is involved.")


_TURN: Final = (StatelessAction.PASS, StatelessAction.FORWARD)


def _turns_midstream(before: CompiledStateless, after: CompiledStateless, flow: FiveTuple) -> bool:
    """Say whether some packet of the flow was passed and is forwarded, for some value of what is not known."""

    def run(world: World) -> set[tuple[StatelessAction, ...]]:
        sides = ((side, side.index.signature(flow)) for side in (before, after))
        actions = [[side.judge(packet, found, world).action for packet in packets] for side, found in sides]
        return set(zip(*actions, strict=True))

    packets = exchange(TCP)
    return any(_TURN in leaf.outcome for leaf in explore(TCP, Vocabulary(), run).leaves)


def _passed_before(old: Loaded, new: Loaded) -> Iterator[FiveTuple]:
    """Give TCP flows that old stateless rules pass, by themselves and where a new rule forwards."""
    forwarding = [r.box for r in new.compiled.stateless.rules if r.action is StatelessAction.FORWARD]
    for rule in old.compiled.stateless.rules:
        if rule.action is StatelessAction.PASS:
            for box in (rule.box, *forwarding):
                yield from _witness(rule.box, box)


def _witness(one: HeaderBox, other: HeaderBox) -> Iterator[FiveTuple]:
    """Give a TCP flow of each address family that both boxes match."""
    source_ports = one.source_ports & other.source_ports
    destination_ports = one.destination_ports & other.destination_ports
    for family in _FAMILIES:
        sources = one.source.family(family) & other.source.family(family)
        destinations = one.destination.family(family) & other.destination.family(family)
        fields = (sources, source_ports, destinations, destination_ports)
        if all(fields) and one.protocol.admits(TCP, family) and other.protocol.admits(TCP, family):
            source, source_port, destination, port = (values.intervals[0][0] for values in fields)
            yield FiveTuple(TCP, Address(family, source), source_port, Address(family, destination), port)


def _managed_notes(old: Loaded | None, new: Loaded) -> Iterator[Diagnostic]:
    sides = [side.policy for side in (old, new) if side is not None]
    managed = {
        reference.group.name.label
        for policy in sides
        for reference in policy.stateful
        if isinstance(reference.group, OpaqueGroup) and reference.group.managed
    }
    if managed:
        summary = f"the rules of AWS-managed groups cannot be read: {', '.join(sorted(managed))}."
        yield note(summary, None, "They are taken to deny what they match, and to pass nothing.")
