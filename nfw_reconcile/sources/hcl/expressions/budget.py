"""How much work one configuration may ask for: a few lines of it can multiply without end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import InputError, error

if TYPE_CHECKING:
    from nfw_reconcile.errors import Location

MOST_STEPS: Final = 1_000_000
"""Expressions that are evaluated for one revision, each as often as it is."""

MOST_TEXT: Final = 64 * 1024 * 1024
"""Characters of all texts that are made for one revision."""

MOST_ENTRIES: Final = 1_000_000
"""Names of directories that are looked at for ``fileset``, each as often as it is."""

MOST_INSTANCES: Final = 20_000
"""Instances of modules, resources and blocks."""

MOST_NAMED: Final = 200_000
"""Locals, variables, outputs and arguments that are evaluated, each once an instance of its module."""

DEEPEST: Final = 150
"""Expressions that may stand in each other."""


@dataclass(slots=True)
class Budget:
    """Counts the work down; every method raises :class:`InputError` once its share is used up."""

    steps: int = MOST_STEPS
    text: int = MOST_TEXT
    entries: int = MOST_ENTRIES
    instances: int = MOST_INSTANCES
    named: int = MOST_NAMED

    def step(self, place: Location, count: int = 1) -> None:
        """Account for the evaluation of an expression."""
        self.steps -= count
        if self.steps < 0:
            raise _refused(f"more than {MOST_STEPS:,} expressions would be evaluated", place)

    def characters(self, count: int, place: Location | None) -> None:
        """Account for a text."""
        self.text -= count
        if self.text < 0:
            raise _refused(f"texts of more than {MOST_TEXT:,} characters would be made", place)

    def entry(self, count: int) -> None:
        """Account for names of a directory that are looked at."""
        self.entries -= count
        if self.entries < 0:
            raise _refused(f"more than {MOST_ENTRIES:,} names of files would be looked at by fileset()", None)

    def instance(self, place: Location, count: int = 1) -> None:
        """Account for instances of a module, a resource or a block."""
        self.instances -= count
        if self.instances < 0:
            raise _refused(
                f"there would be more than {MOST_INSTANCES:,} instances of resources and blocks", place
            )

    def name(self, place: Location | None) -> None:
        """Account for a named value."""
        self.named -= 1
        if self.named < 0:
            raise _refused(f"more than {MOST_NAMED:,} named values would be evaluated", place)


def _refused(what: str, place: Location | None) -> InputError:
    remedy = "Give the plan of Terraform instead (--tf-plan)."
    return InputError(error(f"the configuration is too large to be evaluated here: {what}.", place, remedy))
