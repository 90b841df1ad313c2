"""A checked-out directory as a tree: what lies on disk, read as if somebody else had put it there."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import InputError, Location, error
from nfw_reconcile.sources.hcl.trees.tree import Kind
from nfw_reconcile.sources.hcl.trees.walk import (
    DEFAULT_LIMITS,
    Contents,
    Limits,
    Link,
    check_entries,
    check_size,
    follow,
    inside,
    is_readable,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.sources.hcl.trees.walk import Entry, Names

_DIRECTORY: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


@dataclass(frozen=True)
class FolderTree:
    """The files under ``root`` (:class:`~nfw_reconcile.sources.hcl.trees.tree.Tree`).

    A file is opened name by name from the root, each name without following a link, after its links were followed
    by hand. So what changes on disk meanwhile can make a read fail, and never lead out of the root. Only regular
    files are opened: nothing waits for a pipe or wakes a device.
    """

    root: Path
    name: str
    limits: Limits = DEFAULT_LIMITS
    _contents: Contents = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_contents", Contents(self.limits))

    def files(self, directory: str) -> tuple[str, ...]:
        """Give the names of all that is no directory, sorted; none where there is no such directory.

        A link that leads out of the tree or nowhere, and what is no regular file, is among them: it cannot be
        read, and to leave it out would hide that. Raises :class:`TooLargeError` for too many entries.
        """
        names = inside(directory, self._look)
        if names is None:
            return ()
        listed = filter(is_readable, self._listed(names))
        return tuple(name for name in listed if self.kind("/".join((*names, name))) is not Kind.DIRECTORY)

    def entries(self, directory: str) -> dict[str, Kind]:
        """Give all names in a directory, with what is there once links are followed.

        Raises :class:`TooLargeError` for too many entries.
        """
        names = inside(directory, self._look)
        listed = () if names is None else self._listed(names)
        return {name: self.kind("/".join((*(names or ()), name))) for name in listed}

    def kind(self, path: str) -> Kind:
        """Say what is at the end of a path once links are followed."""
        return standing(path, self._look)

    def read(self, path: str) -> bytes | None:
        """Give the content of a file; ``None`` where there is none.

        Raises :class:`OutsideTreeError`, :class:`TooLargeError`, and :class:`InputError` for what is no regular
        file, cannot be opened, or was exchanged while it was read.
        """
        names, kind = follow(path, self._look)
        if kind is Kind.OTHER:
            raise _no_file(self.place(path), "is no regular file")
        if kind is not Kind.FILE:
            return None
        return self._contents.of("/".join(names), lambda: self._read(names, path), self.place(path))

    def place(self, path: str) -> str:
        """Name a file by its path under the root."""
        return path or "."

    def _look(self, names: Names) -> Entry:
        *parents, name = names
        try:
            with self._opened(tuple(parents)) as folder:
                mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
                return Link(os.readlink(name, dir_fd=folder)) if stat.S_ISLNK(mode) else _kind(mode)
        except (FileNotFoundError, NotADirectoryError):
            return Kind.NOTHING
        except OSError as problem:
            raise _no_file(self.place("/".join(names)), f"cannot be read: {problem.strerror}") from problem

    def _listed(self, names: Names) -> list[str]:
        found: list[str] = []
        place = self.place("/".join(names))
        try:
            with self._opened(names) as folder, os.scandir(folder) as entries:
                for entry in entries:
                    check_entries(len(found) + 1, self.limits.entries, place)
                    found.append(entry.name)
        except OSError as problem:
            raise _no_file(place, f"cannot be read: {problem.strerror}") from problem
        return sorted(found)

    def _read(self, names: Names, path: str) -> bytes:
        *parents, name = names
        place = self.place(path)
        try:
            with self._opened(tuple(parents)) as folder, _descriptor(name, _FILE, folder) as opened:
                found = os.fstat(opened)
                if not stat.S_ISREG(found.st_mode):
                    raise _no_file(place, "is no regular file")
                check_size(found.st_size, self.limits.file, place)
                content = _content(opened, self.limits.file + 1)
        except OSError as problem:
            raise _no_file(place, f"cannot be read: {problem.strerror}") from problem
        check_size(len(content), self.limits.file, place)  # it may have grown, or be one of /proc's
        return content

    @contextmanager
    def _opened(self, names: Names) -> Iterator[int]:
        """Open a directory name by name, none of them a link; raises ``OSError``."""
        with _descriptor(str(self.root), _DIRECTORY & ~os.O_NOFOLLOW, None) as root:
            current = os.dup(root)
            try:
                for name in names:
                    inner = os.open(name, _DIRECTORY, dir_fd=current)
                    os.close(current)
                    current = inner
                yield current
            finally:
                os.close(current)


def folder_tree(directory: Path, limits: Limits = DEFAULT_LIMITS) -> tuple[FolderTree, str]:
    """Give the tree around a directory, and the directory's path in it.

    Its root is the repository that holds the directory (:func:`repository_of`), else the directory itself.
    """
    given = _absolute(directory)
    root = repository_of(given) or given
    inside = given.relative_to(root).as_posix()
    return FolderTree(root, str(directory), limits), "" if inside == "." else inside


def repository_of(directory: Path) -> Path | None:
    """Give the nearest directory around a path that holds ``.git``; ``None`` where there is none.

    Where the way from an outer repository to it leads through a symbolic link, the outer one counts: a link is a
    file like any other, and who can change the files of a repository must not choose another one by it.
    """
    given = _absolute(directory)
    found: Path | None = None
    linked = False
    for place in (given, *given.parents):
        if (found is None or linked) and os.path.lexists(place / ".git"):
            found, linked = place, False
        linked = linked or (found is not None and place.is_symlink())
    return found


def _absolute(directory: Path) -> Path:
    """Make a path absolute by its text alone, so that no link on the way is followed."""
    return Path(os.path.abspath(directory))  # noqa: PTH100 - Path.resolve follows links


def _kind(mode: int) -> Kind:
    if stat.S_ISDIR(mode):
        return Kind.DIRECTORY
    return Kind.FILE if stat.S_ISREG(mode) else Kind.OTHER


@contextmanager
def _descriptor(name: str, flags: int, folder: int | None) -> Iterator[int]:
    opened = os.open(name, flags, dir_fd=folder)
    try:
        yield opened
    finally:
        os.close(opened)


def _content(opened: int, most: int) -> bytes:
    with os.fdopen(opened, "rb", closefd=False) as file:
        return file.read(most)


def _no_file(place: str, what: str) -> InputError:
    return InputError(error(f"this {what}.", Location(place), "Check the file and its permissions."))
