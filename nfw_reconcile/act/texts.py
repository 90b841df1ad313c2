"""From flows, effects and filters to the plain values of the result document, and filters back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nfw_reconcile.flows.wire import from_api, to_api
from nfw_reconcile.model.documents import CauseText, EffectCount, FilterText, FlowRow, FlowText, RuleText
from nfw_reconcile.model.verdict import Effect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import CapturedFlow, FiveTuple
    from nfw_reconcile.model.verdict import Cause, FlowEffect, RuleRef


def time_text(moment: float) -> str:
    """Write epoch seconds as UTC, whole seconds, rounded down."""
    return datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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


def filter_text(found: FlowFilter, *, sensitive: bool) -> FilterText:
    """Write a filter as AWS does."""
    shape = to_api(found)
    return FilterText(
        shape["SourceAddress"]["AddressDefinition"],
        shape["DestinationAddress"]["AddressDefinition"],
        shape["SourcePort"],
        shape["DestinationPort"],
        found.protocols,
        sensitive,
    )


def safe_filter_text(found: FlowFilter, sensitive: Iterable[FlowFilter]) -> FilterText:
    """Write a filter, marked if it lies inside one of those that no report may show."""
    return filter_text(found, sensitive=any(each.covers(found) for each in sensitive))


def read_filter(text: FilterText) -> FlowFilter:
    """Read a filter of a plan; raises ``InputError`` for one that AWS's form does not allow."""
    return from_api(
        {
            "SourceAddress": {"AddressDefinition": text.source},
            "DestinationAddress": {"AddressDefinition": text.destination},
            "SourcePort": text.source_port,
            "DestinationPort": text.destination_port,
            "Protocols": [str(number) for number in text.protocols],
        }
    )
