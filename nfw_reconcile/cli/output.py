"""Where results go: stdout, and files that are complete or not there at all."""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nfw_reconcile.errors import Location, NfwReconcileError, UsageError, error

if TYPE_CHECKING:
    from nfw_reconcile.model.documents import PlanDocument, ResultDocument

_WIDTH_WITHOUT_TERMINAL = 110
_DIGITS_OF_A_MOMENT = 11  # up to the year 5138


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
    where = Location(str(path))
    if not path.parent.is_dir():
        summary = f"the folder {path.parent} is not there."
        raise UsageError(error(summary, where, "Make it, or write somewhere else."))
    if path.exists() and not path.is_file():
        raise UsageError(error("this is no file that could be written.", where, "Write somewhere else."))
    try:
        _replace(path, content)
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


def show(document: PlanDocument | ResultDocument, form: str, outputs: tuple[str, ...]) -> None:
    """Print a document in one format and write it to files in others."""
    files = [_split(word) for word in outputs]
    text = rendered(document, form, color=color_wanted(), width=terminal_width())
    for name, path in files:
        write_private(path, rendered(document, name, color=False, width=_WIDTH_WITHOUT_TERMINAL).encode())
    click.echo(_encodable(text), nl=not text.endswith("\n"), color=True)


def _encodable(text: str) -> str:
    """Give the text with what stdout's encoding does not have written as an escape: ``\\u6771``."""
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def rendered(document: PlanDocument | ResultDocument, form: str, *, color: bool, width: int) -> str:
    """Render a document."""
    from nfw_reconcile.report import Format, render  # noqa: PLC0415 - not for --help

    known = {member.value: member for member in Format}
    if form not in known:
        remedy = f"This version renders {', '.join(known)}."
        raise UsageError(error(f"format {form} is not known.", None, remedy))
    return render(document, known[form], color=color, width=width)


def _split(word: str) -> tuple[str, Path]:
    form, found, path = word.partition("=")
    if not found or not path:
        raise UsageError(error(f"-o {word} is not FORMAT=PATH.", None, "For example: -o markdown=plan.md"))
    return form, Path(path)


def color_wanted() -> bool:
    """Say whether stdout is to be coloured: a terminal, unless ``NO_COLOR`` or ``TERM=dumb`` says no."""
    if "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty() or os.environ.get("FORCE_COLOR", "") not in {"", "0"}


def terminal_width() -> int:
    """Give the width to lay text out for, in columns."""
    return min(os.get_terminal_size().columns, 140) if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL
