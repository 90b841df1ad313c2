"""Times of whole processes and of calls, each taken several times."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

T = TypeVar("T")


class FailedError(Exception):
    """A program that was measured did not end well."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One quantity, measured several times; ``better`` says which way is."""

    name: str
    unit: str
    values: tuple[float, ...]
    lower_is_better: bool = True

    @property
    def median(self) -> float:
        """Give the middle value."""
        return median(self.values)

    def goal(self, bound: float, costly: str = "") -> Goal:
        """Give what its median is to reach."""
        return Goal(self.name, self.median, self.unit, bound, costly, self.lower_is_better)

    def __str__(self) -> str:
        low, high = min(self.values), max(self.values)
        return f"{_number(self.median)} {self.unit} ({_number(low)} to {_number(high)})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


@dataclass(frozen=True, slots=True)
class Goal:
    """What a quantity is to reach: at most, or at least, ``bound``; ``costly`` is what a miss is due to, if known."""

    name: str
    value: float
    unit: str
    bound: float
    costly: str = ""
    lower_is_better: bool = True

    @property
    def reached(self) -> bool:
        """Say whether it does."""
        return self.value <= self.bound if self.lower_is_better else self.value >= self.bound

    def __str__(self) -> str:
        word = "at most" if self.lower_is_better else "at least"
        told = f"{self.name} {word} {_number(self.bound)} {self.unit}".rstrip()
        if self.reached:
            return f"{told}: reached"
        off = abs(self.value - self.bound) / self.bound
        return f"{told}: MISSED by {off:.0%}{f' ({self.costly})' if self.costly else ''}"


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of the program, and of a peer in the same call."""

    name: str
    figures: tuple[Figure, ...]
    peer: str = ""
    peers: tuple[Figure, ...] = ()
    remarks: tuple[str, ...] = field(default=())
    goals: tuple[Goal, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Pace:
    """Things done per second, and per second of processor time, which a busy machine changes less."""

    per_second: float
    per_processor_second: float


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that ended: wall-clock and processor time in seconds, most memory in MB, and what it said."""

    seconds: float
    processor: float
    megabytes: float
    said: str


def run(command: Sequence[str | Path], *, out: Path | None = None) -> Ended:
    """Run a program to its end; its standard output goes to a file, or is kept. Raises :class:`FailedError`."""
    started = time.perf_counter()
    target = out.open("wb") if out else subprocess.PIPE
    with subprocess.Popen(command, stdout=target, stderr=subprocess.STDOUT) as process:  # noqa: S603 - our own
        said = process.stdout.read().decode(errors="replace") if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if out:
        target.close()  # type: ignore[union-attr]
    seconds = time.perf_counter() - started
    if process.returncode:
        raise FailedError(f"{command[0]} ended with {process.returncode}: {said[-2000:]}")
    kilo = 1024 if sys.platform == "darwin" else 1
    return Ended(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000 / kilo, said)


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Do something; give what came of it and the seconds that it took."""
    started = time.perf_counter()
    found = work()
    return found, time.perf_counter() - started


def times(repeats: int, work: Callable[[], object]) -> tuple[float, ...]:
    """Do something several times; give the seconds that each took."""
    return tuple(timed(work)[1] for _ in range(repeats))
