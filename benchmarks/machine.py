"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine, and how busy it was when the measuring began."""

    processor: str
    cores: int
    python: str
    load: float

    def __str__(self) -> str:
        return (
            f"{self.cores} cores of {self.processor}, Python {self.python}, load {self.load:.1f} at the start"
        )


def this_machine() -> Machine:
    """Look at the machine that this runs on."""
    load = os.getloadavg()[0]
    return Machine(_processor(), len(os.sched_getaffinity(0)), platform.python_version(), load)


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
