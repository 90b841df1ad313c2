"""Verdicts of one policy, effects of a change, and their causes."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nfw_reconcile.errors import Location
    from nfw_reconcile.model.flow import FiveTuple


class Verdict(enum.StrEnum):
    """What one policy does with a flow."""

    ALLOWED = "allowed"
    DENIED = "denied"
    CONDITIONAL = "conditional"
    UNDECIDED = "undecided"


class Effect(enum.StrEnum):
    """What a change of policy does to a flow."""

    NEWLY_DENIED = "newly_denied"
    POSSIBLY_DENIED = "possibly_denied"
    NEWLY_ALLOWED = "newly_allowed"
    STILL_ALLOWED = "still_allowed"
    STILL_DENIED = "still_denied"
    UNDECIDED = "undecided"


class AfterFlush(enum.StrEnum):
    """What becomes of a flow that is flushed, as far as the policy decides it.

    It ends where no packet of it gets through, whoever speaks first and whatever is said; where that is not sure, it
    may live on.
    """

    ENDS = "ends"
    MAY_LIVE_ON = "may_live_on"


class Engine(enum.StrEnum):
    """Which engine decided."""

    STATELESS = "stateless"
    STATEFUL = "stateful"


@dataclass(frozen=True, slots=True)
class RuleRef:
    """A rule named for people: its group, sid and 1-based line where known, and its text.

    A ``sensitive`` one must not show its text in a report. ``written`` is the line of a file in the repository that
    it comes from, where that is known, and no part of what it is.
    """

    group: str
    sid: int | None
    line: int | None
    text: str
    sensitive: bool = False
    written: Location | None = field(default=None, compare=False)

    def __str__(self) -> str:
        sid = f" sid {self.sid}" if self.sid is not None else ""
        line = f" line {self.line}" if self.line is not None else ""
        return f"{self.group}{sid}{line}"


@dataclass(frozen=True, slots=True)
class Cause:
    """What decided: a rule, or a default (``aws:drop_strict``, or ``no rule matched``)."""

    engine: Engine
    rule: RuleRef | None = None
    default: str | None = None

    def __str__(self) -> str:
        return str(self.rule) if self.rule is not None else (self.default or "no rule matched")


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with its cause.

    ``cause`` is that of the answer where it is one for all payloads, else that of the first denial.
    ``conditions`` are the payload conditions that a conditional verdict hangs on; ``reasons`` say
    what an undecided one lacks; ``notes`` hold what a reader should know (``first packet lost``).
    """

    verdict: Verdict
    cause: Cause
    conditions: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowEffect:
    """The effect of a change on one flow; ``flush`` is true exactly where a flush is called for.

    ``after_flush`` is said only where a flush is called for, and where it was asked.
    """

    flow: FiveTuple
    effect: Effect
    flush: bool
    old: Decision
    new: Decision
    conditions: tuple[str, ...] = ()
    after_flush: AfterFlush | None = None
