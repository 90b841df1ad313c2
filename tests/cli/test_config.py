"""The configuration file: found, named, broken; and what it protects is never flushed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.cli import run
from tests.checker import flushes_asked
from tests.cli.site import DENIED, KEYS, Site, site

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
