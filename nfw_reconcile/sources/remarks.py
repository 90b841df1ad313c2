"""What is collected while a document is read: problems, refusals and remarks, with the place of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

from nfw_reconcile.errors import (
    Diagnostic,
    InputError,
    Location,
    UnsupportedInput,
    error,
    note,
    warning,
)


@dataclass(frozen=True, slots=True)
class Remarks:
    """Collects for one document; nothing stops at the first problem."""

    source: str
    problems: list[Diagnostic] = field(default_factory=list)
    refusals: list[Diagnostic] = field(default_factory=list)
    told: list[Diagnostic] = field(default_factory=list)

    @property
    def where(self) -> Location:
        """Give the document as a place."""
        return Location(self.source)

    def problem(self, path: str, what: str, remedy: str = "") -> None:
        """Add something that makes the document unreadable."""
        self.problems.append(error(f"{path}: {what}.", self.where, remedy))

    def stop(self, what: str, remedy: str) -> NoReturn:
        """Raise :class:`InputError` at once: the document is of another kind, and nothing in it can be read."""
        raise InputError(error(f"{what}.", self.where, remedy))

    def refuse(self, what: str, remedy: str) -> None:
        """Add a reason why the document, though readable, must not be used."""
        self.refusals.append(error(f"{what}.", self.where, remedy))

    def warn(self, what: str, remedy: str = "") -> None:
        """Add a warning, once."""
        self._tell(warning(f"{what}.", self.where, remedy))

    def note(self, what: str, remedy: str = "") -> None:
        """Add a note, once."""
        self._tell(note(f"{what}.", self.where, remedy))

    def raise_if_any(self) -> None:
        """Raise what was collected, each once: :class:`UnsupportedInput` first, else :class:`InputError`."""
        if self.refusals:
            raise UnsupportedInput(dict.fromkeys(self.refusals))
        if self.problems:
            raise InputError(dict.fromkeys(self.problems))

    def _tell(self, diagnostic: Diagnostic) -> None:
        if diagnostic not in self.told:
            self.told.append(diagnostic)
