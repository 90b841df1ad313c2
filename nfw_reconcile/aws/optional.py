"""Calls that a run can do without: what AWS refuses to tell is an unknown value, and said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from nfw_reconcile.act.ports import CredentialsError, UnreachableError
from nfw_reconcile.aws.faults import EXPECTED, read_error
from nfw_reconcile.errors import Diagnostic, warning

if TYPE_CHECKING:
    from nfw_reconcile.aws.faults import Call

T = TypeVar("T")
Unread = Callable[[Diagnostic], None]
"""Is told what could not be read, and why; the same may be told again."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks what may be missing; ``unread`` is told what is."""

    unread: Unread

    def ask(self, call: Call, fetch: Callable[[], T]) -> T | None:
        """Give what a call says; ``None`` where AWS refuses it (a missing permission, nothing of that name).

        Raises ``UnreachableError`` and ``CredentialsError``: another try may succeed, so that nothing is known.
        """
        try:
            return fetch()
        except EXPECTED as problem:
            failure = read_error(problem, call)
            if isinstance(failure, UnreachableError | CredentialsError):
                raise failure from problem
            for each in failure.problems:
                self.unread(warning(each.summary, each.where, each.remedy))
            return None
