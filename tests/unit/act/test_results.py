from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.act.lane import Lane, Pace
from nfw_reconcile.act.operations import follow
from nfw_reconcile.act.paging import BrokenPagesError
from nfw_reconcile.act.ports import Accepted, FlowRequest, OperationStatus, Scope
from nfw_reconcile.act.results import read_results
from nfw_reconcile.act.waiting import Deadline
from nfw_reconcile.emulator.alterations import Alteration
from nfw_reconcile.emulator.faults import EXPIRED_PAGE_TOKEN, AlteredFault, FaultRule, nth
from tests.unit.act.scene import CAPTURE_FILTERS, A, Scene, build, flow

if TYPE_CHECKING:
    from nfw_reconcile.act.results import Listing

FLOWS = {flow(host) for host in range(1, 11)}
PAGES = 4


def ended_capture() -> tuple[Scene, Lane, str]:
    """Run a capture to its end; its results take four pages."""
    scene = build(zones=1, page=3)
    scene.put(A, FLOWS)
    lane = Lane(
        scene.service, scene.firewall, Scope(A), scene.clock, Deadline.after(scene.clock, 300.0), Pace()
    )
    started = scene.service.start_capture(FlowRequest(scene.firewall, Scope(A), CAPTURE_FILTERS, 0))
    assert isinstance(started, Accepted)
    follow(lane, started.operation_id)
    return scene, lane, started.operation_id


def read(*rules: FaultRule) -> Listing:
    scene, lane, operation_id = ended_capture()
    scene.emulator.faults.add(*rules)
    return read_results(lane, operation_id)


def test_all_pages_are_read() -> None:
    found = read()
    assert {entry.tuple for entry in found.entries} == FLOWS
    assert found.status is OperationStatus.COMPLETED
    assert {entry.zone for entry in found.entries} == {A}


@pytest.mark.parametrize("kind", list(Alteration))
@pytest.mark.parametrize("page", range(1, 2 * PAGES + 1))
def test_a_page_that_is_wrong_once_is_never_believed(kind: Alteration, page: int) -> None:
    found = read(FaultRule(AlteredFault(kind), "ListFlowOperationResults", nth(page)))
    assert {entry.tuple for entry in found.entries} == FLOWS
    assert found.status is OperationStatus.COMPLETED


def test_a_page_token_that_expired_is_no_reason_to_stop() -> None:
    found = read(FaultRule(EXPIRED_PAGE_TOKEN, "ListFlowOperationResults", nth(2)))
    assert {entry.tuple for entry in found.entries} == FLOWS


@pytest.mark.parametrize(
    "kind",
    [
        Alteration.OTHER_OPERATION,
        Alteration.REPEATED_TOKEN,
        Alteration.CYCLIC_TOKEN,
    ],
)
def test_pages_that_never_fit_together_are_void(kind: Alteration) -> None:
    with pytest.raises(BrokenPagesError):
        read(FaultRule(AlteredFault(kind), "ListFlowOperationResults"))


def test_readings_that_never_agree_are_void() -> None:
    wrong = FaultRule(
        AlteredFault(Alteration.EMPTY_PAGE), "ListFlowOperationResults", lambda c: c.nth % 8 < 4
    )
    with pytest.raises(BrokenPagesError):
        read(wrong)
