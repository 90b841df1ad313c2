"""The one error tree, its exit codes, and diagnostics: what went wrong, where, and what to do next.

::

    NfwReconcileError            1   anything that stops a command
    ├── UsageError              64   the command line does not say enough, or says too much
    ├── InputError               1   a file, plan, policy or flow list cannot be read (all problems at once)
    ├── ServiceError             1   AWS refused or garbled a call
    ├── HostError                1   a code host (GitHub, GitLab) refused a call, or did not answer
    ├── JournalError             1   the journal is missing, damaged or not writable
    │   ├── UnsettledRun         5   an earlier run on the firewall was interrupted and not resumed
    │   └── FirewallLeased       8   another run holds the firewall
    └── Refused                  3   it could be done, and must not be
        ├── UnsupportedInput     3   a plan or policy that this version does not model
        ├── StalePlan            3   the plan, its account, its firewall or the live policy is not what was planned
        └── LimitExceeded        3   more would be flushed than was allowed
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


class ExitCode(enum.IntEnum):
    """Every exit code of the program (documented in the README; never depends on the CI it runs in)."""

    OK = 0
    ERROR = 1
    CHANGES = 2
    REFUSED = 3
    PARTIAL = 4
    UNKNOWN_OUTCOME = 5
    UNVERIFIED = 6
    BUSY = 8
    USAGE = 64


class Severity(enum.StrEnum):
    """How much a diagnostic matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Location:
    """Where a thing was read: a file (or Terraform address), and 1-based line and column where known.

    A part that is not known is ``None``; a location is never guessed.
    """

    source: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [self.source, *(str(n) for n in (self.line, self.column) if n is not None)]
        return ":".join(parts)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem or remark: what it is, where it is, and what to do about it."""

    severity: Severity
    summary: str
    where: Location | None = None
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        if not self.remedy:
            return f"{place}{self.summary}"
        stop = "" if self.summary.endswith((".", "!", "?")) else "."
        return f"{place}{self.summary}{stop} {self.remedy}"


def error(summary: str, where: Location | None = None, remedy: str = "") -> Diagnostic:
    """Build a diagnostic of severity ``error``."""
    return Diagnostic(Severity.ERROR, summary, where, remedy)


def warning(summary: str, where: Location | None = None, remedy: str = "") -> Diagnostic:
    """Build a diagnostic of severity ``warning``."""
    return Diagnostic(Severity.WARNING, summary, where, remedy)


def note(summary: str, where: Location | None = None, remedy: str = "") -> Diagnostic:
    """Build a diagnostic of severity ``note``."""
    return Diagnostic(Severity.NOTE, summary, where, remedy)


class NfwReconcileError(Exception):
    """Base of every error that the program raises on purpose; carries all problems found together."""

    exit_code: ClassVar[ExitCode] = ExitCode.ERROR

    def __init__(self, problems: Diagnostic | Iterable[Diagnostic]) -> None:
        """Take one problem or many; the text of the error is one line a problem."""
        listed = (problems,) if isinstance(problems, Diagnostic) else tuple(problems)
        self.problems: tuple[Diagnostic, ...] = listed
        super().__init__("\n".join(str(problem) for problem in listed))

    @classmethod
    def of(cls, summary: str, *, where: Location | None = None, remedy: str = "") -> NfwReconcileError:
        """Build the error from a single problem."""
        return cls(error(summary, where, remedy))


class UsageError(NfwReconcileError):
    """The command line does not say enough, or contradicts itself."""

    exit_code = ExitCode.USAGE


class InputError(NfwReconcileError):
    """An input cannot be read; holds every problem of the input, not the first only."""


class ServiceError(NfwReconcileError):
    """AWS refused a call, could not be reached, or answered with something that is no answer."""


class HostError(NfwReconcileError):
    """A code host (GitHub, GitLab) refused a call, could not be reached, or answered with something else."""


class JournalError(NfwReconcileError):
    """The journal is missing, damaged in the middle, or not writable."""


class UnsettledRun(JournalError):  # noqa: N818 - what is in the way is a run, not an error
    """An earlier run on the firewall was interrupted: what it sent has to be settled first."""

    exit_code = ExitCode.UNKNOWN_OUTCOME


class FirewallLeased(JournalError):  # noqa: N818 - what is in the way is a lease, not an error
    """Another run works on the firewall."""

    exit_code = ExitCode.BUSY


class Refused(NfwReconcileError):  # noqa: N818 - "refused" is the word the exit code table uses
    """The request is understood, could be carried out, and must not be."""

    exit_code = ExitCode.REFUSED


class UnsupportedInput(Refused):
    """A plan, format version or policy kind that this version does not model."""


class StalePlan(Refused):
    """What is live is not what was planned, or the plan is not the file that was reviewed."""


class LimitExceeded(Refused):
    """More flows would be flushed than the limits allow; nothing was sent."""
