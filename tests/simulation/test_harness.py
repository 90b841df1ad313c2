"""The harness itself: its hooks strike where they say, and its invariants notice what they are there for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from nfw_reconcile.emulator.faults import TIMEOUT
from nfw_reconcile.errors import ServiceError, error
from nfw_reconcile.model.documents import Limits
from nfw_reconcile.model.result_document import ZoneState
from tests.checker import FLUSH, violations
from tests.simulation.invariants import invariants
from tests.simulation.mishaps import Case, cases, clean_calls, spread
from tests.simulation.scenarios import IDLE_TIMEOUT, SCENARIOS
from tests.simulation.simulation import Outcome, Strike, account, simulate
from tests.tiers import Tier
from tests.unit.act.scene import ALLOWED, DENIED, OLD_RULES, A, flow

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.model.result_document import ResultDocument
    from tests.simulation.simulation import Simulation

ONE = SCENARIOS["one zone"]


class Killed(BaseException):
    """The process ends here, as after SIGKILL: nothing in the program may catch it."""


def kill() -> None:
    raise Killed


# Hooks


def test_things_happen_before_and_after_the_call_that_they_are_meant_for() -> None:
    sim = ONE.simulation()
    seen: list[tuple[str, int, int]] = []
    for number in (1, 3, 40):
        sim.at_call(
            number, lambda: seen.append(("before", len(sim.wires.calls), sim.scene.emulator.call_count))
        )
        sim.at_call(
            number,
            lambda: seen.append(("after", len(sim.wires.calls), sim.scene.emulator.call_count)),
            after=True,
        )
    begun = sim.scene.emulator.call_count
    sim.run()
    assert [(when, number) for when, number, _ in seen] == [
        (when, number) for number in (1, 3, 40) for when in ("before", "after")
    ]
    logged = [count - begun for _, _, count in seen]
    assert logged[:2] == [0, 0], "STS is not in the emulator's log"
    assert [after - before for before, after in zip(logged[::2], logged[1::2], strict=True)] == [0, 1, 1]


def test_what_somebody_else_does_at_a_call_is_neither_counted_nor_struck() -> None:
    sim = ONE.simulation()
    sim.strike(TIMEOUT, Strike(20))
    sim.at_call(20, lambda: sim.scene.ok("DescribeFirewall", FirewallArn=sim.scene.firewall))
    before = sim.scene.emulator.call_count
    outcome = sim.run()
    assert invariants(outcome) == []
    assert outcome.seconds >= 60
    assert sim.scene.emulator.call_count - before > len(outcome.requests)


def test_a_run_can_be_killed_at_every_boundary(tier: Tier) -> None:
    """Before and after each call; what was accepted by then was written down before."""
    total = len(clean_calls(ONE))
    accepted: Counter[int] = Counter()
    for number in range(1, total + 1, 6 if tier is Tier.QUICK else 1):
        for after in (False, True):
            sim = ONE.simulation()
            sim.at_call(number, kill, after=after)
            with pytest.raises(Killed):
                sim.run()
            assert len(sim.wires.calls) == number
            dead = Outcome(sim, None, None)
            assert violations(sim.scene.emulator, dead.expectations) == []
            flushed = sum(each.type == FLUSH for each in sim.scene.emulator.flow_operations)
            assert flushed <= len(sim.journal.intents)
            accepted[flushed] += 1
    assert sorted(accepted) == [0, 1]


def test_the_same_case_gives_the_same_run() -> None:
    for case in spread(cases(SCENARIOS["busy network"]), 3, seed=5):
        ends = []
        for _ in range(2):
            sim = SCENARIOS[case.scenario].simulation()
            case.install(sim)
            outcome = sim.run()
            ends.append((outcome.exit_code, outcome.calls, outcome.seconds, outcome.result))
        assert ends[0] == ends[1]


def test_cases_are_spread_evenly() -> None:
    listed = cases(ONE)
    chosen = spread(listed, 50, seed=1)
    assert len(set(chosen)) == 50
    assert len({case.mishap for case in chosen}) > 20
    assert {case.strike.lasting for case in chosen} == {False, True}
    assert spread(listed, 10**6, seed=1) == listed
    assert all(isinstance(case, Case) for case in chosen)


# Invariants: each is broken on purpose, by a run that does what none may do


def asked(port: str = str(DENIED), source: str = "10.0.0.0/8") -> dict[str, Any]:
    return {
        "SourceAddress": {"AddressDefinition": source},
        "DestinationAddress": {"AddressDefinition": "192.0.2.0/24"},
        "DestinationPort": port,
        "Protocols": ["6"],
    }


class Hand:
    """Does by hand what a program does: each call is one of the run."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        clients = sim.scene.clients
        self.start = {
            "capture": clients.starts.start_flow_capture,
            "flush": clients.starts.start_flow_flush,
        }

    def look(self, wait: float = 10.0) -> None:
        self.send("capture", asked("ANY"), wait=wait)

    def read(self) -> None:
        self.sim.scene.service.configuration(self.sim.scene.firewall)

    def send(self, kind: str, *filters: dict[str, Any], wait: float = 10.0) -> None:
        self.start[kind](FirewallArn=self.sim.scene.firewall, AvailabilityZone=A, FlowFilters=list(filters))
        self.sim.scene.clock.sleep(wait)

    def intend(self) -> None:
        self.sim.journal.intents.append(len(self.sim.wires.calls))

    def flush(self, *filters: dict[str, Any], wait: float = 10.0) -> None:
        self.read()
        self.intend()
        self.send("flush", *(filters or (asked(),)), wait=wait)


def rightly(hand: Hand) -> None:
    hand.look()
    hand.flush()
    hand.look()


def flush_what_must_stay(hand: Hand) -> None:
    hand.look()
    hand.flush(asked(str(ALLOWED)))


def flush_beside_what_must_stay(hand: Hand) -> None:
    """The flow that the filter matches is gone before it is sent."""
    hand.sim.scene.put(A, [flow(1, ALLOWED, 5000)])
    hand.look()
    hand.sim.scene.clock.sleep(IDLE_TIMEOUT)
    hand.flush({**asked("ANY"), "SourcePort": "5000"})


def flush_what_nobody_listed(hand: Hand) -> None:
    hand.look()
    hand.sim.scene.put(A, [flow(99)])
    hand.flush()


def flush_beyond_the_capture(hand: Hand) -> None:
    hand.look()
    hand.flush(asked(source="0.0.0.0/0"))


def flush_before_sync(hand: Hand) -> None:
    hand.look(wait=2.5)
    hand.flush()


def flush_without_reading(hand: Hand) -> None:
    hand.look()
    hand.intend()
    hand.send("flush", asked())


def flush_after_a_change(hand: Hand) -> None:
    hand.look()
    hand.sim.scene.tighten(OLD_RULES)
    hand.flush()


def flush_twice(hand: Hand) -> None:
    hand.look()
    hand.flush()
    hand.flush()


def flush_at_every_look(hand: Hand) -> None:
    for _ in range(3):
        hand.sim.scene.put(A, [flow(1)])
        hand.look()
        hand.flush()


def flush_while_looking(hand: Hand) -> None:
    hand.look(wait=1.0)
    hand.flush()


def flush_everything(hand: Hand) -> None:
    hand.look()
    hand.flush(asked(), {})


def flush_with_many_filters(hand: Hand) -> None:
    hand.look()
    hand.flush(*[asked()] * 21)


def flush_unwritten(hand: Hand) -> None:
    hand.look()
    hand.read()
    hand.send("flush", asked())


SABOTAGE: dict[str, Callable[[Hand], None]] = {
    "which the change does not newly deny": flush_what_must_stay,
    "which was listed and must stay": flush_beside_what_must_stay,
    "which no capture had listed": flush_what_nobody_listed,
    "has a filter beyond all captures": flush_beyond_the_capture,
    "while the zone did not run the planned rules": flush_before_sync,
    "without DescribeFirewall": flush_without_reading,
    "on a policy that was read to be another": flush_after_a_change,
    "and nobody had seen its flows alive since": flush_twice,
    "is one too many for the same flows": flush_at_every_look,
    "has a filter that matches everything": flush_everything,
    "has 21 filters": flush_with_many_filters,
    "held us-east-1a": flush_while_looking,
    "was not written down before": flush_unwritten,
}


def by_hand(work: Callable[[Hand], None]) -> Outcome:
    scene, wires = account()
    scene.add_flows()
    sim = simulate(scene, wires)
    if work is not flush_before_sync:
        scene.clock.sleep(10)
    hand = Hand(sim)
    problem = None
    try:
        work(hand)
    except ClientError as refusal:
        problem = refusal
    return Outcome(sim, None, problem)


def test_a_run_that_does_everything_rightly_breaks_no_rule() -> None:
    found = invariants(by_hand(rightly))
    assert [text for text in found if "no result" not in text and "traceback" not in text] == []


@pytest.mark.parametrize("told", SABOTAGE)
def test_what_a_run_must_not_do_is_noticed(told: str) -> None:
    assert any(told in text for text in invariants(by_hand(SABOTAGE[told])))


def told_otherwise(change: Callable[[ResultDocument], ResultDocument], **options: Any) -> list[str]:  # noqa: ANN401
    """Run as it should be, and let the result say something else."""
    scene, wires = account(zones=2)
    scene.add_flows()
    outcome = simulate(scene, wires, **options).run()
    assert outcome.result is not None
    return invariants(replace(outcome, result=change(outcome.result)))


def with_zones(result: ResultDocument, **changes: Any) -> ResultDocument:  # noqa: ANN401 - any field of a zone
    (firewall,) = result.firewalls
    zones = tuple(replace(zone, **changes) for zone in firewall.zones)
    return replace(result, firewalls=(replace(firewall, zones=zones),))


LIES: dict[str, Callable[[ResultDocument], ResultDocument]] = {
    "is not documented": lambda result: replace(result, exit_code=2),
    "exit code 4, and the zones are": lambda result: replace(result, exit_code=4),
    "the result names the zones []": lambda result: replace(result, firewalls=()),
    "nothing to flush, and a flush was accepted": lambda result: with_zones(result, state=ZoneState.NOTHING),
    "and none is named": lambda result: with_zones(result, state=ZoneState.SURVIVORS),
    "is not told": lambda result: with_zones(result, operations=()),
}


@pytest.mark.parametrize("told", LIES)
def test_a_result_that_is_not_true_is_noticed(told: str) -> None:
    assert any(told in text for text in told_otherwise(LIES[told]))


def test_denied_flows_that_live_on_are_noticed() -> None:
    scene, wires = account()
    scene.add_flows()
    sim = simulate(scene, wires)
    outcome = sim.run()
    scene.put(A, [flow(1)])
    found = invariants(outcome)
    assert any("denied flows live" in text for text in found)
    assert any("is told as flushed, and lives" in text for text in found)


def test_operations_of_others_that_are_told_as_own_are_noticed() -> None:
    sim = ONE.simulation()
    outcome = sim.run()
    sim.foreign |= {each.id for each in sim.scene.emulator.flow_operations if each.type == FLUSH}
    assert any("operations of others" in text for text in invariants(outcome))


def test_a_run_that_takes_too_long_is_noticed() -> None:
    sim = ONE.simulation()
    outcome = sim.run()
    sim.scene.clock.sleep(1000)
    assert any("is the most" in text for text in invariants(outcome))


def test_an_end_without_a_result_after_something_was_begun_is_noticed() -> None:
    sim = ONE.simulation()
    outcome = replace(sim.run(), result=None, error=ServiceError(error("no luck.")))
    assert any("no result" in text for text in invariants(outcome))
    assert any("traceback" in text for text in invariants(replace(outcome, error=KeyError("x"))))


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (Limits(2, None, (), ()), "2 are the most allowed"),
        (Limits(100, 49.0, (), ()), "more than 49%"),
        (Limits(100, None, ("10.0.0.0/8",), ()), "which is protected"),
        (Limits(100, None, (), ("5000:6000",)), "which is protected"),
    ],
)
def test_limits_that_were_exceeded_are_noticed(limits: Limits, told: str) -> None:
    sim = ONE.simulation()
    outcome = sim.run()
    sim.options["limits"] = limits
    assert any(told in text for text in invariants(outcome))
