from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.model.plan_document import AttemptRule, FlowsSeen
from nfw_reconcile.report.blocks import Tone
from nfw_reconcile.report.sweeps import is_sweep, sweep_headline, sweep_sections
from tests import builders as make
from tests.unit.report.scenes import drift, drift_unsure, no_drift, tighten

if TYPE_CHECKING:
    from nfw_reconcile.model.documents import FlowRow

RULES = (AttemptRule(7, 127, None),)


def denied(host: int, sid: int) -> FlowRow:
    rule = make.by_rule(make.rule(sid=sid))
    return make.flow_row(make.flow(source=f"10.1.0.{host}"), old=make.by_default("no rule matched"), new=rule)


def headline(flows: FlowsSeen | None) -> str:
    return sweep_headline(make.firewall_plan(flows=flows, attempts=RULES)).text.raw


def test_a_plan_with_rules_for_attempts_is_a_sweep() -> None:
    assert is_sweep(drift().firewalls[0])
    assert not is_sweep(tighten().firewalls[0])


@pytest.mark.parametrize(
    ("scene", "tone"), [(drift, Tone.BAD), (no_drift, Tone.GOOD), (drift_unsure, Tone.CAUTION)]
)
def test_only_a_sweep_without_drift_and_doubt_is_good(scene: type, tone: Tone) -> None:
    assert sweep_headline(scene().firewalls[0]).tone is tone


def test_one_flow_is_told_as_one() -> None:
    told = headline(make.flows_seen(denied(1, 7)))
    assert (
        told == "1 flow lives on firewall prod-egress though the live policy denies it by sid 7 of group web."
    )


def test_the_rules_that_deny_most_are_named() -> None:
    rows = [denied(host, sid) for host, sid in enumerate((1, 2, 2, 3, 3, 3, 4, 5), 1)]
    told = headline(make.flows_seen(*rows))
    causes = "3 by sid 3 of group web, 2 by sid 2 of group web, 1 by sid 1 of group web and 2 by other rules."
    assert told.endswith(causes)


def test_blocked_attempts_are_no_doubt() -> None:
    plan = make.firewall_plan(
        flows=make.flows_seen(looked_at=9, attempts=(denied(1, 7), denied(2, 7))), attempts=RULES
    )
    found = sweep_headline(plan)
    assert (found.tone, found.text.raw.partition("; ")[2]) == (Tone.GOOD, "2 look like blocked attempts.")


def test_where_nobody_looked_nothing_is_claimed() -> None:
    assert headline(None) == "No live flows were looked at on firewall prod-egress."
    assert sweep_sections(make.firewall_plan(attempts=RULES), 9) == ()


def test_what_did_not_change_is_not_spoken_of() -> None:
    titles = " ".join(section.title for section in sweep_sections(drift().firewalls[0], 9))
    assert "Newly denied" not in titles
    assert "changes" not in titles
