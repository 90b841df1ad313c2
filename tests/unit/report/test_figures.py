from __future__ import annotations

from nfw_reconcile.model.result_document import ZoneState
from nfw_reconcile.report.blocks import Figure, Tone
from nfw_reconcile.report.figures import plan_figures, result_figures
from tests import builders as make
from tests.unit.report.scenes import drift, no_flows, tighten


def _told(figures: tuple[Figure, ...]) -> dict[str, str]:
    return {figure.label: figure.value.raw for figure in figures}


def test_the_numbers_of_a_plan() -> None:
    assert _told(plan_figures(tighten().firewalls[0])) == {
        "To flush": "41",
        "Bytes of these": "205 MB",
        "Cut at once": "1",
        "May be cut": "1",
        "Not decided": "1",
        "Looked at": "1,204",
    }


def test_the_numbers_of_a_sweep() -> None:
    assert _told(plan_figures(drift().firewalls[0]))["Blocked attempts"] == "2"


def test_where_nobody_looked_there_is_no_number() -> None:
    assert plan_figures(no_flows().firewalls[0]) == ()
    assert result_figures(make.firewall_result()) == ()


def test_the_numbers_of_a_result() -> None:
    rows = (make.flow_row(), make.flow_row(make.flow("192.0.2.1")))
    zones = (
        make.zone_result(flushed=rows),
        make.zone_result("b", ZoneState.SURVIVORS, to_flush=3, survivors=rows[:1], left_alive=rows),
    )
    assert _told(result_figures(make.firewall_result(*zones))) == {
        "Zones done": "1 of 2",
        "Captured": "240",
        "To flush": "5",
        "Flushed": "2",
        "Survive": "1",
        "Left alive": "2",
    }


def test_none_of_something_is_no_reason_for_a_tone() -> None:
    figures = plan_figures(make.firewall_plan(flows=make.flows_seen(looked_at=3)))
    assert {figure.tone for figure in figures} == {Tone.PLAIN}


def test_what_is_not_known_is_no_zero() -> None:
    unknown = make.zone_result("b", ZoneState.UNKNOWN, to_flush=2)
    told = _told(result_figures(make.firewall_result(unknown)))
    assert (told["Flushed"], told["Survive"]) == ("not known", "not known")
    row = make.flow_row()
    zones = (make.zone_result(state=ZoneState.SURVIVORS, flushed=(row,), survivors=(row,)), unknown)
    told = _told(result_figures(make.firewall_result(*zones)))
    assert (told["Flushed"], told["Survive"]) == ("1 or more", "1 or more")
