"""Where journals are kept, as a port: a directory (:mod:`.directory`) or S3 (:mod:`nfw_reconcile.aws.journals`)."""

from __future__ import annotations

from typing import Final, Protocol

from nfw_reconcile.errors import JournalError, error

NAMES: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


class RunFile(Protocol):
    """The journal of one run, open for its one writer."""

    def append(self, line: bytes) -> None:
        """Add a line at the end; it is safe when this returns.

        Raises ``JournalError`` where it cannot be kept, or somebody else has written to the same run.
        """
        ...  # pragma: no cover - a protocol has no body

    def landed(self) -> bytes | None:
        """Give the line that an append which raised has left there all the same; what is added next follows it.

        Raises ``JournalError`` where that cannot be told, or the line is somebody else's.
        """
        ...  # pragma: no cover

    def close(self) -> None:
        """Let go of the run."""
        ...  # pragma: no cover


class JournalStore(Protocol):
    """Keeps the journals of runs, the plans that they carry out, and who holds which firewall.

    Every method raises ``JournalError`` where the place cannot be read or written. Names are made of lower-case
    letters, digits and hyphens.
    """

    @property
    def name(self) -> str:
        """Give what ``--journal`` calls the place."""
        ...  # pragma: no cover - a protocol has no body

    def run_place(self, run: str) -> str:
        """Say to a person where a run is kept: what to look at, and to move away."""
        ...  # pragma: no cover

    def lease_place(self, name: str) -> str:
        """Say to a person where a lease is kept."""
        ...  # pragma: no cover

    def runs(self) -> tuple[str, ...]:
        """Give the names of all runs, in order."""
        ...  # pragma: no cover

    def unsettled_runs(self) -> tuple[str, ...]:
        """Give the names of those that were not marked as settled, in order; others may be among them."""
        ...  # pragma: no cover

    def mark_settled(self, run: str) -> None:
        """Keep in mind that a run has ended and can never be resumed, so that nobody reads it only to find out."""
        ...  # pragma: no cover

    def read(self, run: str) -> bytes:
        """Give what was written of a run; the last line may be torn."""
        ...  # pragma: no cover

    def first_line(self, run: str) -> bytes:
        """Give the first line of a run, also where others are missing; nothing where it was never whole."""
        ...  # pragma: no cover

    def open(self, run: str, written: bytes = b"") -> RunFile:
        """Open a run to go on after ``written``, the whole lines that were read of it; none: a new run.

        Raises ``JournalError`` if another process writes it, or the run is seen to hold other lines by now; where
        that cannot be seen at once, the first append raises.
        """
        ...  # pragma: no cover

    def abandoned(self, run: str) -> bool:
        """Say whether the run has begun, and it is known that no process of this machine writes it any more."""
        ...  # pragma: no cover

    def plan(self, sha256: str) -> bytes | None:
        """Give the plan file with that digest, if it is kept here."""
        ...  # pragma: no cover

    def keep_plan(self, sha256: str, content: bytes) -> None:
        """Keep a plan file."""
        ...  # pragma: no cover

    def lease(self, name: str) -> bytes | None:
        """Give a lease as it was last written."""
        ...  # pragma: no cover

    def swap_lease(self, name: str, before: bytes | None, after: bytes) -> bool:
        """Write a lease if it still is as ``before`` (``None``: not there), in one step; say whether it was."""
        ...  # pragma: no cover


def checked_name(name: str) -> str:
    """Give a name that can be part of a path or key; raises ``JournalError`` for any other."""
    if not name or set(name) - NAMES:
        raise JournalError(error(f"{name!r} is no name that a journal can have."))
    return name
