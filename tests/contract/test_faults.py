"""Every fault at every call: whatever goes wrong, what a run must never do it does not do, and its end is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.act.lane import Pace
from nfw_reconcile.emulator import faults
from nfw_reconcile.emulator.alterations import Alteration
from nfw_reconcile.emulator.faults import AlteredFault, Fault, FaultRule, nth
from nfw_reconcile.errors import NfwReconcileError
from tests.checker import flushes
from tests.simulation.wires import connected
from tests.unit.act.scene import Scene, messages, tight

if TYPE_CHECKING:
    from nfw_reconcile.model.result_document import ResultDocument

STARTS: Final = ("StartFlowCapture", "StartFlowFlush")
READS: Final = (
    "DescribeFirewall",
    "DescribeFirewallPolicy",
    "DescribeRuleGroup",
    "DescribeFlowOperation",
    "ListFlowOperations",
    "ListFlowOperationResults",
)
REPLIES: Final[dict[str, Fault]] = {
    name: value
    for name, value in vars(faults).items()
    if isinstance(value, faults.ErrorFault | faults.LossFault | faults.GarbleFault)
}
ALTERATIONS: Final = [AlteredFault(kind) for kind in Alteration]
MOST_CALLS: Final = {"ListFlowOperationResults": 16}
DOCUMENTED: Final = {0, 1, 3, 4, 5, 6, 8}
COUNT: Final = 5
PACE: Final = Pace(preflight=10.0, operation=60.0, held=60.0)


@dataclass
class Run:
    scene: Scene
    result: ResultDocument | None

    @property
    def exit_code(self) -> int:
        return 1 if self.result is None else self.result.exit_code


def run(*rules: FaultRule) -> Run:
    """Run with these faults on one zone, whose listings take three pages."""
    scene = tight(count=COUNT, zones=1, page=4, connect=connected)
    plan = scene.plan()
    scene.emulator.faults.add(*rules)
    start = scene.clock.now()
    try:
        result = scene.apply(plan, timeout=300.0, sync_timeout=60.0, pace=PACE)
    except NfwReconcileError:
        result = None
    assert scene.clock.now() - start < 1200
    scene.emulator.faults.clear()
    return Run(scene, result)


def check(found: Run) -> None:
    scene = found.scene
    assert scene.violations() == []
    assert scene.allowed_alive() == COUNT
    assert found.exit_code in DOCUMENTED
    if found.exit_code == 0:
        assert scene.denied_alive() == 0, messages(found.result) if found.result else ""
    if found.result is None:
        assert flushes(scene.emulator) == []
    assert len(flushes(scene.emulator)) <= 1


@pytest.mark.parametrize("name", sorted(REPLIES))
def test_the_first_call_of_every_read_goes_wrong(name: str) -> None:
    check(run(*(FaultRule(REPLIES[name], operation, nth(1)) for operation in READS)))


@pytest.mark.parametrize("operation", STARTS)
@pytest.mark.parametrize("name", sorted(REPLIES))
def test_the_first_start_goes_wrong(name: str, operation: str) -> None:
    check(run(FaultRule(REPLIES[name], operation, nth(1))))


@pytest.mark.full
@pytest.mark.parametrize("operation", READS + STARTS)
@pytest.mark.parametrize("name", sorted(REPLIES))
def test_one_call_that_goes_wrong(name: str, operation: str) -> None:
    for number in range(1, MOST_CALLS.get(operation, 8)):
        check(run(FaultRule(REPLIES[name], operation, nth(number))))


@pytest.mark.parametrize("operation", READS + STARTS)
@pytest.mark.parametrize("name", ["INTERNAL_ERROR", "EMPTY", "ACCESS_DENIED"])
def test_an_operation_that_never_goes_right(name: str, operation: str) -> None:
    found = run(FaultRule(REPLIES[name], operation))
    check(found)
    assert found.exit_code != 0 or (name, operation) == ("EMPTY", "StartFlowFlush")


@pytest.mark.parametrize("fault", ALTERATIONS, ids=lambda fault: fault.kind.name)
@pytest.mark.parametrize("number", [1, 8])
def test_a_listing_that_is_wrong_on_one_page(fault: AlteredFault, number: int) -> None:
    check(run(FaultRule(fault, "ListFlowOperationResults", nth(number))))


@pytest.mark.full
@pytest.mark.parametrize("fault", ALTERATIONS, ids=lambda fault: fault.kind.name)
@pytest.mark.parametrize(
    "operation", ["ListFlowOperationResults", "DescribeFlowOperation", "ListFlowOperations"]
)
def test_any_page_or_description_may_be_wrong(fault: AlteredFault, operation: str) -> None:
    for number in range(1, MOST_CALLS.get(operation, 8)):
        check(run(FaultRule(fault, operation, nth(number))))


@pytest.mark.parametrize("fault", ALTERATIONS, ids=lambda fault: fault.kind.name)
def test_descriptions_and_lists_that_are_wrong_once(fault: AlteredFault) -> None:
    check(run(*(FaultRule(fault, each, nth(2)) for each in ("DescribeFlowOperation", "ListFlowOperations"))))
