"""Step 2: one firewall's plan, from its policy before and after."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol

from nfw_reconcile.engine.align import Alignment, align
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.engine.headers import HeaderBox, bits
from nfw_reconcile.engine.protocols import ProtocolMatch
from nfw_reconcile.engine.region import Part, RegionFound, newly_denied
from nfw_reconcile.engine.region.terrain import Terrain
from nfw_reconcile.errors import Diagnostic, warning
from nfw_reconcile.flows.capture import cover
from nfw_reconcile.flows.texts import filter_text
from nfw_reconcile.model.intervals import ALL_PORTS
from nfw_reconcile.model.plan_document import FirewallPlan, FlowsSeen, Region, RegionPart
from nfw_reconcile.model.policy import HOME_NET
from nfw_reconcile.model.texts import cause_text, effect_counts, flow_row, flow_text
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.pipeline.advice import warnings_of
from nfw_reconcile.pipeline.changes import rule_changes
from nfw_reconcile.pipeline.inputs import Loaded, load
from nfw_reconcile.pipeline.settings import setting_changes
from nfw_reconcile.pipeline.texts import box_text, firewall_identity, policy_identity, remark
from nfw_reconcile.pipeline.undecided import missing_names, undecided
from nfw_reconcile.sources.bundle import bundle_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nfw_reconcile.model.filters import FlowFilter
    from nfw_reconcile.model.flow import CapturedFlow
    from nfw_reconcile.model.inventory import FirewallRecord, PolicyChange
    from nfw_reconcile.model.plan_document import SettingChange
    from nfw_reconcile.model.verdict import FlowEffect

TOO_LARGE: Final = warning(
    "the newly denied region is too large to enumerate: answers about single flows stay exact.",
    None,
    "The capture covers the headers of all changed rules instead.",
)
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
    """Flows to look at in a plan: where they came from, and whether some may be missing.

    ``attempts`` are denied ones that look like blocked attempts, told apart.
    """

    source: str
    flows: Sequence[CapturedFlow]
    complete: bool = True
    attempts: Sequence[CapturedFlow] = ()


def compare(change: PolicyChange) -> Compared:
    """Make both policies of a change ready; the new one must be there."""
    return held(*_loaded(change))


def comparison_of(change: PolicyChange) -> Comparison:
    """Make both policies of a change ready to judge flows, without holding their rules against each other."""
    old, new = _loaded(change)
    return Comparison(old.compiled if old else None, new.compiled)


def _loaded(change: PolicyChange) -> tuple[Loaded | None, Loaded]:
    if change.new is None:
        raise ValueError("a policy that is deleted has nothing to be compared with")
    return load(change.old) if change.old is not None else None, load(change.new)


def held(old: Loaded | None, new: Loaded) -> Compared:
    """Hold two policies against each other."""
    before = old.compiled if old else None
    return Compared(old, new, Comparison(before, new.compiled), align(before, new.compiled))


class Look(Protocol):
    """Looks at the live flows of a firewall."""

    def __call__(
        self, firewall: FirewallRecord | None, comparison: Comparison, filters: tuple[FlowFilter, ...]
    ) -> SeenFlows | None:
        """Capture what the filters match; ``None`` where there is no firewall to look at."""
        ...  # pragma: no cover - a protocol has no body


@dataclass(frozen=True, slots=True)
class Sought:
    """What a plan is about: the newly denied region, what to capture to find its flows, and what is to be said."""

    region: RegionFound
    filters: tuple[FlowFilter, ...]
    remarks: tuple[Diagnostic, ...] = ()


def enumerated(compared: Compared) -> Sought:
    """Enumerate the newly denied region, and capture within its bounds."""
    found = newly_denied(compared.comparison, compared.alignment)
    parts = found.parts if found.complete else None
    filters = capture_filters(compared.comparison, compared.alignment, parts)
    return Sought(found, filters, () if found.complete else (TOO_LARGE,))


def plan_firewall(change: PolicyChange, seen: SeenFlows | None, look: Look | None = None) -> FirewallPlan:
    """Work out what the change denies, and what would be captured to find the flows in question.

    Flows that were ``seen`` are judged; without any, ``look`` is asked for those that live.
    """
    compared = compare(change)
    return plan_compared(change.firewall, compared, enumerated(compared), seen, look)


def plan_compared(
    firewall: FirewallRecord | None,
    compared: Compared,
    sought: Sought,
    seen: SeenFlows | None,
    look: Look | None,
) -> FirewallPlan:
    """Plan as :func:`plan_firewall` does, for policies that are ready and with what is sought."""
    found, filters = sought.region, sought.filters
    old, new = compared.old, compared.new
    settings = _settings(old, new)
    sensitive = new.sensitive or (old is not None and old.sensitive)
    if seen is None and look is not None:
        seen = look(firewall, compared.comparison, filters)
    effects = [compared.comparison.effect(flow.tuple) for flow in seen.flows] if seen else []
    said = [*_remarks(compared), *sought.remarks, *warnings_of(old, new, settings, found, effects)]
    return FirewallPlan(
        firewall=firewall_identity(firewall),
        policy=policy_identity(new.bundle.policy),
        old_policy=bundle_to_json(old.bundle) if old else None,
        new_policy=bundle_to_json(new.bundle),
        old_digest=old.compiled.digest if old else None,
        new_digest=new.compiled.digest,
        stream_exception_policy=str(new.policy.options.stream_exception),
        home_net_origin=new.policy.home_net_origin,
        rule_changes=rule_changes(old, new, compared.alignment),
        setting_changes=settings,
        region=Region(_region_parts(found.parts, sensitive=sensitive), found.complete),
        undecided=undecided(old, new),
        capture_filters=tuple(filter_text(f, sensitive=sensitive) for f in filters),
        flows=_flows_seen(compared.comparison, seen, effects) if seen else None,
        remarks=tuple(remark(diagnostic) for diagnostic in said),
    )


def _settings(old: Loaded | None, new: Loaded) -> tuple[SettingChange, ...]:
    """Compare the settings; nothing can be said of those of a policy that is not known."""
    if new.unknown or old is None or old.unknown:
        return ()
    return setting_changes(old.policy, new.policy)


def capture_filters(
    comparison: Comparison, alignment: Alignment, parts: Sequence[Part] | None
) -> tuple[FlowFilter, ...]:
    """Give at most 20 filters that hold every flow whose effect may call for a look.

    Where the region was enumerated, its bounds; else (``parts`` is ``None``) the headers of all changed rules
    of both engines.
    """
    if parts is not None:
        return cover([_part_box(part) for part in parts])
    terrain = Terrain.of(comparison, alignment)
    return cover([terrain.boxes[number] for number in bits(terrain.touched)])


def _part_box(part: Part) -> HeaderBox:
    return HeaderBox(
        ProtocolMatch(frozenset({part.protocol}), part.family),
        part.sources,
        part.source_ports or ALL_PORTS,
        part.destinations,
        part.destination_ports or ALL_PORTS,
        any_source_port=not part.source_ports,
        any_destination_port=not part.destination_ports,
    )


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


def _flows_seen(comparison: Comparison, seen: SeenFlows, effects: Sequence[FlowEffect]) -> FlowsSeen:
    judged = list(zip(seen.flows, effects, strict=True))
    rows = [flow_row(flow, effect) for flow, effect in judged if effect.effect not in _QUIET]
    attempts = [replace(flow_row(flow, comparison.effect(flow.tuple)), flush=False) for flow in seen.attempts]
    looked_at = len(judged) + len(attempts)
    return FlowsSeen(
        seen.source, looked_at, effect_counts(judged), tuple(rows), seen.complete, tuple(attempts)
    )


def _remarks(compared: Compared) -> list[Diagnostic]:
    said = _home_net_remarks(compared)
    for side in (compared.old, compared.new):
        said += side.diagnostics if side else ()
    if compared.old is None:
        said.append(warning("there was no policy before: no flow can have been allowed by it."))
    return list(dict.fromkeys(said))


def _home_net_remarks(compared: Compared) -> list[Diagnostic]:
    """Say once, first, that HOME_NET is not known, where some rule depends on it."""
    sides = [side for side in (compared.new, compared.old) if side is not None]
    if not any(HOME_NET in missing_names(rule) for side in sides for rule in side.deciding):
        return []
    label = compared.new.policy.name.label
    summary = f"HOME_NET of policy {label} is not known: what depends on it is undecided."
    remedy = "Give --home-net CIDR,... or the stack of the firewall's VPC with --context."
    return [warning(summary, None, remedy)]
