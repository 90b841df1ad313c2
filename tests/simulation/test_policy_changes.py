"""The policy is changed by somebody else at any call of a run: nothing is flushed on what was not planned."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.emulator.faults import INTERNAL_ERROR, FaultRule
from nfw_reconcile.emulator.settings import EmulatorSettings, SyncSettings
from tests.checker import flushes
from tests.simulation.invariants import invariants
from tests.simulation.mishaps import clean_calls
from tests.simulation.planned import NEW, OLD, planned_simulation, write_rules
from tests.simulation.scenarios import Scenario
from tests.tiers import Tier
from tests.unit.act.scene import A, flow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nfw_reconcile.emulator.faults import CallFacts
    from tests.simulation.simulation import Outcome, Simulation
    from tests.unit.act.scene import Scene

PLANNED: Final = Scenario("planned", planned_simulation)
HALVES: Final = ("192.0.2.0/25", "192.0.2.128/25")
STEPS: Final = {Tier.QUICK: 12, Tier.FULL: 1, Tier.SOAK: 1}
"""Which calls are tried: every 12th, or each; in all worlds but the first five times fewer, save in a soak."""


@dataclass(frozen=True)
class Change:
    """What somebody else does; ``equal``: the policy decides as before."""

    do: Callable[[Scene], None]
    equal: bool = False


def add_group(scene: Scene) -> None:
    made = scene.ok(
        "CreateRuleGroup",
        RuleGroupName="more",
        Type="STATEFUL",
        Capacity=5,
        Rules="pass tcp any any -> any 5432 (sid:9;)",
    )
    arns = [scene.group, made["RuleGroupResponse"]["RuleGroupArn"]]
    scene.update_policy(StatefulRuleGroupReferences=[{"ResourceArn": arn} for arn in arns])


def remove_group(scene: Scene) -> None:
    scene.update_policy(StatefulRuleGroupReferences=[])


def other_policy(scene: Scene) -> None:
    body = scene.ok("DescribeFirewallPolicy", FirewallPolicyArn=scene.policy)["FirewallPolicy"]
    made = scene.ok(
        "CreateFirewallPolicy",
        FirewallPolicyName="other",
        FirewallPolicy={**body, "StatefulRuleGroupReferences": []},
    )
    arn = made["FirewallPolicyResponse"]["FirewallPolicyArn"]
    scene.ok("AssociateFirewallPolicy", FirewallArn=scene.firewall, FirewallPolicyArn=arn)


def set_home_net(scene: Scene) -> None:
    scene.update_policy(PolicyVariables={"RuleVariables": {"HOME_NET": {"Definition": ["10.0.0.0/8"]}}})


CHANGES: Final[dict[str, Change]] = {
    "rolled back to the old rules": Change(lambda scene: write_rules(scene, OLD)),
    "loosened": Change(lambda scene: write_rules(scene, NEW.replace("5432", "5433"))),
    "tightened further": Change(
        lambda scene: write_rules(scene, f"{NEW}\ndrop tcp any any -> any 443 (sid:3;)")
    ),
    "a pass rule before it": Change(
        lambda scene: write_rules(scene, f"pass tcp any any -> any 5432 (sid:4;)\n{NEW}")
    ),
    "a variable stands for less": Change(lambda scene: write_rules(scene, NEW, HALVES[1:])),
    "another rule group": Change(add_group),
    "a rule group less": Change(remove_group),
    "another policy": Change(other_policy),
    "comments and white space": Change(
        lambda scene: write_rules(scene, f"# nothing new\n\n{NEW}\n"), equal=True
    ),
    "a variable written otherwise": Change(lambda scene: write_rules(scene, NEW, HALVES), equal=True),
    "a variable that no rule uses": Change(set_home_net, equal=True),
}
WORLDS: Final[dict[str, Callable[[], Simulation]]] = {
    "one zone": planned_simulation,
    "three zones": lambda: planned_simulation(zones=3, count=2),
    "zones that lag": lambda: planned_simulation(
        EmulatorSettings(sync=SyncSettings(delay=12.0, pending_lag=4.0)), zones=2, count=2
    ),
    "tokens that never match": lambda: planned_simulation(
        EmulatorSettings(sync=SyncSettings(tokens_match=False, delay=12.0)), sync_timeout=120.0
    ),
}


@cache
def calls(world: str) -> tuple[str, ...]:
    """Give the operations that an undisturbed run calls, in order."""
    return tuple(call.operation for call in WORLDS[world]().run().simulation.wires.calls)


def changed_at(world: str, change: Change, number: int) -> Outcome:
    sim = WORLDS[world]()

    def somebody_else() -> None:
        change.do(sim.scene)
        if change.equal:
            sim.now_equal()

    sim.at_call(number, somebody_else)
    return sim.run()


def wrong(world: str, change: Change, number: int) -> Iterator[str]:
    outcome = changed_at(world, change, number)
    yield from invariants(outcome)
    if change.equal and outcome.exit_code != 0:
        yield f"nothing changed, and the exit code is {outcome.exit_code}"
    untouched = "StartFlowCapture" not in calls(world)[: number - 1]
    stopped = outcome.exit_code in {3, 4} and not flushes(outcome.simulation.scene.emulator)
    if untouched and not change.equal and not stopped:
        yield f"another policy before anything was begun, and the exit code is {outcome.exit_code}"


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("name", CHANGES)
def test_a_policy_may_change_at_any_call(name: str, world: str, tier: Tier) -> None:
    change = CHANGES[name]
    step = STEPS[tier] * (1 if world == "one zone" or tier is Tier.SOAK else 5)
    numbers = range(1 + len(name) % step, len(calls(world)) + 1, step)
    found = [f"call {number}: {text}" for number in numbers for text in wrong(world, change, number)]
    assert found == []


def _number(operation: str, *, last: bool = False) -> int:
    """Give the number of the first or last such call of an undisturbed run."""
    numbers = [call.number for call in clean_calls(PLANNED) if call.operation == operation]
    return numbers[-1 if last else 0]


def test_rules_that_are_rolled_back_while_a_list_is_read_again_for_long_are_seen() -> None:
    sim = planned_simulation()
    listed = _number("StartFlowFlush") - 1
    clock, until = sim.scene.clock, [0.0]

    def somebody_else() -> None:
        write_rules(sim.scene, OLD)
        until[0] = clock.now() + 30

    def struck(_: CallFacts) -> bool:
        return sim.wires.current >= listed and clock.now() < until[0]

    sim.at_call(listed, somebody_else)
    sim.scene.emulator.faults.add(FaultRule(INTERNAL_ERROR, "ListFlowOperations", struck))
    assert invariants(sim.run()) == []


def test_a_flow_that_was_born_while_rules_were_rolled_back_and_forth_is_not_taken_for_young(
    tier: Tier,
) -> None:
    found = []
    first, last = _number("ListFlowOperations"), _number("StartFlowCapture", last=True)
    for number in range(first, last + 1, STEPS[tier] // 4 or 1):
        sim = planned_simulation()

        def roll_back_and_forth(sim: Simulation = sim) -> None:
            write_rules(sim.scene, OLD)
            sim.scene.clock.sleep(6)
            assert sim.scene.emulator.attempt(A, flow(77))
            write_rules(sim.scene, NEW)
            sim.scene.clock.sleep(6)
            sim.now_equal()

        sim.at_call(number, roll_back_and_forth)
        found += [f"call {number}: {text}" for text in invariants(sim.run())]
    assert found == []
