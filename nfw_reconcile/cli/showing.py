"""How a document is shown and saved: settled before anything is read or called, and done when it is there."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import click

from nfw_reconcile.cli.adding import adding
from nfw_reconcile.cli.github import step_files
from nfw_reconcile.cli.options import FILE
from nfw_reconcile.cli.output import (
    WIDTH_WITHOUT_TERMINAL,
    check_writable,
    color_wanted,
    format_named,
    print_report,
    rendered,
    terminal_width,
    write_private,
)
from nfw_reconcile.cli.redacting import METAVAR, redaction, redaction_of
from nfw_reconcile.cli.talk import report, say, unexpected
from nfw_reconcile.errors import ExitCode, Location, NfwReconcileError, UsageError, error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from nfw_reconcile.cli.github import StepFiles
    from nfw_reconcile.config.settings import Settings
    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.model.plan_document import PlanDocument
    from nfw_reconcile.model.result_document import ResultDocument
    from nfw_reconcile.report.redaction import Redaction

R = TypeVar("R")

ANNOTATIONS: Final = "annotations"
FORMATS: Final = "text, markdown, html, json, sarif, junit, codequality or annotations."
OUT: Final = "--out"
RESULT: Final = "--result"
_SAVED: Final = {OUT: "Save the plan for apply (mode 0600).", RESULT: "Save the result (mode 0600)."}


@dataclass(frozen=True, slots=True)
class Shown:
    """What becomes of a document: printed as ``form``, written as ``outputs`` say, saved, and told to ``github``."""

    form: str
    outputs: tuple[tuple[str, Path], ...] = ()
    saved: Path | None = None
    github: StepFiles | None = None
    redact: Redaction | None = None

    def by_default(self, settings: Settings) -> Shown:
        """Leave out what a configuration file wants left out, where the command line does not say."""
        return self if self.redact is not None else replace(self, redact=redaction_of(settings))

    def show(self, document: PlanDocument | ResultDocument) -> None:
        """Save, write and print a document; raises where one of them cannot be done."""
        for step in self._steps(document):
            step()

    def deliver(self, document: ResultDocument) -> int:
        """Save, write and print what has come of a run as far as that can be done, and give its exit code.

        Whatever fails is told on stderr, and the rest is done all the same. The code is that of the run; where that
        would be 0 it is 1, unless only the reader of stdout went away.
        """
        done = [_tried(step) for step in self._steps(document)]
        return document.exit_code or (ExitCode.OK if all(done) else ExitCode.ERROR)

    def _steps(self, document: PlanDocument | ResultDocument) -> Iterator[Callable[[], None]]:
        if self.saved is not None:
            yield partial(_save, document, self.saved)
        for form, path in self.outputs:
            yield partial(_write, document, form, path, self.redact)
        if self.github is not None:
            annotate = self.form != ANNOTATIONS
            yield partial(self.github.leave, document, annotate=annotate, redact=self.redact)
        yield partial(_print, document, self.form, self.redact)


def _save(document: PlanDocument | ResultDocument, path: Path) -> None:
    from nfw_reconcile.pipeline.saved import document_bytes  # noqa: PLC0415 - not for --help

    write_private(path, document_bytes(document))


def _write(document: PlanDocument | ResultDocument, form: str, path: Path, redact: Redaction | None) -> None:
    text = rendered(document, form, color=False, width=WIDTH_WITHOUT_TERMINAL, redact=redact)
    write_private(path, text.encode())


def _print(document: PlanDocument | ResultDocument, form: str, redact: Redaction | None) -> None:
    print_report(rendered(document, form, color=color_wanted(), width=terminal_width(), redact=redact))


def _tried(step: Callable[[], None]) -> bool:
    """Do one step, and tell what prevents it; say whether anything but a reader who went away does."""
    try:
        step()
    except NfwReconcileError as problem:
        for each in problem.problems:
            report(each)
        return False
    except BrokenPipeError:
        return True
    except Exception as problem:  # noqa: BLE001 - what was sent is sent: its result is not lost over a report
        say(f"error: the report cannot be given: {unexpected(problem)}")
        return False
    return True


def output_options(
    default: str = "text", *, saves: str | None = None
) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Add the options that say how a document is shown, and ``saves``, the one that says where it is saved.

    The command gets one ``shown``. All that is wrong with it is a ``UsageError`` before the command begins.
    """
    options = (
        click.option(
            "-o",
            "--output",
            "outputs",
            multiple=True,
            metavar="FORMAT=PATH",
            help="Write this format to a file as well.",
        ),
        click.option("--format", "form", default=default, show_default=True, metavar="FORMAT", help=FORMATS),
        click.option(
            "--redact",
            "words",
            metavar=METAVAR,
            help="What reports leave out; a saved plan or result keeps it.",
        ),
        click.option(
            "--github",
            is_flag=True,
            help="In a step of GitHub Actions: also write annotations, outputs of the step and a summary of the job.",
        ),
    )
    if saves is None:
        return adding("shown", _wanted, *options)
    save = click.option(saves, "saved", type=FILE, metavar="FILE", help=_SAVED[saves])
    return adding("shown", _wanted, save, *options)


def _wanted(
    *, form: str, outputs: tuple[str, ...], github: bool, words: str | None, saved: Path | None = None
) -> Shown:
    return checked(form, outputs, saved, github=os.environ if github else None, redact=words)


def checked(
    form: str,
    outputs: tuple[str, ...],
    saved: Path | None = None,
    *,
    github: Mapping[str, str] | None = None,
    redact: str | None = None,
) -> Shown:
    """Check everything that is wanted of a document yet to come; raises ``UsageError`` with all that is wrong.

    ``github`` is the environment of a step of GitHub Actions, where that is to be told as well; ``redact`` is what
    ``--redact`` says.
    """
    problems: list[Diagnostic] = []
    files = [_split(word, problems) for word in outputs]
    named = tuple(file for file in files if file is not None)
    targets = [path for _, path in named] + ([] if saved is None else [saved])
    for name in dict.fromkeys((form, *(name for name, _ in named))):
        _collect(problems, partial(format_named, name))
    for path in targets:
        _collect(problems, partial(check_writable, path))
    problems += _written_twice(targets)
    step = None if github is None else _collect(problems, partial(step_files, github))
    left_out = None if redact is None else _collect(problems, partial(redaction, redact))
    if problems:
        raise UsageError(problems)
    return Shown(form, named, saved, step, left_out)


def check_target(path: Path) -> None:
    """Make sure that a file can be written; raises ``UsageError``."""
    problems: list[Diagnostic] = []
    _collect(problems, partial(check_writable, path))
    if problems:
        raise UsageError(problems)


def _collect(problems: list[Diagnostic], check: Callable[[], R]) -> R | None:
    try:
        return check()
    except NfwReconcileError as problem:
        problems += problem.problems
        return None


def _split(word: str, problems: list[Diagnostic]) -> tuple[str, Path] | None:
    form, _, path = word.partition("=")
    if path:
        return form, Path(path)
    problems.append(error(f"-o {word} is not FORMAT=PATH.", None, "For example: -o markdown=plan.md"))
    return None


def _written_twice(targets: list[Path]) -> Iterator[Diagnostic]:
    places = Counter(path.absolute() for path in targets)
    for path, count in places.items():
        if count > 1:
            summary = f"{count} outputs would be written to this one file."
            yield error(summary, Location(str(path)), "Give each a file of its own.")
