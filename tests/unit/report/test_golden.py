"""Whole reports, as kept in tests/cases/report; ``UPDATE_GOLDEN=1`` writes them anew, for review in the diff."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

from nfw_reconcile.report import Format, render
from tests.unit.report.scenes import SCENES

CASES: Final = Path(__file__).parents[2] / "cases" / "report"
FILES: Final = {Format.TEXT: "expected.txt", Format.MARKDOWN: "expected.md"}


@pytest.mark.parametrize("form", FILES)
@pytest.mark.parametrize("name", SCENES)
def test_a_report_is_what_is_kept(name: str, form: Format) -> None:
    report = render(SCENES[name](), form, width=100)
    path = CASES / name / FILES[form]
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(report, encoding="utf-8")
    assert report == path.read_text(encoding="utf-8")


def test_every_kept_case_is_a_scene() -> None:
    assert {path.name for path in CASES.iterdir()} == set(SCENES)
