"""What ``--github`` leaves for a workflow, and that no format changes how a command ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.cli import run
from nfw_reconcile.cli.github import StepFiles, step_files
from nfw_reconcile.cli.showing import Shown
from nfw_reconcile.errors import ExitCode, NfwReconcileError, UsageError
from nfw_reconcile.model.result_document import ResultDocument
from nfw_reconcile.pipeline.saved import document_bytes
from nfw_reconcile.report import Format, view_of
from nfw_reconcile.report.github import MOST_SUMMARY
from nfw_reconcile.report.markdown import render_markdown
from tests.places import EXAMPLES
from tests.unit.report.scenes import SCENES

if TYPE_CHECKING:
    from pathlib import Path

PLAN = str(EXAMPLES / "rules-string-templatefile" / "plan.json")
FLOWS = str(EXAMPLES / "rules-string-templatefile" / "flows.jsonl")
NAMES = ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StepFiles:
    environ = {name: str(tmp_path / name) for name in NAMES}
    for name, path in environ.items():
        monkeypatch.setenv(name, path)
    return step_files(environ)


def undated(report: str) -> str:
    """Leave out when a plan was made, and its digest, which follows from that."""
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z|\b[0-9a-f]{64}\b", "...", report)


def test_a_plan_leaves_annotations_outputs_and_a_summary(
    step: StepFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    step.outputs.write_text("earlier=1\n")
    step.summary.write_text("Earlier.\n\n")
    command = ["plan", "--tf-plan", PLAN, "--flows", FLOWS]
    assert run(command) == ExitCode.OK
    plain = capsys.readouterr()
    assert run([*command, "--github"]) == ExitCode.OK
    told = capsys.readouterr()
    assert undated(told.out) == undated(plain.out)
    assert [line.partition(" ")[0] for line in told.err.splitlines()][:2] == ["::notice", "::error"]
    assert step.outputs.read_text().startswith("earlier=1\nkind<<ghadelimiter_")
    assert step.summary.read_text().startswith("Earlier.\n\n**")


def test_the_delimiter_is_another_in_every_run(step: StepFiles, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert run(["plan", "--tf-plan", PLAN, "--github"]) == ExitCode.OK
    capsys.readouterr()
    found = re.findall(r"^kind<<(ghadelimiter_[0-9a-f]{64})$", step.outputs.read_text(), re.MULTILINE)
    assert len(set(found)) == 2


def test_a_result_is_left_as_well(
    step: StepFiles, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = tmp_path / "nfw.result"
    saved.write_bytes(document_bytes(SCENES["survivors"]()))
    assert run(["show", str(saved), "--github", "--format", "json"]) == ExitCode.OK
    told = capsys.readouterr()
    assert told.out.startswith("{")
    assert "::error title=nfw-reconcile%3A Denied flows are still alive::" in told.err
    assert "exit_code<<" in step.outputs.read_text()


def test_annotations_are_written_once(step: StepFiles, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "--tf-plan", PLAN, "--github", "--format", "annotations"]) == ExitCode.OK
    told = capsys.readouterr()
    assert told.out.startswith("::notice ")
    assert told.err == ""
    assert step.summary.exists()


def test_what_stands_in_the_summary_takes_room(step: StepFiles, capsys: pytest.CaptureFixture[str]) -> None:
    document = SCENES["tighten"]()
    whole = len(render_markdown(view_of(document)).encode())
    for room in (whole, whole - 1, 10, -10):
        before = MOST_SUMMARY - room
        step.summary.write_bytes(b"x" * before)
        step.leave(document, annotate=False)
        after = step.summary.stat().st_size
        assert after <= max(MOST_SUMMARY, before)
        assert (after == MOST_SUMMARY) == (room == whole)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", ["", "nowhere/file", "."])
def test_outside_of_a_step_it_is_refused_before_anything_is_read(
    step: StepFiles,
    name: str,
    value: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(name, value)
    assert run(["plan", "--tf-plan", "missing.json", "--github"]) == ExitCode.USAGE
    told = capsys.readouterr()
    assert name in told.err
    assert "missing" not in told.err
    assert not step.summary.exists()


def test_without_the_option_the_environment_is_not_looked_at(
    step: StepFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plan", "--tf-plan", PLAN]) == ExitCode.OK
    assert capsys.readouterr().err == ""
    assert not step.outputs.exists()


def test_all_that_is_missing_is_told_at_once() -> None:
    with pytest.raises(UsageError) as refused:
        step_files({})
    assert [name in str(problem) for name, problem in zip(NAMES, refused.value.problems, strict=True)] == [
        True,
        True,
    ]


def test_a_file_that_cannot_be_written_is_told(step: StepFiles) -> None:
    step.outputs.mkdir()
    with pytest.raises(NfwReconcileError, match="cannot be written"):
        step.leave(SCENES["verified"](), annotate=True)


@pytest.mark.parametrize(("name", "code"), [("verified", 1), ("survivors", 6), ("unknown-outcome", 5)])
def test_a_run_keeps_its_exit_code_where_its_step_cannot_be_told(
    name: str, code: int, step: StepFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    document = SCENES[name]()
    assert isinstance(document, ResultDocument)
    assert Shown("text", github=step).deliver(document) == document.exit_code
    step.outputs.unlink()
    step.outputs.mkdir()
    assert Shown("text", github=step).deliver(document) == code
    told = capsys.readouterr()
    assert told.err.count("cannot be written") == 1
    assert told.out.count(document.sha256) == 2


@pytest.mark.parametrize("form", Format)
def test_no_format_changes_the_exit_code(
    form: Format, step: StepFiles, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--format", form.value, "-o", f"{form.value}={tmp_path / 'report'}", "--github")
    assert run(["plan", "--tf-plan", PLAN, "--detailed-exitcode", *words]) == ExitCode.CHANGES
    assert run(["plan", "--tf-plan", PLAN, *words]) == ExitCode.OK
    harmless = str(EXAMPLES / "reorder-nothing" / "plan.json")
    assert run(["plan", "--tf-plan", harmless, "--detailed-exitcode", *words]) == ExitCode.OK
    assert capsys.readouterr().out
    assert (tmp_path / "report").stat().st_size
    assert step.outputs.stat().st_size


def test_the_help_names_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "--help"]) == ExitCode.OK
    words = re.findall(r"[a-z]+", capsys.readouterr().out)
    assert {form.value for form in Format} <= set(words)


@pytest.mark.parametrize("form", ["sarif", "junit", "codequality", "annotations"])
def test_a_report_is_the_same_bytes_for_the_same_input(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    for name in ("one", "two"):
        assert (
            run(["plan", "--tf-plan", PLAN, "--flows", FLOWS, "-o", f"{form}={tmp_path / name}"])
            == ExitCode.OK
        )
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    capsys.readouterr()
    monkeypatch.chdir(tmp_path)
    assert str(tmp_path) not in (tmp_path / "one").read_text()
