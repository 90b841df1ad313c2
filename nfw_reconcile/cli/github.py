"""What ``--github`` leaves for a workflow of GitHub Actions: annotations, outputs of the step, a summary of the job."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from nfw_reconcile.errors import Location, NfwReconcileError, UsageError, error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.model.plan_document import PlanDocument
    from nfw_reconcile.model.result_document import ResultDocument
    from nfw_reconcile.report import Redaction

OUTPUTS: Final = "GITHUB_OUTPUT"
SUMMARY: Final = "GITHUB_STEP_SUMMARY"
_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class StepFiles:
    """The files of a step, as the runner names them in its environment; both are appended to."""

    outputs: Path
    summary: Path

    def leave(
        self,
        document: PlanDocument | ResultDocument,
        *,
        annotate: bool,
        redact: Redaction | None = None,
    ) -> None:
        """Append outputs and summary, and write annotations on stderr, where the runner reads them as well.

        Raises ``NfwReconcileError`` where a file cannot be written.
        """
        from nfw_reconcile.report import NOTHING, findings_of, view_of  # noqa: PLC0415 - not for --help
        from nfw_reconcile.report.annotations import render_annotations  # noqa: PLC0415
        from nfw_reconcile.report.github import MOST_SUMMARY, github_outputs, github_summary  # noqa: PLC0415

        left_out = redact or NOTHING
        findings = findings_of(document, left_out)
        append(self.outputs, github_outputs(findings, secrets.token_hex(_TOKEN_BYTES)))
        append(self.summary, github_summary(view_of(document, left_out), MOST_SUMMARY - _size(self.summary)))
        if annotate:
            click.echo(render_annotations(findings), err=True, nl=False)


def step_files(environ: Mapping[str, str]) -> StepFiles:
    """Give the files of the step; raises ``UsageError`` where the environment is not that of a step."""
    problems = [problem for name in (OUTPUTS, SUMMARY) for problem in _problems(name, environ)]
    if problems:
        raise UsageError(problems)
    return StepFiles(Path(environ[OUTPUTS]), Path(environ[SUMMARY]))


def _problems(name: str, environ: Mapping[str, str]) -> Iterator[Diagnostic]:
    remedy = "Leave --github out, or run it in a step of GitHub Actions."
    path = environ.get(name, "")
    if not path:
        yield error(f"--github is given, and {name} is not set.", None, remedy)
    elif not Path(path).parent.is_dir() or (Path(path).exists() and not Path(path).is_file()):
        yield error(f"{name} names no file that could be written.", Location(path), remedy)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def append(path: Path, text: str) -> None:
    """Append to a file of the runner; raises ``NfwReconcileError``."""
    try:
        with path.open("ab") as file:
            file.write(text.encode())
    except OSError as problem:
        summary = f"the file cannot be written: {problem.strerror}."
        remedy = "Make room, or leave --github out."
        raise NfwReconcileError.of(summary, where=Location(str(path)), remedy=remedy) from problem
