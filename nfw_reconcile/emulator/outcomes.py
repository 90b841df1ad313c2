"""What kinds of flow operations there are, and how they end: well, or as planned otherwise."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable


class OperationType(enum.StrEnum):
    """API: FlowOperationType."""

    CAPTURE = "FLOW_CAPTURE"
    FLUSH = "FLOW_FLUSH"


class Status(enum.StrEnum):
    """API: FlowOperationStatus."""

    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    COMPLETED_WITH_ERRORS = "COMPLETED_WITH_ERRORS"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an operation ends (API: FlowOperationStatus).

    ``touches`` is the share of the matching entries that it identifies (and flushes), ``lists`` the
    share of these that its results hold. With ``never_ends`` it stays ``IN_PROGRESS``.
    """

    status: Status = Status.COMPLETED
    message: str | None = None
    touches: float = 1.0
    lists: float = 1.0
    never_ends: bool = False


COMPLETED: Final = Outcome()
FAILED: Final = Outcome(Status.FAILED, "Flow operation error", touches=0.0, lists=0.0)
NEVER_ENDS: Final = Outcome(never_ends=True)


def with_errors(*, touches: float = 0.5, lists: float = 1.0) -> Outcome:
    """Build ``COMPLETED_WITH_ERRORS``: any number of flows may be missing."""
    return Outcome(Status.COMPLETED_WITH_ERRORS, "Flow timeout", touches, lists)


@dataclass(frozen=True, slots=True)
class OutcomeRule:
    """Gives an outcome to the operations of a type whose number (the first is 1) ``when`` accepts."""

    outcome: Outcome
    type: OperationType | None = None
    when: Callable[[int], bool] = lambda number: number >= 1


class OutcomePlan:
    """The outcome of each operation to come: that of the first rule that fits, else ``COMPLETED``."""

    def __init__(self) -> None:
        """Begin without rules."""
        self._rules: list[OutcomeRule] = []
        self._started: dict[OperationType, int] = {}

    def add(self, rule: OutcomeRule) -> None:
        """Add a rule; earlier ones take precedence."""
        self._rules.append(rule)

    def next_outcome(self, kind: OperationType) -> Outcome:
        """Count an accepted operation and give its outcome."""
        number = self._started[kind] = self._started.get(kind, 0) + 1
        for rule in self._rules:
            if rule.type in {None, kind} and rule.when(number):
                return rule.outcome
        return COMPLETED
