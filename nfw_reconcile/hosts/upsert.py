"""One comment for each stack: written once, kept up to date, and never set back by a run that comes late."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nfw_reconcile.hosts.marker import Marker, read_marker

if TYPE_CHECKING:
    from nfw_reconcile.hosts.port import Discussion, Note


class Done(enum.StrEnum):
    """What became of the comment."""

    CREATED = "created"
    UPDATED = "updated"
    EQUAL = "up to date already"
    OUTDATED = "left alone: what it shows is newer"
    OTHER_HEAD = "left alone: the request has moved on to another commit"


@dataclass(frozen=True, slots=True)
class Upserted:
    """What was done, and how many superfluous comments of the stack were deleted."""

    done: Done
    deleted: int


@dataclass(frozen=True, slots=True)
class _Ours:
    note: Note
    marker: Marker

    @property
    def rank(self) -> tuple[str, int]:
        """Say how new the comment is: by what it shows, then by when it was written."""
        return self.marker.at, self.note.id


def upsert(
    discussion: Discussion, marker: Marker, text: str, *, only_at_head: bool, any_author: bool = False
) -> Upserted:
    """Bring the stack's comment to this text; the marker's line goes in front of it.

    A comment counts as the stack's if its first line is a marker of exactly that stack, and, but for ``any_author``,
    if we wrote it: others could forge the line. Of several the newest is kept. ``only_at_head``: nothing is
    written where the request is at another commit than the marker says. Raises ``HostError``.
    """
    if only_at_head and marker.head is not None and discussion.head() != marker.head:
        return Upserted(Done.OTHER_HEAD, 0)
    author = None if any_author else discussion.author()
    ours = _ours(discussion, marker.stack, author)
    if not ours:
        discussion.create(_whole(marker, text))
        # Two runs may have found none at the same time.
        return Upserted(Done.CREATED, _heal(discussion, _ours(discussion, marker.stack, author)))
    done = _write(discussion, ours[-1], marker, text)
    return Upserted(done, _heal(discussion, ours))


def _ours(discussion: Discussion, stack: str, author: str | None) -> list[_Ours]:
    """Give the comments of the stack, the newest last."""
    found = [
        _Ours(note, marker)
        for note in discussion.notes()
        if author in {None, note.author} and (marker := read_marker(note.body)) is not None
    ]
    return sorted((each for each in found if each.marker.stack == stack), key=lambda each: each.rank)


def _write(discussion: Discussion, kept: _Ours, marker: Marker, text: str) -> Done:
    if kept.marker.at > marker.at:
        return Done.OUTDATED
    body = _whole(marker, text)
    if _lines(kept.note.body) == _lines(body):
        return Done.EQUAL
    discussion.update(kept.note, body)
    return Done.UPDATED


def _heal(discussion: Discussion, ours: list[_Ours]) -> int:
    for superfluous in ours[:-1]:
        discussion.delete(superfluous.note)
    return max(0, len(ours) - 1)


def _whole(marker: Marker, text: str) -> str:
    return f"{marker.line}\n{text}"


def _lines(body: str) -> list[str]:
    """Give what hosts keep of a text: they take white space off lines' ends, and change the ends."""
    return [line.rstrip() for line in body.strip().splitlines()]
