"""How much work one template may cost: a small text can ask for a great deal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nfw_reconcile.errors import InputError, Location, error

MOST_STEPS: Final = 400_000
"""Steps for one template: a few seconds; one of 1 MB that holds nothing but rules takes a third of them."""

_STRIDE: Final = 64
"""Characters of text that count as one step."""


@dataclass(slots=True)
class Budget:
    """Counts the steps of working out one template; ``source`` names it in the error."""

    source: str
    left: int = MOST_STEPS

    def spend(self, steps: int = 1) -> None:
        """Take steps; raises :class:`InputError` when there are no more."""
        self.left -= steps
        if self.left < 0:
            summary = "working out the template takes too long: its loops and functions make too much of it"
            raise InputError(
                error(summary, Location(self.source), "Check that it is the file that was meant.")
            )

    def spend_text(self, characters: int) -> None:
        """Take the steps for making a text."""
        self.spend(1 + characters // _STRIDE)
