"""What is collected while a document is read: problems, refusals and remarks, with the place of each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, NoReturn

from nfw_reconcile.errors import (
    Diagnostic,
    InputError,
    Location,
    Severity,
    UnsupportedInput,
    error,
    note,
    warning,
)

MOST_PROBLEMS: Final = 100
"""Problems, and refusals, that are listed of one document."""

MOST_TOLD: Final = 1_000
"""Warnings and notes that are listed of one document."""

_REMEDY: Final = "Correct it, or write the file again."
_LISTED_FIRST: Final = "Correct what is listed first."


@dataclass(frozen=True, slots=True)
class Remarks:
    """Collects for one document; nothing stops at the first problem, and each thing is kept once."""

    source: str
    problems: dict[Diagnostic, None] = field(default_factory=dict)
    refusals: dict[Diagnostic, None] = field(default_factory=dict)
    told: dict[Diagnostic, None] = field(default_factory=dict)
    line: int | None = None
    column: int | None = None

    @property
    def where(self) -> Location:
        """Give the document, or the place in it, to which remarks are added."""
        return Location(self.source, self.line, self.column)

    def at(self, line: int | None, column: int | None) -> Remarks:
        """Give the same remarks for a place in the document."""
        return replace(self, line=line, column=column)

    def problem(self, path: str, what: str, remedy: str = _REMEDY) -> None:
        """Add something that makes the document unreadable."""
        self._add(self.problems, error(f"{path}: {what}.", self.where, remedy), MOST_PROBLEMS)

    def stop(self, what: str, remedy: str) -> NoReturn:
        """Raise :class:`InputError` at once: the document is of another kind, and nothing in it can be read."""
        raise InputError(error(f"{what}.", self.where, remedy))

    def refuse(self, what: str, remedy: str) -> None:
        """Add a reason why the document, though readable, must not be used."""
        self._add(self.refusals, error(f"{what}.", self.where, remedy), MOST_PROBLEMS)

    def warn(self, what: str, remedy: str = "") -> None:
        """Add a warning, once."""
        self._add(self.told, warning(f"{what}.", self.where, remedy), MOST_TOLD)

    def note(self, what: str, remedy: str = "") -> None:
        """Add a note, once."""
        self._add(self.told, note(f"{what}.", self.where, remedy), MOST_TOLD)

    def raise_if_any(self) -> None:
        """Raise what was collected: :class:`UnsupportedInput` first, else :class:`InputError`."""
        if self.refusals:
            raise UnsupportedInput(self.refusals)
        if self.problems:
            raise InputError(self.problems)

    def _add(self, kept: dict[Diagnostic, None], one: Diagnostic, most: int) -> None:
        if one in kept or len(kept) > most:
            return
        if len(kept) == most:
            severity = Severity.WARNING if one.severity is Severity.NOTE else one.severity
            one = Diagnostic(severity, "there is more, which is not listed.", self.where, _LISTED_FIRST)
        kept[one] = None
