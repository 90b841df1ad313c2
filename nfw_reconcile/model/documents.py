"""The two saved files: the plan (what would be cut, and why) and the result (what was, and the proof).

Both are made of plain values, so that :mod:`nfw_reconcile.model.codec` writes and reads them whole.
``sensitive`` marks what Terraform calls sensitive, or what follows from it: it stands in the plan
file, and no report may show it. Times are UTC, ``YYYY-MM-DDTHH:MM:SSZ``.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

# The codec reads these annotations at run time.
from nfw_reconcile.model.codec import JsonObject  # noqa: TC001
from nfw_reconcile.model.verdict import Effect, Engine, Verdict  # noqa: TC001

FORMAT_VERSION: Final = "1.0"
PLAN_KIND: Final = "nfw-reconcile plan"
RESULT_KIND: Final = "nfw-reconcile result"
FOLLOWED_ENGINE: Final = "Suricata 7.0.10"
"""The engine whose verdicts are reproduced; AWS documents 8.0.3 without saying what it runs."""


class Level(enum.StrEnum):
    """How much a remark matters."""

    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a reader must know: what, where (may be empty), and what to do (may be empty)."""

    level: Level
    text: str
    where: str
    remedy: str


@dataclass(frozen=True, slots=True)
class FirewallIdentity:
    """Which firewall. ``label`` is for people; the rest is ``None`` where the input does not say."""

    label: str
    name: str | None
    arn: str | None
    firewall_id: str | None
    account: str | None
    region: str | None


@dataclass(frozen=True, slots=True)
class PolicyIdentity:
    """Which firewall policy."""

    label: str
    name: str | None
    arn: str | None


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule for people: its group, its sid and 1-based line where known, its text."""

    group: str
    sid: int | None
    line: int | None
    text: str
    sensitive: bool


@dataclass(frozen=True, slots=True)
class CauseText:
    """What decided: a rule, or (``rule`` is ``None``) a default action or that nothing matched."""

    engine: Engine
    rule: RuleText | None
    default: str | None


class ChangeKind(enum.StrEnum):
    """How a rule changed, by content: position, sid, message and metadata are no change."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One semantic change. ``cause`` names the variable or prefix list where that, not the rule, changed."""

    kind: ChangeKind
    old: RuleText | None
    new: RuleText | None
    cause: str | None


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A change of the policy that is not a rule: a default action, an override, an engine option, a variable."""

    setting: str
    old: str
    new: str
    sensitive: bool


@dataclass(frozen=True, slots=True)
class FlowText:
    """A 5-tuple in text form; ports are 0 where the protocol has none."""

    protocol: int
    source: str
    source_port: int
    destination: str
    destination_port: int


@dataclass(frozen=True, slots=True)
class Box:
    """A bounding box: CIDR blocks, port ranges as ``low`` or ``low:high``, and protocol numbers (empty: all)."""

    sources: tuple[str, ...]
    source_ports: str
    destinations: tuple[str, ...]
    destination_ports: str
    protocols: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RegionPart:
    """Flows that one old cause allowed and one new cause denies, with one flow of them as witness.

    ``tuples`` is how many 5-tuples there are, as a decimal text; ``conditions`` are those of the witness
    where the effect is ``possibly_denied``.
    """

    effect: Effect
    flush: bool
    old: CauseText
    new: CauseText
    witness: FlowText
    boxes: tuple[Box, ...]
    tuples: str
    conditions: tuple[str, ...]
    sensitive: bool


@dataclass(frozen=True, slots=True)
class Region:
    """The newly denied region; ``complete`` is false where it was too large to enumerate within the budget.

    The plan of a sweep enumerates none.
    """

    parts: tuple[RegionPart, ...]
    complete: bool


class FilterSafety(enum.StrEnum):
    """What is known of a flush filter; the second is true of every one.

    ``REGION``: every 5-tuple that it matches, captured or not, is newly denied, its source taken as the
    initiator. ``FLOW``: it lies inside what was captured, and matches no captured flow that must stay, nor
    the mirror image of one.
    """

    REGION = "region-safe"
    FLOW = "flow-safe"


@dataclass(frozen=True, slots=True)
class FilterText:
    """A flow filter in AWS's own text form; ports are ``ANY``, ``n`` or ``low:high``.

    ``safety`` is there for the filters of a flush.
    """

    source: str
    destination: str
    source_port: str
    destination_port: str
    protocols: tuple[int, ...]
    sensitive: bool
    safety: FilterSafety | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits in force when the document was made: shown, never obeyed from a file."""

    max_flows: int
    max_percent: float | None
    protected_cidrs: tuple[str, ...]
    protected_ports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One flow with its effect and both causes; age in seconds, packets and bytes where known."""

    flow: FlowText
    zone: str | None
    age: int | None
    packets: int | None
    bytes: int | None
    effect: Effect
    flush: bool
    old_verdict: Verdict
    old: CauseText
    new_verdict: Verdict
    new: CauseText
    conditions: tuple[str, ...]
    reasons: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EffectCount:
    """How many flows have an effect, and what they carried where that is known."""

    effect: Effect
    flows: int
    to_flush: int
    packets: int
    bytes: int


@dataclass(frozen=True, slots=True)
class FlowsSeen:
    """Real flows that were looked at; ``rows`` holds those that are not simply allowed as before.

    ``complete`` is false where a capture may have missed flows. ``attempts`` are denied flows that look like
    blocked attempts: they are among those looked at, and neither in ``counts`` nor in ``rows``.
    """

    source: str
    looked_at: int
    counts: tuple[EffectCount, ...]
    rows: tuple[FlowRow, ...]
    complete: bool
    attempts: tuple[FlowRow, ...] = ()


@dataclass(frozen=True, slots=True)
class AttemptRule:
    """What a denied flow looks like that never came about: at most so many packets, at most so many seconds old.

    ``born_after`` is the moment (UTC) that its first packet must be younger than; ``None``: any. A flow whose
    packets or age are not listed never looks like one.
    """

    packets: int
    age: int
    born_after: str | None


@dataclass(frozen=True, slots=True)
class Undecided:
    """Part of a policy that could not be modelled; ``side`` is ``old``, ``new`` or ``both``."""

    side: str
    reason: str
    where: str


@dataclass(frozen=True, slots=True)
class FirewallPlan:
    """One firewall: what changes, what that denies, and what would be captured to find it.

    ``old_policy`` and ``new_policy`` hold the policies themselves (``old_policy`` is ``None`` where there
    was none), so that the plan file is all that ``apply`` needs. ``attempts`` is there in the plan of a sweep
    and in no other: whatever looks like one of them is left out of what is flushed.
    """

    firewall: FirewallIdentity
    policy: PolicyIdentity
    old_policy: JsonObject | None
    new_policy: JsonObject
    old_digest: str | None
    new_digest: str
    stream_exception_policy: str
    home_net_origin: str
    rule_changes: tuple[RuleChange, ...]
    setting_changes: tuple[SettingChange, ...]
    region: Region
    undecided: tuple[Undecided, ...]
    capture_filters: tuple[FilterText, ...]
    flows: FlowsSeen | None
    remarks: tuple[Remark, ...]
    attempts: tuple[AttemptRule, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """The plan file. ``sha256`` covers the canonical JSON of everything else."""

    format_version: str
    kind: str
    tool_version: str
    engine: str
    created_at: str
    source: str
    limits: Limits
    firewalls: tuple[FirewallPlan, ...]
    remarks: tuple[Remark, ...]
    sha256: str


class ZoneState(enum.StrEnum):
    """Where a zone ended."""

    VERIFIED = "flushed and verified"
    NOTHING = "nothing to flush"
    SURVIVORS = "denied flows survive"
    UNPROVEN = "absence not proven"
    NOT_IN_SYNC = "never in sync"
    BUSY = "held by another flow operation"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "outcome unknown"
    INTERRUPTED = "interrupted"
    SKIPPED = "not reached"
    DRY_RUN = "dry run"


class OperationType(enum.StrEnum):
    """AWS's flow operation types (API: FlowOperationType)."""

    CAPTURE = "FLOW_CAPTURE"
    FLUSH = "FLOW_FLUSH"


@dataclass(frozen=True, slots=True)
class Operation:
    """One flow operation that was sent; ``status`` is AWS's word, or ``UNKNOWN``."""

    type: OperationType
    operation_id: str | None
    status: str
    sent_at: str
    minimum_age: int
    filters: tuple[FilterText, ...]
    flows: int | None


@dataclass(frozen=True, slots=True)
class ZoneResult:
    """What was done in one zone.

    ``in_sync_at`` is when the zone was first seen to run the planned rules and ``proof`` how that was
    known. ``survivors`` are denied flows still listed; ``seen_again`` are flushed 5-tuples listed again,
    young (blocked retries as a rule); ``denied_before`` counts flows that are denied, and not newly.
    """

    zone: str
    scope: str
    state: ZoneState
    in_sync_at: str | None
    proof: str
    captured: int
    counts: tuple[EffectCount, ...]
    to_flush: int
    flushed: tuple[FlowRow, ...]
    survivors: tuple[FlowRow, ...]
    seen_again: tuple[FlowRow, ...]
    left_alive: tuple[FlowRow, ...]
    denied_before: int
    verified_at: str | None
    operations: tuple[Operation, ...]
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FirewallResult:
    """What was done on one firewall; ``exit_code`` is what this firewall alone would have ended with."""

    firewall: FirewallIdentity
    policy: PolicyIdentity
    stream_exception_policy: str
    exit_code: int
    zones: tuple[ZoneResult, ...]
    messages: tuple[str, ...]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class ResultDocument:
    """The result file. ``command`` is ``apply``, ``resume`` or ``verify``; ``sha256`` covers everything else."""

    format_version: str
    kind: str
    command: str
    tool_version: str
    plan_sha256: str
    started_at: str
    finished_at: str
    exit_code: int
    limits: Limits
    firewalls: tuple[FirewallResult, ...]
    sha256: str
