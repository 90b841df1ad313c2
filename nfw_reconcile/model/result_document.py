"""The result file: what was done in each zone, and the proof; see :mod:`nfw_reconcile.model.documents`."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

# The codec reads these annotations at run time.
from nfw_reconcile.model.documents import (  # noqa: TC001
    AddressName,
    EffectCount,
    FilterText,
    FirewallIdentity,
    FlowRow,
    Limits,
    PolicyIdentity,
    Remark,
)

RESULT_KIND: Final = "nfw-reconcile result"


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
    """What was done on one firewall; ``exit_code`` is what this firewall alone would have ended with.

    ``names`` are those of the plan, for the addresses that the zones list.
    """

    firewall: FirewallIdentity
    policy: PolicyIdentity
    stream_exception_policy: str
    exit_code: int
    zones: tuple[ZoneResult, ...]
    messages: tuple[str, ...]
    remarks: tuple[Remark, ...]
    names: tuple[AddressName, ...] = ()


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
