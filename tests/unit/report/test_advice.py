from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.model.policy import StreamExceptionPolicy
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.report.advice import on_tcp, what_clients_feel
from nfw_reconcile.report.blocks import Bullets, Tone
from tests import builders as make

if TYPE_CHECKING:
    from nfw_reconcile.model.plan_document import FirewallPlan


def _labels(plan: FirewallPlan) -> list[str]:
    section = what_clients_feel(plan)
    if section is None:
        return []
    (bullets,) = section.blocks
    assert isinstance(bullets, Bullets)
    return [bullet.label for bullet in bullets.items]


@pytest.mark.parametrize(
    ("plan", "labels"),
    [
        (make.firewall_plan(), []),
        (make.firewall_plan(make.region_part()), ["TCP"]),
        (make.firewall_plan(make.region_part(make.box(protocols=(17,)))), ["UDP and ICMP"]),
        (make.firewall_plan(make.region_part(make.box(protocols=(6, 17)))), ["TCP", "UDP and ICMP"]),
        (make.firewall_plan(make.region_part(make.box(protocols=()))), ["TCP", "UDP and ICMP"]),
        (make.firewall_plan(flows=make.flows_seen(make.flow_row(make.flow(protocol=17)))), ["UDP and ICMP"]),
        (make.firewall_plan(flows=make.flows_seen(make.flow_row(effect=Effect.UNDECIDED))), []),
    ],
)
def test_only_what_can_be_cut_is_talked_about(plan: FirewallPlan, labels: list[str]) -> None:
    assert _labels(plan) == labels


@pytest.mark.parametrize(
    ("policy", "tone", "words"),
    [
        ("DROP", Tone.CAUTION, "hang until their own timeout"),
        ("REJECT", Tone.PLAIN, "RST"),
        ("CONTINUE", Tone.CAUTION, "may live on"),
        ("NEWER", Tone.CAUTION, "not known here"),
    ],
)
def test_the_stream_exception_policy_decides_what_clients_feel(policy: str, tone: Tone, words: str) -> None:
    bullet = on_tcp(policy)
    assert bullet.tone is tone
    assert words in bullet.text.raw
    assert policy in bullet.text.raw


def test_every_policy_of_the_service_is_explained() -> None:
    assert all("not known" not in on_tcp(policy).text.raw for policy in StreamExceptionPolicy)
