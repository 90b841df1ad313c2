"""The log of requests: every call in order, what the service said, and what the caller got."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nfw_reconcile.emulator.faults import Fault
    from nfw_reconcile.emulator.replies import JsonObject, Refusal, Reply


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """One call. ``answered`` is what the service said; ``None`` if a fault kept the call from it.

    ``reply`` is what was sent back, which a fault can make another thing altogether.
    """

    number: int
    time: float
    operation: str
    input: JsonObject
    answered: JsonObject | Refusal | None
    reply: Reply
    fault: Fault | None

    @property
    def accepted(self) -> bool:
        """Say whether the service carried the call out."""
        return isinstance(self.answered, dict)
