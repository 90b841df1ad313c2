"""Whole reports, as kept in tests/cases/report; ``UPDATE_GOLDEN=1`` writes them anew, for review in the diff."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

from nfw_reconcile.report import Format, render
from tests.unit.report.scenes import SCENES

CASES: Final = Path(__file__).parents[2] / "cases" / "report"
FILES: Final = {
    Format.TEXT: "expected.txt",
    Format.MARKDOWN: "expected.md",
    Format.HTML: "expected.html",
    Format.SARIF: "expected.sarif",
    Format.JUNIT: "expected.junit.xml",
    Format.CODEQUALITY: "expected.codequality.json",
    Format.ANNOTATIONS: "expected.annotations",
}


@pytest.mark.parametrize("form", FILES)
@pytest.mark.parametrize("name", SCENES)
def test_a_report_is_what_is_kept(name: str, form: Format) -> None:
    report = _kept(render(SCENES[name](), form, width=100), form)
    path = CASES / name / FILES[form]
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(report, encoding="utf-8")
    assert report == path.read_text(encoding="utf-8")


def _kept(report: str, form: Format) -> str:
    """Leave the head of a page out: it is the same for all, and its style sheet is a file of its own."""
    return report[report.index("<body>") :] if form is Format.HTML else report


def test_every_kept_case_is_a_scene() -> None:
    assert {path.name for path in CASES.iterdir()} == set(SCENES)
