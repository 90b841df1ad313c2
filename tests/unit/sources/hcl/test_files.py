"""File functions: patterns of names, and what is asked for."""

from __future__ import annotations

import pytest

from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable
from nfw_reconcile.sources.hcl.expressions.files import Files
from nfw_reconcile.sources.hcl.expressions.session import Session
from tests.unit.sources.hcl.configurations import MemoryTree

NAMES = ("a.rules", "ab.rules", "b.txt", "[x].rules", ".hidden")


def files() -> Files:
    content = {f"root/rules/{name}": name for name in NAMES} | {
        "root/rules/deep/c.rules": "c",
        "root/main.tf": "",
    }
    return Files(Session(MemoryTree(content), "root"))


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.rules", ("[x].rules", "a.rules", "ab.rules")),
        ("?.rules", ("a.rules",)),
        ("*.{rules,txt}", ("[x].rules", "a.rules", "ab.rules", "b.txt")),
        ("[ab]*", ("a.rules", "ab.rules", "b.txt")),
        ("[^a].*", ("b.txt",)),
        ("\\[x\\].rules", ("[x].rules",)),
        ("a.rules", ("a.rules",)),
        ("deep/*.rules", ("deep/c.rules",)),
        ("*", (".hidden", "[x].rules", "a.rules", "ab.rules", "b.txt")),
        ("none", ()),
    ],
)
def test_a_pattern_names_files(pattern: str, names: tuple[str, ...]) -> None:
    assert files().names("rules", pattern) == names


@pytest.mark.parametrize("pattern", ["**/*.rules", "*/c.rules", "{a,b}/c"])
def test_patterns_for_directories_are_not_followed(pattern: str) -> None:
    asked = files()
    with pytest.raises(Unresolvable):
        asked.names("rules", pattern)
    assert len(asked.refused) == 1


@pytest.mark.parametrize("pattern", ["[a", "{a,b"])
def test_a_pattern_that_ends_too_early_is_an_error(pattern: str) -> None:
    with pytest.raises(EvaluationError):
        files().names("rules", pattern)


def test_paths_start_at_the_root_module() -> None:
    assert files().read("rules/a.rules") == b"a.rules"
    assert files().read("x/../rules/./a.rules") == b"a.rules"
    with pytest.raises(EvaluationError, match="no file"):
        files().read("a.rules")
    with pytest.raises(Unresolvable):
        files().read("../../outside")
    assert files().exists("rules/b.txt")
    assert not files().exists("rules/c.txt")
    with pytest.raises(EvaluationError, match="directory"):
        files().exists("rules")
