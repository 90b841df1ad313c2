"""Real processes on real sockets that are killed, stopped, begun without waiting, and gone on with."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import boto3
import pytest

from nfw_reconcile.cli import run
from nfw_reconcile.cli.demo.cast import KINDS, ZONES
from nfw_reconcile.cli.demo.stage import snapshot_of, update_groups
from nfw_reconcile.emulator.http_server import serve
from nfw_reconcile.emulator.judging import EngineJudge
from nfw_reconcile.emulator.seed import from_snapshot
from nfw_reconcile.emulator.settings import EmulatorSettings, OperationSettings, SyncSettings
from nfw_reconcile.engine.effect import Comparison
from nfw_reconcile.model.flow import CapturedFlow
from nfw_reconcile.pipeline.inputs import Request, load, read_sides
from tests.checker import Expectations, flushes, violations
from tests.places import DEMO
from tests.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nfw_reconcile.emulator.emulator import Emulator
    from nfw_reconcile.model.flow import FiveTuple

QUICK: Final = EmulatorSettings(
    sync=SyncSettings(delay=0.2),
    operations=OperationSettings(execute_after=0.05, duration=0.1, prune_after=0.05),
)
KILLS: Final = {Tier.QUICK: 4, Tier.FULL: 60, Tier.SOAK: 600}
AT_ONCE: Final = 6

# A request that is not listed may still arrive for as long as its signature is good; here the service is on
# this machine, and a test need not wait six minutes for what cannot come.
PROGRAM: Final = """
import sys
from nfw_reconcile.act import recovery
from nfw_reconcile.cli import run

recovery.SIGNATURE_LIFETIME, recovery.CLOCK_SKEW = 3.0, 1.0
sys.exit(run(sys.argv[1:]))
"""


@dataclass(frozen=True)
class Site:
    """A firewall with connections, whose rules were just tightened; a folder with the plan for it."""

    emulator: Emulator
    url: str
    folder: Path

    def start(self, *words: str) -> subprocess.Popen[str]:
        keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *words],
            cwd=self.folder,
            env={**os.environ, **keys},
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

    def alive(self) -> set[FiveTuple]:
        return {entry.flow for zone in ZONES for entry in self.emulator.entries(zone)}

    def problems(self) -> list[str]:
        """Say what must not be so when all is done: denied flows, others that are gone, and what was sent."""
        found = violations(self.emulator, Expectations(lambda flow: flow in DENIED, self._tokens()))
        found += [f"{flow} is denied, and lives" for flow in DENIED & self.alive()]
        found += [f"{flow} was to stay" for flow in ALL - DENIED - self.alive()]
        return found

    def _tokens(self) -> dict[str, str]:
        world = self.emulator.world
        return {
            arn: each.version.token for listed in (world.policies, world.groups) for arn, each in listed.items()
        }


CHANGE: Final = read_sides(Request(tf_plan=DEMO / "plan.json")).changes[0]
ALL: Final = frozenset(flow for kind in KINDS for flow in kind.flows())


def _denied() -> frozenset[FiveTuple]:
    assert CHANGE.old is not None
    assert CHANGE.new is not None
    comparison = Comparison(load(CHANGE.old).compiled, load(CHANGE.new).compiled)
    return frozenset(flow for flow in ALL if comparison.effect(flow).flush)


DENIED: Final = _denied()


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    assert CHANGE.firewall is not None
    assert CHANGE.old is not None
    assert CHANGE.new is not None
    flows = [CapturedFlow(flow, 600, 10, 5000, ZONES[number % 3]) for number, flow in enumerate(sorted(ALL))]
    snapshot = snapshot_of(CHANGE.firewall, CHANGE.old)
    emulator = from_snapshot(
        snapshot, flows, clock=time.time, judge=EngineJudge(), zones=ZONES, settings=QUICK, clients=None
    )
    folder.mkdir(exist_ok=True)
    assert run(["plan", "--tf-plan", str(DEMO / "plan.json"), "--out", str(folder / "nfw.plan")]) == 0
    with serve(emulator) as url:
        keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "eu-west-1"}
        client = boto3.client("network-firewall", endpoint_url=url, **keys)
        update_groups(client, CHANGE.old, CHANGE.new)
        yield Site(emulator, url, folder)


def test_killed_at_any_moment_resume_finishes_what_apply_began(tmp_path: Path, tier: Tier) -> None:
    with site(tmp_path / "clean") as clean:
        begun = time.monotonic()
        process = clean.apply()
        process.communicate()
        lasted = time.monotonic() - begun
        assert process.returncode == 0
        assert clean.problems() == []
    moments = [lasted * (number + random.random()) / KILLS[tier] for number in range(KILLS[tier])]  # noqa: S311

    def killed(number: int) -> str:
        with site(tmp_path / str(number)) as made:
            process = made.apply()
            time.sleep(moments[number])
            process.kill()
            process.communicate()
            begun = list((made.folder / ".nfw-reconcile").glob("*.jsonl"))
            if not begun or not any(b"\n" in path.read_bytes() for path in begun):
                process = made.apply()
                process.communicate()
                code, said = process.returncode, ""
            else:
                code, said = made.resume()
            problems = made.problems()
            return "" if code == 0 and not problems else f"{moments[number]:.3f} s: {code} {problems} {said}"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert [told for told in pool.map(killed, range(KILLS[tier])) if told] == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_asked_to_stop_it_sends_nothing_more_and_tells_how_to_go_on(
    tmp_path: Path, number: signal.Signals
) -> None:
    with site(tmp_path / "site") as made:
        process = made.apply()
        assert process.stderr is not None
        for line in process.stderr:
            if "flushing" in line:
                break
        process.send_signal(number)
        out, err = process.communicate(timeout=120)
        sent = len(flushes(made.emulator))
        assert process.returncode == 5, out + err
        assert "Stopping" in err
        assert "nfw-reconcile resume" in out
        assert made.run("status")[1].count("unknown") + made.run("status")[1].count("unfinished") >= 1
        again = made.apply()
        assert "interrupted" in again.communicate(timeout=120)[1]
        assert again.returncode == 5
        assert len(flushes(made.emulator)) == sent
        code, said = made.resume()
        assert code == 0, said
        assert made.problems() == []


def test_begun_without_waiting_it_is_finished_by_resume(tmp_path: Path) -> None:
    with site(tmp_path / "site") as made:
        words = ("apply", "nfw.plan", "--yes", "--no-wait", "--endpoint-url", made.url)
        code, said = made.run(*words)
        assert (code, "nfw-reconcile resume" in said) == (0, True)
        assert made.emulator.flow_operations == ()
        code, said = made.run("status", "--format", "json")
        status = json.loads(said)
        assert code == 0
        assert [(each["state"], each["flushes"]) for each in status["runs"]] == [("unfinished", [])]
        (made.folder / "nfw.plan").unlink()
        code, said = made.resume()
        assert code == 0, said
        assert made.problems() == []
        code, said = made.run("status")
        assert "finished, exit code 0" in said
        assert made.resume() == (0, "There is nothing to resume in .nfw-reconcile.\n")
        assert json.loads((made.folder / "nfw.result").read_text())["command"] == "resume"


def test_a_journal_that_was_named_must_be_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["resume", "--journal", str(tmp_path / "none")]) == 1
    assert run(["status", "--journal", str(tmp_path / "none")]) == 1
    assert capsys.readouterr().err.count("there is no journal") == 2


def test_without_a_journal_there_is_nothing_to_resume(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["resume"]) == 0
    assert run(["status"]) == 0
    told = capsys.readouterr()
    assert "nothing to resume" in told.err
    assert "There is no run" in told.out
