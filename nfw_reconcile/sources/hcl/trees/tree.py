"""The files of one revision, as far as a configuration may look at them: a port.

Paths are relative to the root of the tree, with ``/`` between names, and no ``.`` or ``..`` in them; the root itself
is ``""``. Nothing outside the tree can be named, and no link leads out of it.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Protocol

from nfw_reconcile.errors import InputError, error

if TYPE_CHECKING:
    from collections.abc import Mapping


class OutsideTreeError(InputError):
    """A path leads out of the tree, by ``..``, by an absolute path or by a symbolic link."""


class TooLargeError(InputError):
    """A file, a directory or the whole tree is larger than what is read."""


class Kind(enum.Enum):
    """What stands at the end of a path."""

    DIRECTORY = "a directory"
    FILE = "a regular file"
    OTHER = "a device, a pipe or a socket"
    NOTHING = "nothing"
    ELSEWHERE = (
        "no part of the revision: a submodule, git's own folder, or where a link leads that is not followed"
    )


class Tree(Protocol):
    """One revision: a checked-out directory, or a commit in git's object store."""

    @property
    def name(self) -> str:
        """Name the revision for people: a directory, or ``git:REV``."""
        ...  # pragma: no cover - a protocol has no body

    def files(self, directory: str) -> tuple[str, ...]:
        """Give the names of the files in a directory, sorted; none where there is no such directory."""
        ...  # pragma: no cover

    def entries(self, directory: str) -> Mapping[str, Kind]:
        """Give all names in a directory, with what is there once links are followed; none where there is no directory.

        A link that leads nowhere is :attr:`Kind.NOTHING`. What may be there and cannot be seen is
        :attr:`Kind.ELSEWHERE`. Raises :class:`TooLargeError` for too many entries.
        """
        ...  # pragma: no cover

    def kind(self, path: str) -> Kind:
        """Say what is at the end of a path once links are followed, as :meth:`entries` does."""
        ...  # pragma: no cover

    def read(self, path: str) -> bytes | None:
        """Give the content of a file; ``None`` where there is none.

        Raises :class:`OutsideTreeError` and :class:`TooLargeError`.
        """
        ...  # pragma: no cover

    def place(self, path: str) -> str:
        """Name a file for people, as messages and reports show it: a path in the repository."""
        ...  # pragma: no cover


def resolved(directory: str, path: str) -> str:
    """Give the path, inside the tree, of what is named relative to a directory of it.

    Raises :class:`OutsideTreeError` for an absolute path and for one that climbs out of the root.
    """
    names: list[str] = []
    for name in (*directory.split("/"), *path.split("/")):
        if name == "..":
            if not names:
                raise _outside(path)
            names.pop()
        elif name not in {"", "."}:
            names.append(name)
    if path.startswith("/"):
        raise _outside(path)
    return "/".join(names)


def _outside(path: str) -> OutsideTreeError:
    remedy = "Only files of the repository are read."
    return OutsideTreeError(error(f"{path!r} leads out of the configuration's own tree.", remedy=remedy))
