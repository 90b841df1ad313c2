"""The files of one revision, as far as a configuration may look at them: a port.

Paths are relative to the root of the tree, with ``/`` between names, and no ``.`` or ``..`` in them; the root itself
is ``""``. Nothing outside the tree can be named, and no link leads out of it.
"""

from __future__ import annotations

from typing import Protocol

from nfw_reconcile.errors import InputError, error


class OutsideTreeError(InputError):
    """A path leads out of the tree, by ``..``, by an absolute path or by a symbolic link."""


class TooLargeError(InputError):
    """A file, a directory or the whole tree is larger than what is read."""


class Tree(Protocol):
    """One revision: a checked-out directory, or a commit in git's object store."""

    @property
    def name(self) -> str:
        """Name the revision for people: a directory, or ``git:REV``."""
        ...  # pragma: no cover - a protocol has no body

    def files(self, directory: str) -> tuple[str, ...]:
        """Give the names of the files in a directory, sorted; none where there is no such directory."""
        ...  # pragma: no cover

    def is_directory(self, path: str) -> bool:
        """Say whether there is such a directory."""
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
