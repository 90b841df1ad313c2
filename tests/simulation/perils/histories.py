"""What perils of several processes begin with: a run whose journal is on a disk, and the kill of its first process."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.simulation.perils.common import FLUSH, bounded, judged, number_of
from tests.simulation.processes import Kill, patient_history

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulation.perils.common import World
    from tests.simulation.processes import History, Moment
    from tests.simulation.simulation import Outcome


@contextmanager
def history(world: World, **options: Any) -> Iterator[History]:  # noqa: ANN401 - options of apply
    """Give a run with a journal on a disk, and time to wait for what may still arrive."""
    with tempfile.TemporaryDirectory() as directory:
        yield patient_history(bounded(world()), Path(directory), **options)


def killed_at(run: History, world: World, moment: Moment, nth: int = 1) -> None:
    """Kill ``apply`` right before the service sees its ``nth`` flush, or right after it has."""
    assert run.apply(Kill(moment, number_of(world, FLUSH, nth))) is None


def told(outcome: Outcome | None, exit_code: int = 0) -> list[str]:
    """Say what was wrong about the last process."""
    return ["the last process was killed as well"] if outcome is None else judged(outcome, exit_code)
