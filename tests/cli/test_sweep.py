"""A missed run, and its repair: real processes and sockets, the emulator at the other end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.emulator.faults import ACCESS_DENIED, FaultRule, nth
from nfw_reconcile.emulator.http_server import serve
from nfw_reconcile.emulator.settings import EmulatorSettings, OperationSettings, SyncSettings
from tests.bodies import ACTION, STRICT
from tests.checker import flushes_asked
from tests.drifting import ATTEMPTED, DRIFTED, KEPT, ZONES, Drifting, drifting
from tests.hasty import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
QUICK = EmulatorSettings(
    sync=SyncSettings(delay=0.2),
    operations=OperationSettings(execute_after=0.05, duration=0.1, prune_after=0.05),
)


def command(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-c", PROGRAM, *words]
    return subprocess.run(
        line, capture_output=True, text=True, check=False, cwd=cwd, env={**os.environ, **KEYS}
    )


def unwrapped(text: str) -> str:
    """Give a report as one line."""
    return " ".join(text.split())


@pytest.fixture(params=[STRICT, ACTION])
def firewall(request: pytest.FixtureRequest) -> Drifting:
    return drifting(request.param, time.time, QUICK)


@pytest.fixture
def url(firewall: Drifting) -> Iterator[str]:
    with serve(firewall.emulator) as found:
        yield found


def test_a_missed_run_is_found_flushed_and_gone(tmp_path: Path, firewall: Drifting, url: str) -> None:
    sweep = ("sweep", "--firewall", firewall.arn, "--endpoint-url", url)
    firewall.tighten()
    time.sleep(0.5)
    assert not firewall.emulator.attempt(ZONES[0], ATTEMPTED)

    found = command(*sweep, "--out", "sweep.plan", "-o", "json=sweep.json", cwd=tmp_path)

    assert found.returncode == 0, found.stderr
    assert "2 flows live on firewall main though the live policy denies them" in unwrapped(found.stdout)
    assert "1 more looks like a blocked attempt" in unwrapped(found.stdout)
    (told,) = json.loads((tmp_path / "sweep.json").read_text())["firewalls"]
    assert sum(each["to_flush"] for each in told["flows"]["counts"]) == len(DRIFTED)
    assert [row["flow"]["source"] for row in told["flows"]["attempts"]] == [str(ATTEMPTED.source)]
    assert flushes_asked(firewall.emulator) == 0
    shown = command("show", "sweep.plan", cwd=tmp_path)
    assert shown.stdout == found.stdout

    applied = command("apply", "sweep.plan", "--yes", "--settle", "0.2", "--endpoint-url", url, cwd=tmp_path)

    assert applied.returncode == 0, applied.stderr + applied.stdout
    assert firewall.flushed() == set(DRIFTED.values())
    assert firewall.alive() >= set(KEPT.values())
    assert firewall.alive().isdisjoint(DRIFTED.values())
    assert firewall.violations() == []

    asked = flushes_asked(firewall.emulator)
    again = command(*sweep, cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "No live flow on firewall main is denied by the live policy" in unwrapped(again.stdout)
    assert flushes_asked(firewall.emulator) == asked


def test_what_could_not_be_looked_at_is_told_by_the_exit_code(
    tmp_path: Path, firewall: Drifting, url: str
) -> None:
    firewall.emulator.faults.add(FaultRule(ACCESS_DENIED, "StartFlowCapture", nth(1)))
    found = command("sweep", "--firewall", firewall.arn, "--endpoint-url", url, cwd=tmp_path)
    assert found.returncode == 6, found.stderr
    assert "the captures may have missed flows" in unwrapped(found.stdout)
    assert f"{ZONES[0]}: " in found.stdout


def test_what_is_no_firewall_is_a_usage_error(tmp_path: Path) -> None:
    found = command("sweep", "--firewall", "main", cwd=tmp_path)
    assert (found.returncode, found.stdout) == (64, "")
    assert "not the ARN of a firewall" in found.stderr
