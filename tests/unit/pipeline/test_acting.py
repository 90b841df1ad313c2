"""Two firewalls that share a policy: one plan, one apply, each firewall judged by its own HOME_NET."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.act.options import ActOptions
from nfw_reconcile.aws.local import local_clients
from nfw_reconcile.aws.service import AwsFlowService
from nfw_reconcile.cli.demo.stage import snapshot_of, update_groups
from nfw_reconcile.emulator.clock import VirtualClock
from nfw_reconcile.emulator.judging import EngineJudge
from nfw_reconcile.emulator.seed import from_snapshot
from nfw_reconcile.emulator.transport import attach
from nfw_reconcile.model.result_document import ZoneState
from nfw_reconcile.pipeline import About, plan_of
from nfw_reconcile.pipeline.acting import Process, apply
from nfw_reconcile.pipeline.inputs import Request, read_sides
from tests.checker import Expectations, current_tokens, violations
from tests.places import EXAMPLES
from tests.rulesets import flow

if TYPE_CHECKING:
    from collections.abc import Collection

    from nfw_reconcile.act.journal.events import Event
    from nfw_reconcile.act.waiting import Deadline
    from nfw_reconcile.model.inventory import PolicyChange

ZONES: Final = ("eu-west-1a", "eu-west-1b")
DENIED: Final = {
    "site-north": flow("tcp 10.130.4.10:50123 198.51.100.70:5671"),
    "site-south": flow("tcp 10.131.4.10:50123 198.51.100.70:5671"),
}
"""A flow of each firewall's own VPC to the service that is no longer allowed."""


class _Kept:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def begin(self, firewalls: Collection[str], deadline: Deadline) -> None:
        pass

    def write(self, event: Event) -> None:
        self.events.append(event)


def _name(change: PolicyChange) -> str:
    assert change.firewall is not None
    return str(change.firewall.name.name)


def _snapshot(changes: tuple[PolicyChange, ...]) -> dict[str, Any]:
    parts = []
    for change in changes:
        assert change.firewall is not None
        assert change.old is not None
        parts.append(snapshot_of(change.firewall, change.old))
    return {
        **parts[0],
        "firewalls": [found for part in parts for found in part["firewalls"]],
        "vpcs": {vpc: cidrs for part in parts for vpc, cidrs in part["vpcs"].items()},
    }


def test_firewalls_that_share_a_policy_are_each_flushed_by_their_own_home_net() -> None:
    sides = read_sides(Request(tf_plan=EXAMPLES / "multi-firewall-shared-policy" / "plan.json"))
    clock = VirtualClock()
    emulator = from_snapshot(_snapshot(sides.changes), clock=clock.now, judge=EngineJudge(), zones=ZONES)
    places = {}
    for change in sides.changes:
        assert change.firewall is not None
        place = emulator.endpoint(ZONES[0], firewall=change.firewall.name.arn)
        places[_name(change)] = place
        emulator.put_flow(place, DENIED[_name(change)], age=600)
    region = sides.changes[0].firewall.region if sides.changes[0].firewall else None
    clients = local_clients(str(region))
    for client in clients.every:
        attach(client, emulator, sleep=clock.sleep)
    plan = plan_of(sides, None, About("plan.json", "2026-01-01T00:00:00Z"))
    old, new = sides.changes[0].old, sides.changes[0].new
    assert old is not None
    assert new is not None
    update_groups(clients.reads, old, new)

    result = apply(
        plan,
        service_for=lambda _: AwsFlowService(clients),
        process=Process("shared", clock, _Kept()),
        options=ActOptions(parallel=False),
    )

    assert result.exit_code == 0
    assert {found.firewall.name: _flushed(found.zones) for found in result.firewalls} == {
        "site-north": 1,
        "site-south": 1,
    }
    assert all(not emulator.entries(place) for place in places.values())
    expected = Expectations(lambda flow: flow in DENIED.values(), current_tokens(emulator))
    assert violations(emulator, expected) == []


def _flushed(zones: tuple[Any, ...]) -> int:
    assert {zone.state for zone in zones} == {ZoneState.VERIFIED, ZoneState.NOTHING}
    return sum(len(zone.flushed) for zone in zones)
