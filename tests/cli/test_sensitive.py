"""What Terraform marks sensitive reaches no report, in no format, by no command; the plan file alone holds it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from nfw_reconcile.cli import run
from nfw_reconcile.report import Format
from tests.places import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = tuple(form.value for form in Format)
GROUPS = "aws_networkfirewall_rule_group"

CASES = {
    # example, texts of its plan that are marked with the whole rule group, a flow that meets them
    "rules-string-templatefile": (("tax-office", "198.51.100.20"), "tcp 10.30.4.10:50123 198.51.100.20:8443"),
    "5-tuple-dynamic": (("192.0.2.0/24", "192.0.2.0"), "tcp 10.20.1.5:50000 192.0.2.9:443"),
    "variables-only": (("10.51.64.0", "198.51.100.0/25"), "tcp 10.51.64.9:50000 198.51.100.9:443"),
    "stateless": (("3389", "198.51.100.128"), "tcp 10.71.2.9:52000 10.70.5.20:3389"),
    "domain-list": (("files.example",), "tcp 10.60.16.10:50000 198.51.100.10:443"),
}


def _marked(name: str) -> dict[str, Any]:
    """Give an example's plan with every rule group sensitive as a whole, before and after."""
    plan: dict[str, Any] = json.loads((EXAMPLES / name / "plan.json").read_text())
    for change in plan["resource_changes"]:
        if change["type"] == GROUPS:
            marks = {"rule_group": True, "rules": True}
            change["change"].update(before_sensitive=marks, after_sensitive=marks)
    return plan


def _outputs(plan: Path, example: str, flow: str, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    flows = str(EXAMPLES / example / "flows.jsonl")
    commands = {form: ["plan", "--tf-plan", str(plan), "--format", form] for form in FORMATS}
    commands["explain"] = ["explain", "--tf-plan", str(plan), *flow.split()]
    found: dict[str, str] = {}
    for name, command in commands.items():
        assert run(command) == 0, name
        captured = capsys.readouterr()
        found[name] = captured.out + captured.err
    assert run(["classify", "--tf-plan", str(plan), "--flows", flows]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for answer in answers:
        del answer["flow"]  # the reader's own file, echoed
    found["classify"] = json.dumps(answers)
    return found


@pytest.mark.parametrize("example", CASES)
def test_no_report_shows_a_sensitive_group(
    example: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets, flow = CASES[example]
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(_marked(example)))
    outputs = _outputs(plan, example, flow, capsys)
    first_line = f"{flow.split()[0].upper()} {flow.split()[1]} -> {flow.split()[2]}"
    outputs["explain"] = outputs["explain"].replace(first_line, "")  # what the user typed
    for name, text in outputs.items():
        for secret in secrets:
            assert secret not in text, f"{name} shows {secret}"
    assert "(sensitive)" in outputs["text"]


@pytest.mark.parametrize("example", CASES)
def test_the_secrets_are_there_to_be_found(example: str, capsys: pytest.CaptureFixture[str]) -> None:
    secrets, flow = CASES[example]
    outputs = _outputs(EXAMPLES / example / "plan.json", example, flow, capsys)
    for secret in secrets:
        assert any(secret in text for text in outputs.values()), secret
