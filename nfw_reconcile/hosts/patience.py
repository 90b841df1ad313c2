"""Waiting for a code host that asks for a pause, for so long and no longer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from nfw_reconcile.hosts.port import ThrottledError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Clock(Protocol):
    """Tells the time in epoch seconds, and waits."""

    def now(self) -> float:
        """Give the time."""
        ...  # pragma: no cover - a protocol has no body

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...  # pragma: no cover


@dataclass(frozen=True, slots=True)
class Patience:
    """Asks again after a pause as long as the time lasts; ``until`` is its end in epoch seconds."""

    clock: Clock
    until: float

    def ask(self, call: Callable[[], T]) -> T:
        """Give what a call gives; raises its error, a :class:`ThrottledError` too where the pause is too long."""
        while True:
            try:
                return call()
            except ThrottledError as problem:
                if self.clock.now() + problem.seconds > self.until:
                    raise
                self.clock.sleep(problem.seconds)
