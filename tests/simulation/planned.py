"""A run with the program's own understanding of policies: a real plan, made from what the account holds.

The scene's own reads the text of one rule group. What else can change about a policy (variables, further
groups, engine options) is seen only by the one of the pipeline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.model.documents import FORMAT_VERSION
from nfw_reconcile.pipeline import About, plan_of
from nfw_reconcile.pipeline.inputs import Sides
from nfw_reconcile.pipeline.live import PlannedPolicies
from nfw_reconcile.sources.assemble import NO_CHOICE, assemble
from nfw_reconcile.sources.snapshot import read_snapshot
from tests.simulation.simulation import Simulation, account, simulate

if TYPE_CHECKING:
    from nfw_reconcile.emulator.settings import EmulatorSettings
    from nfw_reconcile.model.plan_document import PlanDocument
    from tests.unit.act.scene import Scene

OLD: Final = "drop tcp any any -> any 23 (sid:1;)"
NEW: Final = f"{OLD}\ndrop tcp any any -> $SERVERS 5432 (sid:2;)"
SERVERS: Final = ("192.0.2.0/24",)


def write_rules(scene: Scene, rules: str, servers: tuple[str, ...] = SERVERS) -> None:
    """Update the rule group: its rules and what ``$SERVERS`` stands for."""
    body = {
        "RulesSource": {"RulesString": rules},
        "RuleVariables": {"IPSets": {"SERVERS": {"Definition": list(servers)}}},
    }
    token = scene.ok("DescribeRuleGroup", RuleGroupArn=scene.group)["UpdateToken"]
    scene.ok("UpdateRuleGroup", RuleGroupArn=scene.group, UpdateToken=token, RuleGroup=body)


def held(scene: Scene) -> dict[str, Any]:
    """Give what the account holds as a snapshot."""
    firewall = scene.ok("DescribeFirewall", FirewallArn=scene.firewall)
    policy = scene.ok("DescribeFirewallPolicy", FirewallPolicyArn=scene.policy)
    group = scene.ok("DescribeRuleGroup", RuleGroupArn=scene.group)
    return {
        "format_version": FORMAT_VERSION,
        "firewalls": [{name: firewall[name] for name in ("Firewall", "FirewallStatus")}],
        "policies": [policy],
        "rule_groups": [group],
        "prefix_lists": {},
        "vpcs": {vpc: list(cidrs) for vpc, cidrs in scene.emulator.world.vpcs.items()},
    }


def real_plan(old: dict[str, Any], new: dict[str, Any]) -> PlanDocument:
    """Plan the change from one snapshot to another."""
    (before, _), (after, _) = read_snapshot(old, "before"), read_snapshot(new, "after")
    assembled = assemble(before, after, None, NO_CHOICE)
    return plan_of(Sides(assembled.changes, ()), None, About("a simulation", "2026-01-01T00:00:00Z"))


def planned_simulation(
    settings: EmulatorSettings | None = None,
    *,
    zones: int = 1,
    count: int = 3,
    **options: Any,  # noqa: ANN401 - any option of apply
) -> Simulation:
    """Get ready to run a real plan."""
    scene, wires = account(settings, zones)
    write_rules(scene, OLD)
    scene.emulator.put_in_sync()
    scene.add_flows(count)
    before = held(scene)
    sim = simulate(scene, wires, rules=NEW, **options)
    write_rules(scene, NEW)
    sim.plan = real_plan(before, held(scene))
    sim.planned = scene.current()
    scene.policies_of = PlannedPolicies.of
    return sim
