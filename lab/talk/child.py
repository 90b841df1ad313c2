"""A process that talks line by line and is gone in the end, whatever happens."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Self, cast

from nfw_reconcile.errors import NfwReconcileError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CHECKOUT: Final = Path(__file__).resolve().parents[2]
"""Where processes run, so that ``python -m lab.talk`` is found."""

END_WITHIN: Final = 2.0
"""Seconds that a process may take to end before it is killed."""


class Child:
    """A process for the time of a ``with`` block, with a thread that listens to it."""

    def __init__(self, name: str, arguments: Sequence[str], hear: Callable[[bytes], None]) -> None:
        """Give each line of stdout to ``hear``, from the thread, and an empty one after the last."""
        self.ended = False
        self._name = name
        self._arguments = arguments
        self._hear = hear

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            self._complaints = stack.enter_context(tempfile.TemporaryFile())
            # In a session of its own: what interrupts us from the terminal leaves it to us to end the process.
            self._process = stack.enter_context(
                subprocess.Popen(
                    self._arguments,
                    bufsize=0,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=self._complaints,
                    cwd=CHECKOUT,
                    start_new_session=True,
                )
            )
            self._stdin = cast("IO[bytes]", self._process.stdin)
            self._listener = threading.Thread(target=self._listen, name=self._name, daemon=True)
            self._listener.start()
            stack.callback(self._end)
            self._leaving = stack.pop_all()
        return self

    def __exit__(self, *raised: object) -> None:
        self._leaving.close()

    def write(self, line: bytes) -> None:
        """Write a line to stdin; raises ``NfwReconcileError`` where nobody reads it any more."""
        try:
            self._stdin.write(line)
        except BrokenPipeError:
            raise self.failure() from None

    def wait(self, seconds: float) -> None:
        """Wait until all it said was heard and it has ended, but no longer than these seconds for either."""
        self._listener.join(seconds)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)

    def failure(self) -> NfwReconcileError:
        """Give the error to raise where it has ended and should not have."""
        self.wait(END_WITHIN)
        said = os.pread(self._complaints.fileno(), 1 << 16, 0).decode(errors="replace").strip()
        return NfwReconcileError.of(
            f"the {self._name} ended with {self._process.returncode}: {said or 'no word'}"
        )

    def _listen(self) -> None:
        for line in cast("IO[bytes]", self._process.stdout):
            self._hear(line)
        self.ended = True
        self._hear(b"")

    def _end(self) -> None:
        self._stdin.close()
        self._process.terminate()
        try:
            self._process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._listener.join()
