"""An account that lives for hours: plans, runs, kills, faults, others at work, in any order that chance finds."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.simulation.account import Account, Ground
from tests.simulation.account_checks import is_over, problems_of, violations_of
from tests.simulation.mishaps import FAULTS
from tests.simulation.rules import POLICIES, SERVICES
from tests.simulation.runs import Ended, Operator, Run
from tests.simulation.steps import (
    ENDINGS,
    FOREIGN,
    Apply,
    Calm,
    Edit,
    First,
    Look,
    Meanwhile,
    Passage,
    Program,
    Resume,
    Step,
    Terraform,
    Traffic,
    Trouble,
    grounds,
    steps,
)
from tests.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.simulation.account import Planned
    from tests.simulation.processes import Kill
    from tests.simulation.rules import Policy, Service

SIZES: Final = {Tier.QUICK: (6, 30), Tier.FULL: (200, 50), Tier.SOAK: (Tier.SOAK.draws, 100)}
"""How many accounts, and how many steps in each."""

MOST_CLIENTS: Final = 3


class AccountMachine(RuleBasedStateMachine):
    """Whatever is done, after every step the checks find nothing.

    There is one rule, with many faces: of several, Hypothesis leaves most out in most examples, and hardly one
    would have all that a run takes.
    """

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="nfw-")
        self._problems: list[str] = []
        self._going_on: list[Run] = []
        self._plans: list[Planned] = []

    @initialize(ground=grounds)
    def begin(self, ground: Ground) -> None:
        self.account = Account(ground)
        self.operator = Operator(self.account, Path(self._folder.name))
        self._flows(SERVICES, 3600)

    def teardown(self) -> None:
        self._folder.cleanup()

    @rule(step=steps)
    def happen(self, step: Step) -> None:
        """Let the next thing happen."""
        match step:
            case Traffic():
                self._traffic(step)
            case Passage():
                self._pass(step)
            case Terraform(how, policy):
                self._edit(how, policy)
            case Trouble(name, operation, times):
                self._trouble(name, operation, times)
            case Calm():
                self.account.calm_down()
            case Program():
                self._program(step)
            case Resume(kill, machine, more):
                if self.operator.blocked:
                    self._flows(SERVICES * more, 3600)
                self._resume(kill, machine)

    # After every step

    @invariant()
    def nothing_is_wrong(self) -> None:
        for run in self._going_on:
            self._problems += violations_of(run)
        self._going_on = [run for run in self._going_on if not is_over(run)]
        assert self._problems == []

    # The network

    def _traffic(self, step: Traffic) -> None:
        zone = self._zone(step.zone)
        for each in step.services:
            self.account.put(zone, each, step.age)
        if step.client is not None and self.account.clients < MOST_CLIENTS:
            self.account.add_client(zone, step.services[0], step.client)

    def _pass(self, step: Passage) -> None:
        self.account.clock.sleep(step.seconds)
        if step.delay is not None:
            self.account.set_delay(self._zone(step.zone), step.delay)
        if step.foreign is not None:
            self._somebody_else(step.foreign, self._zone(step.zone))

    def _trouble(self, name: str, operation: str, times: int | None) -> None:
        if name in ENDINGS:
            kind, outcome = ENDINGS[name]
            self.account.end_operations(outcome, kind, times or 1)
        else:
            self.account.add_fault(FAULTS[name], operation, times)

    # The rules

    def _edit(self, how: Edit, policy: Policy) -> None:
        match how:
            case Edit.PLANNED:
                self._flows(policy - self.account.live, 20)
                self._plan(policy)
                self.account.change(policy)
            case Edit.PLAN:
                self._plan(policy)
            case Edit.UNPLANNED:
                self.account.change(policy)
            case Edit.TIGHTEN:
                self.account.change(POLICIES[-1] | POLICIES[-2])
            case Edit.COMMENT:
                self.account.change(self.account.live)
            case Edit.VARIABLE:
                self.account.change_variable()

    # The program

    def _program(self, step: Program) -> None:
        if step.first is First.RESUME:
            self._resume(None, "here")
        elif step.first is First.LOSE_JOURNAL and self.operator.blocked:
            self.operator.lose_journal()
        if step.change is not None or not self._plans:
            self._tighten(step.change or POLICIES[-1])
        planned = self._plans[-min(step.back, len(self._plans)) if step.change is None else -1]
        match step.command:
            case Apply(kill, machine, meanwhile, wait):
                disturbed = None if meanwhile is None else self._disturbance(meanwhile)
                ended = self.operator.apply(
                    planned, step.limits, kill, machine=machine, wait=wait, meanwhile=disturbed
                )
            case Look(verify):
                ended = self.operator.look(planned, verify=verify)
        self._check(ended)

    def _resume(self, kill: Kill | None, machine: str) -> None:
        ended = self.operator.resume(kill, machine=machine)
        if ended is not None:
            self._check(ended)

    def _check(self, ended: Ended) -> None:
        self._problems += problems_of(ended, self.operator)
        if not is_over(ended.run) and ended.run not in self._going_on:
            self._going_on.append(ended.run)

    def _tighten(self, policy: Policy) -> None:
        """Plan and make a change that denies what was let through until then."""
        if policy <= self.account.live:
            self.account.change(POLICIES[0])
            self.account.clock.sleep(90.0)
        self._edit(Edit.PLANNED, policy)

    def _plan(self, policy: Policy) -> None:
        self._plans.append(self.account.plan(policy))

    def _somebody_else(self, what: str, zone: str) -> None:
        operation, filters = FOREIGN[what]
        self.account.foreign_operation(operation, zone, filters)

    def _disturbance(self, meanwhile: Meanwhile) -> tuple[int, Callable[[], None]]:
        def happen() -> None:
            if isinstance(meanwhile.what, Edit):
                self._edit(meanwhile.what, self.account.live)
            else:
                self._somebody_else(meanwhile.what, self.account.scene.zones[0])

        return meanwhile.call, happen

    def _flows(self, found: Iterable[Service], age: int) -> None:
        for zone in self.account.scene.zones:
            for each in found:
                self.account.put(zone, each, age)

    def _zone(self, wanted: str) -> str:
        """Give the zone, or the account's own where it has not so many."""
        found = self.account.scene.zones
        return wanted if wanted in found else found[0]

    def _planned(self, back: int) -> Planned:
        return self._plans[-min(back, len(self._plans))]


def test_an_account_over_hours(tier: Tier) -> None:
    accounts, steps = SIZES[tier]
    run_state_machine_as_test(
        AccountMachine, settings=settings(max_examples=accounts, stateful_step_count=steps)
    )
