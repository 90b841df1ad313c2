"""The system's time, as :class:`nfw_reconcile.act.ports.Clock`."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Final

from nfw_reconcile.cli.stopping import StopRequest

if TYPE_CHECKING:
    from collections.abc import Callable

_THROUGH_SUSPEND: Final = ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC")
"""Clocks that nobody sets and that go on while the machine sleeps: the first on Linux (clock_gettime(2), where
CLOCK_MONOTONIC stands still meanwhile), the second on macOS, where ``time.monotonic`` reads another one."""


class SystemClock:
    """The system's time; a process asked to stop does not sleep on.

    It is set once, when it is made: a clock that somebody sets while a run is under way moves no deadline. While the
    machine is suspended it goes on, as the leases and the flows of the world do.
    """

    def __init__(self, stop: StopRequest | None = None) -> None:
        self._stop = stop or StopRequest()
        self._elapsed = _elapsed()
        self._start = time.time() - self._elapsed()

    def now(self) -> float:
        """Give the seconds since the epoch."""
        return self._start + self._elapsed()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._stop.sleep(seconds)


def _elapsed() -> Callable[[], float]:
    """Give the best clock that this system has, in seconds since some moment."""
    for name in _THROUGH_SUSPEND:
        try:
            number: int = getattr(time, name)
            time.clock_gettime(number)
        except (AttributeError, OSError):
            continue
        return partial(time.clock_gettime, number)
    return time.monotonic
