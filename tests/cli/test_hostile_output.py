"""What others wrote reaches no terminal and no CI log as anything but text, and no file that others can read."""

from __future__ import annotations

import json
import os
import re
import stat
import unicodedata
from typing import TYPE_CHECKING, Any, Final

import pytest

from nfw_reconcile.cli import run
from nfw_reconcile.cli.output import write_private
from nfw_reconcile.cli.talk import printable, report
from nfw_reconcile.errors import ExitCode, Location, NfwReconcileError, UsageError, error
from tests.places import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE: Final = {
    "an escape sequence": "\x1b[2J\x1b]0;owned\x07",
    "C0": "\x00\x01\x08\x0b\x0c\x1f",
    "line ends": "\r\n\r\x85\u2028\u2029",
    "DEL and C1": "\x7f\x80\x9b31m\x9f",
    "other directions": "\u202e\u202d\u2066\u2069\u200f\u061c",
    "no width": "\u200b\u200c\u200d\u2060\ufeff\u00ad",
    "no picture": "\u3164\u115f\uffa0\ufe0f\u034f",
    "tags and private use": "\U000e0041\U000e007f\ue000\U000f0000",
    "a workflow command": "\n::set-output name=x::y\n::add-mask::z",
    "an older workflow command": "\n##[set-env name=PATH]x\n##[error]y",
    "a pipeline's command": "\n##vso[task.setvariable variable=x]y\n##teamcity[buildStatus]",
}
FORBIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
INVISIBLE: Final = re.compile("[\u034f\u115f\u3164\uffa0\ufe00-\ufe0f]")
COMMAND: Final = re.compile(r"##(\[|vso\[|teamcity\[)|^\s*::[a-z]", re.MULTILINE)
EXAMPLE: Final = EXAMPLES / "rules-string-templatefile"
FLOW: Final = ("tcp", "10.30.4.10:50123", "198.51.100.20:8443")

each_hostile = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())


def assert_inert(said: str) -> None:
    """Check that there is nothing in it but characters with a picture, spaces and newlines."""
    odd = {
        unicodedata.name(c, hex(ord(c))) for c in said if unicodedata.category(c) in FORBIDDEN and c != "\n"
    }
    assert not odd
    assert not INVISIBLE.search(said)
    assert not COMMAND.search(said)


def poisoned(tree: Any, text: str) -> Any:  # noqa: ANN401 - JSON
    """Put the text into every message, name, tag and label of a plan."""
    match tree:
        case dict():
            return {key: _at(key, value, text) for key, value in tree.items()}
        case list():
            return [poisoned(one, text) for one in tree]
        case _:
            return tree


NAMES: Final = frozenset({"name", "address", "firewall_policy_arn", "resource_arn", "arn", "description"})


def _at(key: str, value: Any, text: str) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str) and key in NAMES:
        return f"{value}{text}"
    if isinstance(value, str) and key in {"rules", "rules_string"}:
        quoted = re.sub("[\r\n]", " ", text)
        return value.replace('msg:"', f'msg:"{quoted}').replace("tax-office", f"tax-office{quoted}")
    return poisoned(value, text)


@pytest.fixture
def plan(tmp_path: Path, text: str) -> Path:
    found = poisoned(json.loads((EXAMPLE / "plan.json").read_text()), text)
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(found))
    return path


@each_hostile
def test_reports_of_a_hostile_plan(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = plan.parent / "nfw.plan"
    flows = str(EXAMPLE / "flows.jsonl")
    commands = [
        ["plan", "--tf-plan", str(plan), "--flows", flows, "--out", str(saved)],
        ["show", str(saved)],
        ["show", str(saved), "--format", "markdown"],
        *(["show", str(saved), "--format", form] for form in ("json", "sarif", "junit", "codequality")),
        ["explain", "--tf-plan", str(plan), *FLOW],
        ["classify", "--tf-plan", str(plan), "--flows", flows],
        ["classify", "--tf-plan", str(plan), "--flows", flows, "--format", "csv"],
        ["plan", "--tf-plan", str(plan), "--firewall", "nobody"],
        ["plan", "--old", str(plan), "--new", str(plan), "--policy", "nothing"],
    ]
    for command in commands:
        code = run(command)
        assert code in {ExitCode.OK, ExitCode.USAGE}, command
        captured = capsys.readouterr()
        assert captured.out or captured.err
        assert "defect" not in captured.err
        assert_inert(captured.out)
        assert_inert(captured.err)


@each_hostile
def test_what_is_wrong_with_a_hostile_plan(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change = {
        "address": f"a{text}",
        "type": "aws_vpc",
        "name": text,
        "mode": "managed",
        "change": {"actions": [text]},
    }
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"format_version": "1.2", "resource_changes": [change, change], text: 1}))
    assert run(["plan", "--tf-plan", str(path)]) == ExitCode.ERROR
    said = capsys.readouterr().err
    assert "actions" in said
    assert_inert(said)


@each_hostile
def test_a_hostile_path(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = text.replace("\0", "").replace("/", "")
    assert run(["plan", "--tf-plan", str(tmp_path / name)]) == ExitCode.ERROR
    assert run(["show", str(tmp_path / name)]) == ExitCode.ERROR
    assert (
        run(["plan", "--tf-plan", str(EXAMPLE / "plan.json"), "--out", str(tmp_path / name / "x")])
        == ExitCode.USAGE
    )
    said = capsys.readouterr().err
    assert said.count("\n") == 3
    assert_inert(said)


def test_a_path_that_is_no_utf_8(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / os.fsdecode(b"plan-\xff\xfe.json")
    path.write_bytes((EXAMPLE / "plan.json").read_bytes())
    out = tmp_path / "nfw.plan"
    assert run(["plan", "--tf-plan", str(path), "--out", str(out)]) == ExitCode.OK
    assert run(["show", str(out)]) == ExitCode.OK
    assert_inert(capsys.readouterr().out)


@each_hostile
def test_a_hostile_word_of_aws(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    report(error(f"AWS refused it: Throttling: {text}", Location(f"arn:{text}", 3), f"Do this{text}."))
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("error: arn:")
    assert_inert(said)


def test_plain_words_are_printed_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    report(error("sid 7 in [2001:db8::1]:443 (Größe) is 50 % off", Location("a.json", 3, 4), "Correct it."))
    assert (
        capsys.readouterr().err
        == "error: a.json:3:4: sid 7 in [2001:db8::1]:443 (Größe) is 50 % off. Correct it.\n"
    )


def test_an_endless_word_is_cut_and_the_remedy_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    report(error("x" * 10_000_000, Location("y" * 10_000_000, 3), "Correct it."))
    said = capsys.readouterr().err
    assert len(said) < 10_000
    assert said.endswith("Correct it.\n")
    assert len(printable("é" * 10_000_000)) < 10_000


# --- files -------------------------------------------------------------------------------------------


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_file_is_private_whatever_the_umask_and_whatever_was_there(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("old")
    path.chmod(0o666)
    before = os.umask(0)
    try:
        write_private(path, b"new")
    finally:
        os.umask(before)
    assert (path.read_bytes(), _mode(path)) == (b"new", 0o600)
    assert [one.name for one in tmp_path.iterdir()] == ["out"]


def test_no_moment_at_which_others_could_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []
    real = os.fsync

    def look(handle: int) -> None:
        seen.append((stat.S_IMODE(os.fstat(handle).st_mode), os.fstat(handle).st_nlink))
        assert not (tmp_path / "out").exists()
        real(handle)

    monkeypatch.setattr(os, "fsync", look)
    before = os.umask(0)
    try:
        write_private(tmp_path / "out", b"x")
    finally:
        os.umask(before)
    assert seen == [(0o600, 1)]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("mine")
    link.symlink_to(target)
    write_private(link, b"new")
    assert not link.is_symlink()
    assert (link.read_bytes(), target.read_text()) == (b"new", "mine")


def test_a_link_to_nothing_is_replaced(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "absent")
    write_private(link, b"new")
    assert not link.is_symlink()
    assert not (tmp_path / "absent").exists()


def test_what_is_no_file_is_refused_and_stays(tmp_path: Path) -> None:
    pipe, folder, link = tmp_path / "pipe", tmp_path / "folder", tmp_path / "link"
    os.mkfifo(pipe)
    folder.mkdir()
    link.symlink_to("/dev/null")
    for path in (pipe, folder, link):
        with pytest.raises(UsageError, match="no file that could be written"):
            write_private(path, b"x")
    assert link.is_symlink()
    assert pipe.is_fifo()


def test_a_name_as_long_as_names_may_be(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    write_private(path, b"x")
    assert path.read_bytes() == b"x"
    with pytest.raises(NfwReconcileError, match="cannot be written") as refused:
        write_private(tmp_path / ("x" * 256), b"x")
    assert refused.value.problems[0].remedy
    assert len(list(tmp_path.iterdir())) == 1


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out"
    path.write_text("old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NfwReconcileError, match="No space left on device"):
        write_private(path, b"new")
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["out"]
