"""Where results go: stdout, and files that are complete or not there at all."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from nfw_reconcile.errors import Location, NfwReconcileError, UsageError, error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.model.plan_document import PlanDocument
    from nfw_reconcile.model.result_document import ResultDocument
    from nfw_reconcile.report import Format, Redaction

WIDTH_WITHOUT_TERMINAL: Final = 110
_WIDEST: Final = 140
_DIGITS_OF_A_MOMENT: Final = 11  # up to the year 5138


def now_text() -> str:
    """Give the time for a document: ``SOURCE_DATE_EPOCH`` where that is set, else the clock; UTC."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    is_moment = fixed.isdecimal() and len(fixed) <= _DIGITS_OF_A_MOMENT
    moment = datetime.fromtimestamp(int(fixed), UTC) if is_moment else datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def write_private(path: Path, content: bytes) -> None:
    """Write a file as a whole or not at all, readable by its owner only (mode 0600) from its first byte on.

    A link in its place is replaced, and what it points to is left alone. A device, a pipe or a folder is
    refused with ``UsageError``; whatever else prevents it is a ``NfwReconcileError``.
    """
    with _writable(path):
        _replace(path, content)


def check_writable(path: Path) -> None:
    """Raise what :func:`write_private` would raise, as far as that can be told beforehand; nothing is left behind."""
    with _writable(path), tempfile.TemporaryFile(dir=path.parent):
        pass


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    """Refuse what cannot be written to, and say what the operating system says about the rest."""
    where = Location(str(path))
    try:
        if not path.parent.is_dir():
            summary = f"the folder {path.parent} is not there."
            raise UsageError(error(summary, where, "Make it, or write somewhere else."))
        if path.exists() and not path.is_file():
            raise UsageError(error("this is no file that could be written.", where, "Write somewhere else."))
        yield
    except OSError as problem:
        summary = f"the file cannot be written: {problem.strerror}."
        raise NfwReconcileError.of(summary, where=where, remedy="Write somewhere else.") from problem


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".nfw-reconcile.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def print_report(text: str) -> None:
    """Print a rendered document on stdout; raises ``OSError`` where it cannot be."""
    click.echo(_encodable(text), nl=not text.endswith("\n"), color=True)


def _encodable(text: str) -> str:
    """Give the text with what stdout's encoding does not have written as an escape: ``\\u6771``."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def rendered(
    document: PlanDocument | ResultDocument,
    form: str,
    *,
    color: bool,
    width: int,
    redact: Redaction | None = None,
) -> str:
    """Render a document without what ``redact`` names."""
    from nfw_reconcile.report import NOTHING, render  # noqa: PLC0415 - not for --help

    return render(document, format_named(form), redact=redact or NOTHING, color=color, width=width)


def format_named(form: str) -> Format:
    """Give the format of that name; raises ``UsageError`` for any other name."""
    from nfw_reconcile.report import Format  # noqa: PLC0415 - not for --help

    known = {member.value: member for member in Format}
    if form not in known:
        remedy = f"This version renders {', '.join(known)}."
        raise UsageError(error(f"format {form} is not known.", None, remedy))
    return known[form]


def color_wanted() -> bool:
    """Say whether stdout is to be coloured: a terminal, unless ``NO_COLOR`` or ``TERM=dumb`` says no."""
    if "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb":
        return False
    return _on_terminal() or os.environ.get("FORCE_COLOR", "") not in {"", "0"}


def terminal_width() -> int:
    """Give the width to lay text out for, in columns."""
    with suppress(OSError):  # the terminal may have gone away since
        if _on_terminal():
            return min(os.get_terminal_size().columns, _WIDEST)
    return WIDTH_WITHOUT_TERMINAL


def _on_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()
