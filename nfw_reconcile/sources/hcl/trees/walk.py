"""What both kinds of trees have in common: how a path is followed, and how much is read.

A path is followed name by name, as POSIX has it ("Pathname Resolution"), with two differences: a symbolic link with
an absolute target and one that climbs out of the root are errors, and git's own folder is not there. So a
configuration that somebody sent for review reads nothing but the files that were sent with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Location, error
from nfw_reconcile.sources.hcl.trees.tree import Kind, OutsideTreeError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_LINKS: Final = 40
"""Symbolic links that one path may lead through, as in Linux (path_resolution(7))."""

MOST_NAMES: Final = 250
"""Names of one path, those of the targets of its links counted."""

OWN_FOLDER: Final = ".git"
_KEPT_ELSEWHERE: Final = {
    b"version https://git-lfs.github.com/spec/": "Git LFS",
    b"\0GITCRYPT\0": "git-crypt",
}
"""How files begin that only stand for the content that Terraform would read in a complete checkout."""

Names = tuple[str, ...]
"""A path inside a tree, without links, ``.`` and ``..``; the root is ``()``."""


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link."""

    target: str


Entry = Kind | Link
"""What stands at a place."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a tree is read: bytes of one file, bytes in all, and entries of one directory."""

    file: int = 20_000_000
    total: int = 200_000_000
    entries: int = 10_000


DEFAULT_LIMITS: Final = Limits()


@dataclass(slots=True)
class Contents:
    """The files that were read, each once; holds their sizes against the limits."""

    limits: Limits
    _kept: dict[str, bytes] = field(default_factory=dict)
    _total: int = 0

    def of(self, key: str, read: Callable[[], bytes], place: str) -> bytes:
        """Give the content of a file that is known by ``key``.

        Raises :class:`TooLargeError` where it is more than is read in all, and :class:`OutsideTreeError` where
        it only stands for content that is kept elsewhere.
        """
        if key not in self._kept:
            content = _itself(read(), place)
            self._total += len(content)
            if self._total > self.limits.total:
                summary = f"the configuration reads more than {self.limits.total:,} bytes in all."
                raise TooLargeError(error(summary, Location(place), "Look at what it reads with file()."))
            self._kept[key] = content
        return self._kept[key]


def _itself(content: bytes, place: str) -> bytes:
    for beginning, keeper in _KEPT_ELSEWHERE.items():
        if content.startswith(beginning):
            summary = f"the content of this file is kept by {keeper}, and the repository does not hold it."
            remedy = "Read a plan of Terraform instead (--tf-plan)."
            raise OutsideTreeError(error(summary, Location(place), remedy))
    return content


def check_size(size: int, most: int, place: str) -> None:
    """Raise :class:`TooLargeError` for a file of more than ``most`` bytes."""
    if size > most:
        summary = f"the file is larger than {most:,} bytes."
        raise TooLargeError(error(summary, Location(place), "Check that it is the file that was meant."))


def check_entries(count: int, most: int, place: str) -> None:
    """Raise :class:`TooLargeError` for a directory of more than ``most`` entries."""
    if count > most:
        summary = f"the directory has more than {most:,} entries."
        raise TooLargeError(
            error(summary, Location(place), "Name the directory of the configuration itself.")
        )


def follow(path: str, look: Callable[[Names], Entry]) -> tuple[Names, Kind]:
    """Follow a path to where it leads, and say what is there.

    ``look`` says what stands at a place whose parents are real directories. Raises :class:`OutsideTreeError` for a
    link out of the tree, and for links that lead in a circle and nowhere in the tree.
    """
    ahead = _names(path)[::-1]
    here: list[str] = []
    kind = Kind.DIRECTORY
    links = steps = 0
    while ahead:
        name = ahead.pop()
        steps += 1
        if name == ".":
            continue
        if name == "..":
            _step_out(here, path)
            continue
        entry = look((*here, name)) if is_readable(name) else Kind.ELSEWHERE
        if isinstance(entry, Link):
            links += 1
            ahead += _target(entry, path)[::-1]
            kind = Kind.DIRECTORY
        else:
            here.append(name)
            kind = entry
            if kind is not Kind.DIRECTORY and ahead:
                return tuple(here), kind if kind is Kind.ELSEWHERE else Kind.NOTHING
        if links > MOST_LINKS or steps > MOST_NAMES:
            summary = "the path and its symbolic links do not end: is there a circle?"
            raise OutsideTreeError(error(summary, Location(f"{path:.200}"), "Correct the links."))
    return tuple(here), kind


def standing(path: str, look: Callable[[Names], Entry]) -> Kind:
    """Say what is at the end of a path; a link that is not followed leads elsewhere."""
    try:
        return follow(path, look)[1]
    except OutsideTreeError:
        return Kind.ELSEWHERE


def inside(directory: str, look: Callable[[Names], Entry]) -> Names | None:
    """Give the way to a directory without links; ``None`` where there is no such directory in the tree."""
    try:
        names, kind = follow(directory, look)
    except OutsideTreeError:
        return None
    return names if kind is Kind.DIRECTORY else None


def is_readable(name: str) -> bool:
    """Say whether an entry of that name is a part of the tree: git's own folder, with its credentials, is not."""
    return name.casefold() != OWN_FOLDER and "\0" not in name


def _names(path: str) -> list[str]:
    """Part a path; a slash at its end is a ``.``, as only a directory may have either behind it."""
    names = [name for name in path.split("/") if name]
    return [*names, "."] if path.endswith("/") else names


def _target(link: Link, path: str) -> list[str]:
    if link.target.startswith("/"):
        raise _leads_out(path)
    return _names(link.target)


def _step_out(here: list[str], path: str) -> None:
    if not here:
        raise _leads_out(path)
    here.pop()


def _leads_out(path: str) -> OutsideTreeError:
    summary = "a symbolic link leads out of the repository."
    remedy = "Only files of the repository are read: put a copy of the file there."
    return OutsideTreeError(error(summary, Location(path), remedy))
