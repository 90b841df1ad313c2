"""Real connections through a real Suricata: what was foretold of each happens, and nothing else does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from lab.account import RULE_ORDERS
from lab.sandbox import PROGRAMS, lacking
from lab.suricata import MIDSTREAM
from tests.lab.foretold import BEYOND_A_FLUSH, CUT_BY_THE_RELOAD, FLUSHED, FLUSHED_TCP, KEPT
from tests.places import CHECKOUT
from tests.provider.terraform import unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENT: Final = 240
QUICK: Final = (RULE_ORDERS[0], "REJECT")


@pytest.fixture
def suited() -> None:
    if missing := lacking():
        pytest.skip("; ".join(missing))


def play(order: str, exception: str, folder: Path, *options: str) -> tuple[int, dict[str, Any]]:
    file = folder / "record.json"
    command = [sys.executable, "-m", "lab", "--rule-order", order, "--stream-exception-policy", exception]
    done = subprocess.run(
        [*command, "--json", file, *options],
        cwd=CHECKOUT,
        capture_output=True,
        check=False,
        text=True,
        timeout=PATIENT,
    )
    assert file.exists(), done.stderr
    return done.returncode, json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.lab
@pytest.mark.suricata
@pytest.mark.usefixtures("suited")
@pytest.mark.parametrize(
    ("order", "exception"),
    [
        pytest.param(*each, marks=[] if each == QUICK else [pytest.mark.full])
        for each in product(RULE_ORDERS, MIDSTREAM)
    ],
)
def test_what_was_foretold_happens(order: str, exception: str, tmp_path: Path) -> None:
    by_api = ["--by-api"] if (order, exception) != QUICK or unavailable() else []
    code, record = play(order, exception, tmp_path, *by_api)
    assert record["applied"] in {0, 6}, record["report"]
    rows = {row["conversation"]["name"]: row for row in record["rows"]}
    assert rows.keys() == FLUSHED | KEPT.keys()

    for name, row in rows.items():
        assert row["flushed"] == (name in FLUSHED), name
        assert row["effect"] == KEPT.get(name, "newly_denied"), name
        if name in KEPT:
            for window in ("before", "control", "after"):
                assert row[window]["alive"], (name, window)
                assert row[window]["continuous"], (name, window)
        else:
            assert row["before"]["exchanged"], name
            assert row["again"]["exchanged"] == 0, name
    told = FLUSHED - {"database-idle"}
    assert {name for name in told if rows[name]["control"]["alive"]} == told - CUT_BY_THE_RELOAD
    may_survive = BEYOND_A_FLUSH if exception == "CONTINUE" else frozenset()
    survivors = {name for name in FLUSHED if rows[name]["after"]["alive"]}
    # What the reload cut sends again ever more seldom, so that the end may come before its next packet.
    assert may_survive - CUT_BY_THE_RELOAD <= survivors <= may_survive
    # Suricata resets the side whose packet it rejects: where that is the server, the client is left in silence.
    ended = {name: rows[name]["after"]["how"] for name in FLUSHED_TCP - may_survive - CUT_BY_THE_RELOAD}
    assert set(ended.values()) <= ({"reset", "silent"} if exception == "REJECT" else {"silent"})
    assert ended["database-idle"] == ("reset" if exception == "REJECT" else "silent")

    assert set(record["survivors"]) == survivors
    assert {name for name in FLUSHED_TCP if rows[name]["after_flush"] == "may_live_on"} == may_survive
    assert record["wrong_cuts"] == []
    assert record["applied"] == (6 if survivors else 0), record["report"]
    assert record["as_foretold"], record
    assert code == 0


@pytest.mark.lab
@pytest.mark.suricata
@pytest.mark.full
@pytest.mark.usefixtures("suited")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_lab_that_is_interrupted(how: signal.Signals) -> None:
    command = [sys.executable, "-m", "lab", "--by-api"]
    with subprocess.Popen(command, cwd=CHECKOUT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "conversations begin" in line:
                break
        below = list(descendants(process.pid))
        running = {Path(word).name for pid in below for word in words_of(pid)}
        assert {"suricata", "client", "server"} <= running
        process.send_signal(how)
        process.wait(PATIENT)
    until = time.monotonic() + PATIENT
    while (left := [pid for pid in below if Path(f"/proc/{pid}").exists()]) and time.monotonic() < until:
        time.sleep(0.05)
    assert left == []
    assert not Path("/run/lab").exists()


def descendants(pid: int) -> Iterator[int]:
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, children.read_text(encoding="utf-8").split()):
            yield child
            yield from descendants(child)


def words_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lab"],
        cwd=CHECKOUT,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    for package in PROGRAMS.values():
        assert f"missing system package: {package}\n" in done.stderr
