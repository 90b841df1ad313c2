from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.model.documents import Limits
from nfw_reconcile.model.plan_document import Undecided
from nfw_reconcile.model.result_document import ZoneState
from nfw_reconcile.model.verdict import Effect
from nfw_reconcile.report import Format, render, view_of
from nfw_reconcile.report.blocks import Table, Tone
from nfw_reconcile.report.view import plan_view, result_view
from tests import builders as make
from tests.unit.report.scenes import SCENES, home_net_unknown, tighten

if TYPE_CHECKING:
    from nfw_reconcile.report.blocks import View


def _labels(view: View) -> list[str]:
    return [bullet.label for bullet in view.lead]


def _titles(view: View) -> list[str]:
    return [section.title.split(" (")[0] for firewall in view.firewalls for section in firewall.sections]


def test_what_a_reviewer_must_know_first_comes_first() -> None:
    assert _titles(plan_view(tighten())) == [
        "Warnings",
        "Who is cut",
        "Cut by the change itself",
        "Who may be cut",
        "Flows that could not be decided",
        "Rule changes",
        "Setting changes",
        "Newly denied",
        "Possibly denied",
        "Could not be decided",
        "Capture filters",
        "What clients will feel",
    ]


@pytest.mark.parametrize("form", [Format.TEXT, Format.MARKDOWN])
def test_an_unknown_home_net_is_said_once_before_the_limits(form: Format) -> None:
    assert _labels(plan_view(home_net_unknown())) == ["Warning", "Limits"]
    assert render(home_net_unknown(), form).count("--home-net") == 1


def test_two_firewalls_share_one_word_about_home_net() -> None:
    plan = home_net_unknown().firewalls[0]
    other = dataclasses.replace(plan, firewall=make.firewall("other"))
    assert _labels(plan_view(make.plan_document(plan, other))) == ["Warning", "Limits"]


def test_a_plan_over_the_limit_says_so() -> None:
    rows = [make.flow_row(make.flow(source_port=port)) for port in range(1, 4)]
    plan = make.firewall_plan(flows=make.flows_seen(*rows))

    def lead(limit: int) -> list[str]:
        return _labels(plan_view(make.plan_document(plan, limits=Limits(limit, None, (), ()))))

    assert lead(3) == ["Limits"]
    assert lead(2) == ["Limits", "Over the limit"]


def test_remarks_are_told_once_warnings_first() -> None:
    notes = (make.note("b"), make.warning("a"), make.note("b"))
    view = plan_view(make.plan_document(make.firewall_plan(), remarks=notes))
    assert [(bullet.label, bullet.text.raw) for bullet in view.lead[1:]] == [("Warning", "a"), ("Note", "b")]


def _tables(view: View) -> list[Table]:
    sections = [section for firewall in view.firewalls for section in firewall.sections]
    return [block for section in sections for block in section.blocks if isinstance(block, Table)]


def test_tables_are_cut_and_say_how_much_is_left_out() -> None:
    flows = [make.flow(f"192.0.2.{n}") for n in range(9)]
    effects = (Effect.NEWLY_DENIED, Effect.POSSIBLY_DENIED, Effect.UNDECIDED)
    rows = [make.flow_row(flow, effect=effect) for effect in effects for flow in flows]
    parts = [
        make.region_part(make.box(port=str(n)), effect=effect) for effect in effects[:2] for n in range(1, 10)
    ]
    undecided = tuple(Undecided("new", f"reason {n}", "") for n in range(9))
    plan = make.firewall_plan(*parts, flows=make.flows_seen(*rows), undecided=undecided)
    tables = _tables(plan_view(make.plan_document(plan), most_rows=4))
    assert [len(table.rows) for table in tables] == [4] * 6
    assert [table.rest.raw for table in tables if table.rest] == [
        "and 5 more flows to 5 more services",
        "and 5 more services",
        "and 5 more services",
        "and 5 more parts",
        "and 5 more parts",
        "and 5 more reasons",
    ]


def test_survivors_are_told_one_by_one_oldest_first_and_cut_too() -> None:
    rows = tuple(make.flow_row(make.flow(f"192.0.2.{n}"), age=n) for n in range(9))
    zone = make.zone_result(state=ZoneState.SURVIVORS, survivors=rows)
    view = result_view(make.result_document(make.firewall_result(zone, exit_code=6)), most_rows=2)
    table = _tables(view)[1]
    assert [row[2].raw for row in table.rows] == ["8 s", "7 s"]
    assert table.rest is not None
    assert table.rest.raw == "and 7 more flows"


def test_denied_flows_that_were_left_alive_are_not_forgotten() -> None:
    zone = make.zone_result(state=ZoneState.REFUSED, left_alive=(make.flow_row(),))
    view = result_view(make.result_document(make.firewall_result(zone, exit_code=3)))
    assert "Left alive though denied" in _titles(view)


def test_a_zone_is_named_by_its_scope_only_where_that_is_not_all_of_it() -> None:
    zones = [
        make.zone_result("eu-west-1a", scope="AvailabilityZone eu-west-1a"),
        make.zone_result("eu-west-1b", scope="VpcEndpointId vpce-1"),
    ]
    table = _tables(result_view(make.result_document(make.firewall_result(*zones))))[0]
    assert [row[0].raw for row in table.rows] == ["eu-west-1a", "eu-west-1b vpce-1"]


@pytest.mark.parametrize("name", SCENES)
def test_every_row_has_a_cell_for_every_column(name: str) -> None:
    for table in _tables(view_of(SCENES[name]())):
        assert {len(row) for row in table.rows} <= {len(table.columns)}


@pytest.mark.parametrize("name", SCENES)
def test_the_digest_and_the_engine_are_told(name: str) -> None:
    document = SCENES[name]()
    view = view_of(document)
    told = " ".join(bullet.text.raw for bullet in view.facts)
    assert view.digest == document.sha256
    assert document.sha256 in told
    assert view.tone in Tone
    if view.kind == "plan":
        assert "Suricata 7.0.10" in told
