from __future__ import annotations

import pytest

from nfw_reconcile.model.result_document import ZoneState
from nfw_reconcile.report.charts import Part
from nfw_reconcile.report.stages import run_stages
from tests import builders as make

ROWS = (make.flow_row(), make.flow_row(make.flow("192.0.2.1")))


def test_a_run_with_nothing_to_flush_has_no_picture() -> None:
    assert run_stages([]) is None
    assert run_stages([make.zone_result(state=ZoneState.NOTHING)]) is None


def test_before_flushed_and_after() -> None:
    chart = run_stages([make.zone_result(flushed=ROWS), make.zone_result("b", ZoneState.NOTHING)])
    assert chart is not None
    assert [stage.parts for stage in chart.stages] == [
        ((Part.DENIED, 2),),
        ((Part.GONE, 2),),
        ((Part.ALIVE, 0),),
    ]


def test_what_was_not_flushed_and_what_survives_are_told() -> None:
    chart = run_stages([make.zone_result(flushed=ROWS, to_flush=5, survivors=ROWS[:1])])
    assert chart is not None
    assert [stage.parts for stage in chart.stages[1:]] == [
        ((Part.GONE, 2), (Part.LEFT, 3)),
        ((Part.ALIVE, 1),),
    ]


@pytest.mark.parametrize("state", [ZoneState.UNKNOWN, ZoneState.INTERRUPTED, ZoneState.FAILED])
def test_what_may_have_been_flushed_is_no_number_of_what_was_not(state: ZoneState) -> None:
    zones = [make.zone_result(flushed=ROWS), make.zone_result("b", state, to_flush=3)]
    chart = run_stages([*zones, make.zone_result("c", ZoneState.REFUSED, to_flush=4)])
    assert chart is not None
    assert chart.stages[1].parts == ((Part.GONE, 2), (Part.UNSURE, 3), (Part.LEFT, 4))
    assert chart.stages[2].parts is None
    assert chart.caption.raw == "What is alive is not known in b and c."


def test_survivors_that_are_known_are_told_though_there_may_be_more() -> None:
    zones = [make.zone_result(state=ZoneState.SURVIVORS, flushed=ROWS, survivors=ROWS[:1])]
    chart = run_stages([*zones, make.zone_result("b", ZoneState.BUSY)])
    assert chart is not None
    assert chart.stages[2].parts == ((Part.ALIVE, 1),)
    assert chart.caption.raw == "What is alive is not known in b."
