"""The plan file: what would be cut, and why, firewall by firewall; see :mod:`nfw_reconcile.model.documents`."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

# The codec reads these annotations at run time.
from nfw_reconcile.model.codec import JsonObject  # noqa: TC001
from nfw_reconcile.model.documents import (  # noqa: TC001
    AddressName,
    CauseText,
    EffectCount,
    FilterText,
    FirewallIdentity,
    FlowRow,
    FlowText,
    Limits,
    PolicyIdentity,
    Remark,
    RuleText,
)
from nfw_reconcile.model.verdict import Effect  # noqa: TC001

PLAN_KIND: Final = "nfw-reconcile plan"
FOLLOWED_ENGINE: Final = "Suricata 7.0.10"
"""The engine whose verdicts are reproduced; AWS documents 8.0.3 without saying what it runs."""


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
class Box:
    """A bounding box: CIDR blocks, port ranges as ``low`` or ``low:high``, and protocol numbers (empty: all)."""

    sources: tuple[str, ...]
    source_ports: str
    destinations: tuple[str, ...]
    destination_ports: str
    protocols: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who has accepted that flows are denied, and why; it counts to the end of the day ``until`` (UTC)."""

    owner: str
    reason: str
    until: str


@dataclass(frozen=True, slots=True)
class RegionPart:
    """Flows that one old cause allowed and one new cause denies, with one flow of them as witness.

    ``tuples`` is how many 5-tuples there are, as a decimal text; ``conditions`` are those of the witness
    where the effect is ``possibly_denied``. ``ignored`` says who had accepted all of it, and all that the same causes
    deny besides, when the plan was made: it changes how reports show the part, and nothing else.
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
    ignored: tuple[Acceptance, ...] = ()


@dataclass(frozen=True, slots=True)
class Region:
    """The newly denied region; ``complete`` is false where it was too large to enumerate within the budget.

    The plan of a sweep enumerates none.
    """

    parts: tuple[RegionPart, ...]
    complete: bool


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
    """Part of a policy that could not be modelled; ``side`` is ``old``, ``new`` or ``both``.

    ``file`` and ``file_line`` say where it is written in the repository, where that is known.
    """

    side: str
    reason: str
    where: str
    file: str | None = None
    file_line: int | None = None


@dataclass(frozen=True, slots=True)
class FirewallPlan:
    """One firewall: what changes, what that denies, and what would be captured to find it.

    ``old_policy`` and ``new_policy`` hold the policies themselves (``old_policy`` is ``None`` where there
    was none), so that the plan file is all that ``apply`` needs. ``attempts`` is there in the plan of a sweep
    and in no other: whatever looks like one of them is left out of what is flushed. ``names`` says what the
    addresses of ``flows`` are, sorted by address, where that was asked for and is known.
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
    names: tuple[AddressName, ...] = ()


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
