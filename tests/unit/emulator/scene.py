"""A small account for the tests: one rule group, one policy, one firewall in three zones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

from nfw_reconcile.emulator.bodies import Judge
from nfw_reconcile.emulator.clock import VirtualClock
from nfw_reconcile.emulator.emulator import Emulator
from nfw_reconcile.emulator.front import UNCHECKED, Checker
from nfw_reconcile.emulator.replies import Answer, JsonObject, Refusal
from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import TCP, FiveTuple

if TYPE_CHECKING:
    from nfw_reconcile.emulator.bodies import PolicyBodies
    from nfw_reconcile.emulator.settings import EmulatorSettings

ZONES: Final = ("us-east-1a", "us-east-1b", "us-east-1c")
A, B, C = ZONES
OLD_RULES: Final = "drop tcp any any -> any 23 (sid:1;)"
NEW_RULES: Final = "drop tcp any any -> any 23 (sid:1;)\ndrop tcp any any -> any 5432 (sid:2;)"
EVERYTHING: Final[list[JsonObject]] = [{"SourceAddress": {"AddressDefinition": "0.0.0.0/0"}}]
DENIED_PORT: Final = re.compile(r"drop \w+ any any -> any (\d+) ")


class PortJudge(Judge):
    """Denies the destination ports of the ``drop`` rules of all groups."""

    def judge(self, bodies: PolicyBodies, flow: FiveTuple) -> bool:
        texts = [group["RulesSource"]["RulesString"] for group in bodies.rule_groups.values()]
        return str(flow.destination_port) not in DENIED_PORT.findall("\n".join(texts))


@dataclass(frozen=True, slots=True)
class Scene:
    """The account, and the calls that tests make most."""

    clock: VirtualClock
    emulator: Emulator
    group: str
    policy: str
    firewall: str

    def ok(self, operation: str, checker: Checker = UNCHECKED, /, **params: Any) -> JsonObject:  # noqa: ANN401
        """Call, and give the answer; a refusal fails the test."""
        reply = self.emulator.call(operation, params, checker)
        assert isinstance(reply, Answer), reply
        return reply.body

    def refused(self, operation: str, **params: Any) -> Refusal:  # noqa: ANN401
        """Call, and give the refusal; an answer fails the test."""
        reply = self.emulator.call(operation, params)
        assert isinstance(reply, Refusal), reply
        return reply

    def tighten(self, rules: str = NEW_RULES) -> str:
        """Update the rule group as ``terraform apply`` would; give its new token."""
        token = self.ok("DescribeRuleGroup", RuleGroupArn=self.group)["UpdateToken"]
        updated = self.ok("UpdateRuleGroup", RuleGroupArn=self.group, UpdateToken=token, Rules=rules)
        return str(updated["UpdateToken"])

    def set_engine_options(self, **options: Any) -> None:  # noqa: ANN401
        """Update the policy's ``StatefulEngineOptions``, in force at once."""
        described = self.ok("DescribeFirewallPolicy", FirewallPolicyArn=self.policy)
        body = {**described["FirewallPolicy"], "StatefulEngineOptions": options}
        token = described["UpdateToken"]
        self.ok("UpdateFirewallPolicy", FirewallPolicyArn=self.policy, UpdateToken=token, FirewallPolicy=body)
        self.emulator.put_in_sync()

    def states(self) -> dict[str, JsonObject]:
        """Give the sync states by zone."""
        status = self.ok("DescribeFirewall", FirewallArn=self.firewall)["FirewallStatus"]
        states: dict[str, JsonObject] = status["SyncStates"]
        return states

    def group_state(self, zone: str) -> tuple[str, str]:
        """Give status and token that a zone reports for the rule group."""
        state = self.states()[zone]["Config"][self.group]
        return state["SyncStatus"], state["UpdateToken"]

    def operate(self, operation: str, zone: str = A, **params: Any) -> list[JsonObject]:  # noqa: ANN401
        """Run a flow operation to its end and give the flows of its first page."""
        params.setdefault("FlowFilters", EVERYTHING)
        started = self.ok(operation, FirewallArn=self.firewall, AvailabilityZone=zone, **params)
        self.clock.sleep(5)
        results = self.ok(
            "ListFlowOperationResults",
            FirewallArn=self.firewall,
            FlowOperationId=started["FlowOperationId"],
        )
        flows: list[JsonObject] = results["Flows"]
        return flows


def build(settings: EmulatorSettings | None = None, seed: int = 1, rules: str = OLD_RULES) -> Scene:
    """Make the account, all of it in sync."""
    clock = VirtualClock()
    emulator = Emulator(clock, seed, PortJudge(), settings)
    scene = Scene(clock, emulator, "", "", "")
    group = scene.ok("CreateRuleGroup", RuleGroupName="ports", Type="STATEFUL", Capacity=10, Rules=rules)
    group_arn = group["RuleGroupResponse"]["RuleGroupArn"]
    body = policy_body(group_arn)
    policy = scene.ok("CreateFirewallPolicy", FirewallPolicyName="main", FirewallPolicy=body)
    policy_arn = policy["FirewallPolicyResponse"]["FirewallPolicyArn"]
    firewall = scene.ok(
        "CreateFirewall",
        FirewallName="edge",
        FirewallPolicyArn=policy_arn,
        VpcId="vpc-0a1b2c",
        SubnetMappings=[{"SubnetId": f"subnet-0{index}"} for index in range(3)],
    )
    emulator.put_in_sync()
    return Scene(clock, emulator, group_arn, policy_arn, firewall["Firewall"]["FirewallArn"])


def policy_body(*groups: str) -> JsonObject:
    """Give a ``FirewallPolicy`` that forwards everything to these stateful groups."""
    return {
        "StatelessDefaultActions": ["aws:forward_to_sfe"],
        "StatelessFragmentDefaultActions": ["aws:forward_to_sfe"],
        "StatefulRuleGroupReferences": [{"ResourceArn": arn} for arn in groups],
    }


def flow(port: int, source_port: int = 40_000, protocol: int = TCP, host: int = 1) -> FiveTuple:
    """Give a flow from 10.0.0.``host`` to 192.0.2.1."""
    source = Address.parse(f"10.0.{host // 256}.{host % 256}")
    return FiveTuple(protocol, source, source_port, Address.parse("192.0.2.1"), port)


def boto_client(endpoint_url: str | None = None, **config: Any) -> Any:  # noqa: ANN401 - boto3 has no types
    """Give a real boto3 client that sends once and reads no environment."""
    return boto3.client(
        "network-firewall",
        region_name="us-east-1",
        endpoint_url=endpoint_url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(
            retries={"mode": "standard", "total_max_attempts": 1},
            ignore_configured_endpoint_urls=True,
            proxies={},
            **config,
        ),
    )
