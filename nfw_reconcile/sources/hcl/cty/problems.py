"""What stops the evaluation of an expression: an error of the configuration, or a limit of this evaluator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.errors import InputError, error

if TYPE_CHECKING:
    from nfw_reconcile.errors import Location


class EvaluationError(InputError):
    """What Terraform itself refuses: ``try`` and ``can`` see it, and nothing else becomes one of these."""

    def __init__(self, summary: str, place: Location | None = None, remedy: str = "") -> None:
        """Take what is refused, and where it is written."""
        self.summary = summary
        self.place = place
        super().__init__(error(summary, place, remedy))


class Unresolvable(InputError):  # noqa: N818 - what is told is a limit of this program, not an error of the input
    """What Terraform gives a value for, and this evaluator does not: never seen by ``try``.

    It stays inside this package: whoever evaluates turns it into an unknown value.
    """

    def __init__(self, summary: str) -> None:
        """Take the reason."""
        self.summary = summary
        super().__init__(error(summary))
