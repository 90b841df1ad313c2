"""The emulator takes no time for anything, so that waits which the real service needs can be short."""

from __future__ import annotations

from typing import Final

from nfw_reconcile.act import recovery
from nfw_reconcile.cli.clock import SystemClock
from tests.places import CHECKOUT

PROGRAM: Final = f"""
import sys

sys.path.insert(0, {str(CHECKOUT)!r})
from tests.hasty import hurry
from nfw_reconcile.cli import run

hurry()
sys.exit(run(sys.argv[1:]))
"""
"""The program as a process of its own."""

SHORTER: Final = 50
"""Times that a wait is shorter than for the real service."""

_patient: Final = SystemClock.sleep


def _sleep(self: SystemClock, seconds: float) -> None:
    _patient(self, seconds / SHORTER)


PATCHES: Final[tuple[tuple[object, str, object], ...]] = (
    (SystemClock, "sleep", _sleep),
    (recovery, "SIGNATURE_LIFETIME", 2.0),
    (recovery, "CLOCK_SKEW", 1.0),
)
"""What makes waits short, and so the time for which a request may still arrive that is not listed."""


def hurry() -> None:
    """Make waits short for as long as the process lives."""
    for owner, name, value in PATCHES:
        setattr(owner, name, value)
