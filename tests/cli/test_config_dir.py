"""``--config-dir`` through the command line: reports of a plan name the lines of its configuration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nfw_reconcile.cli import run
from nfw_reconcile.errors import ExitCode
from tests.cli.site import CHANGE, INSTANT, KEYS, site
from tests.places import CHECKOUT, DEMO, EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/plan.json"))


def report(name: str, form: str, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    plan = str(EXAMPLES / name / "plan.json")
    assert run(["plan", "--tf-plan", plan, "--format", form, *options]) in {ExitCode.OK, ExitCode.CHANGES}
    return capsys.readouterr().out


def directory(name: str) -> tuple[str, str]:
    return "--config-dir", str(EXAMPLES / name / "new")


def rules(part: Any, side: str = "") -> Iterator[tuple[str, dict[str, Any]]]:  # noqa: ANN401 - any part of a document
    """Give every rule of a document, with the name of the side that it is on."""
    if isinstance(part, dict):
        if {"group", "sid", "line", "text"} <= part.keys():
            yield side, part
        for name, inner in part.items():
            yield from rules(inner, name if name in {"old", "new"} else side)
    elif isinstance(part, list):
        for inner in part:
            yield from rules(inner, side)


@pytest.mark.parametrize("name", NAMES)
def test_every_new_rule_has_a_line_of_a_file_and_no_old_one_has(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = list(rules(json.loads(report(name, "json", capsys, *directory(name)))))
    for side, rule in found:
        if side == "old":
            assert "file" not in rule
            continue
        lines = (CHECKOUT / rule["file"]).read_text(encoding="utf-8").splitlines()
        assert lines[rule["file_line"] - 1].strip()


@pytest.mark.parametrize("name", NAMES)
def test_every_result_for_github_is_in_a_file(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    log = json.loads(report(name, "sarif", capsys, *directory(name)))
    for result in log["runs"][0]["results"]:
        for place in result["locations"]:
            uri = place["physicalLocation"]["artifactLocation"]["uri"]
            assert (CHECKOUT / uri).is_file()


def test_reports_show_the_line_of_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    name = "hash-renamed-group"
    wanted = f"examples/{name}/new/rules/dmz.rules:1"
    path, _, _ = wanted.rpartition(":")
    for form in ("text", "markdown"):
        assert wanted in report(name, form, capsys, *directory(name))
    assert path in report(name, "html", capsys, *directory(name))
    assert path not in report(name, "text", capsys)
    assert path not in report(name, "text", capsys, *directory(name), "--redact", "names")


def test_the_directory_decides_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    before, after = (
        json.loads(report("domain-list", "json", capsys, *options))["firewalls"][0]
        for options in ((), directory("domain-list"))
    )
    for _, rule in rules(after):
        for name in ("file", "file_line"):
            rule.pop(name, None)
    assert {**after, "policy": before["policy"]} == before


def test_a_directory_without_configuration_is_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(report("domain-list", "json", capsys, "--config-dir", str(tmp_path)))
    assert any("--config-dir" in remark["text"] for remark in document["remarks"])


def test_configuration_says_itself_where_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    folder = EXAMPLES / "domain-list"
    sides = ["--old", str(folder / "old"), "--new", str(folder / "new")]
    assert run(["plan", *sides, "--config-dir", str(folder / "new")]) == ExitCode.USAGE
    assert "the new side is Terraform configuration" in capsys.readouterr().err


def test_a_result_names_the_lines_that_its_plan_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    assert CHANGE.firewall is not None
    with site(tmp_path / "site", INSTANT) as made:
        plan, result = (str(made.folder / name) for name in ("lines.plan", "lines.result"))
        reach = ["--endpoint-url", made.url]
        words = ["--old", str(DEMO / "old"), "--new", str(DEMO / "new"), "--out", plan, *reach]
        assert run(["plan", *words, "--context", f"live:{CHANGE.firewall.name.arn}"]) == ExitCode.OK
        monkeypatch.chdir(made.folder)
        acting = ["--yes", "--settle", "0.1", "--result", result]
        assert run(["apply", plan, *acting, *reach]) == ExitCode.OK
        document = json.loads(Path(result).read_text(encoding="utf-8"))
        capsys.readouterr()
        assert run(["show", result, "--format", "markdown"]) == ExitCode.OK
    found = [rule for _, rule in rules(document["firewalls"][0]["zones"])]
    story = "nfw_reconcile/cli/demo/story"
    assert {(rule["sid"], rule["file"], rule["file_line"]) for rule in found} == {
        (10, f"{story}/old/main.tf", 31),
        (20, f"{story}/old/main.tf", 33),
    }
    assert f"{story}/old/main.tf:31" in capsys.readouterr().out
