"""The whole way with real processes and sockets: plan, an update, apply, verify, snapshot."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from nfw_reconcile.cli import run
from nfw_reconcile.cli.demo.cast import KINDS, ZONES
from nfw_reconcile.cli.demo.stage import snapshot_of, update_groups
from nfw_reconcile.emulator.http_server import serve
from nfw_reconcile.emulator.judging import EngineJudge
from nfw_reconcile.emulator.seed import from_snapshot
from nfw_reconcile.emulator.settings import EmulatorSettings, OperationSettings, SyncSettings
from nfw_reconcile.pipeline.inputs import Request, read_sides
from nfw_reconcile.sources.flowfile import format_flow, read_flows
from tests.checker import Expectations, current_tokens, violations
from tests.cli.site import DENIED
from tests.places import DEMO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nfw_reconcile.emulator.emulator import Emulator
    from nfw_reconcile.model.flow import FiveTuple
    from nfw_reconcile.model.inventory import PolicyChange

KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
# Time is real here: an operation has ended by the first question about it, or each would cost a pause of seconds.
QUICK = EmulatorSettings(
    sync=SyncSettings(delay=0.2),
    operations=OperationSettings(execute_after=0.0, duration=0.0, prune_after=0.05),
)


def _command(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **KEYS}
    line = [sys.executable, "-m", "nfw_reconcile", *words]
    return subprocess.run(line, capture_output=True, text=True, check=False, cwd=cwd, env=environment)


@pytest.fixture
def change() -> PolicyChange:
    return read_sides(Request(tf_plan=DEMO / "plan.json")).changes[0]


@pytest.fixture
def flow_lines() -> list[str]:
    tuples = [flow for kind in KINDS for flow in kind.flows()]
    return [_line(flow, ZONES[number % 3]) for number, flow in enumerate(tuples)]


def _line(flow: FiveTuple, zone: str) -> str:
    from nfw_reconcile.model.flow import CapturedFlow  # noqa: PLC0415

    return json.dumps(format_flow(CapturedFlow(flow, 600, 10, 5000, zone)))


@pytest.fixture
def emulator(change: PolicyChange, flow_lines: list[str]) -> Emulator:
    import time  # noqa: PLC0415

    assert change.firewall is not None
    assert change.old is not None
    flows = [line.flow for line in read_flows(flow_lines, "flows")]
    snapshot = snapshot_of(change.firewall, change.old)
    return from_snapshot(
        snapshot, flows, clock=time.time, judge=EngineJudge(), zones=ZONES, settings=QUICK, clients=None
    )


@pytest.fixture
def url(emulator: Emulator) -> Iterator[str]:
    with serve(emulator) as found:
        yield found


def _client(url: str) -> Any:  # noqa: ANN401 - boto3 has no types
    return boto3.client(
        "network-firewall",
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )


def test_the_promise(
    tmp_path: Path, change: PolicyChange, flow_lines: list[str], emulator: Emulator, url: str
) -> None:
    assert change.firewall is not None
    assert change.old is not None
    assert change.new is not None
    (tmp_path / "flows.jsonl").write_text("\n".join(flow_lines) + "\n")
    tf_plan = str(DEMO / "plan.json")

    planned = _command(
        "plan", "--tf-plan", tf_plan, "--flows", "flows.jsonl", "--out", "nfw.plan", "--detailed-exitcode",
        cwd=tmp_path,
    )  # fmt: skip
    assert planned.returncode == 2, planned.stderr
    assert "41 live flows would be cut" in planned.stdout

    too_early = _command("apply", "nfw.plan", "--yes", "--endpoint-url", url, "--settle", "0", cwd=tmp_path)
    assert too_early.returncode == 3, too_early.stderr
    assert "the live policy is not the planned one" in too_early.stdout

    looked = _command("plan", "--tf-plan", tf_plan, "--capture", "--endpoint-url", url, cwd=tmp_path)
    assert looked.returncode == 0, looked.stderr
    assert "41 live flows would be cut" in looked.stdout
    assert all(call.operation != "StartFlowFlush" for call in emulator.requests)

    update_groups(_client(url), change.old, change.new)
    alive_still = _command("verify", "nfw.plan", "--endpoint-url", url, cwd=tmp_path)
    assert alive_still.returncode == 6, alive_still.stderr + alive_still.stdout
    assert all(call.operation != "StartFlowFlush" for call in emulator.requests)

    applied = _command(
        "apply", "nfw.plan", "--yes", "--endpoint-url", url, "--settle", "0.5", "--result", "nfw.result",
        cwd=tmp_path,
    )  # fmt: skip
    assert applied.returncode == 0, applied.stderr + applied.stdout
    assert "41 flows flushed and proven gone" in applied.stdout
    alive = {entry.flow for zone in ZONES for entry in emulator.entries(zone)}
    effects = [json.loads(line) for line in _classified(tf_plan, tmp_path)]
    kept = sum(1 for each in effects if not each["flush"])
    assert len(alive) == kept == len(flow_lines) - 41
    assert violations(emulator, Expectations(lambda flow: flow in DENIED, current_tokens(emulator))) == []

    (tmp_path / "nfw.plan").unlink()
    gone = _command("verify", "nfw.result", "--endpoint-url", url, cwd=tmp_path)
    assert gone.returncode == 0, gone.stderr + gone.stdout

    snapped = _command(
        "snapshot", "--firewall", str(change.firewall.name.arn), "--out", "live.json", "--endpoint-url", url,
        cwd=tmp_path,
    )  # fmt: skip
    assert snapped.returncode == 0, snapped.stderr
    same = _command("plan", "--old", "live.json", "--new", "live.json", "--detailed-exitcode", cwd=tmp_path)
    assert same.returncode == 0, same.stdout + same.stderr


def _classified(tf_plan: str, cwd: Path) -> list[str]:
    found = _command("classify", "--tf-plan", tf_plan, "--flows", "flows.jsonl", cwd=cwd)
    assert found.returncode == 0, found.stderr
    return found.stdout.splitlines()


def test_an_endpoint_that_only_the_environment_names_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, emulator: Emulator
) -> None:
    _command("plan", "--tf-plan", str(DEMO / "plan.json"), "--out", "nfw.plan", cwd=tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL_NETWORK_FIREWALL", url)
    refused = _command("apply", "nfw.plan", "--yes", cwd=tmp_path)
    assert refused.returncode == 64
    assert "--endpoint-url" in refused.stderr
    assert emulator.requests == ()


def test_a_result_whose_plan_is_not_kept_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["demo", "--dir", str(tmp_path)])
    capsys.readouterr()
    assert run(["verify", str(tmp_path / "nfw.result"), "--journal", str(tmp_path / "elsewhere")]) == 64
    assert "--journal" in capsys.readouterr().err


def test_without_a_terminal_apply_wants_yes(tmp_path: Path) -> None:
    _command("plan", "--tf-plan", str(DEMO / "plan.json"), "--out", "nfw.plan", cwd=tmp_path)
    refused = _command("apply", "nfw.plan", cwd=tmp_path)
    assert refused.returncode == 64
    assert "--yes" in refused.stderr
