"""Step 2: one firewall's plan, from its policy before and after."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.align import Alignment, align
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.headers import HeaderBox
from nfw_reconcile.engine.protocols import ProtocolMatch
from nfw_reconcile.engine.region import Part, newly_denied
from nfw_reconcile.errors import Diagnostic, warning
from nfw_reconcile.flows.capture import cover
from nfw_reconcile.model.documents import (
    FirewallPlan,
    FlowsSeen,
    Region,
    RegionPart,
    RuleChange,
    Undecided,
)
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.intervals import ALL_PORTS
from nfw_reconcile.model.policy import HOME_NET, OpaqueGroup, StatefulGroup
from nfw_reconcile.model.rule import UndecidedRule, UndecidedStatelessRule
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.pipeline.inputs import Loaded, load
from nfw_reconcile.pipeline.settings import setting_changes, warnings_of
from nfw_reconcile.pipeline.texts import (
    box_text,
    cause_text,
    effect_counts,
    filter_text,
    firewall_identity,
    flow_row,
    flow_text,
    policy_identity,
    remark,
    rule_text,
)
from nfw_reconcile.sources.bundle import bundle_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nfw_reconcile.engine.align import RuleDelta
    from nfw_reconcile.engine.compiled import CompiledPolicy, CompiledRule
    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import CapturedFlow
    from nfw_reconcile.model.inventory import PolicyChange
    from nfw_reconcile.model.policy import Policy
    from nfw_reconcile.model.verdict import FlowEffect

_NAME: Final = re.compile(r"[$@][A-Za-z]\w*")
_QUIET: Final = frozenset({Effect.STILL_ALLOWED, Effect.STILL_DENIED, Effect.NEWLY_ALLOWED})


@dataclass(frozen=True, slots=True)
class Compared:
    """Both policies of one change, ready to answer."""

    old: Loaded | None
    new: Loaded
    comparison: Comparison
    alignment: Alignment


@dataclass(frozen=True, slots=True)
class SeenFlows:
    """Flows to look at in a plan: where they came from, and whether some may be missing."""

    source: str
    flows: Sequence[CapturedFlow]
    complete: bool = True


def compare(change: PolicyChange) -> Compared:
    """Make both policies of a change ready; the new one must be there."""
    if change.new is None:
        raise ValueError("a policy that is deleted has nothing to be compared with")
    old = load(change.old) if change.old is not None else None
    new = load(change.new)
    before = old.compiled if old else None
    return Compared(old, new, Comparison(before, new.compiled), align(before, new.compiled))


def plan_firewall(change: PolicyChange, seen: SeenFlows | None) -> FirewallPlan:
    """Work out what the change denies, and what would be captured to find the flows in question."""
    compared = compare(change)
    found = newly_denied(compared.comparison, compared.alignment)
    old_policy = compared.old.policy if compared.old else None
    new_policy = compared.new.policy
    settings = setting_changes(old_policy, new_policy)
    sensitive = any(_holds_sensitive(side.compiled) for side in (compared.old, compared.new) if side)
    filters = capture_filters(
        compared.comparison, compared.alignment, found.parts if found.complete else None
    )
    said = _remarks(compared, denies=bool(found.parts) or not found.complete, complete=found.complete)
    said += warnings_of(old_policy, new_policy, settings, denies=bool(found.parts) or not found.complete)
    return FirewallPlan(
        firewall=firewall_identity(change.firewall),
        policy=policy_identity(new_policy.name),
        old_policy=bundle_to_json(change.old) if change.old else None,
        new_policy=bundle_to_json(compared.new.bundle),
        old_digest=compared.old.compiled.digest if compared.old else None,
        new_digest=compared.new.compiled.digest,
        stream_exception_policy=str(new_policy.options.stream_exception),
        home_net_origin=new_policy.home_net_origin,
        rule_changes=tuple(_rule_change(delta) for delta in compared.alignment.deltas if _is_rule(delta)),
        setting_changes=settings,
        region=Region(_region_parts(found.parts, sensitive=sensitive), found.complete),
        undecided=_undecided(old_policy, new_policy),
        capture_filters=tuple(filter_text(f, sensitive=sensitive) for f in filters),
        flows=_flows_seen(compared.comparison, seen) if seen else None,
        remarks=tuple(remark(diagnostic) for diagnostic in said),
    )


def capture_filters(
    comparison: Comparison, alignment: Alignment, parts: Sequence[Part] | None
) -> tuple[FlowFilter, ...]:
    """Give at most 20 filters that hold every flow whose effect may call for a look.

    Where the region was enumerated, its bounds; else (``parts`` is ``None``) the headers of all changed rules.
    """
    if parts is not None:
        return cover([_part_box(part) for part in parts])
    boxes = [*_touched(comparison.new, alignment.touched_new)]
    if comparison.old is not None:
        boxes += _touched(comparison.old, alignment.touched_old)
    return cover(boxes)


def _touched(policy: CompiledPolicy, touched: int) -> list[HeaderBox]:
    return [rule.header.box() for n, rule in enumerate(policy.rules) if touched >> n & 1 and rule.decides]


def _part_box(part: Part) -> HeaderBox:
    return HeaderBox(
        ProtocolMatch(frozenset({part.protocol}), part.family),
        part.sources,
        part.source_ports or ALL_PORTS,
        part.destinations,
        part.destination_ports or ALL_PORTS,
    )


def _is_rule(delta: RuleDelta) -> bool:
    """Leave default actions out: they are shown as settings."""
    return all(side is None or side.default is None for side in (delta.old, delta.new))


def _rule_change(delta: RuleDelta) -> RuleChange:
    old, new = (side.ref if side else None for side in (delta.old, delta.new))
    return RuleChange(
        delta.kind,
        rule_text(old) if old else None,
        rule_text(new) if new else None,
        " and ".join(_variables(delta)) if delta.variable else None,
    )


def _variables(delta: RuleDelta) -> list[str]:
    """Name the variables and references through which a rule of unchanged text changed its meaning."""
    if delta.old is None or delta.new is None:
        return []
    before, after = (
        (h.source, h.source_ports, h.destination, h.destination_ports)
        for h in (delta.old.header, delta.new.header)
    )
    words = (word for word, a, b in zip(delta.new.header_words, before, after, strict=True) if a != b)
    return sorted({name for word in words for name in _NAME.findall(word)})


@dataclass(slots=True)
class _Row:
    """All pieces of the region with the same effect and causes."""

    first: Part
    parts: list[Part] = field(default_factory=list)


def _region_parts(parts: Iterable[Part], *, sensitive: bool) -> tuple[RegionPart, ...]:
    rows: dict[object, _Row] = {}
    for part in parts:
        key = part.key
        rows.setdefault((key.effect, key.flush, key.old, key.new), _Row(part)).parts.append(part)
    return tuple(
        RegionPart(
            row.first.key.effect,
            row.first.key.flush,
            cause_text(row.first.key.old),
            cause_text(row.first.key.new),
            flow_text(row.first.witness),
            tuple(box_text(part) for part in row.parts),
            str(sum(part.count for part in row.parts)),
            row.first.conditions,
            sensitive,
        )
        for row in rows.values()
    )


def _holds_sensitive(policy: CompiledPolicy) -> bool:
    """Say whether a report could give a sensitive value away by showing where the region ends."""
    return any(rule.ref is not None and rule.ref.sensitive for rule in policy.rules if rule.decides)


def _flows_seen(comparison: Comparison, seen: SeenFlows) -> FlowsSeen:
    judged: list[tuple[CapturedFlow, FlowEffect]] = [
        (flow, comparison.effect(flow.tuple)) for flow in seen.flows
    ]
    rows = [flow_row(flow, effect) for flow, effect in judged if effect.effect not in _QUIET]
    return FlowsSeen(seen.source, len(judged), effect_counts(judged), tuple(rows), seen.complete)


def _remarks(compared: Compared, *, denies: bool, complete: bool) -> list[Diagnostic]:
    said = _home_net_remarks(compared)
    for side in (compared.old, compared.new):
        said += side.diagnostics if side else ()
    if compared.old is None:
        said.append(warning("there was no policy before: no flow can have been allowed by it."))
    if denies and not complete:
        summary = "the newly denied region is too large to enumerate: answers about single flows stay exact."
        said.append(warning(summary, None, "The capture covers the headers of all changed rules instead."))
    return list(dict.fromkeys(said))


def _home_net_remarks(compared: Compared) -> list[Diagnostic]:
    """Say once, first, that HOME_NET is not known, where some rule depends on it."""
    sides = [side for side in (compared.new, compared.old) if side is not None]
    if not any(HOME_NET in _missing(rule) for side in sides for rule in side.compiled.rules):
        return []
    label = compared.new.policy.name.label
    summary = f"HOME_NET of policy {label} is not known: what depends on it is undecided."
    remedy = "Give --home-net CIDR,... or the stack of the firewall's VPC with --context."
    return [warning(summary, None, remedy)]


def _missing(rule: CompiledRule) -> set[str]:
    fields = (rule.header.source, rule.header.destination)
    return {name for found in fields for name in found.unknown}


def _undecided(old: Policy | None, new: Policy) -> tuple[Undecided, ...]:
    before = dict.fromkeys(_undecided_of(old)) if old else {}
    after = dict.fromkeys(_undecided_of(new))
    sides = {
        found: "both" if found in before and found in after else "old" if found in before else "new"
        for found in (*before, *after)
    }
    return tuple(Undecided(side, reason, where) for (reason, where), side in sides.items())


def _undecided_of(policy: Policy) -> Iterable[tuple[str, str]]:
    for missing in policy.unresolved:
        yield f"{missing.reference} is not known", policy.name.label
    if isinstance(policy.default_actions, Unresolved):
        yield f"{policy.default_actions.reference} is not known", policy.name.label
    for reference in policy.stateful:
        yield from _undecided_in(reference.group)
    for attached in policy.stateless:
        if isinstance(attached.group, OpaqueGroup):
            yield attached.group.reason, attached.group.name.label
            continue
        for entry in attached.group.entries:
            if isinstance(entry, UndecidedStatelessRule):
                yield entry.reason, attached.group.name.label


def _undecided_in(group: StatefulGroup | OpaqueGroup) -> Iterable[tuple[str, str]]:
    label = group.name.label
    if isinstance(group, OpaqueGroup):
        yield group.reason, label
        return
    for entry in group.entries:
        if isinstance(entry, UndecidedRule):
            yield entry.reason, str(entry.where or label)
    for table in (group.ip_sets, group.port_sets, group.references):
        for name, value in table.items():
            if isinstance(value, Unresolved):
                yield f"{name}: {value.reference} is not known", label
