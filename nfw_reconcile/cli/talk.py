"""Talk on stderr: what a person should know, made safe for a terminal, and never a reason to stop.

Whoever reads stderr may have gone away, and the disk behind it may be full. What was sent to a firewall has to be
looked after all the same, so nothing here raises.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from typing import TextIO

    from nfw_reconcile.errors import Diagnostic

UNHEARD: Final = (OSError, ValueError)
"""What writing to a stream raises that is broken, or closed."""

_LONGEST: Final = 2_000
_LONGEST_PLACE: Final = 500


def say(text: str) -> None:
    """Print a line on stderr, where it can be printed."""
    with suppress(*UNHEARD):
        click.echo(text, err=True)


def report(found: Diagnostic) -> None:
    """Print one diagnostic on stderr, on one line: where, what, and what to do next, each cut where it is endless."""
    where = found.where
    if where is not None and len(where.source) > _LONGEST_PLACE:
        where = replace(where, source=f"{where.source[:_LONGEST_PLACE]}…")
    whole = replace(found, where=where, summary=printable(found.summary))
    say(f"{found.severity}: {printable(str(whole), 2 * _LONGEST)}")


def unexpected(problem: Exception) -> str:
    """Say in words what nobody foresaw: what the system had to say, or that it is a defect."""
    if isinstance(problem, (OSError, RecursionError, MemoryError)):
        return printable(str(problem) or type(problem).__name__)
    name = f"{type(problem).__name__}: {problem}"
    return f"this is a defect of nfw-reconcile, please report it: {printable(name)}"


def printable(text: str, longest: int = _LONGEST) -> str:
    """Make text from an input safe for a terminal and a CI log: what it would act on is shown, not obeyed."""
    if _HARMLESS.fullmatch(text) is not None:  # nothing is imported where memory has run out
        return text
    from nfw_reconcile.report.neutral import visible  # noqa: PLC0415 - only where there is something to say

    return visible(text, longest)


_HARMLESS: Final = re.compile(r'(?:[ -"$-9;-~]|:(?!:)){0,2000}')
"""Printable ASCII without ``#`` and ``::``, of a length to be read."""


class Unheard:
    """A stream that takes everything, and passes on what can be passed on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:
        """Give the encoding of the stream."""
        return self._stream.encoding

    def write(self, text: str) -> int:
        """Write text, where it can be written."""
        with suppress(*UNHEARD):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Pass on what was written, where it can be passed on."""
        with suppress(*UNHEARD):
            self._stream.flush()

    def isatty(self) -> bool:
        """Say whether the stream is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Give the number of the file."""
        return self._stream.fileno()


def let_go() -> None:
    """Drop what a broken stdout or stderr still holds: the end of the process would change the exit code over it."""
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        try:
            stream.flush()
        except UNHEARD:
            _drop(stream)


def _drop(stream: TextIO) -> None:
    with suppress(*UNHEARD):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, stream.fileno())
        finally:
            os.close(nowhere)
