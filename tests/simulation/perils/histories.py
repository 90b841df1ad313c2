"""What perils of several processes begin with: a run whose journal is on a disk, and the kill of its first process."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.simulation.perils.common import FLUSH, bounded, judged, number_of
from tests.simulation.processes import History, Kill
from tests.simulation.simulation import PACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulation.perils.common import World
    from tests.simulation.processes import Moment
    from tests.simulation.simulation import Outcome

PATIENCE: Final[dict[str, Any]] = {"timeout": 3000.0, "pace": replace(PACE, held=600.0)}
"""A lease of a process that is gone is waited for, and so is a request that may still arrive."""


@contextmanager
def history(world: World, **options: Any) -> Iterator[History]:  # noqa: ANN401 - options of apply
    """Give a run with a journal on a disk, and time to wait for what may still arrive."""
    with tempfile.TemporaryDirectory() as directory:
        sim = bounded(world())
        sim.options |= PATIENCE | options
        yield History(sim, Path(directory))


def killed_at(run: History, world: World, moment: Moment, nth: int = 1) -> None:
    """Kill ``apply`` right before the service sees its ``nth`` flush, or right after it has."""
    assert run.apply(Kill(moment, number_of(world, FLUSH, nth))) is None


def told(outcome: Outcome | None, exit_code: int = 0) -> list[str]:
    """Say what was wrong about the last process."""
    return ["the last process was killed as well"] if outcome is None else judged(outcome, exit_code)
