"""The demo's stage: the emulator with the old policy in force, and clients that keep talking through it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.cli.demo.cast import KINDS, ZONES, Kind
from nfw_reconcile.emulator.clients import Client, ClientState
from nfw_reconcile.emulator.clock import VirtualClock
from nfw_reconcile.emulator.judging import EngineJudge
from nfw_reconcile.emulator.seed import from_snapshot
from nfw_reconcile.emulator.settings import EmulatorSettings, SyncSettings
from nfw_reconcile.sources.bundle import body_to_json

if TYPE_CHECKING:
    from nfw_reconcile.emulator.emulator import Emulator
    from nfw_reconcile.model.inventory import FirewallRecord, GroupRecord, PolicyBundle

START: Final = 1_767_268_800.0
"""When the demo plays: 2026-01-01T12:00:00Z, so that its report files are the same every time."""

_TALK_EVERY: Final = 5.0
_SLOWEST_ZONE: Final = 40.0


@dataclass(slots=True)
class Talk:
    """One connection as its client sees it."""

    kind: Kind
    zone: str
    client: Client


@dataclass(slots=True)
class Stage:
    """The emulator, its clock, and everybody who talks."""

    emulator: Emulator
    clock: VirtualClock
    talks: list[Talk]

    @classmethod
    def set_up(cls, firewall: FirewallRecord, old: PolicyBundle) -> Stage:
        """Put the old policy in force in every zone and let all clients connect."""
        clock = VirtualClock(START)
        delays = {zone: 8.0 + 16.0 * number for number, zone in enumerate(ZONES)}
        emulator = from_snapshot(
            snapshot_of(firewall, old),
            clock=clock.now,
            judge=EngineJudge(),
            zones=ZONES,
            settings=EmulatorSettings(sync=SyncSettings(zone_delays=delays)),
        )
        stage = cls(emulator, clock, [])
        for kind in KINDS:
            for number, flow in enumerate(kind.flows()):
                talk = Talk(kind, ZONES[number % len(ZONES)], Client.reconnecting(flow, _TALK_EVERY))
                emulator.add_client(talk.zone, talk.client)
                stage.talks.append(talk)
        return stage

    def connected(self) -> Counter[Kind]:
        """Count the connections that are alive, by kind."""
        self.emulator.catch_up()
        return Counter(t.kind for t in self.talks if t.client.state is ClientState.CONNECTED)

    def interrupted(self) -> Counter[Kind]:
        """Count the connections that were not alive all the time since they began, by kind."""
        self.emulator.catch_up()
        return Counter(t.kind for t in self.talks if len(t.client.history) > 1)


def update_groups(client: Any, old: PolicyBundle, new: PolicyBundle) -> list[str]:  # noqa: ANN401 - boto3 has no types
    """Do what ``terraform apply`` does: send every rule group that changed; give their names."""
    before = {group.name.address: group for group in old.groups}
    changed = [group for group in new.groups if before[group.name.address].body != group.body]
    for group in changed:
        arn = before[group.name.address].name.arn
        token = client.describe_rule_group(RuleGroupArn=arn)["UpdateToken"]
        body = _bare(body_to_json(group.body))
        client.update_rule_group(RuleGroupArn=arn, UpdateToken=token, RuleGroup=body)
    return [group.name.label for group in changed]


def snapshot_of(firewall: FirewallRecord, bundle: PolicyBundle) -> dict[str, Any]:
    """Give a firewall and its policy in the form of a snapshot file."""
    policy = bundle.policy
    return {
        "format_version": "1.0",
        "firewalls": [
            {
                "Firewall": {
                    "FirewallName": firewall.name.name,
                    "FirewallArn": firewall.name.arn,
                    "FirewallId": firewall.firewall_id or "00000000-0000-0000-0000-000000000000",
                    "FirewallPolicyArn": policy.name.arn,
                    "VpcId": firewall.vpc,
                    "SubnetMappings": [
                        {"SubnetId": f"subnet-0{number}0a0a0a0a0a0a0a0"} for number in range(3)
                    ],
                }
            }
        ],
        "policies": [
            {
                "FirewallPolicyResponse": {
                    "FirewallPolicyName": policy.name.name,
                    "FirewallPolicyArn": policy.name.arn,
                    "FirewallPolicyId": "00000000-0000-0000-0000-000000000001",
                },
                "FirewallPolicy": _bare(body_to_json(policy.body)),
            }
        ],
        "rule_groups": [_group(group, number) for number, group in enumerate(bundle.groups, start=2)],
        "vpcs": {str(firewall.vpc): body_to_json(bundle.home_net)},
    }


def _group(group: GroupRecord, number: int) -> dict[str, Any]:
    return {
        "RuleGroupResponse": {
            "RuleGroupName": group.name.name,
            "RuleGroupArn": group.name.arn,
            "RuleGroupId": f"00000000-0000-0000-0000-{number:012}",
            "Type": "STATEFUL" if group.stateful else "STATELESS",
            "Capacity": 100,
        },
        "RuleGroup": _bare(body_to_json(group.body)),
    }


def _bare(body: Any) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """Leave out empty members: the API does not take what Terraform's state writes for "not set"."""
    if isinstance(body, Mapping):
        return {key: _bare(value) for key, value in body.items() if value not in (None, "", [], {})}
    if isinstance(body, list):
        return [_bare(value) for value in body]
    return body
