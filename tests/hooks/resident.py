"""The program as a process that starts in no time: a resident one has everything imported, and forks for each command.

``python -m tests.hooks.resident SOCKET`` is the resident process; ``CALLER`` is what stands for the program on the
``PATH``. A command has the arguments, folder, environment and streams of its caller, hands on the signals that this
gets, and ends with its code: nothing but the time for imports is shared.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import socket
import subprocess
import sys
from contextlib import contextmanager, redirect_stdout, suppress
from typing import TYPE_CHECKING, Any, Final

from nfw_reconcile.cli import run
from nfw_reconcile.errors import ExitCode
from tests.hasty import hurry
from tests.places import CHECKOUT, DEMO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LATE: Final = ("nfw_reconcile.aws.journals", "nfw_reconcile.aws.service", "nfw_reconcile.pipeline.acting")
"""What only some commands import, and what takes longest."""

MOST_BYTES: Final = 1_000_000
"""Of a request: arguments and environment of a command."""

READY: Final = b"ready\n"

CALLER: Final = """
import json, os, signal, socket, sys

line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
line.connect(sys.argv[1])
request = {"words": sys.argv[2:], "folder": os.getcwd(), "environment": dict(os.environ)}
socket.send_fds(line, [json.dumps(request).encode() + b"\\n"], [0, 1, 2])
answers = line.makefile("r")
process = int(answers.readline())
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, frame: os.kill(process, number))
sys.exit(int(answers.readline()))
"""


def main(path: str) -> None:
    """Answer calls until the process is ended."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.bind(path)
    _import_everything()
    line.listen()
    sys.stdout.buffer.write(READY)
    sys.stdout.flush()
    while True:
        call, _ = line.accept()
        if os.fork() == 0:
            line.close()
            _answer(call)
        call.close()
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _import_everything() -> None:
    """Import what commands import when they need it, and make their waits short."""
    for name in LATE:
        importlib.import_module(name)
    hurry()
    with redirect_stdout(io.StringIO()):
        for form in ("markdown", "html", "annotations"):
            run(
                [
                    "plan",
                    "--tf-plan",
                    str(DEMO / "plan.json"),
                    "--config-dir",
                    str(DEMO / "new"),
                    "--format",
                    form,
                ]
            )


def _answer(call: socket.socket) -> None:
    request, streams = _request(call)
    process = os.fork()
    if process == 0:
        call.close()
        _become(request, streams)
    for stream in streams:
        os.close(stream)
    call.sendall(f"{process}\n".encode())
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    call.sendall(f"{code if code >= 0 else 128 - code}\n".encode())
    os._exit(0)


def _request(call: socket.socket) -> tuple[dict[str, Any], list[int]]:
    content, streams, _, _ = socket.recv_fds(call, MOST_BYTES, 3)
    while not content.endswith(b"\n"):
        content += call.recv(MOST_BYTES)
    return json.loads(content), streams


def _become(request: dict[str, Any], streams: list[int]) -> None:
    """Be the program, as if it had just been started."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    code: int = ExitCode.ERROR
    try:
        code = run(request["words"])
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


@contextmanager
def resident(folder: Path) -> Iterator[Path]:
    """Start the resident process, and give the socket at which it answers; it is ended when the block is left."""
    path = folder / "socket"
    environment = {**os.environ, "LANG": "C.UTF-8", "PYTHONPATH": str(CHECKOUT)}
    words = [sys.executable, "-m", "tests.hooks.resident", str(path)]
    with subprocess.Popen(
        words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == READY
        try:
            yield path
        finally:
            process.terminate()


if __name__ == "__main__":
    main(sys.argv[1])
