"""The two scripts that every pipeline is built on, on the emulator: what they leave, what they say, how they end."""

from __future__ import annotations

import json
import shutil
import signal
import stat
from typing import TYPE_CHECKING, Any

import pytest

from nfw_reconcile.report.github import MOST_SUMMARY
from tests.checker import flushes
from tests.cli.site import DENIED
from tests.hooks.workplace import Workplace
from tests.places import DEMO

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.site import Site

BEFORE, AFTER = "ci/nfw/pre-apply.sh", "ci/nfw/post-apply.sh"
TF_PLAN = str(DEMO / "plan.json")


def result_of(path: Path) -> Any:  # noqa: ANN401 - JSON has no narrower type
    return json.loads(path.read_text())


# POSIX asks for no more than `sh`: dash is one that has nothing beside it, bash one that most images have.
SHELLS = ["dash", pytest.param("bash", marks=pytest.mark.full)]


@pytest.mark.parametrize("shell", SHELLS)
def test_before_and_after_apply_the_promise_is_kept(workplace: Workplace, made: Site, shell: str) -> None:
    shutil.copy(DEMO / "plan.json", workplace.folder / "tfplan.json")
    before = workplace.run(shell, BEFORE)
    assert before.code == 0, before.err
    assert "Newly denied" in before.out
    assert "+ egress sid 10 main.tf:31:" in before.out
    after = workplace.run(shell, AFTER)
    assert after.code == 0, after.err
    assert f"{len(DENIED)} flows flushed and proven gone" in after.out
    assert made.problems() == []
    assert f"{len(DENIED)} flows flushed" in (workplace.folder / "nfw-result.md").read_text()
    for name in ("nfw.plan", "nfw.result"):
        assert stat.S_IMODE((workplace.folder / name).stat().st_mode) == 0o600
    assert list((workplace.folder / ".nfw-reconcile").glob("*.jsonl"))


def test_paths_come_from_the_environment_and_options_from_the_command_line(
    workplace: Workplace, made: Site
) -> None:
    paths = {
        "NFW_PLAN": "my plan",
        "NFW_PLAN_REPORT": "-plan.md",
        "NFW_RESULT": "my result",
        "NFW_RESULT_REPORT": "*",
        "NFW_JOURNAL": "a journal",
    }
    before = workplace.run(BEFORE, "--detailed-exitcode", NFW_TF_PLAN=TF_PLAN, **paths)
    assert before.code == 2, before.err
    digest = result_of(workplace.folder / "my plan")["sha256"]
    after = workplace.run(AFTER, "--max-flows", "100", NFW_PLAN_SHA256=digest, **paths)
    assert after.code == 0, after.err
    assert made.problems() == []
    left = {path.name for path in workplace.folder.iterdir()} - {"ci"}
    left -= {path.name for path in (DEMO / "new").iterdir()}
    assert left == {"my plan", "-plan.md", "my result", "*", "a journal"}


def test_the_report_goes_to_the_page_of_the_job_where_there_is_one(offline: Workplace) -> None:
    page = offline.folder / "summary"
    page.write_text("Earlier.\n")
    done = offline.run(BEFORE, NFW_TF_PLAN=TF_PLAN, GITHUB_STEP_SUMMARY=str(page))
    assert done.code == 0
    assert page.read_text() == "Earlier.\n" + (offline.folder / "nfw-plan.md").read_text()


@pytest.mark.parametrize(("size", "shown"), [(MOST_SUMMARY - 9, True), (MOST_SUMMARY - 8, False)])
def test_a_report_that_the_page_would_not_take_is_named(offline: Workplace, size: int, shown: bool) -> None:  # noqa: FBT001 - a column
    (offline.folder / "report.md").write_text("x" * size)
    page = offline.folder / "summary"
    page.write_text("Earlier.\n")
    done = offline.run("ci/nfw/step-summary.sh", "report.md", GITHUB_STEP_SUMMARY=str(page))
    assert done.code == 0
    assert (page.stat().st_size == size + 9) is shown
    assert ("report.md" in page.read_text()) is not shown


def test_a_plan_that_cannot_be_made_leaves_none_from_earlier(offline: Workplace) -> None:
    (offline.folder / "nfw.plan").write_text("of another change")
    done = offline.run(BEFORE, NFW_TF_PLAN="missing.json")
    assert done.code == 1
    assert "missing.json" in done.err
    assert not (offline.folder / "nfw.plan").exists()
    assert offline.run(AFTER).code == 1


def test_another_plan_than_the_approved_one_is_refused(offline: Workplace) -> None:
    offline.run(BEFORE, NFW_TF_PLAN=TF_PLAN)
    (offline.folder / "nfw.result").write_text("of another run")
    done = offline.run(AFTER, NFW_PLAN_SHA256="0" * 64)
    assert done.code == 3
    assert "--plan-sha256" in done.err
    assert not (offline.folder / "nfw.result").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_a_cancelled_job_stops_in_good_order(tmp_path: Path, made: Site, shell: str) -> None:
    workplace = Workplace(tmp_path / "job", made.url)  # no resident process stands between signal and program
    shutil.copy(made.folder / "nfw.plan", workplace.folder)
    process = workplace.start(shell, AFTER)
    out, err = made.stopped_amid_flush(process, signal.SIGINT)  # to the shell alone, as CI services do it
    sent = len(flushes(made.emulator))
    assert process.returncode == 5, out + err
    assert "nfw-reconcile resume" in out
    assert len(flushes(made.emulator)) == sent
    resumed = workplace.run("nfw-reconcile", "resume")
    assert resumed.code == 0, resumed.err
    assert made.problems() == []
