"""How much work a question about the region may take."""

from __future__ import annotations

from dataclasses import dataclass


class OutOfStepsError(Exception):
    """The budget ran out: the question is not answered."""


@dataclass(slots=True)
class Budget:
    """Steps that are left; a step is about what looking at one value of a field costs, 1 to 3 microseconds.

    Counted are steps and not time, so that equal changes have equal answers on every machine.
    """

    left: int

    @property
    def exhausted(self) -> bool:
        """Say whether the budget ran out."""
        return self.left < 0

    def spend(self, steps: int) -> None:
        """Take steps; raises :class:`OutOfStepsError` where there are not that many."""
        self.left -= steps
        if self.left < 0:
            raise OutOfStepsError
