from __future__ import annotations

import pytest

from nfw_reconcile.act.live import LiveFirewall
from nfw_reconcile.act.options import ActOptions
from nfw_reconcile.act.waiting import Deadline
from nfw_reconcile.errors import StalePlan
from tests.denials import deny
from tests.unit.act.scene import NEW_RULES, OLD_RULES, PortPolicies, Scene, build

OTHER: str = "the live policy is not the planned one: its rules are others."


def live(scene: Scene) -> LiveFirewall:
    policies = PortPolicies(OLD_RULES, NEW_RULES)
    deadline = Deadline.after(scene.clock, 60.0)
    return LiveFirewall(scene.service, scene.firewall, policies, ActOptions(), deadline)


def test_another_policy_than_the_planned_one_is_refused() -> None:
    with pytest.raises(StalePlan) as raised:
        live(build(zones=1)).planned()
    assert [each.summary for each in raised.value.problems] == [OTHER]


def test_what_could_not_be_read_is_told_before_what_differs() -> None:
    scene = build(zones=1)
    deny(scene.emulator, scene.clients, "ec2:DescribeVpcs")
    with pytest.raises(StalePlan) as raised:
        live(scene).planned()
    first, second = raised.value.problems
    assert first.summary.startswith("the credentials do not permit ec2:DescribeVpcs on vpc-0a1b2c")
    assert second.summary == OTHER
