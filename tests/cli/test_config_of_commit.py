"""``--config git:REV``: a change is looked at by the settings of another commit than its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.cli import run
from tests.places import DEMO
from tests.unit.sources.hcl.repositories import Repository

if TYPE_CHECKING:
    from pathlib import Path

STRICT, LOOSE = "[limits]\nmax_flows = 7\n", "[limits]\nmax_flows = 70000\n"
PLAN = ("plan", "--tf-plan", str(DEMO / "plan.json"), "--format", "json")


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Give a repository whose work tree has loosened what ``main`` says; the current directory is in it."""
    made = Repository.at(tmp_path / "repo")
    made.commit({"infra/nfw-reconcile.toml": STRICT, "other/strict.toml": STRICT, "bare/main.tf": ""})
    made.git("switch", "--quiet", "--create", "change")
    made.commit({"infra/nfw-reconcile.toml": LOOSE, "bare/nfw-reconcile.toml": LOOSE})
    monkeypatch.chdir(made.root / "infra")
    return made


def limit(capsys: pytest.CaptureFixture[str], config: str) -> int:
    assert run([*PLAN, "--config", config]) == 0
    document = json.loads(capsys.readouterr().out)
    most = document["limits"]["max_flows"]
    assert isinstance(most, int)
    return most


@pytest.mark.parametrize(
    ("config", "most"),
    [
        ("git:main", 7),
        ("git:main:infra/nfw-reconcile.toml", 7),
        ("git:main:other/strict.toml", 7),
        ("git:change", 70_000),
        ("nfw-reconcile.toml", 70_000),
        ("/dev/null", 1_000),
    ],
)
@pytest.mark.usefixtures("repo")
def test_the_settings_are_those_of_the_commit(
    capsys: pytest.CaptureFixture[str], config: str, most: int
) -> None:
    assert limit(capsys, config) == most


def test_a_file_that_the_commit_lacks_is_no_file_and_told(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repo.root / "bare")
    assert run([*PLAN, "--config", "git:main"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["limits"]["max_flows"] == 1_000
    assert "There is no git:main:bare/nfw-reconcile.toml, so no settings count." in said.err


@pytest.mark.parametrize(
    ("config", "code", "told"),
    [
        ("git:main:bare/nfw-reconcile.toml", 1, "git:main:bare/nfw-reconcile.toml: there is no such file."),
        ("git:gone", 1, "the repository has no revision gone."),
        ("git:main:../x.toml", 64, "../x.toml is no path in the repository."),
        ("git:--help", 64, "'--help' is not a revision."),
    ],
)
@pytest.mark.usefixtures("repo")
def test_what_cannot_be_read_stops_the_command(
    capsys: pytest.CaptureFixture[str], config: str, code: int, told: str
) -> None:
    assert run([*PLAN, "--config", config]) == code
    assert told in capsys.readouterr().err


def test_what_is_wrong_with_it_is_told_with_its_commit(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.commit({"infra/nfw-reconcile.toml": "[limits]\nmax_flows = -1\n"})
    assert run([*PLAN, "--config", "git:change"]) == 1
    told = "git:change:infra/nfw-reconcile.toml: limits.max_flows: a whole number from 0 is needed."
    assert told in capsys.readouterr().err


def test_a_link_out_of_the_repository_is_not_followed(
    repo: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    (repo.root.parent / "loose.toml").write_text(LOOSE, encoding="utf-8")
    repo.commit({"infra/nfw-reconcile.toml": "-> ../../loose.toml"})
    assert run([*PLAN, "--config", "git:change"]) == 1
    assert "max_flows" not in capsys.readouterr().out


def test_outside_a_repository_there_is_no_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run([*PLAN, "--config", "git:main"]) == 1
    assert "there is no git repository around this directory." in capsys.readouterr().err
