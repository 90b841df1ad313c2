"""The files that functions read: those of the tree, named as Terraform names them.

A relative path starts at the working directory, which is taken to be that of the root module. What lies outside the
tree is not read: Terraform may well find it there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nfw_reconcile.errors import InputError
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable
from nfw_reconcile.sources.hcl.expressions.fileset import fileset
from nfw_reconcile.sources.hcl.trees.tree import Kind, resolved

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.cty.values import Value
    from nfw_reconcile.sources.hcl.expressions.session import Session


@dataclass(frozen=True, slots=True)
class Files:
    """File functions of one revision; every path that was asked for is noted in the session."""

    session: Session
    refused: list[str] = field(default_factory=list)
    """Why files were not read."""

    def read(self, path: str) -> bytes:
        """Give the content of a file.

        Raises :class:`EvaluationError` where there is none, and :class:`Unresolvable` where it is not read.
        """
        found = self.path(path)
        try:
            content = self.session.tree.read(found)
        except InputError as problem:
            raise self._not_read(f"{path}: {problem.problems[0].summary}") from problem
        if content is None and self._kind(path, found) is Kind.ELSEWHERE:
            raise self._not_read(f"{path} is no part of the revision")
        if content is None:
            self.session.was_sought(found, "missing")
            raise EvaluationError(f"There is no file {path!r}.")
        self.session.was_read(found, content)
        return content

    def template(self, path: str, variables: Value) -> Value:  # noqa: ARG002 - part of the port
        """Raise :class:`Unresolvable`: whoever evaluates expressions renders templates."""
        raise self._not_read(f"the template {path!r} is not rendered here")

    def exists(self, path: str) -> bool:
        """Say whether there is such a file; raises :class:`EvaluationError` for a directory or a device."""
        found = self.path(path)
        kind = self._kind(path, found)
        if kind is Kind.ELSEWHERE:
            raise self._not_read(f"{path} is no part of the revision")
        if kind not in {Kind.FILE, Kind.NOTHING}:
            raise EvaluationError(f"{path!r} is {kind.value}, not a file.")
        self.session.was_sought(found, "there" if kind is Kind.FILE else "missing")
        return kind is Kind.FILE

    def names(self, directory: str, pattern: str) -> tuple[str, ...]:
        """Give the files under a directory that a pattern names, relative to it and sorted.

        Raises what :func:`~nfw_reconcile.sources.hcl.expressions.fileset.fileset` does.
        """
        self.path(directory)
        try:
            found = fileset(self.session, directory, pattern)
        except Unresolvable as problem:
            raise self._not_read(f"{directory}: {problem.summary}") from problem
        self.session.was_sought(f"{directory}/{pattern}", "\n".join(found))
        return found

    def path(self, path: str) -> str:
        """Give the path in the tree; raises :class:`Unresolvable` for one that leads out of it."""
        if path.startswith("~"):
            raise self._not_read(f"{path!r} is in somebody's home directory")
        try:
            return resolved(self.session.root, path)
        except InputError as problem:
            raise self._not_read(f"{path}: {problem.problems[0].summary}") from problem

    def _kind(self, path: str, found: str) -> Kind:
        try:
            return self.session.tree.kind(found)
        except InputError as problem:
            raise self._not_read(f"{path}: {problem.problems[0].summary}") from problem

    def _not_read(self, why: str) -> Unresolvable:
        self.refused.append(why.removesuffix("."))
        return Unresolvable(why)
