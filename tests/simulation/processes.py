"""Processes that are killed, and others that go on: a run over several of them, with its journal on a real disk.

::

    history = History(scenario.simulation(), tmp_path)
    history.apply(Kill(Moment.CALL, 7))  # gone before the service sees the 7th call
    outcome = history.resume()
    assert history.problems(outcome) == []
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.act.journal.directory import DirectoryRun, DirectoryStore
from nfw_reconcile.act.journal.journal import RunJournal
from nfw_reconcile.act.journal.leases import Holder, Leases
from nfw_reconcile.act.journal.standing import standing_of
from nfw_reconcile.act.options import ActOptions
from nfw_reconcile.act.run import RunName, resume_run
from tests.simulation.invariants import invariants
from tests.simulation.simulation import PACE, Outcome, WatchedJournal
from tests.unit.act.scene import Ahead

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from nfw_reconcile.act.journal.events import Event
    from nfw_reconcile.act.ports import Clock
    from nfw_reconcile.act.waiting import Deadline
    from tests.simulation.simulation import Simulation
    from tests.simulation.wires import Wires

RUN: Final = "run-1"


class Killed(BaseException):
    """The process is gone, as by SIGKILL: no ``except Exception`` and no ``finally`` of its own ever ran."""


class Moment(enum.Enum):
    """What a process was about to do when it was killed, or had just done."""

    CALL = "before a call"
    REPLY = "after a reply"
    LINE = "before a line of the journal"
    WRITTEN = "after a line of the journal"


@dataclass(frozen=True)
class Kill:
    """At the ``number``-th such moment of the process, from 1."""

    moment: Moment
    number: int

    def __str__(self) -> str:
        return f"{self.moment.value} {self.number}"


class Disk(DirectoryStore):
    """A directory whose open files are closed when the process is killed, as the operating system does."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._open_runs: list[DirectoryRun] = []

    def open(self, run: str, written: bytes = b"") -> DirectoryRun:
        found = super().open(run, written)
        self._open_runs.append(found)
        return found

    def power_off(self) -> None:
        for each in self._open_runs:
            each.close()


class MortalJournal(WatchedJournal):
    """The journal of one process on a disk, which can be killed at each line."""

    def __init__(self, journal: RunJournal, wires: Wires, kill: Kill | None) -> None:
        super().__init__(wires)
        self.lines = 0
        self._journal = journal
        self._kill = kill

    def begin(self, firewalls: Collection[str], deadline: Deadline) -> None:
        self._journal.begin(firewalls, deadline)

    def write(self, event: Event) -> None:
        self.lines += 1
        self._perhaps(Moment.LINE)
        self._journal.write(event)
        super().write(event)
        self._perhaps(Moment.WRITTEN)

    def close(self) -> None:
        self._journal.close()

    def _perhaps(self, moment: Moment) -> None:
        if self._kill == Kill(moment, self.lines):
            raise Killed


PATIENCE: Final[dict[str, Any]] = {"timeout": 3000.0, "pace": replace(PACE, held=600.0)}
"""A lease of a process that is gone is waited for, and so is a request that may still arrive."""


def patient_history(simulation: Simulation, directory: Path, **options: Any) -> History:  # noqa: ANN401 - of apply
    """Make a run that has the time to wait for what an earlier process may have left behind."""
    simulation.options |= PATIENCE | options
    return History(simulation, directory)


class History:
    """A run, process after process."""

    def __init__(self, simulation: Simulation, directory: Path) -> None:
        self.simulation = simulation
        self.directory = directory
        self._processes = 0
        self._intents: list[int] = []

    def apply(self, kill: Kill | None = None, *, machine: str = "here", run: str = RUN) -> Outcome | None:
        """Run ``apply`` in a new process, as the run of that name; ``None`` if it was killed."""
        disk = self._begun(kill, machine, run, self.simulation.scene.clock)
        return self._ended(disk, self.simulation.run)

    def resume(
        self, kill: Kill | None = None, *, machine: str = "here", ahead: float = 0.0
    ) -> Outcome | None:
        """Run ``resume`` in a new process, whose clock is so many seconds ahead; ``None`` if it was killed."""
        clock = Ahead(self.simulation.scene.clock, ahead)
        disk = self._begun(kill, machine, RUN, clock, resumes=True)
        return self._ended(disk, lambda: self._resumed(disk, clock))

    def problems(self, outcome: Outcome | None) -> list[str]:
        """Say everything that must not be so after the last process, which was not killed."""
        if outcome is None:
            return ["the last process was killed as well"]
        return invariants(outcome)

    @property
    def lines(self) -> int:
        """Give how many lines the last process wrote."""
        return self._journal.lines

    def _begun(
        self, kill: Kill | None, machine: str, run: str, clock: Clock, *, resumes: bool = False
    ) -> Disk:
        """Begin a process with a journal of its own on the disk, and arm what is to kill it."""
        sim = self.simulation
        self._processes += 1
        disk = Disk(self.directory)
        leases = Leases(disk, clock, run, Holder(machine, str(self._processes)))
        written = disk.read(run) if resumes else b""
        self._journal = MortalJournal(RunJournal(disk, run, clock, leases, written), sim.wires, kill)
        self._journal.intents = self._intents
        sim.journal = sim.scene.journal = self._journal
        sim.begins_at = sim.scene.clock.now()
        if kill is not None and kill.moment in {Moment.CALL, Moment.REPLY}:
            number = len(sim.wires.calls) + kill.number
            sim.at_call(number, self._die, after=kill.moment is Moment.REPLY)
        return disk

    def _ended(self, disk: Disk, act: Callable[[], Outcome]) -> Outcome | None:
        try:
            outcome = act()
        except Killed:
            disk.power_off()
            return None
        self._journal.close()
        return outcome

    def _die(self) -> None:
        raise Killed

    def _resumed(self, disk: Disk, clock: Clock) -> Outcome:
        sim = self.simulation
        standing = standing_of(disk, RUN)
        assert standing is not None
        begun_with = ActOptions.resumed(standing.started.options)
        own = ActOptions(**sim.options)
        options = replace(begun_with, pace=own.pace, longer_settle=own.longer_settle, parallel=False)
        name = RunName(RUN, "0")
        try:
            result = resume_run(sim.plan, standing, sim.scene.services(), clock, options, name)
        except Exception as problem:  # noqa: BLE001 - a traceback is for the invariants to tell
            return Outcome(sim, None, problem)
        return Outcome(sim, result, None)
