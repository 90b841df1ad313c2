"""A firewall whose rules were tightened while nobody flushed: what a sweep finds, and what it leaves alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.cli.demo.stage import snapshot_of
from nfw_reconcile.emulator.judging import EngineJudge
from nfw_reconcile.emulator.seed import from_snapshot
from nfw_reconcile.emulator.settings import EmulatorSettings
from tests.bodies import ACTION, STRICT, bundle, firewall, group, policy
from tests.checker import Expectations, violations
from tests.rulesets import flow

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.emulator.emulator import Emulator
    from nfw_reconcile.emulator.replies import JsonObject
    from nfw_reconcile.model.flow import FiveTuple
    from nfw_reconcile.model.inventory import PolicyBundle

ZONES: Final = ("eu-west-1a", "eu-west-1b")
VPC: Final = "vpc-0a1b2c3d4e5f60718"
WEB, DATABASE = 443, 5432


@dataclass(frozen=True)
class Rules:
    """The rules before and after, and the default actions, of one rule order."""

    order: str
    old: str
    new: str
    defaults: tuple[str, ...]


RULES: Final = {
    STRICT: Rules(
        STRICT,
        f"pass tcp $HOME_NET any -> any [{WEB},{DATABASE}] (sid:1;)",
        f"pass tcp $HOME_NET any -> any {WEB} (sid:1;)",
        ("aws:drop_strict",),
    ),
    ACTION: Rules(
        ACTION,
        "drop tcp any any -> any 23 (sid:1;)",
        f"drop tcp any any -> any 23 (sid:1;)\ndrop tcp any any -> any {DATABASE} (sid:2;)",
        (),
    ),
}


def connection(host: int, port: int) -> FiveTuple:
    """Give a connection of a client of HOME_NET to the one server."""
    return flow(f"tcp 10.0.0.{host}:40000 192.0.2.1:{port}")


DRIFTED: Final = {zone: connection(n, DATABASE) for n, zone in enumerate(ZONES, 1)}
KEPT: Final = {zone: connection(n, WEB) for n, zone in enumerate(ZONES, 1)}
ATTEMPTED: Final = connection(99, DATABASE)


def live(rules: Rules, text: str) -> PolicyBundle:
    """Give the policy with these rules."""
    web = group("web", text, StatefulRuleOptions={"RuleOrder": rules.order})
    return bundle(web, order=rules.order, defaults=list(rules.defaults))


@dataclass(frozen=True)
class Drifting:
    """The firewall, with a connection to either port in every zone from when both were allowed."""

    emulator: Emulator
    rules: Rules
    arn: str

    def call(self, operation: str, /, **params: Any) -> JsonObject:  # noqa: ANN401 - JSON
        return self.emulator.call(operation, params).body  # type: ignore[union-attr]

    @property
    def group(self) -> str:
        return str(live(self.rules, "").groups[0].name.arn)

    def set_rules(self, text: str) -> None:
        """Do what ``terraform apply`` does, and no ``apply`` of ours after it."""
        token = self.call("DescribeRuleGroup", RuleGroupArn=self.group)["UpdateToken"]
        body = {
            "RulesSource": {"RulesString": text},
            "StatefulRuleOptions": {"RuleOrder": self.rules.order},
        }
        self.call("UpdateRuleGroup", RuleGroupArn=self.group, UpdateToken=token, RuleGroup=body)

    def tighten(self) -> None:
        self.set_rules(self.rules.new)

    def alive(self) -> set[FiveTuple]:
        """Give the flows of all zones, blocked attempts among them."""
        return {entry.flow for zone in ZONES for entry in self.emulator.entries(zone)}

    def flushed(self) -> set[FiveTuple]:
        """Give what all flushes touched."""
        return {
            each for one in self.emulator.flow_operations if one.type == "FLOW_FLUSH" for each in one.touched
        }

    def violations(self) -> list[str]:
        """Say what the runs must not have done; the checker knows ports, and nothing else."""
        policy_arn = str(live(self.rules, "").policy.name.arn)
        current = {
            self.group: self.call("DescribeRuleGroup", RuleGroupArn=self.group)["UpdateToken"],
            policy_arn: self.call("DescribeFirewallPolicy", FirewallPolicyArn=policy_arn)["UpdateToken"],
        }
        expected = Expectations(
            lambda found: DATABASE in {found.source_port, found.destination_port}, current
        )
        return violations(self.emulator, expected)


def drifting(order: str, clock: Callable[[], float], settings: EmulatorSettings | None = None) -> Drifting:
    """Build the firewall with the old rules in force; blocked attempts stay in its tables for a minute."""
    rules = RULES[order]
    old = live(rules, rules.old)
    named = firewall("main", policy("egress"), vpc=VPC)
    given = settings or EmulatorSettings()
    given = replace(given, tables=replace(given.tables, stub_seconds=60.0))
    emulator = from_snapshot(
        snapshot_of(named, old), clock=clock, judge=EngineJudge(), zones=ZONES, settings=given, clients=None
    )
    for zone in ZONES:
        emulator.put_flow(zone, DRIFTED[zone], age=300, packets=40)
        emulator.put_flow(zone, KEPT[zone], age=300, packets=40)
    return Drifting(emulator, rules, str(named.name.arn))
