"""A small account on the emulator, a plan for it, and a run: what the tests of acting begin with.

The rules deny destination ports. The emulator's judge, the program's engine and the checker each find
that out for themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

from nfw_reconcile.act.options import NO_OTHER_LIMITS, ActOptions
from nfw_reconcile.act.ports import LivePolicy
from nfw_reconcile.act.result import digest
from nfw_reconcile.act.run import RunName, Services, apply_plan
from nfw_reconcile.aws.client import Clients
from nfw_reconcile.aws.service import AwsFlowService
from nfw_reconcile.emulator.bodies import Judge
from nfw_reconcile.emulator.clock import VirtualClock
from nfw_reconcile.emulator.emulator import Emulator
from nfw_reconcile.emulator.replies import Answer
from nfw_reconcile.emulator.settings import EmulatorSettings
from nfw_reconcile.emulator.transport import attach
from nfw_reconcile.engine.compile import compile_policy
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.errors import JournalError, error
from nfw_reconcile.flows.texts import filter_text
from nfw_reconcile.model.addresses import Address, Network
from nfw_reconcile.model.documents import FirewallIdentity, PolicyIdentity
from nfw_reconcile.model.filters import FlowFilter
from nfw_reconcile.model.flow import TCP, CapturedFlow, FiveTuple
from nfw_reconcile.model.plan_document import FirewallPlan, PlanDocument, Region
from nfw_reconcile.model.policy import EngineOptions, GroupName, Policy, StatefulGroup, StatefulReference
from nfw_reconcile.model.policy import StreamExceptionPolicy as Exceptions
from nfw_reconcile.model.texts import flow_row
from nfw_reconcile.sources.suricata.rule import parse_rules
from tests.checker import STARTS, Expectations, flushes, violations

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from nfw_reconcile.act.journal.events import Event
    from nfw_reconcile.act.ports import JsonObject, Policies
    from nfw_reconcile.act.waiting import Deadline
    from nfw_reconcile.emulator.bodies import PolicyBodies
    from nfw_reconcile.engine.compiled import CompiledPolicy
    from nfw_reconcile.model.documents import FlowRow
    from nfw_reconcile.model.result_document import ResultDocument, ZoneResult, ZoneState

    Connect = Callable[[Emulator, VirtualClock], Clients]

ZONES: Final = ("us-east-1a", "us-east-1b", "us-east-1c")
A, B, C = ZONES
REGION: Final = "us-east-1"
ACCOUNT: Final = "123456789012"
DENIED: Final = 5432
ALLOWED: Final = 443
OLD_RULES: Final = "drop tcp any any -> any 23 (sid:1;)"
NEW_RULES: Final = f"{OLD_RULES}\ndrop tcp any any -> any {DENIED} (sid:2;)"
DENIED_PORT: Final = re.compile(r"drop tcp any any -> any (\d+) ")
SERVERS: Final = Network.parse("192.0.2.0/24")
CLIENTS: Final = Network.parse("10.0.0.0/8")
TO_SERVERS: Final = FlowFilter(CLIENTS, SERVERS, protocols=(TCP,))
CAPTURE_FILTERS: Final = (TO_SERVERS, TO_SERVERS.reversed())


def row(found: FiveTuple, zone: str = A) -> FlowRow:
    """Write a flow, and what the change does to it, as documents hold it."""
    effect = Comparison(compiled(OLD_RULES), compiled(NEW_RULES)).effect(found)
    return flow_row(CapturedFlow(found, 3600, 20, 9000, zone), effect)


@dataclass
class Ahead:
    """A clock of this machine that is not that of the service."""

    service: VirtualClock
    seconds: float

    def now(self) -> float:
        return self.service.now() + self.seconds

    def sleep(self, seconds: float) -> None:
        self.service.sleep(seconds)


class PortJudge(Judge):
    """Lets a connection through unless a ``drop`` rule in force names its destination port."""

    def judge(self, bodies: PolicyBodies, flow: FiveTuple) -> bool:
        texts = [group["RulesSource"]["RulesString"] for group in bodies.rule_groups.values()]
        return str(flow.destination_port) not in DENIED_PORT.findall("\n".join(texts))

    def outlives(self, before: PolicyBodies, after: PolicyBodies, flow: FiveTuple) -> bool:
        """Have new rules decide about connections that live, where the settings let them."""
        return self.judge(before, flow) and self.judge(after, flow)


def flow(host: int = 1, port: int = DENIED, source_port: int = 40_000) -> FiveTuple:
    source = Address.parse(f"10.0.{host // 256}.{host % 256}")
    return FiveTuple(TCP, source, source_port, Address.parse("192.0.2.1"), port)


def newly_denied(found: FiveTuple) -> bool:
    """Say what the checker says of a flow, whichever way it is listed."""
    return DENIED in {found.destination_port, found.source_port}


@cache
def compiled(rules: str, exceptions: Exceptions = Exceptions.DROP) -> CompiledPolicy:
    group = StatefulGroup(GroupName("ports"), parse_rules(rules, "ports"))
    policy = Policy(
        GroupName("main"), EngineOptions(stream_exception=exceptions), (StatefulReference(group),)
    )
    return compile_policy(policy)


@dataclass(frozen=True)
class PortPolicies:
    """Reads the one rule group of a snapshot; policies are equal if their digests are, or if all are."""

    old: str
    new: str
    any_will_do: bool = False

    def current(self, snapshot: JsonObject) -> LivePolicy:
        rules = snapshot["rule_groups"][0]["RuleGroup"]["RulesSource"]["RulesString"]
        options = snapshot["policies"][0]["FirewallPolicy"].get("StatefulEngineOptions", {})
        live = compiled(rules, Exceptions(options.get("StreamExceptionPolicy", "DROP")))
        equal = self.any_will_do or live.digest == compiled(self.new).digest
        return LivePolicy(live, () if equal else ("its rules are others",))

    def comparison(self, live: LivePolicy) -> Comparison:
        return Comparison(compiled(self.old), live.compiled)


@dataclass
class MemoryJournal:
    """Keeps events in a list, or fails on those of one kind."""

    events: list[Event] = field(default_factory=list)
    fails_on: type[Event] | None = None

    def begin(self, firewalls: Collection[str], deadline: Deadline) -> None:
        """Let everybody begin: there is no other run."""

    def write(self, event: Event) -> None:
        if self.fails_on is not None and isinstance(event, self.fails_on):
            raise JournalError(error("the disk is full."))
        self.events.append(event)


def client(service: str, emulator: Emulator, clock: VirtualClock) -> Any:  # noqa: ANN401 - boto3 has no types
    """Give a real boto3 client that the emulator answers; it sends once, so that no real time passes."""
    made = boto3.client(
        service,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(
            retries={"mode": "standard", "total_max_attempts": 1},
            ignore_configured_endpoint_urls=True,
            proxies={},
        ),
    )
    attach(made, emulator, sleep=clock.sleep)
    return made


@dataclass
class Scene:
    """The account, and what is done to it.

    ``possible`` are destination ports of flows that may be flushed as possibly denied; ``others`` and ``foreign`` are
    the calls and the flow operations that are not the program's own.
    """

    clock: VirtualClock
    emulator: Emulator
    clients: Clients
    service: AwsFlowService
    group: str = ""
    policy: str = ""
    firewall: str = ""
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    new_rules: str = NEW_RULES
    any_policy_will_do: bool = False
    possible: frozenset[str] = frozenset()
    others: set[int] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)
    policies_of: Callable[[FirewallPlan], Policies] | None = None

    def ok(self, operation: str, /, **params: Any) -> JsonObject:  # noqa: ANN401 - JSON
        """Make a call that is not the program's own."""
        before = self.emulator.call_count
        reply = self.emulator.call(operation, params)
        assert isinstance(reply, Answer), reply
        self.others |= set(range(before + 1, self.emulator.call_count + 1))
        if operation in STARTS:
            self.foreign.add(str(reply.body["FlowOperationId"]))
        return reply.body

    @property
    def zones(self) -> tuple[str, ...]:
        return tuple(self.emulator.world.firewalls[self.firewall].deployments)

    def add_flows(self, count: int = 3) -> None:
        """Put that many flows that must go, and as many that must stay, into each zone."""
        for number, zone in enumerate(self.zones):
            hosts = range(1 + number * count, 1 + (number + 1) * count)
            self.put(zone, (flow(host) for host in hosts))
            self.put(zone, (flow(host, ALLOWED) for host in hosts))

    def denied_alive(self) -> int:
        """Count the flows in all zones that the new rules deny."""
        return sum(newly_denied(each) for zone in self.zones for each in self.live(zone))

    def allowed_alive(self) -> int:
        """Count the others."""
        return sum(not newly_denied(each) for zone in self.zones for each in self.live(zone))

    def put(self, zone: str, flows: Iterable[FiveTuple], age: float = 3600, packets: int = 20) -> None:
        for each in flows:
            self.emulator.put_flow(zone, each, age=age, packets=packets)

    def live(self, zone: str) -> set[FiveTuple]:
        return {entry.flow for entry in self.emulator.entries(zone)}

    def tighten(self, rules: str | None = None) -> None:
        """Do what ``terraform apply`` does."""
        rules = rules or self.new_rules
        token = self.ok("DescribeRuleGroup", RuleGroupArn=self.group)["UpdateToken"]
        self.ok("UpdateRuleGroup", RuleGroupArn=self.group, UpdateToken=token, Rules=rules)

    def update_policy(self, **changes: object) -> None:
        described = self.ok("DescribeFirewallPolicy", FirewallPolicyArn=self.policy)
        body = {**described["FirewallPolicy"], **changes}
        token = described["UpdateToken"]
        self.ok("UpdateFirewallPolicy", FirewallPolicyArn=self.policy, UpdateToken=token, FirewallPolicy=body)

    def set_engine_options(self, **options: object) -> None:
        timeouts = {"FlowTimeouts": {"TcpIdleTimeoutSeconds": 6000}}
        self.update_policy(StatefulEngineOptions={**timeouts, **options})
        self.emulator.put_in_sync()

    def plan(self, **changes: Any) -> PlanDocument:  # noqa: ANN401 - any field of a firewall's plan
        firewall_id = self.ok("DescribeFirewall", FirewallArn=self.firewall)["Firewall"]["FirewallId"]
        identity = FirewallIdentity("edge", "edge", self.firewall, firewall_id, ACCOUNT, REGION)
        part = FirewallPlan(
            firewall=identity,
            policy=PolicyIdentity("main", "main", self.policy),
            old_policy={},
            new_policy={},
            old_digest=compiled(OLD_RULES).digest,
            new_digest=compiled(NEW_RULES).digest,
            stream_exception_policy="DROP",
            home_net_origin="",
            rule_changes=(),
            setting_changes=(),
            region=Region((), complete=True),
            undecided=(),
            capture_filters=tuple(filter_text(each, sensitive=False) for each in CAPTURE_FILTERS),
            flows=None,
            remarks=(),
        )
        return plan_of(replace(part, **changes))

    def services(self) -> Services:
        return Services(
            lambda _: self.service,
            self.policies_of or (lambda _: PortPolicies(OLD_RULES, self.new_rules, self.any_policy_will_do)),
            self.journal,
        )

    def apply(self, plan: PlanDocument | None = None, **options: Any) -> ResultDocument:  # noqa: ANN401
        given = ActOptions(**{"parallel": False, **options})
        return apply_plan(plan or self.plan(), self.services(), self.clock, given, RunName("run-1", "0"))

    def current(self) -> dict[str, str]:
        """Give the tokens of what is asked for: what every zone must run at a flush."""
        return {
            self.group: self.ok("DescribeRuleGroup", RuleGroupArn=self.group)["UpdateToken"],
            self.policy: self.ok("DescribeFirewallPolicy", FirewallPolicyArn=self.policy)["UpdateToken"],
        }

    def violations(self, foreign: frozenset[str] = frozenset()) -> list[str]:
        return violations(self.emulator, Expectations(newly_denied, self.current(), foreign))


def lasting_violations(scene: Scene) -> list[str]:
    """Say what no run may ever have done, whatever became of the rules meanwhile; see :mod:`tests.checker`."""
    denied = frozenset(DENIED_PORT.findall(scene.new_rules)) - frozenset(DENIED_PORT.findall(OLD_RULES))
    denied |= scene.possible

    def may_flush(found: FiveTuple) -> bool:
        return not denied.isdisjoint({str(found.destination_port), str(found.source_port)})

    in_force = [each.in_force.versions for each in flushes(scene.emulator) if each.in_force is not None]
    told = [
        call.reply.body.get("UpdateToken")
        for call in scene.emulator.requests
        if isinstance(call.reply, Answer)
    ]
    arns = {scene.group, scene.policy, *(arn for versions in in_force for arn in versions)}
    any_version = {arn: frozenset(str(token) for token in told) for arn in arns}
    expected = Expectations(
        may_flush,
        scene.current(),
        frozenset(scene.foreign),
        any_version,
        is_own=lambda call: call.number not in scene.others,
    )
    return violations(scene.emulator, expected)


def plan_of(*parts: FirewallPlan) -> PlanDocument:
    document = PlanDocument(
        format_version="1.0",
        kind="plan",
        tool_version="0",
        engine="Suricata",
        created_at="2026-01-01T00:00:00Z",
        source="a test",
        limits=NO_OTHER_LIMITS,
        firewalls=parts,
        remarks=(),
        sha256="",
    )
    return replace(document, sha256=digest(document))


def own_clients(emulator: Emulator, clock: VirtualClock) -> Clients:
    """Make clients for one emulator alone."""
    names = ("network-firewall", "network-firewall", "ec2", "sts", "resource-groups")
    return Clients(REGION, *(client(name, emulator, clock) for name in names))


def build(
    settings: EmulatorSettings | None = None,
    zones: int = 3,
    page: int = 100,
    connect: Connect = own_clients,
    judge: Judge | None = None,
) -> Scene:
    """Make the account with the old rules in force everywhere; ``connect`` gives the clients of the program."""
    clock = VirtualClock()
    settings = settings or EmulatorSettings(account=ACCOUNT, region=REGION)
    emulator = Emulator(clock, 1, judge or PortJudge(), settings)
    clients = connect(emulator, clock)
    scene = Scene(clock, emulator, clients, AwsFlowService(clients, page))
    group = scene.ok("CreateRuleGroup", RuleGroupName="ports", Type="STATEFUL", Capacity=10, Rules=OLD_RULES)
    scene.group = group["RuleGroupResponse"]["RuleGroupArn"]
    body = {
        "StatelessDefaultActions": ["aws:forward_to_sfe"],
        "StatelessFragmentDefaultActions": ["aws:forward_to_sfe"],
        "StatefulRuleGroupReferences": [{"ResourceArn": scene.group}],
        "StatefulEngineOptions": {"FlowTimeouts": {"TcpIdleTimeoutSeconds": 6000}},
    }
    policy = scene.ok("CreateFirewallPolicy", FirewallPolicyName="main", FirewallPolicy=body)
    scene.policy = policy["FirewallPolicyResponse"]["FirewallPolicyArn"]
    firewall = scene.ok(
        "CreateFirewall",
        FirewallName="edge",
        FirewallPolicyArn=scene.policy,
        VpcId="vpc-0a1b2c",
        SubnetMappings=[{"SubnetId": f"subnet-0{index}"} for index in range(zones)],
    )
    scene.firewall = firewall["Firewall"]["FirewallArn"]
    emulator.set_vpc("vpc-0a1b2c", ["10.0.0.0/8"])
    emulator.put_in_sync()
    BUILT.append(scene)
    return scene


BUILT: Final[list[Scene]] = []
"""The accounts of the test that is running: each is looked at when it ends."""


def tight(
    settings: EmulatorSettings | None = None,
    count: int = 3,
    zones: int = 3,
    page: int = 100,
    connect: Connect = own_clients,
) -> Scene:
    """Make the account, with flows in it, and the new rules on their way to the zones."""
    scene = build(settings, zones, page, connect)
    scene.add_flows(count)
    scene.tighten()
    return scene


def states(result: ResultDocument) -> list[ZoneState]:
    """Give the states of all zones in order."""
    return [zone.state for firewall in result.firewalls for zone in firewall.zones]


def messages(result: ResultDocument) -> str:
    """Give all messages of all zones."""
    return "\n".join(
        text for firewall in result.firewalls for zone in firewall.zones for text in zone.messages
    )


def zone_of(result: ResultDocument, zone: str) -> ZoneResult:
    return next(each for firewall in result.firewalls for each in firewall.zones if each.zone == zone)
