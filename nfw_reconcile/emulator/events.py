"""What is going to happen, in order of time; of two things at one time, the one planned first is first."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

Happening = Callable[[], None]


class Timeline:
    """The emulator's own time and what is due on it. Time never runs backwards here."""

    def __init__(self, start: float) -> None:
        """Start at ``start`` seconds since the epoch with nothing planned."""
        self.now = start
        self._planned: list[tuple[float, int, Happening]] = []
        self._order = itertools.count()

    def at(self, when: float, happening: Happening) -> None:
        """Plan a happening; one that lies in the past is due at once."""
        heapq.heappush(self._planned, (max(when, self.now), next(self._order), happening))

    def after(self, seconds: float, happening: Happening) -> None:
        """Plan a happening that many seconds from now."""
        self.at(self.now + seconds, happening)

    def run_until(self, time: float) -> None:
        """Let everything happen that is due by ``time``; an earlier time than now changes nothing."""
        while self._planned and self._planned[0][0] <= time:
            self.now, _, happening = heapq.heappop(self._planned)
            happening()
        self.now = max(self.now, time)
