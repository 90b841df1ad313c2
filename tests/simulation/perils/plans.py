"""Perils of the plan file: changed after it was written, or about another account, region or firewall."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.simulation.perils.common import bounded, judged, started
from tests.simulation.scenarios import one_zone
from tests.unit.act.scene import plan_of

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation


def refused(sim: Simulation) -> list[str]:
    outcome = bounded(sim).run()
    return judged(outcome, exit_code=3) + started(outcome)


def planned_elsewhere(**identity: Any) -> list[str]:  # noqa: ANN401 - any field of the identity
    sim = one_zone()
    (part,) = sim.plan.firewalls
    sim.plan = plan_of(replace(part, firewall=replace(part.firewall, **identity)))
    return refused(sim)


def planned_in_another_account() -> list[str]:
    return planned_elsewhere(account="999999999999")


def planned_in_another_region() -> list[str]:
    return planned_elsewhere(region="eu-west-1")


def planned_for_a_firewall_that_was_replaced() -> list[str]:
    return planned_elsewhere(firewall_id="00000000-0000-0000-0000-000000000000")


def changed_after_it_was_written() -> list[str]:
    sim = one_zone()
    sim.plan = replace(sim.plan, created_at="2026-01-02T00:00:00Z")
    return refused(sim)
