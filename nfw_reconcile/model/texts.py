"""From flows, causes and effects to the plain values of the saved documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.documents import CauseText, EffectCount, FlowRow, FlowText, RuleText
from nfw_reconcile.model.flow import FiveTuple
from nfw_reconcile.model.verdict import Effect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.model.flow import CapturedFlow
    from nfw_reconcile.model.verdict import Cause, FlowEffect, RuleRef


def flow_text(flow: FiveTuple) -> FlowText:
    """Write a 5-tuple in text form."""
    return FlowText(
        flow.protocol, str(flow.source), flow.source_port, str(flow.destination), flow.destination_port
    )


def flow_of(text: FlowText) -> FiveTuple:
    """Read what :func:`flow_text` wrote."""
    return FiveTuple(
        text.protocol,
        Address.parse(text.source),
        text.source_port,
        Address.parse(text.destination),
        text.destination_port,
    )


def rule_text(ref: RuleRef) -> RuleText:
    """Name a rule."""
    file, line = (ref.written.source, ref.written.line) if ref.written else (None, None)
    return RuleText(ref.group, ref.sid, ref.line, ref.text, ref.sensitive, file, line)


def cause_text(cause: Cause) -> CauseText:
    """Name what decided."""
    return CauseText(cause.engine, rule_text(cause.rule) if cause.rule else None, cause.default)


def flow_row(found: CapturedFlow, effect: FlowEffect) -> FlowRow:
    """Write one flow with what the change does to it."""
    return FlowRow(
        flow_text(effect.flow),
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
