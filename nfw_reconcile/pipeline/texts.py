"""From the engine's values to the plain ones of the saved documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.errors import Diagnostic, Severity
from nfw_reconcile.model.documents import (
    Box,
    CauseText,
    EffectCount,
    FilterText,
    FirewallIdentity,
    FlowRow,
    FlowText,
    Level,
    PolicyIdentity,
    Remark,
    RuleText,
)
from nfw_reconcile.model.filters import ANY_PORT
from nfw_reconcile.model.verdict import Effect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.engine.region import Part
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import CapturedFlow, FiveTuple
    from nfw_reconcile.model.intervals import IntervalSet
    from nfw_reconcile.model.inventory import FirewallRecord
    from nfw_reconcile.model.policy import GroupName
    from nfw_reconcile.model.verdict import Cause, FlowEffect, RuleRef


def flow_text(flow: FiveTuple) -> FlowText:
    """Write a 5-tuple in text form."""
    return FlowText(
        flow.protocol, str(flow.source), flow.source_port, str(flow.destination), flow.destination_port
    )


def rule_text(ref: RuleRef) -> RuleText:
    """Name a rule."""
    return RuleText(ref.group, ref.sid, ref.line, ref.text, ref.sensitive)


def cause_text(cause: Cause) -> CauseText:
    """Name what decided."""
    return CauseText(cause.engine, rule_text(cause.rule) if cause.rule else None, cause.default)


def filter_text(found: FlowFilter, *, sensitive: bool) -> FilterText:
    """Write a filter as AWS does."""
    return FilterText(
        str(found.source),
        str(found.destination),
        _filter_port(found.source_ports),
        _filter_port(found.destination_ports),
        found.protocols,
        sensitive,
    )


def _filter_port(ports: tuple[int, int]) -> str:
    if ports == ANY_PORT:
        return "ANY"
    return str(ports[0]) if ports[0] == ports[1] else f"{ports[0]}:{ports[1]}"


def _port_list(ports: IntervalSet) -> str:
    if ports.intervals in ((), (ANY_PORT,)):
        return "any"
    return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in ports)


def box_text(part: Part) -> Box:
    """Write the bounds of a part of the region."""
    return Box(
        tuple(str(block) for block in part.sources.networks()),
        _port_list(part.source_ports),
        tuple(str(block) for block in part.destinations.networks()),
        _port_list(part.destination_ports),
        (part.protocol,),
    )


def flow_row(found: CapturedFlow, effect: FlowEffect) -> FlowRow:
    """Write one flow with what the change does to it."""
    return FlowRow(
        flow_text(found.tuple),
        found.zone,
        found.age,
        found.packets,
        found.bytes,
        effect.effect,
        effect.flush,
        effect.old.verdict,
        cause_text(effect.old.cause),
        effect.new.verdict,
        cause_text(effect.new.cause),
        effect.conditions,
        tuple(dict.fromkeys((*effect.old.reasons, *effect.new.reasons))),
        tuple(dict.fromkeys((*effect.old.notes, *effect.new.notes))),
    )


def effect_counts(rows: Iterable[tuple[CapturedFlow, FlowEffect]]) -> tuple[EffectCount, ...]:
    """Sum flows by effect, in the order of the glossary; an effect that no flow has is left out."""
    sums: dict[Effect, list[int]] = {}
    for flow, effect in rows:
        total = sums.setdefault(effect.effect, [0, 0, 0, 0])
        for slot, value in enumerate((1, int(effect.flush), flow.packets or 0, flow.bytes or 0)):
            total[slot] += value
    return tuple(EffectCount(effect, *sums[effect]) for effect in Effect if effect in sums)


def remark(diagnostic: Diagnostic) -> Remark:
    """Turn a diagnostic that is no error into a remark."""
    level = Level.NOTE if diagnostic.severity is Severity.NOTE else Level.WARNING
    where = str(diagnostic.where) if diagnostic.where else ""
    return Remark(level, diagnostic.summary, where, diagnostic.remedy)


def firewall_identity(firewall: FirewallRecord | None) -> FirewallIdentity:
    """Name a firewall, or the lack of one."""
    if firewall is None:
        return FirewallIdentity("(no firewall)", None, None, None, None, None)
    name = firewall.name
    return FirewallIdentity(
        name.label, name.name, name.arn, firewall.firewall_id, firewall.account, firewall.region
    )


def policy_identity(name: GroupName) -> PolicyIdentity:
    """Name a policy."""
    return PolicyIdentity(name.label, name.name, name.arn)
