from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.report import view_of
from nfw_reconcile.report.comment import BUDGET, comment_text, units
from nfw_reconcile.report.fitting import LEFT_OUT
from nfw_reconcile.report.markdown import render_markdown
from nfw_reconcile.report.redaction import NOTHING
from tests.unit.report.poison import poisoned
from tests.unit.report.scenes import SCENES, tighten
from tests.unit.report.strategies import hostile

LINK = "https://github.example/owner/repository/actions/runs/12"


@pytest.mark.parametrize("name", SCENES)
def test_a_report_that_fits_is_the_whole_report(name: str) -> None:
    document = SCENES[name]()
    assert comment_text(document, NOTHING) == render_markdown(view_of(document))


def test_the_link_stands_at_the_end() -> None:
    assert comment_text(SCENES["tighten"](), NOTHING, LINK).endswith(f"\n[The whole report]({LINK})\n")


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "https://a.example/)![x](y", "https://a.example/ b", ""]
)
def test_an_address_that_could_be_markup_is_no_link(link: str) -> None:
    assert "[The whole report]" not in comment_text(SCENES["tighten"](), NOTHING, link)


@pytest.mark.parametrize("name", SCENES)
def test_what_matters_most_is_kept_longest(name: str) -> None:
    document = SCENES[name]()
    titles = [
        section.title for each in view_of(document).firewalls for section in each.sections if section.blocks
    ]
    whole = units(comment_text(document, NOTHING))
    headline = render_markdown(view_of(document)).partition("\n")[0]
    before = len(titles) + 1
    for budget in range(whole, units(headline) + 1_000, -1_500):
        text = comment_text(document, NOTHING, LINK, budget)
        assert units(text) <= budget
        assert text.startswith(headline)
        kept = sum(f"#### {title}\n" in text or f"<summary>{title}</summary>" in text for title in titles)
        assert kept <= before
        before = kept
        if kept < len(titles):
            assert LEFT_OUT in text


@given(st.sampled_from(sorted(SCENES)), hostile(), st.integers(0, 20_000))
def test_it_never_passes_its_budget_whatever_stands_in_it(name: str, text: str, budget: int) -> None:
    document = poisoned(SCENES[name](), text * 20)
    found = comment_text(document, NOTHING, LINK, budget)
    assert units(found) <= max(budget, units(LINK) + 30)


def test_a_plan_with_thousands_of_flows_and_long_rules_fits() -> None:
    document = tighten()
    (plan,) = document.firewalls
    assert plan.flows is not None
    rows = tuple(
        replace(row, flow=replace(row.flow, source=f"10.{number // 250}.{number % 250}.7"))
        for number in range(5_000)
        for row in plan.flows.rows[:1]
    )
    parts = tuple(replace(part, conditions=("x" * 400,) * 4) for part in plan.region.parts) * 40
    region = replace(plan.region, parts=parts)
    many = replace(plan, flows=replace(plan.flows, rows=rows), region=region)
    text = comment_text(replace(document, firewalls=(many,)), NOTHING)
    assert units(text) <= BUDGET
    assert "more" in text


def test_units_are_those_of_utf_16() -> None:
    assert (units("a"), units("é"), units("😀"), units("\ud800")) == (1, 1, 2, 1)
