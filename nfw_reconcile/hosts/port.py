"""What keeping one comment needs of a code host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from nfw_reconcile.errors import HostError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.errors import Diagnostic


class ThrottledError(HostError):
    """The host asks for a pause; ``seconds`` is how long."""

    def __init__(self, problems: Diagnostic | Iterable[Diagnostic], seconds: float) -> None:
        """Take what is told if nobody waits."""
        super().__init__(problems)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Note:
    """One comment; a later one has a greater ``id``."""

    id: int
    author: str
    body: str


class Discussion(Protocol):
    """The comments of one pull request or merge request. Every method may raise :class:`HostError`."""

    @property
    def name(self) -> str:
        """Name the request for people: ``owner/repository#7``, ``group/project!7``."""
        ...  # pragma: no cover - a protocol has no body

    def author(self) -> str:
        """Give the name under which comments are written here."""
        ...  # pragma: no cover

    def head(self) -> str:
        """Give the commit that the request is at now."""
        ...  # pragma: no cover

    def is_public(self) -> bool:
        """Say whether everybody can read the comments."""
        ...  # pragma: no cover

    def notes(self) -> tuple[Note, ...]:
        """Give all comments, whoever wrote them."""
        ...  # pragma: no cover

    def create(self, body: str) -> None:
        """Write a new comment."""
        ...  # pragma: no cover

    def update(self, note: Note, body: str) -> None:
        """Write another text into a comment."""
        ...  # pragma: no cover

    def delete(self, note: Note) -> None:
        """Delete a comment; one that is gone already is no error."""
        ...  # pragma: no cover
