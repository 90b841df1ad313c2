"""What can be said of the hooks without running them: by ShellCheck, actionlint and zizmor, by rules of our own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
import yaml

from tests.hooks.pipelines import scripts
from tests.hooks.workplace import HOOKS
from tests.places import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

TOOLS: Final = Path(sys.executable).parent
OWN: Final = CHECKOUT / ".github" / "workflows"
SCRIPTS: Final = sorted(
    path for path in HOOKS.rglob("*") if path.suffix == ".sh" or path.parent.name == "hcp-terraform"
)
YAML: Final = sorted([*HOOKS.rglob("*.yml"), *HOOKS.rglob("*.yaml")])
GITHUB: Final = sorted((HOOKS / "github").rglob("*.yml"))
WORKFLOWS: Final = sorted([*(HOOKS / "github" / "workflows").glob("*.yml"), *OWN.glob("*.yml")])
PINNED: Final = re.compile(r"actions/[a-z-]+@[0-9a-f]{40}")


def named(path: Path) -> str:
    return str(path.relative_to(HOOKS))


def shellcheck(shell: str, *words: str, script: str | None = None) -> str:
    line = [str(TOOLS / "shellcheck"), f"--shell={shell}", *words]
    return subprocess.run(line, input=script, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("path", SCRIPTS, ids=named)
def test_scripts_are_posix_and_can_be_run(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("#!/bin/sh\n")
    assert "\nset -eu\n" in text
    assert "set -x" not in text
    assert path.stat().st_mode & 0o111
    assert shellcheck("sh", str(path)) == ""


@pytest.mark.parametrize("path", GITHUB, ids=named)
def test_the_scripts_in_github_files_are_sound(path: Path) -> None:
    for shell, script in scripts(path):
        assert shellcheck(shell, "-", script=script) == ""


@pytest.mark.parametrize("path", YAML, ids=named)
def test_yaml_can_be_read(path: Path) -> None:
    assert isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict)


def test_zizmor_finds_nothing_on_github() -> None:
    line = [str(TOOLS / "zizmor"), "--offline", "--persona", "auditor", "--no-progress", *map(str, GITHUB)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def actionlint(*words: str, workflow: str | None = None) -> subprocess.CompletedProcess[str]:
    line = [str(TOOLS / "actionlint"), "-no-color", "-shellcheck", str(TOOLS / "shellcheck"), *words]
    return subprocess.run(line, input=workflow, capture_output=True, text=True, check=False)


def test_actionlint_finds_nothing_in_workflows() -> None:
    done = actionlint(*map(str, WORKFLOWS))
    assert len(WORKFLOWS) > 3
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_actionlint_would_find_something() -> None:
    workflow = (HOOKS / "github" / "workflows" / "plan.yml").read_text(encoding="utf-8")
    for good, bad in (("github.base_ref", "github.base_reff"), ("- name: Install", "- nam: Install")):
        assert actionlint("-", workflow=workflow.replace(good, bad)).returncode == 1


def test_every_action_is_pinned() -> None:
    found = [used for path in GITHUB for used in _used(path)]
    assert found
    assert [used for used in found if not PINNED.fullmatch(used)] == []


def _used(path: Path) -> Iterator[str]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    for job in document.get("jobs", {}).values():
        yield from (step["uses"] for step in job["steps"] if "uses" in step)


@pytest.mark.parametrize("name", ["plan", "comment", "apply"])
def test_a_workflow_gives_nothing_but_what_a_job_needs(name: str) -> None:
    workflow = yaml.safe_load((HOOKS / "github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    assert workflow["permissions"] == {}
    assert (
        job["permissions"]
        == {
            "plan": {"contents": "read", "id-token": "write"},
            "comment": {"actions": "read", "pull-requests": "write"},
            "apply": {"contents": "read", "id-token": "write"},
        }[name]
    )
    assert ("environment" in job) is (name == "apply")


def test_the_table_names_every_file() -> None:
    table = (HOOKS / "README.md").read_text(encoding="utf-8")
    files = [named(path) for path in HOOKS.rglob("*") if path.is_file() and path.name != "README.md"]
    assert [name for name in files if f"`{name}`" not in table] == []
