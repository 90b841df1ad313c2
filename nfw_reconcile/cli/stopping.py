"""SIGINT and SIGTERM ask a process that acts to stop; they do not end it where it stands."""

from __future__ import annotations

import signal
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from nfw_reconcile.cli.talk import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
STOPPING: Final = "Stopping: what was sent is looked after, and nothing more is sent."

_LAST_WORDS: Final = 1.0
"""Seconds that the watcher has to say what it says: a stderr that nobody reads holds nothing up."""


class StopRequest:
    """Whether the process is asked to stop, and the sleep that ends when it is. For all threads."""

    def __init__(self) -> None:
        self._asked = False
        self._woken = threading.Event()

    def asked(self) -> bool:
        """Say whether the process is asked to stop."""
        return self._asked

    def note(self) -> None:
        """Ask it to stop, and wake nobody: for a signal handler, in which no lock may be taken.

        The handler runs in the middle of whatever the main thread does, such as a sleep that holds the very lock.
        """
        self._asked = True

    def wake(self) -> None:
        """Ask it to stop, and end every sleep; never from a signal handler."""
        self._asked = True
        self._woken.set()

    def sleep(self, seconds: float) -> None:
        """Wait, or until the process is asked to stop."""
        if not self._asked:
            self._woken.wait(seconds)


@contextmanager
def asked_to_stop() -> Iterator[StopRequest]:
    """Take SIGINT and SIGTERM as requests to stop, until the end of the block; only the main thread can."""
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    with _watched_signals(request):
        yield request


@contextmanager
def _watched_signals(request: StopRequest) -> Iterator[None]:
    """Have a thread woken by every signal: it may take locks and print, which a signal handler may not."""

    def note(_number: int, _frame: FrameType | None) -> None:
        request.note()

    reader, writer = socket.socketpair()
    writer.setblocking(False)  # noqa: FBT003 - the library's signature
    watcher = threading.Thread(target=_watch, args=(reader, request), daemon=True)
    watcher.start()
    before_woken = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    before = {number: signal.signal(number, note) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(before_woken)
        writer.close()
        watcher.join(_LAST_WORDS)


def _watch(reader: socket.socket, request: StopRequest) -> None:
    """Read the numbers of signals until there can be no more."""
    told = False
    with reader:
        while numbers := reader.recv(64):
            if told or not set(SIGNALS).intersection(numbers):
                continue
            request.wake()
            say(STOPPING)
            told = True
