"""What a command is to write, and how, is checked before it reads or calls anything; what it wrote is never lost."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Final

import pytest

from nfw_reconcile.cli import run
from nfw_reconcile.cli.output import check_writable
from nfw_reconcile.cli.showing import checked
from nfw_reconcile.errors import ExitCode, NfwReconcileError, UsageError
from tests.checker import flushes
from tests.cli.site import site

ARN: Final = "arn:aws:network-firewall:eu-west-1:111122223333:firewall/main"
NOWHERE: Final = "no/such/dir/file"
COMMANDS: Final = {
    "plan": ("plan", "--tf-plan", "missing.json"),
    "apply": ("apply", "missing.plan", "--yes"),
    "apply --dry-run": ("apply", "missing.plan", "--dry-run"),
    "resume": ("resume", "--journal", "missing"),
    "verify": ("verify", "missing.plan"),
    "sweep": ("sweep", "--firewall", ARN),
    "show": ("show", "missing.plan"),
    "snapshot": ("snapshot", "--firewall", ARN),
    "status": ("status", "--journal", "missing"),
}
FORMATTED: Final = tuple(name for name in COMMANDS if name not in {"snapshot", "status"})
SAVES: Final = {"plan": "--out", "sweep": "--out", "snapshot": "--out"} | dict.fromkeys(
    ("apply", "apply --dry-run", "resume", "verify"), "--result"
)


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing but the folder of the test be there, and no service be reached."""
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "key")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")


CASES: Final = (
    [(name, ("--format", "yaml"), "format yaml is not known") for name in FORMATTED]
    + [("status", ("--format", "yaml"), "--format yaml is neither")]
    + [(name, ("-o", "markdwn=x.md"), "format markdwn is not known") for name in FORMATTED]
    + [(name, ("-o", "markdown"), "FORMAT=PATH") for name in FORMATTED]
    + [(name, ("-o", f"markdown={NOWHERE}"), "no/such/dir is not there") for name in FORMATTED]
    + [(name, (option, NOWHERE), "no/such/dir is not there") for name, option in SAVES.items()]
    + [(name, (option, "."), "no file that could be written") for name, option in SAVES.items()]
    + [(name, (option, "x" * 256), "cannot be written") for name, option in SAVES.items()]
)


@pytest.mark.parametrize(
    ("name", "words", "said"), CASES, ids=[f"{name} {words[0]} {words[1][:20]}" for name, words, _ in CASES]
)
def test_it_is_checked_before_anything_is_read_or_called(
    name: str, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*COMMANDS[name], *words]) == ExitCode.USAGE
    told = capsys.readouterr()
    assert said in told.err
    assert "missing" not in told.err
    assert told.out == ""
    assert list(Path().iterdir()) == []


def test_all_that_is_wrong_is_told_at_once() -> None:
    outputs = ("pdf=a.pdf", "markdown", f"json={NOWHERE}", "json=same", "markdown=./same")
    with pytest.raises(UsageError) as refused:
        checked("yaml", outputs, Path("nowhere/r.json"))
    told = [each.summary for each in refused.value.problems]
    assert [
        sum(word in text for text in told)
        for word in ("yaml", "pdf", "FORMAT=PATH", "no/such/dir is", "nowhere is", "this one file")
    ] == [1] * 6


def test_a_check_leaves_nothing_behind_and_what_is_there_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old")
    for name in ("old", "new"):
        check_writable(tmp_path / name)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("old", "old")]


def test_a_folder_that_takes_no_file_is_told() -> None:
    with pytest.raises(NfwReconcileError, match="cannot be written"):
        check_writable(Path("/proc/self/r.json"))


@pytest.mark.parametrize("words", [("--format", "yaml"), ("--result", NOWHERE), ("-o", "markdwn=x.md")])
def test_apply_flushes_nothing_where_its_result_could_not_be_given(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    with site(tmp_path / "site") as made:
        code, said = made.run(
            "apply", "nfw.plan", "--yes", "--endpoint-url", made.url, "--settle", "0.1", *words
        )
        assert code == ExitCode.USAGE, said
        assert flushes(made.emulator) == []
        assert not (made.folder / ".nfw-reconcile").exists()


def test_a_result_that_cannot_be_written_after_all_is_told_and_everything_else_is_given(
    tmp_path: Path,
) -> None:
    with site(tmp_path / "site") as made:
        (made.folder / "out").mkdir()
        words = ("--result", "out/r.json", "-o", "markdown=out/r.md", "-o", "json=kept.json")
        process = made.start(
            "apply", "nfw.plan", "--yes", "--endpoint-url", made.url, "--settle", "0.5", *words
        )
        assert process.stderr is not None
        for line in process.stderr:
            if "flushing" in line:
                break
        shutil.rmtree(made.folder / "out")
        out, err = process.communicate(timeout=120)
        assert "flushed and proven gone" in out
        assert err.count("the folder out is not there") == 2
        assert process.returncode == ExitCode.ERROR
        assert json.loads((made.folder / "kept.json").read_text())["exit_code"] == 0
        assert made.problems() == []
