"""What a step leaves behind is read back as GitHub's runner reads it."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from nfw_reconcile.report import findings_of, view_of
from nfw_reconcile.report.findings import plain
from nfw_reconcile.report.fitting import LEFT_OUT, TOO_LONG
from nfw_reconcile.report.github import MOST_SUMMARY, github_outputs, github_summary
from nfw_reconcile.report.markdown import render_markdown
from nfw_reconcile.report.phrases import Datum, Phrase
from tests import builders as make
from tests.unit.report.poison import poisoned
from tests.unit.report.scenes import SCENES, tighten
from tests.unit.report.strategies import hostile

TOKEN: Final = "0123456789abcdef" * 4
PARSER: Final = MarkdownIt("commonmark").enable(["table"])


def _read(text: str) -> dict[str, str]:
    """Read a file of outputs: ``name<<delimiter``, lines, and the delimiter alone on a line."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, _, delimiter = line.partition("<<")
        assert delimiter
        value: list[str] = []
        for inner in lines:
            if inner == delimiter:
                break
            value.append(inner)
        else:
            pytest.fail(f"{name} has no end")
        assert name not in found
        found[name] = "\n".join(value)
    return found


def test_outputs_of_a_plan() -> None:
    document = tighten()
    outputs = _read(github_outputs(findings_of(document), TOKEN))
    assert outputs["kind"] == "plan"
    assert outputs["sha256"] == document.sha256
    assert outputs["headline"].startswith("42 live flows would be cut on firewall prod-egress")
    assert (outputs["newly_denied_flows"], outputs["flows_to_flush"]) == ("42", "41")


def test_outputs_of_a_result() -> None:
    outputs = _read(github_outputs(findings_of(SCENES["survivors"]()), TOKEN))
    assert (outputs["kind"], outputs["survivors"], outputs["exit_code"]) == ("result", "1", "6")


@given(hostile())
def test_no_text_makes_an_output_of_its_own(text: str) -> None:
    attack = f"{text}\nghadelimiter_{TOKEN[:63]}0\nkind<<x\nevil\nx\n"
    document = poisoned(tighten(), attack)
    found = findings_of(document)
    outputs = _read(github_outputs(found, TOKEN))
    assert outputs["kind"] == "plan"
    assert outputs["headline"] == plain(found.headline)
    assert set(outputs) == set(_read(github_outputs(findings_of(tighten()), TOKEN)))


@pytest.mark.parametrize("token", ["", "EOF", "0" * 31, "0" * 32 + "\n", "G" * 32, "0" * 31 + "٣"])
def test_a_token_that_could_be_guessed_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="32 hexadecimal digits"):
        github_outputs(findings_of(tighten()), token)


@pytest.mark.parametrize("name", SCENES)
def test_a_summary_that_fits_is_the_markdown_report(name: str) -> None:
    view = view_of(SCENES[name]())
    assert github_summary(view) == render_markdown(view)


def _headings(markdown: str) -> list[str]:
    tokens = PARSER.parse(markdown)
    return [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]


@pytest.mark.parametrize("name", ["tighten", "three-firewalls", "flushed"])
@given(st.integers(0, 12_000))
def test_a_summary_is_cut_between_sections_and_counts_what_is_left_out(name: str, most: int) -> None:
    view = view_of(SCENES[name]())
    whole, summary = render_markdown(view), github_summary(view, most)
    assert len(summary.encode()) <= most
    if summary == whole or not summary:
        return
    assert f"**{LEFT_OUT}**: " in summary or TOO_LONG.raw in summary
    assert set(_headings(summary)) <= set(_headings(whole))
    assert summary.count("<details>") == summary.count("</details>")
    if f"**{LEFT_OUT}**: " in summary and "everything but the headline" not in summary:
        named = summary.partition(f"**{LEFT_OUT}**: ")[2].strip().split(", ")
        titles = [section.title for each in view.firewalls for section in each.sections if section.blocks]
        shown = [title for title in titles if f"#### {title}\n" in summary or f"<summary>{title}" in summary]
        assert {*named, *shown} == set(titles)


def test_as_much_as_fits_is_kept() -> None:
    view = view_of(tighten())
    sizes = [len(github_summary(view, most).encode()) for most in range(0, 14_000, 500)]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) > 5


def test_a_report_of_megabytes_keeps_its_headline() -> None:
    remarks = tuple(make.warning(f"{number} {'x' * 400}") for number in range(4_000))
    view = view_of(make.plan_document(make.firewall_plan(make.region_part(), remarks=remarks)))
    assert len(render_markdown(view).encode()) > MOST_SUMMARY
    summary = github_summary(view)
    assert "TCP from 10.1.0.0/16" in summary
    assert LEFT_OUT in summary
    endless = dataclasses.replace(view, headline=Phrase(tuple(Datum("x" * 500) for _ in range(3_000))))
    assert github_summary(endless).startswith("**The report is too long.**")
