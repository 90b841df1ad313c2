"""What the command line says and how it ends, command by command."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile import __version__
from nfw_reconcile.cli import run
from nfw_reconcile.errors import ExitCode
from tests.places import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

PLAN = EXAMPLES / "rules-string-templatefile" / "plan.json"
FLOWS = EXAMPLES / "rules-string-templatefile" / "flows.jsonl"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == ExitCode.OK
    assert capsys.readouterr().out == f"nfw-reconcile {__version__}\n"


@pytest.mark.parametrize(
    "command", ["plan", "classify", "explain", "show", "apply", "verify", "snapshot", "emulator", "demo"]
)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "--help"]) == ExitCode.OK
    assert f"nfw-reconcile {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "expected", "said"),
    [
        ([], ExitCode.USAGE, "Usage:"),
        (["no-such-command"], ExitCode.USAGE, "No such command"),
        (["plan", "--no-such-option"], ExitCode.USAGE, "No such option"),
        (["plan"], ExitCode.USAGE, "--tf-plan FILE, or both --old"),
        (["plan", "--old", "a.json"], ExitCode.USAGE, "--tf-plan FILE, or both --old"),
        (["plan", "--tf-plan", "a", "--old", "b", "--new", "c"], ExitCode.USAGE, "exclude each other"),
        (["plan", "--tf-plan", str(PLAN), "--format", "yaml"], ExitCode.USAGE, "yaml"),
        (["plan", "--tf-plan", str(PLAN), "-o", "markdown"], ExitCode.USAGE, "FORMAT=PATH"),
        (["plan", "--tf-plan", str(PLAN), "--out", "/nowhere/x.plan"], ExitCode.USAGE, "/nowhere"),
        (["plan", "--tf-plan", str(PLAN), "--firewall", "other"], ExitCode.USAGE, "other"),
        (["plan", "--tf-plan", str(PLAN), "--home-net", "10.0.0.0/40"], ExitCode.USAGE, "--home-net"),
        (["plan", "--tf-plan", "missing.json"], ExitCode.ERROR, "missing.json"),
        (["explain", "--tf-plan", str(PLAN), "tcp", "10.0.0.1:99999", "10.0.0.2:1"], ExitCode.USAGE, "99999"),
        (["explain", "--tf-plan", str(PLAN), "tcp", "10.0.0.1:1", "2001:db8::1"], ExitCode.USAGE, "family"),
        (["explain", "--tf-plan", str(PLAN), "ftp", "10.0.0.1", "10.0.0.2"], ExitCode.USAGE, "not a flow"),
        (["apply", "missing.plan", "--yes"], ExitCode.ERROR, "missing.plan"),
        (["snapshot", "--firewall", "main", "--out", "x"], ExitCode.USAGE, "ARN"),
    ],
)
def test_wrong_arguments_are_told_in_a_sentence(
    arguments: list[str], expected: ExitCode, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == expected
    captured = capsys.readouterr()
    assert said in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""


def test_detailed_exitcode_is_two_where_something_is_newly_denied(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "--tf-plan", str(PLAN), "--detailed-exitcode"]) == ExitCode.CHANGES
    harmless = EXAMPLES / "reorder-nothing" / "plan.json"
    assert run(["plan", "--tf-plan", str(harmless), "--detailed-exitcode"]) == ExitCode.OK
    assert run(["plan", "--tf-plan", str(PLAN)]) == ExitCode.OK
    assert capsys.readouterr().err == ""


def test_a_saved_plan_is_shown_again_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = tmp_path / "nfw.plan"
    assert run(["plan", "--tf-plan", str(PLAN), "--flows", str(FLOWS), "--out", str(saved)]) == ExitCode.OK
    planned = capsys.readouterr().out
    assert run(["show", str(saved)]) == ExitCode.OK
    assert capsys.readouterr().out == planned
    assert saved.stat().st_mode & 0o777 == 0o600


def test_a_plan_is_the_same_bytes_for_the_same_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    for name in ("one", "two"):
        run(["plan", "--tf-plan", str(PLAN), "--flows", str(FLOWS), "--out", str(tmp_path / name)])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_reports_go_to_files_in_other_formats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    targets = {"markdown": tmp_path / "plan.md", "json": tmp_path / "plan.json"}
    options = [word for form, path in targets.items() for word in ("-o", f"{form}={path}")]
    assert run(["plan", "--tf-plan", str(PLAN), *options]) == ExitCode.OK
    assert "aws:drop_established" in targets["markdown"].read_text()
    assert json.loads(targets["json"].read_text())["firewalls"][0]["firewall"]["name"] == "orders"
    assert "aws:drop_established" in capsys.readouterr().out


def test_classify_keeps_the_order_of_its_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["classify", "--tf-plan", str(PLAN), "--flows", str(FLOWS)]) == ExitCode.OK
    given = [json.loads(line) for line in FLOWS.read_text().splitlines()]
    answered = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["flow"] for each in answered] == given
    assert {"effect", "flush", "after_flush", "old", "new", "conditions"} <= set(answered[0])


def test_classify_writes_csv_with_a_header(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["classify", "--tf-plan", str(PLAN), "--flows", str(FLOWS), "--format", "csv"]) == ExitCode.OK
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("effect,flush,old_verdict,old_rule,new_verdict,new_rule,after_flush")
    assert len(lines) == 1 + len(FLOWS.read_text().splitlines())


def test_explain_names_both_rules(capsys: pytest.CaptureFixture[str]) -> None:
    flow = ["tcp", "10.30.4.10:50123", "198.51.100.20:8443"]
    assert run(["explain", "--tf-plan", str(PLAN), *flow]) == ExitCode.OK
    out = capsys.readouterr().out
    assert "newly denied" in out
    assert "sid 1001" in out
    assert "aws:drop_established" in out


def test_several_policies_are_listed_where_one_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    plan = EXAMPLES / "multi-firewall-shared-policy" / "plan.json"
    flow = ["tcp", "10.130.4.10:50123", "198.51.100.70:5671"]
    assert run(["explain", "--tf-plan", str(plan), *flow]) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert 'site["north"]' in said
    assert 'site["south"]' in said


def test_offline_commands_do_not_load_boto3() -> None:
    script = (
        "import sys\n"
        "from nfw_reconcile.cli import run\n"
        f"code = run(['plan', '--tf-plan', {str(PLAN)!r}])\n"
        "loaded = [name for name in ('boto3', 'botocore') if name in sys.modules]\n"
        "sys.exit(code or (9 if loaded else 0))\n"
    )
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert finished.returncode == 0, finished.stderr
