"""Broken files: each ends in sentences that say what is wrong, where, and what to do; all of them at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from nfw_reconcile.cli import run
from nfw_reconcile.errors import ExitCode
from tests.places import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

PLAN = EXAMPLES / "rules-string-templatefile" / "plan.json"


def _plan(**changes: Any) -> str:  # noqa: ANN401 - JSON has no narrower type
    return json.dumps({**json.loads(PLAN.read_text()), **changes})


NEXT_GENERATION = {
    "address": "aws_networkfirewall_firewall_policy_v2.next",
    "mode": "managed",
    "type": "aws_networkfirewall_firewall_policy_v2",
    "name": "next",
    "provider_name": "aws",
    "change": {"actions": ["create"], "before": None, "after": {"name": "next"}, "after_unknown": {}},
}


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", ExitCode.ERROR, "empty"),
        (b"PK\x03\x04\x14\x00rest of a saved plan", ExitCode.ERROR, "terraform show -json"),
        (b'{"format_version": "1.2", "resource_changes": [', ExitCode.ERROR, "plan.json:1"),
        (b"\xff\xfe\x00binary", ExitCode.ERROR, "plan.json"),
        (b'{"format_version": "1.2", "a": 1, "a": 2}', ExitCode.ERROR, "twice"),
        (b"[" * 100_000, ExitCode.ERROR, "deep"),
        (b'{"x": 1}', ExitCode.ERROR, "terraform show -json"),
        (b'{"format_version":"1.0","terraform_version":"1.11.4","values":{}}', ExitCode.ERROR, "state"),
        (_plan(errored=True).encode(), ExitCode.REFUSED, "plan again"),
        (_plan(complete=False).encode(), ExitCode.REFUSED, "leaves out changes"),
        (_plan(format_version="2.0").encode(), ExitCode.REFUSED, "2.0"),
        (_plan(resource_changes=[NEXT_GENERATION]).encode(), ExitCode.REFUSED, "does not model"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_read(
    content: bytes, code: ExitCode, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    assert run(["plan", "--tf-plan", str(path)]) == code
    captured = capsys.readouterr()
    assert said in captured.err
    assert "plan.json" in captured.err
    assert "defect" not in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"SourceAddress": {"AddressDefinition": "10.0.0.1"}}', "DestinationAddress"),
        ("6,10.0.0.1,70000,10.0.0.2,443", "70000"),
        ("6,10.0.0.300,70,10.0.0.2,443", "10.0.0.300"),
        ("6,10.0.0.1,70", "5 fields"),
        ("quantum,10.0.0.1,70,10.0.0.2,443", "quantum"),
    ],
)
def test_a_flow_line_that_cannot_be_read_is_named(
    line: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flows = tmp_path / "flows"
    good = "6,10.0.0.1,50000,10.0.0.2,443"
    header = (
        "" if line.startswith("{") else f"protocol,source,source_port,destination,destination_port\n{good}\n"
    )
    flows.write_text(f"{header}{line}\n")
    assert run(["classify", "--tf-plan", str(PLAN), "--flows", str(flows)]) == ExitCode.ERROR
    said_on_stderr = capsys.readouterr().err
    assert said in said_on_stderr
    assert f"flows:{3 if header else 1}" in said_on_stderr


def test_every_broken_flow_line_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flows = tmp_path / "flows.csv"
    rows = [f"6,10.0.0.1,{70000 + n},10.0.0.2,443" for n in range(3)]
    flows.write_text("protocol,source,source_port,destination,destination_port\n" + "\n".join(rows) + "\n")
    assert run(["plan", "--tf-plan", str(PLAN), "--flows", str(flows)]) == ExitCode.ERROR
    said = capsys.readouterr().err
    assert [f"flows.csv:{number}" in said for number in (2, 3, 4)] == [True, True, True]


def test_a_plan_of_fifty_megabytes_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = json.loads(PLAN.read_text())
    padding = {
        "mode": "managed",
        "type": "aws_instance",
        "name": "pad",
        "provider_name": "aws",
        "change": {
            "actions": ["no-op"],
            "before": {"user_data": "x" * 9000},
            "after": {"user_data": "x" * 9000},
        },
    }
    plan["resource_changes"] += [{"address": f"aws_instance.pad[{n}]", **padding} for n in range(2800)]
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan))
    assert path.stat().st_size > 50_000_000
    assert run(["plan", "--tf-plan", str(path), "--detailed-exitcode"]) == ExitCode.CHANGES
    assert "sid 1001" in capsys.readouterr().out


def test_a_tampered_plan_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = tmp_path / "nfw.plan"
    run(["plan", "--tf-plan", str(PLAN), "--out", str(saved)])
    saved.write_bytes(saved.read_bytes().replace(b'"max_flows":1000', b'"max_flows":9000'))
    capsys.readouterr()
    for arguments in (["show", str(saved)], ["apply", str(saved), "--yes"]):
        assert run(arguments) == ExitCode.REFUSED
        assert "changed after it was written" in capsys.readouterr().err


def test_apply_wants_the_digest_that_was_approved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = tmp_path / "nfw.plan"
    run(["plan", "--tf-plan", str(PLAN), "--out", str(saved)])
    capsys.readouterr()
    assert run(["apply", str(saved), "--yes", "--plan-sha256", "0" * 64]) == ExitCode.REFUSED
    assert "--plan-sha256" in capsys.readouterr().err


def test_control_characters_of_an_input_do_not_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plan.json"
    path.write_text(PLAN.read_text().replace("tax-office", "tax\\u001b[2J\\u202eoffice"))
    assert run(["plan", "--tf-plan", str(path)]) == ExitCode.OK
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
