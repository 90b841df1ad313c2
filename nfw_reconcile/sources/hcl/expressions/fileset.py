"""The files that a pattern of ``fileset`` names, in the directories that it looks into.

Links are followed, to directories as well, and a file counts under every name that leads to it. Whatever could be there
where Terraform runs, and is no part of the revision, makes the whole answer unknown: git's own folder, what
``terraform init`` and a state put into the working directory, submodules, and links out of the repository.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import InputError
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable
from nfw_reconcile.sources.hcl.expressions.globs import (
    DEEP,
    LONGEST,
    SPECIAL,
    BadPatternError,
    matches,
)
from nfw_reconcile.sources.hcl.trees.tree import Kind, resolved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.sources.hcl.expressions.session import Session

INSTALLED: Final = ".terraform"
OWN_FOLDERS: Final[Mapping[str, tuple[str, ...]]] = {
    ".git": ("HEAD", "config", "description", "index", "hooks/update.sample", "refs/heads/main"),
    INSTALLED: (
        "environment",
        "terraform.tfstate",
        "modules/modules.json",
        "providers/registry.terraform.io/hashicorp/aws/5.0.0/linux_amd64/terraform-provider-aws_v5.0.0_x5",
    ),
}
"""Directories of git and Terraform, with files as they are in them."""

PUT_THERE: Final = (".terraform.lock.hcl", ".terraform.tfstate.lock.info", "terraform.tfstate")
"""Files that Terraform puts into its working directory."""

Names = tuple[str, ...]

_ODD: Final = ("\\/", "\\\\")
"""What patterns hold that Terraform reads by its place: at the beginning, the second one makes it break down."""


def fileset(session: Session, directory: str, pattern: str) -> tuple[str, ...]:
    """Give the files, sorted, as paths relative to ``directory``; both are as the expression has them.

    Raises :class:`EvaluationError` where Terraform refuses the call, and :class:`Unresolvable` where the answer is
    not known.
    """
    start = posixpath.normpath(directory)
    whole = posixpath.normpath(f"{start}/{pattern}" if pattern else start)
    if len(whole) > LONGEST or any(odd in whole for odd in _ODD):
        raise Unresolvable(f"the pattern {pattern!r:.100} is not read here")
    walk = _Walk(session, pattern)
    walk.glob(whole)
    if walk.dangling is not None:
        raise EvaluationError(f"{walk.dangling!r} is a symbolic link to nothing.")
    origin = _in_tree(session, start)
    return tuple(sorted(posixpath.relpath(path or ".", origin or ".") for path in walk.found))


def _in_tree(session: Session, path: str) -> str:
    """Give the path in the tree of one that is relative to the working directory."""
    try:
        return resolved(session.root, path)
    except InputError as problem:
        raise Unresolvable(problem.problems[0].summary) from problem


@dataclass(slots=True)
class _Walk:
    """Looks for the files of one call; paths are those of the tree."""

    session: Session
    pattern: str
    found: set[str] = field(default_factory=set)
    dangling: str | None = None
    """A link to nothing whose name matches: Terraform refuses it once it has looked everywhere."""

    def glob(self, pattern: str) -> None:
        """Look for what a pattern names, relative to the working directory."""
        names = pattern.split("/")
        special = (index for index, name in enumerate(names) if any(char in name for char in SPECIAL))
        first = next(special, len(names) - 1)
        path = _in_tree(self.session, "/".join(names[:first]))
        kind = self._kind(path)
        if kind is Kind.NOTHING and f"{path}/".startswith(f"{self._installed}/"):
            raise self._open(path)
        self._into(path, kind, tuple(names[first:]), depth=0)

    def _directory(self, path: str, names: Names, depth: int) -> None:
        """Look into a directory for what the names of a pattern match."""
        entries = self._entries(path)
        head, *rest = names
        if head == DEEP:
            self._below(path, entries, names, depth)
            if not rest:
                return
            head, *rest = rest
        for name, kind in entries.items():
            if self._matches(head, name, depth):
                self._matched(posixpath.join(path, name), kind, tuple(rest), depth)

    def _below(self, path: str, entries: Mapping[str, Kind], names: Names, depth: int) -> None:
        """Look into all directories of a directory, for a pattern that begins with ``**``."""
        for name, kind in entries.items():
            inner = posixpath.join(path, name)
            if kind is Kind.FILE and len(names) == 1:
                self.found.add(inner)
            elif kind in {Kind.DIRECTORY, Kind.ELSEWHERE}:
                self._into(inner, kind, names, depth + 1)

    def _matched(self, path: str, kind: Kind, rest: Names, depth: int) -> None:
        if rest:
            if kind in {Kind.DIRECTORY, Kind.ELSEWHERE}:
                self._into(path, kind, rest, depth + 1)
        elif kind is Kind.ELSEWHERE:
            raise self._open(path)
        elif kind is Kind.NOTHING:
            self.dangling = path
        elif kind is Kind.FILE:
            self.found.add(path)

    def _into(self, path: str, kind: Kind, names: Names, depth: int) -> None:
        """Look into what may be a directory."""
        if kind is Kind.DIRECTORY:
            self._directory(path, names, depth)
        elif kind is Kind.ELSEWHERE:
            self._not_into(path, names, depth)

    def _not_into(self, path: str, names: Names, depth: int) -> None:
        """Make sure that a pattern matches nothing in what is no part of the revision."""
        name = posixpath.basename(path)
        if name in PUT_THERE and names != (DEEP,):
            return
        known = OWN_FOLDERS.get(name)
        if known is None or any(self._names(names, tuple(each.split("/"))) for each in known):
            raise self._open(path)
        if self._kind(path) is Kind.DIRECTORY:
            before = len(self.found)
            self._directory(path, names, depth)
            if len(self.found) > before:
                raise self._open(path)

    @property
    def _installed(self) -> str:
        return posixpath.join(self.session.root, INSTALLED)

    def _kind(self, path: str) -> Kind:
        try:
            return self.session.tree.kind(path)
        except InputError as problem:
            raise Unresolvable(problem.problems[0].summary) from problem

    def _entries(self, path: str) -> Mapping[str, Kind]:
        if self._kind(path) is not Kind.DIRECTORY:  # the links of the whole path are too many, or a circle
            raise self._open(path)
        try:
            found = self.session.tree.entries(path)
        except InputError as problem:
            raise Unresolvable(problem.problems[0].summary) from problem
        self.session.budget.entry(len(found) + 1)
        for name in found:
            if not name.isascii() and not _is_text(name):
                raise Unresolvable(f"the name of {path}/{name!a} is no text")
        if path != self.session.root:
            return found
        put_there = {name: Kind.ELSEWHERE for name in PUT_THERE if name not in found}
        return {**found, **put_there, INSTALLED: Kind.ELSEWHERE}

    def _names(self, names: Names, path: Names) -> bool:
        """Say whether the names of a pattern match a path."""
        if not names or not path:
            return not names and not path
        head, *rest = names
        if head == DEEP:
            return not rest or any(self._names(tuple(rest), path[start:]) for start in range(len(path)))
        return self._matches(head, path[0], depth=1) and self._names(tuple(rest), path[1:])

    def _matches(self, pattern: str, name: str, depth: int) -> bool:
        try:
            return matches(pattern, name)
        except BadPatternError as problem:
            if depth == 0:
                raise
            # Terraform forgets a mistake in one directory where others follow.
            raise Unresolvable(problem.summary) from problem

    def _open(self, path: str) -> Unresolvable:
        return Unresolvable(f"the pattern {self.pattern!r} may match what is no part of the revision: {path}")


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
