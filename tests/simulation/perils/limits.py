"""Perils of limits: of a zone, a firewall, a later round; and of a run that is to flush nothing at all."""

from __future__ import annotations

from nfw_reconcile.emulator.outcomes import OperationType, OutcomeRule, with_errors
from nfw_reconcile.model.documents import Limits
from tests.simulation.perils.common import bounded, ended, judged, started
from tests.simulation.scenarios import one_zone
from tests.simulation.simulation import account, simulate


def two_zones(limits: Limits) -> list[str]:
    """Three flows are to go in each of two zones, and six are too many, or not allowed at all."""
    scene, wires = account(zones=2)
    scene.add_flows()
    return ended(simulate(scene, wires, limits=limits), exit_code=3)


def more_flows_than_the_limit() -> list[str]:
    return two_zones(Limits(2, None, (), ()))


def more_flows_than_the_limit_in_all_zones_together() -> list[str]:
    return two_zones(Limits(5, None, (), ()))


def more_percent_than_the_limit() -> list[str]:
    return two_zones(Limits(1000, 49.0, (), ()))


def protected_addresses() -> list[str]:
    return two_zones(Limits(1000, None, ("192.0.2.0/24",), ()))


def protected_ports() -> list[str]:
    return two_zones(Limits(1000, None, (), ("5432",)))


def more_flows_than_the_limit_once_the_second_round_has_found_the_rest() -> list[str]:
    """Captures before the flush list half of the flows."""
    sim = one_zone()
    sim.options["limits"] = Limits(2, None, (), ())
    rule = OutcomeRule(with_errors(touches=0.3), OperationType.CAPTURE, lambda number: number <= 15)
    sim.scene.emulator.outcomes.add(rule)
    return ended(sim, exit_code=6)


def a_dry_run() -> list[str]:
    sim = one_zone()
    sim.options["dry_run"] = True
    outcome = bounded(sim).run()
    return judged(outcome) + started(outcome, "StartFlowFlush")
