"""The configuration file: found, named, broken; and what it protects is never flushed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.cli import run
from tests.checker import flushes_asked
from tests.cli.site import DENIED, KEYS, Site, site
from tests.places import DEMO

if TYPE_CHECKING:
    from collections.abc import Iterator

APPLY = ("apply", "nfw.plan", "--yes", "--settle", "0.1")
PROTECTED = min(DENIED)


@pytest.fixture(scope="module")
def protected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch, site(tmp_path_factory.mktemp("site") / "it") as made:
        for name, value in KEYS.items():
            patch.setenv(name, value)
        yield made


@pytest.fixture(autouse=True)
def in_its_folder(protected: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(protected.folder)
    Path("nfw-reconcile.toml").unlink(missing_ok=True)


def applied(protected: Site, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = run([*APPLY, "--endpoint-url", protected.url, *words])
    found = capsys.readouterr()
    return code, found.out + found.err


@pytest.mark.parametrize(
    "line",
    [f'protected_cidrs = ["{PROTECTED.source}"]', f"protected_ports = [{PROTECTED.destination_port}]"],
)
def test_nothing_is_flushed_where_a_protected_flow_would_go(
    protected: Site, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    Path("nfw-reconcile.toml").write_text(f"[limits]\n{line}\n", encoding="utf-8")
    code, said = applied(protected, capsys, "--max-flows", "100000")
    assert code == 3
    assert "protected flows would be flushed" in said
    assert "Settings are those of nfw-reconcile.toml." in said
    assert flushes_asked(protected.emulator) == 0


def test_a_limit_of_the_file_holds_and_a_named_file_goes_before_the_default_one(
    protected: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("nfw-reconcile.toml").write_text("[limits]\nmax_flows = 100000\n", encoding="utf-8")
    Path("tight.toml").write_text("[limits]\nmax_flows = 0\n", encoding="utf-8")
    code, said = applied(protected, capsys, "--config", "tight.toml")
    assert code == 3
    assert "Settings are those of" not in said
    assert flushes_asked(protected.emulator) == 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "own.toml: there is no such file. Check --config."),
        ("[limits]\nmax_flows = -1\nsurplus = 3\n", "limits.surplus: this is not known"),
        ("[limits\n", "own.toml:1:8: this is no TOML"),
    ],
)
def test_a_file_that_cannot_be_read_stops_the_command_before_anything_is_asked(
    protected: Site, capsys: pytest.CaptureFixture[str], content: str | None, told: str
) -> None:
    if content is not None:
        Path("own.toml").write_text(content, encoding="utf-8")
    before = protected.emulator.call_count
    code, said = applied(protected, capsys, "--config", "own.toml")
    assert code == 1
    assert told in said
    assert protected.emulator.call_count == before


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json", "sarif", "junit", "annotations"])
def test_what_is_left_out_of_reports_is_the_files_word_and_the_command_lines_before_it(
    capsys: pytest.CaptureFixture[str], form: str
) -> None:
    address = str(PROTECTED.destination)
    shown = ["show", "nfw.plan", "--format", form]
    Path("nfw-reconcile.toml").write_text('redact = ["ip"]\n', encoding="utf-8")
    assert run(shown) == 0
    assert address not in capsys.readouterr().out
    assert run([*shown, "--redact", "none"]) == 0
    everything = capsys.readouterr().out
    Path("nfw-reconcile.toml").unlink()
    assert run(shown) == 0
    assert capsys.readouterr().out == everything


def test_a_saved_plan_keeps_what_its_report_leaves_out(tmp_path: Path) -> None:
    plans = [tmp_path / name for name in ("one.plan", "other.plan")]
    for plan, words in zip(plans, ([], ["--redact", "ip,names,tags"]), strict=True):
        assert run(["plan", "--tf-plan", str(DEMO / "plan.json"), "--out", str(plan), *words]) == 0
    assert len({plan.stat().st_size for plan in plans}) == 1


def test_a_word_that_is_not_known_is_told_with_all_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "nfw.plan", "--redact", "ips,tags", "--format", "yaml"]) == 64
    said = capsys.readouterr().err
    assert "--redact ips,tags: ips is none of ip, tags, names." in said
    assert "format yaml is not known" in said


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ('main = ["10.0.0.0/8"]', "the configuration file"),
        ('"*" = ["10.0.0.0/8"]', "the configuration file"),
        ('"*" = ["192.0.2.0/24"]\nmain = ["10.0.0.0/8"]', "the configuration file"),
        ('other = ["10.0.0.0/8"]', "not known"),
    ],
)
def test_home_net_is_that_of_the_file_where_nothing_else_says_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], names: str, told: str
) -> None:
    plan = (DEMO / "plan.json").read_text(encoding="utf-8").replace('"aws_vpc"', '"aws_other"')
    (tmp_path / "plan.json").write_text(plan, encoding="utf-8")
    (tmp_path / "own.toml").write_text(f"[home_net]\n{names}\n", encoding="utf-8")
    words = ["plan", "--tf-plan", str(tmp_path / "plan.json"), "--config", str(tmp_path / "own.toml")]
    assert run([*words, "--format", "json"]) == 0
    (firewall,) = json.loads(capsys.readouterr().out)["firewalls"]
    assert told in (firewall["home_net_origin"] or "not known")
