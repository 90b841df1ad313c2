"""The demo plays to its end, cuts what the new policy denies and nothing else, and says where its files lie."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from nfw_reconcile.cli import run
from nfw_reconcile.cli.demo.cast import KINDS
from tests.pages import README, fences

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

DENIED = {"shop servers, plain HTTP", "office desks, HTTPS", "file transfer, other partner hosts"}


def test_the_demo_tells_the_truth(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--dir", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    table = dict(re.findall(r"^   (\S.*?)\s{2,}\d+\s+(\d+\s+\d+)$", shown, re.MULTILINE))
    assert set(table) == {kind.name for kind in KINDS}
    for kind in KINDS:
        expected = [0, kind.clients] if kind.name in DENIED else [kind.clients, 0]
        assert [int(number) for number in table[kind.name].split()] == expected
    denied = sum(kind.clients for kind in KINDS if kind.name in DENIED)
    assert f"{denied} live flows would be cut" in shown
    assert f"{denied} flows flushed and proven gone" in shown


def test_the_readme_shows_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (quoted,) = [
        fence.text
        for fence in fences(README)
        if "nfw-reconcile plan --tf-plan plan.json --flows" in fence.text
    ]
    run(["demo", "--dir", str(tmp_path)])
    said = iter(capsys.readouterr().out.splitlines())
    lines = [line for line in quoted.splitlines() if line.strip() not in {"", "..."}]
    assert len(lines) > 20
    assert [line for line in lines if line not in said] == []


def test_its_files_are_those_of_a_real_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["demo", "--dir", str(tmp_path)])
    shown = capsys.readouterr().out
    for name in ("nfw.plan", "nfw.result", "plan.md", "result.md"):
        assert name in shown
        assert (tmp_path / name).stat().st_size > 0
    assert run(["show", str(tmp_path / "nfw.result")]) == 0
    events = [
        json.loads(line)["event"] for line in (tmp_path / "journal" / "demo.jsonl").read_text().splitlines()
    ]
    assert events[0] == "run started"
    assert events.count("intended") == events.count("taken") == events.count("ended")
    assert events[-1] == "run finished"


def test_the_demo_is_the_same_every_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        run(["demo", "--dir", str(tmp_path / name)])
        capsys.readouterr()
    one, two = (tmp_path / name / "nfw.result" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_the_users_own_aws_configuration_plays_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert run(["demo", "--dir", str(tmp_path)]) == 0
    assert "proven gone" in capsys.readouterr().out
