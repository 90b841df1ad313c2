"""A firewall on the emulator behind HTTP, and the program as real processes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import boto3

from nfw_reconcile.cli import run
from nfw_reconcile.cli.demo.cast import KINDS, ZONES
from nfw_reconcile.cli.demo.stage import snapshot_of, update_groups
from nfw_reconcile.cli.stopping import STOPPING
from nfw_reconcile.emulator.faults import INTERNAL_ERROR, FaultRule
from nfw_reconcile.emulator.http_server import serve
from nfw_reconcile.emulator.judging import EngineJudge
from nfw_reconcile.emulator.seed import from_snapshot
from nfw_reconcile.emulator.settings import EmulatorSettings, OperationSettings, SyncSettings
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.model.flow import CapturedFlow
from nfw_reconcile.pipeline.inputs import Request, load, read_sides
from tests.checker import Expectations, current_tokens, violations
from tests.hasty import PROGRAM
from tests.places import DEMO

if TYPE_CHECKING:
    import signal
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from nfw_reconcile.emulator.emulator import Emulator
    from nfw_reconcile.model.flow import FiveTuple

KEYS: Final = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
QUICK: Final = EmulatorSettings(
    sync=SyncSettings(delay=0.2),
    operations=OperationSettings(execute_after=0.05, duration=0.1, prune_after=0.05),
)
# For whom it does not matter what happens during an operation: it has ended by the first question about it, where
# each further question would cost a pause of seconds.
INSTANT: Final = EmulatorSettings(
    sync=SyncSettings(delay=0.2),
    operations=OperationSettings(execute_after=0.0, duration=0.0, prune_after=0.05),
)

LONGEST_HOLD: Final = 120.0
"""Seconds that a reply is held back, or a process waited for, at most."""


@dataclass(frozen=True)
class Site:
    """A firewall with connections, whose rules were just tightened; a folder with the plan for it."""

    emulator: Emulator
    url: str
    folder: Path
    zones: Sequence[str] = ZONES

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *words],
            cwd=self.folder,
            env={**os.environ, **KEYS},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str) -> tuple[int, str]:
        """Give the exit code of a process, and all that it said."""
        process = self.start(*words)
        said = "".join(process.communicate(timeout=300))
        return process.returncode, said

    def apply(self) -> subprocess.Popen[str]:
        return self.start("apply", "nfw.plan", "--yes", "--endpoint-url", self.url, "--settle", "0.5")

    def resume(self) -> tuple[int, str]:
        return self.run("resume", "--endpoint-url", self.url, "--result", "nfw.result")

    @contextmanager
    def flushes_held(self) -> Iterator[None]:
        """Let the service answer no request for a flush before the block is left."""
        released = threading.Event()
        held = FaultRule(INTERNAL_ERROR, "StartFlowFlush", when=lambda _: not released.wait(LONGEST_HOLD))
        self.emulator.faults.add(held)
        try:
            yield
        finally:
            released.set()

    def stopped_amid_flush(self, process: subprocess.Popen[str], number: signal.Signals) -> tuple[str, str]:
        """Send a signal while a flush is asked for, and give what the process prints from then on."""
        assert process.stderr is not None
        with self.flushes_held():
            any("flushing" in line for line in process.stderr)
            process.send_signal(number)
            assert any(STOPPING in line for line in process.stderr)
        return process.communicate(timeout=LONGEST_HOLD)

    def run_names(self) -> list[str]:
        """Give the names of the runs in the journal."""
        return sorted(path.stem for path in (self.folder / ".nfw-reconcile").glob("*.jsonl"))

    def journal_lines(self) -> int:
        """Say how much has been written down of all runs."""
        files = (self.folder / ".nfw-reconcile").glob("*.jsonl")
        return sum(path.read_bytes().count(b"\n") for path in files)

    def alive(self) -> set[FiveTuple]:
        return {entry.flow for zone in self.zones for entry in self.emulator.entries(zone)}

    def problems(self) -> list[str]:
        """Say what must not be so when all is done: denied flows, others that are gone, and what was sent."""
        found = self.violations()
        found += [f"{flow} is denied, and lives" for flow in DENIED & self.alive()]
        found += [f"{flow} was to stay" for flow in ALL - DENIED - self.alive()]
        return found

    def violations(self) -> list[str]:
        """Say what must not have been sent."""
        return violations(
            self.emulator, Expectations(lambda flow: flow in DENIED, current_tokens(self.emulator))
        )


CHANGE: Final = read_sides(Request(tf_plan=DEMO / "plan.json")).changes[0]
ALL: Final = frozenset(flow for kind in KINDS for flow in kind.flows())


def _denied() -> frozenset[FiveTuple]:
    assert CHANGE.old is not None
    assert CHANGE.new is not None
    comparison = Comparison(load(CHANGE.old).compiled, load(CHANGE.new).compiled)
    return frozenset(flow for flow in ALL if comparison.effect(flow).flush)


DENIED: Final = _denied()


@contextmanager
def site(folder: Path, settings: EmulatorSettings = QUICK, *, zones: Sequence[str] = ZONES) -> Iterator[Site]:
    """Build it, and have the checker look at all that was sent when it is left."""
    assert CHANGE.firewall is not None
    assert CHANGE.old is not None
    assert CHANGE.new is not None
    flows = [
        CapturedFlow(flow, 600, 10, 5000, zones[number % len(zones)])
        for number, flow in enumerate(sorted(ALL))
    ]
    snapshot = snapshot_of(CHANGE.firewall, CHANGE.old)
    emulator = from_snapshot(
        snapshot, flows, clock=time.time, judge=EngineJudge(), zones=zones, settings=settings, clients=None
    )
    folder.mkdir(exist_ok=True)
    assert run(["plan", "--tf-plan", str(DEMO / "plan.json"), "--out", str(folder / "nfw.plan")]) == 0
    with serve(emulator) as url:
        keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "eu-west-1"}
        client = boto3.client("network-firewall", endpoint_url=url, **keys)
        update_groups(client, CHANGE.old, CHANGE.new)
        made = Site(emulator, url, folder, zones)
        yield made
        assert made.violations() == []
