"""The words that name a source: a file, a directory of Terraform configuration, a Git revision, a live firewall."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import InputError, UsageError, error
from nfw_reconcile.sources.arns import region_of_firewall

if TYPE_CHECKING:
    from collections.abc import Iterable

_GIT: Final = "git:"
_LIVE: Final = "live:"


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file, whose content says what it is."""

    path: Path

    def __str__(self) -> str:
        return self.path.name


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A directory of Terraform configuration, as it lies on disk."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class GitSource:
    """A directory of Terraform configuration in a commit, or a file; ``""`` is the root of the repository.

    ``inside`` is a directory of the work tree: the current one, for the command line.
    """

    revision: str
    path: str = ""
    inside: Path = Path()

    def __str__(self) -> str:
        return f"{_GIT}{self.revision}:{self.path}" if self.path else f"{_GIT}{self.revision}"


@dataclass(frozen=True, slots=True)
class LiveSource:
    """A firewall as it is now, with its policy and rule groups."""

    firewall_arn: str

    def __str__(self) -> str:
        return f"live firewall {self.firewall_arn.rpartition('/')[2]}"


Source = FileSource | FolderSource | GitSource | LiveSource


@dataclass(frozen=True, slots=True)
class Variables:
    """Values of input variables, a name with its value or a file of them, each stronger than those before it.

    Terraform takes ``-var`` and ``-var-file`` so ("Variable Definition Precedence").
    """

    given: tuple[tuple[str, str] | Path, ...] = ()

    @property
    def values(self) -> tuple[tuple[str, str], ...]:
        """Give those that are given by name."""
        return tuple(each for each in self.given if not isinstance(each, Path))

    @property
    def files(self) -> tuple[Path, ...]:
        """Give the files."""
        return tuple(each for each in self.given if isinstance(each, Path))

    def __bool__(self) -> bool:
        return bool(self.given)


NO_VARIABLES: Final = Variables()


def parse_source(text: str) -> Source:
    """Read a SOURCE of the command line. Raises ``UsageError`` for what cannot be one.

    A word is never two things: what begins with ``git:`` or ``live:`` is no file, whose name would be ``./git:...``.
    """
    if text.startswith(_GIT):
        return _git(text)
    if text.startswith(_LIVE):
        arn = text.removeprefix(_LIVE)
        region_of_firewall(arn)
        return LiveSource(arn)
    path = Path(text)
    return FolderSource(path) if path.is_dir() else FileSource(path)


def _git(text: str) -> GitSource:
    from nfw_reconcile.sources.hcl.trees.git import check_revision  # noqa: PLC0415 - what reads files needs none of it
    from nfw_reconcile.sources.hcl.trees.tree import resolved  # noqa: PLC0415

    revision, _, path = text.removeprefix(_GIT).partition(":")
    check_revision(revision)
    try:
        return GitSource(revision, resolved("", path))
    except InputError as problem:
        summary = f"{text}: {path} is no path in the repository."
        remedy = "Write it relative to the root of the repository, as in git:origin/main:network."
        raise UsageError(error(summary, None, remedy)) from problem


def parse_variables(words: Iterable[str | Path]) -> Variables:
    """Read ``NAME=VALUE`` words, with files among them. Raises ``UsageError`` with all words that are none."""
    given: list[tuple[str, str] | Path] = []
    problems = []
    for word in words:
        if isinstance(word, Path):
            given.append(word)
            continue
        name, separator, value = word.partition("=")
        if separator and name.replace("-", "_").isidentifier():
            given.append((name, value))
        else:
            summary = f"--var {word}: this is not NAME=VALUE."
            problems.append(error(summary, None, "Write --var NAME=VALUE."))
    if problems:
        raise UsageError(problems)
    return Variables(tuple(given))
