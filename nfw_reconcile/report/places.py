"""Where a finding stands: in a file of the repository where that is known, else at a Terraform address only."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.report.neutral import visible

if TYPE_CHECKING:
    from nfw_reconcile.model.documents import CauseText, FirewallIdentity, PolicyIdentity, RuleText
    from nfw_reconcile.model.plan_document import Undecided

_LINES: Final = re.compile(r"(?::\d+){1,2}\Z")
"""Line and column, as :class:`~nfw_reconcile.errors.Location` writes them behind a Terraform address."""

_NO_REPOSITORY_PATH: Final = re.compile(
    r"/|[A-Za-z][A-Za-z0-9+.-]*:|.*\\|(?:.*/)?\.\.?(?:/|\Z)|.*//|.*/\Z", re.DOTALL
)
"""Begins at a root or a drive, is a URL, leaves the repository, or is none of a file's names."""


@dataclass(frozen=True, slots=True)
class InFile:
    """A line of a file: ``path`` is relative to the root of the repository, ``line`` is 1-based."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Place:
    """A Terraform address (the name or ARN where the input has none) and, where it is known, a line of a file."""

    address: str
    file: InFile | None = None


def in_file(path: str, line: int) -> InFile | None:
    """Give the line of a file; ``None`` where the path is not one inside a repository, or the line is none.

    An absolute path would tell a stranger about the machine, and a code host finds no file by it.
    """
    if not path or line < 1 or _NO_REPOSITORY_PATH.match(path) or visible(path, len(path)) != path:
        return None
    return InFile(path, line)


def of_rule(rule: RuleText) -> Place:
    """Give the place of a rule: its group, and where it is written; its ``line`` counts in the text of the group."""
    return Place(rule.group, _written(rule))


def of_cause(cause: CauseText, policy: PolicyIdentity) -> Place:
    """Give the place of what decided: a rule's, or that of the policy whose default it is."""
    return of_policy(policy) if cause.rule is None else of_rule(cause.rule)


def of_policy(policy: PolicyIdentity) -> Place:
    """Give the place of a policy."""
    return Place(policy.label, _written(policy))


def of_undecided(part: Undecided, otherwise: str) -> Place:
    """Give the place of what could not be decided."""
    return dataclasses.replace(of_text(part.where, otherwise), file=_written(part))


def _written(part: RuleText | PolicyIdentity | Undecided) -> InFile | None:
    return in_file(part.file or "", part.file_line or 0)


def of_firewall(firewall: FirewallIdentity) -> Place:
    """Give the place of a firewall."""
    return Place(firewall.label)


def of_text(where: str, otherwise: str) -> Place:
    """Read a place as remarks name it, its line left out; ``otherwise`` stands for one that is not told.

    Of a file that was read only the name stays: its path tells about the machine.
    """
    address = _LINES.sub("", where)
    return Place((address.rsplit("/", 1)[-1] if address.startswith("/") else address) or otherwise)
