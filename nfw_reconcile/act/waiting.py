"""Deadlines, and reads that may take more than one try."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from nfw_reconcile.act.ports import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.act.ports import Clock

T = TypeVar("T")


def never() -> bool:
    """Say that nobody asks the run to stop."""
    return False


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment after which nothing new is begun; ``stop`` says whether somebody asks for that at once.

    The clock of a run that can be stopped does not sleep on when it is.
    """

    clock: Clock
    at: float
    stop: Callable[[], bool] = never

    @classmethod
    def after(cls, clock: Clock, seconds: float) -> Deadline:
        """Set a deadline that many seconds from now."""
        return cls(clock, clock.now() + seconds)

    @property
    def passed(self) -> bool:
        """Say whether it is too late."""
        return self.stopped or self.clock.now() >= self.at

    @property
    def stopped(self) -> bool:
        """Say whether the run was asked to stop."""
        return self.stop()

    def within(self, seconds: float) -> Deadline:
        """Give the earlier of this deadline and one that many seconds from now."""
        return replace(self, at=min(self.at, self.clock.now() + seconds))

    def sleep(self, seconds: float) -> bool:
        """Wait, at most until the deadline; say whether there is time left."""
        if not self.stopped:
            self.clock.sleep(max(0.0, min(seconds, self.at - self.clock.now())))
        return not self.passed


def patiently(read: Callable[[], T], deadline: Deadline, pause: float) -> T:
    """Read, and again after ``pause`` seconds while the service gives no usable answer.

    The last :class:`~nfw_reconcile.act.ports.UnreachableError` is raised once the deadline has passed.
    """
    while True:
        try:
            return read()
        except UnreachableError:
            if not deadline.sleep(pause):
                raise
