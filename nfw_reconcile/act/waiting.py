"""Deadlines, and reads that may take more than one try."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from nfw_reconcile.act.ports import UnreachableError
from nfw_reconcile.errors import ServiceError, error

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.act.ports import Clock

T = TypeVar("T")


def never() -> bool:
    """Say that nobody asks the run to stop."""
    return False


class OutOfTimeError(ServiceError):
    """The run's time was up, or it was asked to stop, before this could be begun."""


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

    def out_of_time(self, before: str = "") -> OutOfTimeError:
        """Build the error of what cannot be begun any more; ``before`` says what was not done."""
        why = "the run was asked to stop" if self.stopped else "the time of the run was up"
        remedy = "Run nfw-reconcile resume." if self.stopped else "Allow more with --timeout."
        return OutOfTimeError(error(f"{why}{before}.", remedy=remedy))

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

    The last :class:`~nfw_reconcile.act.ports.UnreachableError` is raised once the deadline has passed, and
    :class:`OutOfTimeError` where it had passed before: then nothing is asked any more.
    """
    if deadline.passed:
        raise deadline.out_of_time()
    while True:
        try:
            return read()
        except UnreachableError:
            if not deadline.sleep(pause):
                raise
