"""A clock that stands still until it is told to move on."""

from __future__ import annotations

from typing import Final

DEMO_EPOCH: Final = 1_767_225_600.0
"""2026-01-01T00:00:00Z: where a virtual clock starts unless told otherwise."""


class VirtualClock:
    """Time for tests and demonstrations: seconds since the epoch that pass only by ``sleep``.

    Calling the clock gives the time, so that it can stand wherever ``time.time`` is taken.
    """

    def __init__(self, start: float = DEMO_EPOCH) -> None:
        """Start at ``start`` seconds since the epoch."""
        self._now = start

    def now(self) -> float:
        """Give the seconds since the epoch."""
        return self._now

    __call__ = now

    def sleep(self, seconds: float) -> None:
        """Let that many seconds pass at once; a negative number raises ``ValueError``."""
        if seconds < 0:
            message = f"cannot sleep {seconds} seconds"
            raise ValueError(message)
        self._now += seconds

    def advance(self, seconds: float) -> None:
        """Move the clock; a negative number sets it back, as a corrected system clock would."""
        self._now += seconds
