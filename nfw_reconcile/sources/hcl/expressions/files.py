"""The files that functions read: those of the tree, named as Terraform names them.

A relative path starts at the working directory, which is taken to be that of the root module. What lies outside the
tree is not read: Terraform may well find it there.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import InputError
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable
from nfw_reconcile.sources.hcl.trees.tree import resolved

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.cty.values import Value
    from nfw_reconcile.sources.hcl.expressions.session import Session

_WILD: Final = re.compile(r"[*?\[{\\]")


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
        if content is None:
            self.session.was_sought(found, "missing")
            raise EvaluationError(f"There is no file {path!r}.")
        self.session.was_read(found, content)
        return content

    def template(self, path: str, variables: Value) -> Value:  # noqa: ARG002 - part of the port
        """Raise :class:`Unresolvable`: whoever evaluates expressions renders templates."""
        raise self._not_read(f"the template {path!r} is not rendered here")

    def exists(self, path: str) -> bool:
        """Say whether there is such a file; raises :class:`EvaluationError` for a directory."""
        found = self.path(path)
        directory, name = posixpath.split(found)
        try:
            there = name in self.session.tree.files(directory)
            is_directory = self.session.tree.is_directory(found)
        except InputError as problem:
            raise self._not_read(f"{path}: {problem.problems[0].summary}") from problem
        if is_directory:
            raise EvaluationError(f"{path!r} is a directory, not a file.")
        self.session.was_sought(found, "there" if there else "missing")
        return there

    def names(self, directory: str, pattern: str) -> tuple[str, ...]:
        """Give the files under a directory that a pattern names, relative to it and sorted.

        Raises :class:`Unresolvable` for patterns that name directories by wildcards.
        """
        *parents, last = pattern.split("/")
        if any(_WILD.search(parent) for parent in parents):
            raise self._not_read(f"the pattern {pattern!r} looks into directories that it does not name")
        inner = "/".join(parents)
        found = self.path(posixpath.join(directory, inner) if inner else directory)
        try:
            listed = self.session.tree.files(found)
        except InputError as problem:
            raise self._not_read(f"{directory}: {problem.problems[0].summary}") from problem
        matching = _pattern(last)
        kept = tuple(posixpath.join(inner, name) for name in listed if matching.fullmatch(name))
        self.session.was_sought(f"{found}/{last}", "\n".join(kept))
        return kept

    def path(self, path: str) -> str:
        """Give the path in the tree; raises :class:`Unresolvable` for one that leads out of it."""
        if path.startswith("~"):
            raise self._not_read(f"{path!r} is in somebody's home directory")
        try:
            return resolved(self.session.root, path)
        except InputError as problem:
            raise self._not_read(f"{path}: {problem.problems[0].summary}") from problem

    def _not_read(self, why: str) -> Unresolvable:
        self.refused.append(why.removesuffix("."))
        return Unresolvable(why)


def _pattern(pattern: str) -> re.Pattern[str]:
    """Read one name of a pattern as ``fileset`` does: ``*``, ``?``, ``[a-z]``, ``{a,b}`` and backslashes."""
    written: list[str] = []
    position, depth = 0, 0
    while position < len(pattern):
        char = pattern[position]
        position += 1
        match char:
            case "*":
                written.append(".*")
            case "?":
                written.append(".")
            case "{":
                depth += 1
                written.append("(?:")
            case "}" if depth:
                depth -= 1
                written.append(")")
            case "," if depth:
                written.append("|")
            case "[":
                members, position = _class(pattern, position)
                written.append(members)
            case "\\" if position < len(pattern):
                written.append(re.escape(pattern[position]))
                position += 1
            case _:
                written.append(re.escape(char))
    if depth:
        raise EvaluationError(f"The pattern {pattern!r} is not complete.")
    return re.compile("".join(written), re.DOTALL)


def _class(pattern: str, position: int) -> tuple[str, int]:
    end = pattern.find("]", position + 1)
    if end < 0:
        raise EvaluationError(f"The pattern {pattern!r} is not complete.")
    members = pattern[position:end]
    negated = members[:1] in {"^", "!"}
    escaped = re.sub(r"([\[\]\\^&~|])", r"\\\1", members[1:] if negated else members)
    return f"[{'^' if negated else ''}{escaped}]", end + 1
