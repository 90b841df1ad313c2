"""Run after run on one account, process after process: what a person or a pipeline does with the program.

::

    operator = Operator(account, tmp_path)
    ended = operator.apply(account.plan(policy), kill=Kill(Moment.CALL, 30))
    assert problems_of(ended) == []  # tests.simulation.account_checks
    ended = operator.resume(machine="elsewhere")
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.act.journal.directory import DirectoryStore
from nfw_reconcile.act.journal.journal import RunJournal
from nfw_reconcile.act.journal.leases import Holder, Leases
from nfw_reconcile.act.journal.standing import standings
from nfw_reconcile.act.lane import Pace
from nfw_reconcile.act.options import NO_OTHER_LIMITS, ActOptions
from nfw_reconcile.aws.service import AwsFlowService
from nfw_reconcile.pipeline import acting
from nfw_reconcile.pipeline.journals import run_to_resume
from tests.simulation.processes import Disk, Kill, Killed, Moment, MortalJournal
from tests.simulation.rules import service_of
from tests.simulation.simulation import Outcome, Simulation
from tests.simulation.wires import Wires

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nfw_reconcile.act.journal.standing import RunStanding
    from nfw_reconcile.model.documents import Limits
    from nfw_reconcile.model.flow import FiveTuple
    from nfw_reconcile.model.result_document import ResultDocument
    from tests.simulation.account import Account, Planned

PACE: Final = Pace(
    preflight=20.0, poll=10.0, held=600.0, operation=60.0, settling=60.0, before_verifying=(5.0, 15.0)
)
"""Polls are calls, and calls take time; a lease of a process that is gone is waited for."""

TIMES: Final[dict[str, Any]] = {"timeout": 1500.0, "sync_timeout": 150.0}
FURTHER: Final[dict[str, Any]] = {"longer_settle": 20.0, "pace": PACE, "parallel": False}


class Run(Simulation):
    """One run of the program, with wires of its own: its calls are those of all its processes."""

    def __init__(self, account: Account, name: str, planned: Planned, limits: Limits) -> None:
        self.account = account
        self.name = name
        self.change = planned
        self.intents: list[int] = []
        wires = Wires(account.emulator, account.clock)
        options = {**TIMES, **FURTHER, "limits": limits}
        super().__init__(account.scene, wires, planned.document, frozenset(), options)

    def may_flush(self, found: FiveTuple) -> bool:
        """Say whether the planned change newly denies a flow."""
        return service_of(found) in self.change.denies

    @property
    def own(self) -> set[str]:
        """Give the ids of the operations that requests of this run started, by the emulator's log."""
        return {
            str(call.answered["FlowOperationId"])
            for call in Outcome(self, None, None).requests
            if call.operation.startswith("StartFlow") and isinstance(call.answered, dict)
        }

    def look_around(self) -> None:
        """Learn, for the checks, which operations are those of others, and which versions are as planned."""
        own = self.own
        self.foreign = {each.id for each in self.scene.emulator.flow_operations if each.id not in own}
        self.equal = self.account.tokens_of(self.change.new)
        self.planned = dict.fromkeys(self.equal, "")


@dataclass(frozen=True)
class Ended:
    """How a process ended. ``outcome`` is ``None`` if it was killed, or only began a run (``--no-wait``).

    ``calls_before`` is how many calls the run had made before it; ``blocked``: an interrupted run was in its
    way; ``calm``: nothing went wrong on purpose.
    """

    command: str
    run: Run
    outcome: Outcome | None
    calls_before: int
    killed: bool = False
    blocked: bool = False
    calm: bool = False


@dataclass(frozen=True)
class _How:
    """How a process is run; ``meanwhile`` is what happens at which call of it."""

    command: str
    machine: str = "here"
    kill: Kill | None = None
    meanwhile: tuple[int, Callable[[], object]] | None = None

    @property
    def calm(self) -> bool:
        return self.kill is None and self.meanwhile is None

    def arm(self, wires: Wires) -> _Armed:
        armed = _Armed(wires)
        if self.kill is not None and self.kill.moment in {Moment.CALL, Moment.REPLY}:
            armed.at(self.kill.number, _die, after=self.kill.moment is Moment.REPLY)
        if self.meanwhile is not None:
            armed.at(*self.meanwhile)
        return armed


@dataclass
class Operator:
    """Whoever runs the program: one process at a time, each run with the same journal, until that is lost."""

    account: Account
    folder: Path
    runs: list[Run] = field(default_factory=list)
    _journals: int = 1
    _processes: int = 0
    _read: tuple[dict[str, bytes], tuple[RunStanding, ...]] = ({}, ())

    @property
    def directory(self) -> Path:
        """Give where the journal is."""
        return self.folder / f"journal-{self._journals}"

    @property
    def standings(self) -> tuple[RunStanding, ...]:
        """Read the journal, if it is not as it was when it was read before."""
        store = DirectoryStore(self.directory)
        written = {run: store.read(run) for run in store.runs()}
        if written != self._read[0]:
            self._read = written, standings(store)
        return self._read[1]

    @property
    def blocked(self) -> bool:
        """Say whether the journal holds a run that was interrupted."""
        return any(each.resumable for each in self.standings)

    def lose_journal(self) -> None:
        """Go on with an empty journal."""
        self._journals += 1

    def apply(  # noqa: PLR0913 - what can be said about a process
        self,
        planned: Planned,
        limits: Limits = NO_OTHER_LIMITS,
        kill: Kill | None = None,
        *,
        machine: str = "here",
        wait: bool = True,
        meanwhile: tuple[int, Callable[[], object]] | None = None,
    ) -> Ended:
        """Apply a plan, or only begin to; ``meanwhile`` is what happens at which call of the process."""
        run = self._new_run(planned, limits)
        options = _options(run)

        def act(process: acting.Process) -> ResultDocument | None:
            if wait:
                return acting.apply(run.plan, service_for=self._service, process=process, options=options)
            acting.start(run.plan, service_for=self._service, process=process, options=options)
            return None

        how = _How("apply" if wait else "start", machine, kill, meanwhile)
        return self._process(how, run, act)

    def resume(self, kill: Kill | None = None, *, machine: str = "here") -> Ended | None:
        """Resume the run that was interrupted, if there is one."""
        disk = Disk(self.directory)
        found = run_to_resume(disk, None)
        if found is None:
            return None
        standing = found.standing
        run = next(each for each in self.runs if each.name == standing.run)
        begun_with = ActOptions.resumed(standing.started.options)
        options = replace(begun_with, **FURTHER)

        def act(process: acting.Process) -> ResultDocument:
            return acting.resume(
                run.plan, standing, service_for=self._service, process=process, options=options
            )

        return self._process(_How("resume", machine, kill), run, act, found.written)

    def look(self, planned: Planned, *, verify: bool) -> Ended:
        """Verify a plan, or apply it as a dry run."""
        run = self._new_run(planned, NO_OTHER_LIMITS)
        options = replace(_options(run), dry_run=True)

        def act(process: acting.Process) -> ResultDocument:
            if verify:
                clock = self.account.clock
                return acting.verify(run.plan, service_for=self._service, clock=clock, options=options)
            return acting.apply(run.plan, service_for=self._service, process=process, options=options)

        return self._process(_How("verify" if verify else "dry run"), run, act)

    def _new_run(self, planned: Planned, limits: Limits) -> Run:
        run = Run(self.account, f"run-{len(self.runs) + 1}", planned, limits)
        self.runs.append(run)
        return run

    def _service(self, _: object) -> AwsFlowService:
        return AwsFlowService(self.account.scene.clients, self.account.ground.page)

    def _process(
        self,
        how: _How,
        run: Run,
        act: Callable[[acting.Process], ResultDocument | None],
        written: bytes = b"",
    ) -> Ended:
        account, clock = self.account, self.account.clock
        self._processes += 1
        ended = Ended(
            how.command, run, None, len(run.wires.calls), blocked=self.blocked, calm=account.calm and how.calm
        )
        disk = Disk(self.directory)
        leases = Leases(disk, clock, run.name, Holder(how.machine, str(self._processes)))
        journal = MortalJournal(RunJournal(disk, run.name, clock, leases, written), run.wires, how.kill)
        journal.intents = run.intents
        run.journal = journal
        run.begins_at = clock.now()
        account.take_over(run.wires)
        armed = how.arm(run.wires)
        try:
            document = act(acting.Process(run.name, clock, journal))
        except Killed:
            disk.power_off()
            return replace(ended, killed=True)
        except Exception as problem:  # noqa: BLE001 - a traceback is for the checks to tell
            outcome: Outcome | None = Outcome(run, None, problem)
        else:
            outcome = None if document is None else Outcome(run, document, None)
        finally:
            armed.disarm()
        journal.close()
        return replace(ended, outcome=outcome)


def _options(run: Run) -> ActOptions:
    return ActOptions(**run.options)


class _Armed:
    """What happens at calls of one process, and of none that comes after it."""

    def __init__(self, wires: Wires) -> None:
        self._wires = wires
        self._armed = True

    def at(self, number: int, action: Callable[[], object], *, after: bool = False) -> None:
        """Let something happen at the ``number``-th call of the process."""

        def perhaps() -> None:
            if self._armed:
                action()

        self._wires.at_call(len(self._wires.calls) + number, perhaps, after=after)

    def disarm(self) -> None:
        self._armed = False


def _die() -> None:
    raise Killed
