"""One emulated account over hours: which rules ran where and when, who talks, who else works on it, what goes wrong.

Rules deny services, each a protocol and a port. What ran when is kept in books of its own, so that what the
program found out can be held against it. A flow can only be there if the rules let it in when it was born.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.emulator.clients import Client
from nfw_reconcile.emulator.faults import FaultRule
from nfw_reconcile.emulator.outcomes import OperationType, OutcomeRule
from nfw_reconcile.emulator.settings import (
    EmulatorSettings,
    OperationSettings,
    SyncSettings,
    TableSettings,
)
from tests.simulation.planned import held, real_plan
from tests.simulation.rules import FIRST, ServiceJudge, rules_of
from tests.simulation.wires import connect
from tests.unit.act.scene import build, flow

if TYPE_CHECKING:
    from nfw_reconcile.aws.client import Clients
    from nfw_reconcile.emulator.clock import VirtualClock
    from nfw_reconcile.emulator.emulator import Emulator
    from nfw_reconcile.emulator.faults import Fault
    from nfw_reconcile.emulator.outcomes import Outcome
    from nfw_reconcile.model.flow import FiveTuple
    from nfw_reconcile.model.plan_document import PlanDocument
    from tests.simulation.rules import Policy, Service
    from tests.simulation.wires import Wires

INTERVAL: Final = 5.0
"""Seconds between two packets of a client: no longer than the program waits before it looks whether one lives on."""

WHOLE, HALVES = ("10.0.0.0/8",), ("10.0.0.0/9", "10.128.0.0/9")
"""Two ways to write the same HOME_NET."""


@dataclass(frozen=True)
class Ground:
    """What an account is like; all times in seconds.

    ``delay`` is how long an update takes to a zone, ``duration`` how long a flow operation takes, ``page`` how
    many items the program asks for at once. See :mod:`nfw_reconcile.emulator.settings` for the others.
    """

    zones: int = 1
    exceptions: str = "DROP"
    delay: float = 5.0
    duration: float = 2.0
    list_lag: float = 0.0
    stub_seconds: float = 0.0
    mirrored: bool = False
    page: int = 100

    def settings(self, delays: dict[str, float]) -> EmulatorSettings:
        """Give the emulator's settings; ``delays`` are those of zones that have their own."""
        return EmulatorSettings(
            sync=SyncSettings(delay=self.delay, zone_delays=delays),
            tables=TableSettings(
                stub_seconds=self.stub_seconds, mirrored=self.mirrored, continue_survives=True
            ),
            operations=OperationSettings(duration=self.duration, list_lag=self.list_lag),
        )


@dataclass(frozen=True)
class Version:
    """One version of the rules: when it was made, and from when on each zone runs it or a later one."""

    policy: Policy
    token: str
    made_at: float
    lands: dict[str, float]


@dataclass(frozen=True)
class Planned:
    """A plan, and what it is about."""

    old: Policy
    new: Policy
    document: PlanDocument

    @property
    def denies(self) -> Policy:
        return self.new - self.old


@dataclass(frozen=True)
class Talk:
    """What a client does that loses its connection: see :class:`nfw_reconcile.emulator.clients.Client`."""

    reconnects: bool
    port_step: int


@dataclass
class Ending:
    """How the next operations of the program end, ``left`` of them."""

    left: int


@dataclass
class Account:
    """The account; its first version of the rules is in force everywhere."""

    ground: Ground
    clients: int = 0
    _home_net: tuple[str, ...] = ()
    _ports: int = 40_000
    _rules: list[FaultRule] = field(default_factory=list)
    _endings: list[Ending] = field(default_factory=list)
    _wires: list[Wires] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._delays: dict[str, float] = {}
        settings = self.ground.settings(self._delays)
        self.scene = build(settings, self.ground.zones, self.ground.page, self._connected, ServiceJudge())
        if self.ground.exceptions != "DROP":
            self.scene.set_engine_options(
                StreamExceptionPolicy=self.ground.exceptions, RuleOrder="DEFAULT_ACTION_ORDER"
            )
        self.versions: list[Version] = []
        self._note_version(dict.fromkeys(self.scene.zones, -math.inf), FIRST)
        self._policy_tokens = {self.scene.current()[self.scene.policy]}
        self.modified_at = self.clock.now()

    @property
    def emulator(self) -> Emulator:
        return self.scene.emulator

    @property
    def clock(self) -> VirtualClock:
        return self.scene.clock

    def _connected(self, emulator: Emulator, clock: VirtualClock) -> Clients:
        wires, clients = connect(emulator, clock)
        self._wires.append(wires)
        return clients

    # Rules

    @property
    def live(self) -> Policy:
        """Give what the account holds, whether or not the zones run it yet."""
        return self.versions[-1].policy

    def running(self, zone: str, at: float) -> Policy:
        """Give what a zone ran at a moment."""
        return [each for each in self.versions if each.lands[zone] <= at][-1].policy

    def tokens_of(self, policy: Policy) -> dict[str, frozenset[str]]:
        """Give, by ARN, the tokens of all versions that decide as a policy does."""
        groups = frozenset(each.token for each in self.versions if each.policy == policy)
        return {self.scene.group: groups, self.scene.policy: frozenset(self._policy_tokens)}

    def change(self, policy: Policy) -> None:
        """Do what ``terraform apply`` does; the same policy again differs in a comment."""
        self.scene.tighten(f"# revision {len(self.versions)}\n{rules_of(policy)}")
        self._note_version(self._landing(), policy)

    def change_variable(self) -> None:
        """Update the policy with a variable that no rule uses; the zones take its rules along."""
        self._home_net = WHOLE if self._home_net == HALVES else HALVES
        definition = {"Definition": list(self._home_net)}
        self.scene.update_policy(PolicyVariables={"RuleVariables": {"HOME_NET": definition}})
        self._policy_tokens.add(self.scene.current()[self.scene.policy])
        lands = self.versions[-1].lands
        lands |= {zone: min(lands[zone], due) for zone, due in self._landing().items()}
        self.modified_at = self.clock.now()

    def set_delay(self, zone: str, seconds: float) -> None:
        """Let updates from now on take that long to a zone."""
        self._delays[zone] = seconds

    def plan(self, policy: Policy) -> Planned:
        """Plan the change from what the account holds."""
        return Planned(self.live, policy, self._document(self.live, policy))

    def _landing(self) -> dict[str, float]:
        now, delay = self.clock.now(), self.ground.delay
        return {zone: now + self._delays.get(zone, delay) for zone in self.scene.zones}

    def _note_version(self, lands: dict[str, float], policy: Policy) -> None:
        self.modified_at = self.clock.now()
        self.versions.append(Version(policy, self.scene.current()[self.scene.group], self.modified_at, lands))

    def _document(self, old: Policy, new: Policy) -> PlanDocument:
        """Make a plan, unless one for the very same account was made before: it takes a while."""
        key = (self.ground.zones, self.ground.exceptions, self._home_net, old, new)
        if key not in _DOCUMENTS:
            snapshot = held(self.scene)
            _DOCUMENTS[key] = real_plan(*(_with_rules(snapshot, each) for each in (old, new)))
        return _DOCUMENTS[key]

    # The network

    def put(self, zone: str, service: Service, age: float) -> None:
        """Let a flow of that age be there, if the rules let it in then; else somebody tries in vain, now."""
        while any(each.executed_at is None for each in self.emulator.flow_operations):
            self.clock.sleep(1.0)  # an old flow cannot turn up while an operation looks
        found = self._new_flow(service)
        if service in self.running(zone, self.clock.now() - age):
            self.emulator.attempt(zone, found)
            return
        for each in (found, found.reversed()) if self.ground.mirrored else (found,):
            self.emulator.put_flow(zone, each, age=age, packets=20)

    def add_client(self, zone: str, service: Service, talk: Talk) -> None:
        """Let a client connect and talk from now on."""
        self.clients += 1
        found = self._new_flow(service)
        client = Client(found, INTERVAL, reconnects=talk.reconnects, port_step=talk.port_step)
        self.emulator.add_client(zone, client)

    def _new_flow(self, service: Service) -> FiveTuple:
        """Give a flow that never was: source ports are not used twice, but by clients that connect again."""
        self._ports += 20
        return flow(1 + self._ports % 3, service[1], self._ports)._replace(protocol=service[0])

    # Others

    def foreign_operation(self, operation: str, zone: str, filters: dict[str, Any]) -> None:
        """Let somebody else start a flow operation, unless the zone is held."""
        asked = {"FlowFilters": [filters], "AvailabilityZone": zone, "FirewallArn": self.scene.firewall}
        self.emulator.call(operation, asked)

    # What goes wrong

    def take_over(self, wires: Wires) -> None:
        """Let the program's requests go through these wires from now on."""
        wires.take_over()
        self._wires.append(wires)

    def add_fault(self, fault: Fault, operation: str, times: int | None) -> None:
        """Let calls of the program go wrong, ``times`` of them or (``None``) all."""
        rule = FaultRule(fault, operation, lambda _: self._wires[-1].current > 0, times)
        self._rules.append(rule)
        self.emulator.faults.add(rule)

    def end_operations(self, outcome: Outcome, kind: OperationType, times: int) -> None:
        """Let the next operations of the program end like this."""
        ending = Ending(times)

        def takes(_: int) -> bool:
            hit = ending.left > 0 and self._wires[-1].current > 0
            ending.left -= hit
            return hit

        self._endings.append(ending)
        self.emulator.outcomes.add(OutcomeRule(outcome, kind, takes))

    def restore_faults(self) -> None:
        """Put the faults back that a check has taken away."""
        self.emulator.faults.clear()
        self.emulator.faults.add(*self._rules)

    def calm_down(self) -> None:
        """Let nothing go wrong any more."""
        for each in self._endings:
            each.left = 0
        self._rules.clear()
        self.emulator.faults.clear()

    @property
    def calm(self) -> bool:
        """Say whether nothing can go wrong."""
        return not any(each.left for each in self._endings) and all(
            each.times is not None and each.struck >= each.times for each in self._rules
        )


_DOCUMENTS: Final[dict[tuple[object, ...], PlanDocument]] = {}


def _with_rules(snapshot: dict[str, Any], policy: Policy) -> dict[str, Any]:
    """Give a snapshot as it would be with the rules of a policy."""
    (described,) = snapshot["rule_groups"]
    body = {**described["RuleGroup"], "RulesSource": {"RulesString": rules_of(policy)}}
    return {**snapshot, "rule_groups": [{**described, "RuleGroup": body}]}
