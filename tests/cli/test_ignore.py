"""Ignore entries on the command line: checks of the pull request pass, and nothing that acts takes notice of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from junitparser import JUnitXml

from nfw_reconcile.cli import run
from nfw_reconcile.cli.demo.cast import ZONES
from tests.cli.site import DENIED, INSTANT, KEYS, site
from tests.places import DEMO

if TYPE_CHECKING:
    from pathlib import Path

ENTRIES: Final = """
[[ignore]]
owner = "apps"
reason = "CHG-1234: the web leaves through the proxy"
until = 2099-12-31
source = "10.20.0.0/16"
destination_port = [80, 443]

[[ignore]]
owner = "apps"
reason = "the partner has one address left"
until = 2099-12-31
source = "10.20.0.0/16"
destination = "198.51.100.0/24"
destination_port = 22
"""
PLAN: Final = ("plan", "--tf-plan", str(DEMO / "plan.json"), "--out", "nfw.plan")

pytestmark = pytest.mark.usefixtures("hasty")


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def planned(folder: Path, entries: str) -> JUnitXml:
    (folder / "nfw-reconcile.toml").write_text(entries, encoding="utf-8")
    assert run([*PLAN, "-o", "junit=junit.xml", "--detailed-exitcode"]) == 2
    return JUnitXml.fromfile(str(folder / "junit.xml"))


def test_what_owners_have_accepted_fails_no_check_and_is_flushed_and_missed_all_the_same(
    in_a_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with site(in_a_folder, INSTANT, zones=ZONES[:1]) as made:
        found = planned(in_a_folder, ENTRIES)
        assert (found.failures, found.errors, found.skipped) == (0, 0, 3)
        capsys.readouterr()
        calls = ["--endpoint-url", made.url, "--settle", "0.1"]
        assert run(["verify", "nfw.plan", *calls, "--format", "annotations"]) == 6
        assert run(["apply", "nfw.plan", "--yes", *calls]) == 0
        assert f"{len(DENIED)} flows flushed and proven gone" in capsys.readouterr().out
        assert made.problems() == []


def test_an_entry_that_has_ended_is_told_and_does_not_count(
    in_a_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = planned(in_a_folder, ENTRIES.replace("2099-12-31", "2019-12-31", 1))
    assert (found.failures, found.errors, found.skipped) == (1, 1, 1)
    assert "the ignore entry of apps for" in capsys.readouterr().out


def test_an_entry_without_an_end_is_refused_with_all_else_that_is_wrong(
    in_a_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = ENTRIES.replace("until = 2099-12-31\n", "", 1).replace('owner = "apps"', 'owner = ""')
    (in_a_folder / "nfw-reconcile.toml").write_text(entries, encoding="utf-8")
    assert run(list(PLAN)) == 1
    said = capsys.readouterr().err
    assert [line.split(": ")[2] for line in said.splitlines()] == [
        "ignore[0].owner", "ignore[0].until", "ignore[1].owner",
    ]  # fmt: skip
    assert not (in_a_folder / "nfw.plan").exists()
