"""Where the runs of a journal stand, as ``status`` tells it: plain values that JSON can hold."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

STATUS_KIND: Final = "nfw-reconcile status"


class RunState(enum.StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    UNFINISHED = "unfinished"
    UNKNOWN = "outcome unknown"
    FINISHED = "finished"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class FlushStatus:
    """One flush: when it was about to be sent (UTC text), for how many flows, what became of it.

    ``outcome`` is AWS's word where it has ended, else what the journal knows.
    """

    firewall_arn: str
    zone: str
    sent_at: str
    flows: int
    filters: int
    operation_id: str | None
    outcome: str
    settled: bool


@dataclass(frozen=True, slots=True)
class RunStatus:
    """One run; ``exit_code`` where it has ended, ``held_until`` (UTC text) where a process works on it.

    Of a damaged one, ``problem`` says what is wrong and what to do; what its first line does not tell is ``None``.
    """

    run: str
    started_at: str | None
    plan_sha256: str | None
    firewalls: tuple[str, ...]
    state: RunState
    exit_code: int | None
    held_until: str | None
    problem: str | None
    flushes: tuple[FlushStatus, ...]


@dataclass(frozen=True, slots=True)
class StatusDocument:
    """All runs of a journal, by name, which is in the order in which they began."""

    format_version: str
    kind: str
    journal: str
    runs: tuple[RunStatus, ...]
