"""Whoever reads stdout or stderr goes away, or the disk behind it is full: the run, its result and its code stay."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from tests.checker import flushes
from tests.cli.site import KEYS, Site, site
from tests.hasty import PROGRAM, SHORTER

FULL: Final = Path("/dev/full")
AT_ONCE: Final = 4


def apply(made: Site, stdout: int, stderr: int, settle: float = 0.5) -> subprocess.Popen[bytes]:
    """Start apply on streams that are given by their numbers, and are closed here."""
    words = ("apply", "nfw.plan", "--yes", "--endpoint-url", made.url, "--result", "nfw.result")
    line = [sys.executable, "-c", PROGRAM, *words, "--settle", str(settle)]
    process = subprocess.Popen(
        line, cwd=made.folder, env={**os.environ, **KEYS}, stdout=stdout, stderr=stderr
    )
    for number in {stdout, stderr} - {subprocess.PIPE}:
        os.close(number)
    return process


def read_until(number: int, word: bytes) -> None:
    found = b""
    while word not in found:
        found += os.read(number, 4096)


def kept() -> tuple[int, Callable[[], None]]:
    """Give a stream that is read to its end."""
    return subprocess.PIPE, lambda: None


def from_the_start() -> tuple[int, Callable[[], None]]:
    """Give a stream whose reader is gone already."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer, lambda: None


def when_it_begins() -> tuple[int, Callable[[], None]]:
    """Give a stream whose reader goes away after the first line."""
    reader, writer = os.pipe()

    def go() -> None:
        read_until(reader, b"\n")
        os.close(reader)

    return writer, go


def terminal() -> tuple[int, Callable[[], None]]:
    """Give a terminal that is closed soon after something is shown on it."""
    reader, writer = pty.openpty()

    def go() -> None:
        read_until(reader, b"waiting")
        os.close(reader)

    return writer, go


def full() -> tuple[int, Callable[[], None]]:
    """Give a stream to a disk without room."""
    return os.open(FULL, os.O_WRONLY), lambda: None


Stream = Callable[[], tuple[int, Callable[[], None]]]

BROKEN: Final[dict[str, tuple[Stream | None, Stream | None, int]]] = {
    "nobody reads stderr": (None, from_the_start, 0),
    "who reads stderr goes away": (None, when_it_begins, 0),
    "the terminal of stderr is closed": (None, terminal, 0),
    "stderr has no room": (None, full, 0),
    "nobody reads stdout": (from_the_start, None, 0),
    "nobody reads anything": (from_the_start, from_the_start, 0),
    "stdout has no room": (full, None, 1),
}
"""What becomes of stdout and of stderr (``None``: nothing), and the exit code of a run that succeeds."""


def test_a_run_outlives_its_streams(tmp_path: Path) -> None:
    def problems(number: int) -> str:
        name = list(BROKEN)[number]
        with site(tmp_path / str(number)) as made:
            return f"{name}: {problem}" if (problem := outcome(made, *BROKEN[name])) else ""

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert [told for told in pool.map(problems, range(len(BROKEN))) if told] == []


def outcome(made: Site, stdout: Stream | None, stderr: Stream | None, code: int) -> str:
    """Run apply, and say what is wrong with how it ends."""
    (out_to, out_goes), (err_to, err_goes) = (stdout or kept)(), (stderr or kept)()
    process = apply(made, out_to, err_to)
    out_goes()
    err_goes()
    out, err = (each or b"" for each in process.communicate(timeout=300))
    result = json.loads((made.folder / "nfw.result").read_text())
    if process.returncode != code or result["exit_code"] != 0:
        return f"{process.returncode}, saved as {result['exit_code']}: {err!r}"
    if stdout is None and b"flushed and proven gone" not in out:
        return f"printed {out!r}"
    odd = [word for word in (b"Exception ignored", b"Traceback", b"defect") if word in err]
    if odd or (b"No space left" in err) is not (stdout is full):
        return f"said {err!r}"
    return "; ".join(made.problems())


def test_asked_to_stop_while_nobody_listens_it_sends_nothing(tmp_path: Path) -> None:
    with site(tmp_path / "site") as made:
        stderr, go = when_it_begins()
        process = apply(made, subprocess.PIPE, stderr, settle=600 * SHORTER)
        go()
        while not made.journal_lines():  # a stop before that is exit code 1
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=300)  # of the 600 seconds that it would wait
        assert process.returncode == 5
        assert b"nfw-reconcile resume" in out
        assert flushes(made.emulator) == []


OUT_OF_THE_BLUE: Final = f"""
import click

echo = click.echo

def break_down(message, **options):
    if "accepted as" in message:
        raise ZeroDivisionError("out of the blue")
    echo(message, **options)

click.echo = break_down
{PROGRAM}
"""


def test_what_nobody_foresaw_after_a_flush_was_sent_is_no_traceback_but_a_run_to_resume(
    tmp_path: Path,
) -> None:
    with site(tmp_path / "site") as made:
        words = ("apply", "nfw.plan", "--yes", "--endpoint-url", made.url, "--settle", "0.5")
        found = subprocess.run(
            [sys.executable, "-c", OUT_OF_THE_BLUE, *words],
            cwd=made.folder, env={**os.environ, **KEYS}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert flushes(made.emulator) != []
        assert found.returncode == 5, found.stderr
        assert "Traceback" not in found.stderr
        assert "ZeroDivisionError: out of the blue" in found.stderr
        assert f"nfw-reconcile resume --run {made.run_names()[0]} --endpoint-url {made.url}" in found.stderr
        code, said = made.resume()
        assert code == 0, said
        assert made.problems() == []
