from __future__ import annotations

import subprocess
import sys
from typing import Final

import pytest

from lab.talk.child import CHECKOUT
from lab.talk.values import Command, Do, Kind, Script, Side
from nfw_reconcile.model.codec import canonical, to_json
from tests.unit.lab.talks import WITHIN, conversation

TALK: Final = conversation(Kind.TCP)
SCRIPT: Final = canonical(to_json(Script((TALK,))))
STOP: Final = canonical(to_json(Command(Do.STOP)))


def command(side: Side) -> list[str]:
    return [sys.executable, "-m", "lab.talk", side]


def run(side: Side, said: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command(side), input=said, cwd=CHECKOUT, capture_output=True, timeout=WITHIN, check=False
    )


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize(
    "said", [SCRIPT, SCRIPT + STOP, SCRIPT.strip()], ids=["closed", "stop", "half a line"]
)
def test_it_ends_when_it_is_told_to(side: Side, said: bytes) -> None:
    ended = run(side, said)
    ready = b'{"ready":true}\n' if side is Side.SERVER else b""
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, ready, b"")


@pytest.mark.parametrize(
    ("side", "said", "told"),
    [
        (Side.CLIENT, b"", "the script is not JSON"),
        (Side.SERVER, b"hello\n", "the script is not JSON"),
        (Side.CLIENT, b'{"conversations": [{"name": 7}]}\n', "name is not a text"),
        (Side.CLIENT, SCRIPT + b"hello\n", "the command is not JSON"),
        (Side.CLIENT, SCRIPT + b'{"do": "dance"}\n', "do is not one of open, speak, reopen, stop"),
        (Side.CLIENT, SCRIPT + b'{"do": "open"}\n', "open: name at least one conversation"),
        (Side.CLIENT, SCRIPT + b'{"do": "open", "names": ["x", "y"]}\n', "x, y"),
        (Side.CLIENT, SCRIPT + b'{"do": "speak", "names": ["tcp"]}\n', "tcp"),
        (Side.CLIENT, SCRIPT + b'{"do": "reopen", "names": ["tcp"]}\n', "tcp"),
        (Side.SERVER, SCRIPT + b'{"do": "open", "names": ["tcp"]}\n', "a server cannot open"),
    ],
)
def test_what_cannot_be_followed(side: Side, said: bytes, told: str) -> None:
    ended = run(side, said)
    assert ended.returncode == 64
    assert ended.stderr.decode().startswith(f"{side}: ")
    assert told in ended.stderr.decode()
    assert "Traceback" not in ended.stderr.decode()


def test_stdin_is_a_pipe() -> None:
    ended = subprocess.run(
        command(Side.CLIENT),
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=WITHIN,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (64, b"client: stdin is no pipe.\n")


def test_it_ends_when_nobody_hears_it() -> None:
    with subprocess.Popen(
        command(Side.CLIENT),
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        process.stdin.write(SCRIPT + canonical({"do": "open", "names": [TALK.name]}))  # which will be refused
        process.stdin.flush()
        assert process.wait(WITHIN) == 1
        assert process.stderr.read() == b""
