from __future__ import annotations

import os
import queue

import pytest

from lab.talk.child import Child
from nfw_reconcile.errors import NfwReconcileError
from tests.unit.lab.talks import WITHIN

Lines = queue.Queue[bytes]


@pytest.fixture
def lines() -> Lines:
    return queue.Queue()


def shell(script: str, lines: Lines) -> Child:
    return Child("shell", ["sh", "-c", script], lines.put)


@pytest.mark.parametrize("trap", ["", "trap '' TERM;"], ids=["ends", "has to be killed"])
def test_nothing_is_left_behind(trap: str, lines: Lines) -> None:
    with shell(f"{trap} echo $$; exec sleep 1000", lines):
        process = int(lines.get(timeout=WITHIN))
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_lines_go_both_ways(lines: Lines) -> None:
    with shell("cat", lines) as child:
        child.write(b"there and back\n")
        assert lines.get(timeout=WITHIN) == b"there and back\n"


def test_the_end_is_heard(lines: Lines) -> None:
    with shell("echo last", lines) as child:
        assert [lines.get(timeout=WITHIN), lines.get(timeout=WITHIN)] == [b"last\n", b""]
        assert child.ended


def test_who_ended_is_written_to_no_more(lines: Lines) -> None:
    with shell("echo it broke >&2; exit 3", lines) as child:
        child.wait(WITHIN)
        with pytest.raises(NfwReconcileError) as caught:
            child.write(b"anybody?\n")
    assert str(caught.value) == "the shell ended with 3: it broke"
