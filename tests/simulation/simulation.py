"""A whole ``apply`` on the emulator and the virtual clock: what it begins with, what it is hit by, how it ended.

::

    sim = scenario.simulation()  # an account, flows, a plan, options; nothing was called yet
    sim.at_call(7, action)  # before the service sees the 7th call of the run
    sim.at_call(7, action, after=True)  # when the reply to it has reached the client
    sim.strike(TIMEOUT_AFTER, Strike(7))  # the 7th call goes wrong; Strike(7, lasting=True): all from there
    outcome = sim.run()
    assert invariants(outcome) == []

``at_call`` is also where a run is killed: let the action raise a ``BaseException`` that is no ``Exception``.
Every call of a run has a number, so killing it at each boundary is a loop over ``range(1, calls + 1)``,
before and after; ``sim.scene.journal`` holds what was written down by then, and ``sim.wires`` goes on counting
where another run takes over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nfw_reconcile.act.lane import Pace
from nfw_reconcile.emulator.faults import FaultRule
from nfw_reconcile.emulator.outcomes import OutcomeRule
from nfw_reconcile.errors import NfwReconcileError
from tests.checker import Expectations, Most
from tests.simulation.wires import connect
from tests.unit.act.scene import DENIED, NEW_RULES, MemoryJournal, Scene, build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nfw_reconcile.act.journal.events import Event
    from nfw_reconcile.aws.client import Clients
    from nfw_reconcile.emulator.clock import VirtualClock
    from nfw_reconcile.emulator.emulator import Emulator
    from nfw_reconcile.emulator.faults import CallFacts, Fault
    from nfw_reconcile.emulator.outcomes import OperationType
    from nfw_reconcile.emulator.outcomes import Outcome as OperationOutcome
    from nfw_reconcile.emulator.request_log import LoggedCall
    from nfw_reconcile.emulator.settings import EmulatorSettings
    from nfw_reconcile.model.documents import Limits
    from nfw_reconcile.model.flow import FiveTuple
    from nfw_reconcile.model.plan_document import PlanDocument
    from nfw_reconcile.model.result_document import ResultDocument
    from tests.simulation.wires import Wires

PACE = Pace(preflight=20.0, poll=5.0, held=60.0, operation=60.0, before_verifying=(5.0, 15.0))
"""Patience for a service that never answers costs calls, not insight: less of it than the program's own."""

TIMES: dict[str, Any] = {"timeout": 400.0, "sync_timeout": 60.0, "longer_settle": 20.0, "pace": PACE}


@dataclass(frozen=True)
class Strike:
    """Which calls of a run are struck: one, or with ``lasting`` that one and all after it."""

    call: int
    lasting: bool = False

    def hits(self, number: int) -> bool:
        return number >= self.call if self.lasting else number == self.call


class WatchedJournal(MemoryJournal):
    """Keeps with each intent how many calls had been made by then; fails at one event if told to."""

    def __init__(self, wires: Wires) -> None:
        super().__init__()
        self.intents: list[int] = []
        self.fails_at: int | None = None
        self._wires = wires
        self._asked = 0

    def write(self, event: Event) -> None:
        self._asked += 1
        self.fails_on = type(event) if self._asked == self.fails_at else None
        super().write(event)
        if type(event).__name__ == "Intended":
            self.intents.append(len(self._wires.calls))


@dataclass
class Simulation:
    """One run to come. ``denied`` are the destination ports that the change newly denies."""

    scene: Scene
    wires: Wires
    plan: PlanDocument
    denied: frozenset[int]
    options: dict[str, Any]
    foreign: set[str] = field(default_factory=set)
    equal: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.journal = WatchedJournal(self.wires)
        self.scene.journal = self.journal
        self.planned = self.scene.current()
        self.begins_at = self.scene.clock.now()

    def at_call(self, number: int, action: Callable[[], object], *, after: bool = False) -> None:
        """Let something happen at a call of the run; see :meth:`tests.simulation.wires.Wires.at_call`."""
        self.wires.at_call(number, action, after=after)

    def strike(self, fault: Fault, strike: Strike, but: frozenset[str] = frozenset()) -> None:
        """Let calls of the run go wrong, those of EC2 and STS among them; ``but`` not these operations."""

        def when(call: CallFacts) -> bool:
            return self._struck(strike) and call.operation not in but

        self.scene.emulator.faults.add(FaultRule(fault, when=when))
        self.wires.strike_neighbours(
            lambda each: strike.hits(each.number) and each.operation not in but, fault
        )

    def end_operations(
        self, outcome: OperationOutcome, strike: Strike, kind: OperationType | None = None
    ) -> None:
        """Let the operations that are started by these calls end like this; call 0 stands for what others start.

        ``kind`` is what is started, captures and flushes both where it is ``None``.
        """
        rule = OutcomeRule(outcome, kind, lambda _: strike.hits(self.wires.current))
        self.scene.emulator.outcomes.add(rule)

    def _struck(self, strike: Strike) -> bool:
        return self.wires.current > 0 and strike.hits(self.wires.current)

    def now_equal(self) -> None:
        """Take what is live now for a version that decides as the planned one does."""
        for arn, token in self.scene.current().items():
            self.equal[arn] = self.equal.get(arn, frozenset()) | {token}

    def may_flush(self, found: FiveTuple) -> bool:
        """Say whether the change newly denies a flow, whichever way it is listed."""
        return not self.denied.isdisjoint({found.source_port, found.destination_port})

    def run(self) -> Outcome:
        """Apply the plan; a ``BaseException`` that is no ``Exception`` goes through, as a kill does."""
        self.wires.take_over()
        try:
            result = self.scene.apply(self.plan, **self.options)
        except Exception as problem:  # noqa: BLE001 - a traceback is for the invariants to tell
            return Outcome(self, None, problem)
        return Outcome(self, result, None)


@dataclass(frozen=True)
class Outcome:
    """How a run ended: with a result, or with an error, which is to be one of the program's own."""

    simulation: Simulation
    result: ResultDocument | None
    error: Exception | None

    @property
    def exit_code(self) -> int:
        if self.result is not None:
            return self.result.exit_code
        return int(self.error.exit_code) if isinstance(self.error, NfwReconcileError) else 1

    @property
    def seconds(self) -> float:
        """Virtual seconds that the run took."""
        return self.simulation.scene.clock.now() - self.simulation.begins_at

    @property
    def calls(self) -> int:
        return len(self.simulation.wires.calls)

    @property
    def requests(self) -> list[LoggedCall]:
        """The run's own requests, as the emulator logged them."""
        numbers = {call.logged for call in self.simulation.wires.calls}
        return [each for each in self.simulation.scene.emulator.requests if each.number in numbers]

    @property
    def expectations(self) -> Expectations:
        """What the checker holds the run against."""
        sim = self.simulation
        numbers = {call.logged for call in sim.wires.calls}
        return Expectations(
            sim.may_flush,
            sim.planned,
            frozenset(sim.foreign),
            sim.equal,
            most(sim.options.get("limits")),
            lambda call: call.number in numbers,
        )


def most(limits: Limits | None) -> Most:
    """Read limits for the checker: protected CIDRs by their text, which holds for whole octets only."""
    if limits is None:
        return Most(1000)
    heads = tuple(text.partition("/")[0].rstrip("0").rstrip(".") + "." for text in limits.protected_cidrs)
    ranges = [text.partition(":") for text in limits.protected_ports]
    ports = {port for low, _, high in ranges for port in range(int(low), int(high or low) + 1)}

    def protected(found: FiveTuple) -> bool:
        ends = (f"{found.source}.", f"{found.destination}.")
        return any(end.startswith(heads) for end in ends) or not ports.isdisjoint(
            {found.source_port, found.destination_port}
        )

    return Most(limits.max_flows, limits.max_percent, protected)


def account(settings: EmulatorSettings | None = None, zones: int = 1, page: int = 100) -> tuple[Scene, Wires]:
    """Make an account with the old rules in force, whose program uses the clients that are there already."""
    made: list[Wires] = []

    def connected(emulator: Emulator, clock: VirtualClock) -> Clients:
        wires, clients = connect(emulator, clock)
        made.append(wires)
        return clients

    return build(settings, zones, page, connected), made[0]


def simulate(
    scene: Scene,
    wires: Wires,
    *,
    rules: str = NEW_RULES,
    denied: Iterable[int] = (DENIED,),
    **options: Any,  # noqa: ANN401 - any option of apply
) -> Simulation:
    """Do what ``terraform apply`` does, and get ready to run the plan that was made for it."""
    scene.new_rules = rules
    scene.tighten()
    return Simulation(scene, wires, scene.plan(), frozenset(denied), {**TIMES, **options})
