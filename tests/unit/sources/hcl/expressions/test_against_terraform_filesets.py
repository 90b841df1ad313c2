"""``fileset`` against the real Terraform: not one wrong set of names, and no error that is none."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.sources.hcl.cty import functions, values
from nfw_reconcile.sources.hcl.expressions.files import Files
from nfw_reconcile.sources.hcl.expressions.session import Session
from nfw_reconcile.sources.hcl.trees.folder import FolderTree
from tests.unit.sources.hcl.expressions.drawn_patterns import FILES, LINKS, drawn_arguments
from tests.unit.sources.hcl.terraform import UNKNOWN, Seen, Terraform, ours

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.tiers import Tier

pytestmark = pytest.mark.terraform

_CALLS_FOR_EACH_DRAW: Final = 8
_MOST_UNRESOLVED_SHARE: Final = 0.12
_LEAST_NAMED_SHARE: Final = 0.1
"""Calls that give names at all: fewer would be no test."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in FILES:
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.encode())
    for path, link in LINKS.items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(link)
    return tmp_path


def found(folder: Path, directory: str, pattern: str) -> Seen:
    """See what a call gives here."""
    files = Files(Session(FolderTree(folder, "."), ""))
    arguments = [values.text(directory), values.text(pattern)]
    return ours(lambda: functions.call("fileset", arguments, files))


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\") + '"'


def test_drawn_patterns_name_what_terraform_finds(
    folder: Path, tier: Tier, seed: int, tell: Callable[[str], None]
) -> None:
    lot = random.Random(seed)  # noqa: S311 - the same with the same seed
    calls = [drawn_arguments(lot) for _ in range(tier.draws * _CALLS_FOR_EACH_DRAW)]
    expressions = [f"fileset({quoted(directory)}, {quoted(pattern)})" for directory, pattern in calls]
    theirs = Terraform(folder, {}).values(expressions)
    wrong, unresolved, named = [], 0, 0
    for call, seen in zip(calls, theirs, strict=True):
        here = found(folder, *call)
        named += bool(here.value)
        if here == UNKNOWN:
            unresolved += 1
        elif here != seen:
            wrong.append(f"{call}\n  Terraform: {seen}\n  here:      {here}")
    tell(f"fileset against terraform: {len(calls)} calls, {named} name files, {unresolved} unresolved")
    assert not wrong, f"seed {seed}:\n" + "\n".join(wrong)
    assert unresolved <= len(calls) * _MOST_UNRESOLVED_SHARE
    assert named >= len(calls) * _LEAST_NAMED_SHARE


def test_a_star_takes_bytes_where_terraform_s_does(folder: Path) -> None:
    names = ("süß.rules", "é.rules", "aé", "xéb", "日本.rules", "a\ufffdb")
    patterns = (
        "sü*rules", "sü*.rules", "s*rules", "s*üß.rules", "sü*s", "*ß*rules", "é*rules", "é*s", "*é*", "a*?", "*??",
        "*[^é]b", "*[é]b", "x*?b", "x*[^é]b", "日*rules", "日*.rules", "日*[本].rules", "日*s", "?*.rules", "*\\é*",
        "{s,日}*rules", "*\ufffdb", "a*\ufffd*", "x*\ufffdb", "*[\ufffd]b",
    )  # fmt: skip
    for name in names:
        (folder / "names").mkdir(exist_ok=True)
        (folder / "names" / name).write_text(name, encoding="utf-8")
    expressions = [f"fileset({quoted('names')}, {quoted(pattern)})" for pattern in patterns]
    theirs = dict(zip(patterns, Terraform(folder, {}).values(expressions), strict=True))
    assert {pattern: found(folder, "names", pattern) for pattern in patterns} == theirs


def test_the_seed_alone_decides_what_is_drawn() -> None:
    first, second = (random.Random(5) for _ in range(2))  # noqa: S311 - the same in every run
    assert [drawn_arguments(first) for _ in range(50)] == [drawn_arguments(second) for _ in range(50)]
