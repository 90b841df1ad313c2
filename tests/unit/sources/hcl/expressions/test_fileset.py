"""``fileset``: what its patterns name. That Terraform finds the same is tested beside it, against Terraform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from nfw_reconcile.errors import InputError
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable
from nfw_reconcile.sources.hcl.expressions.budget import Budget
from nfw_reconcile.sources.hcl.expressions.fileset import fileset
from nfw_reconcile.sources.hcl.expressions.globs import matches
from nfw_reconcile.sources.hcl.expressions.session import Session
from nfw_reconcile.sources.hcl.trees.folder import FolderTree
from nfw_reconcile.sources.hcl.trees.git import git_tree
from tests.unit.sources.hcl.configurations import MemoryTree
from tests.unit.sources.hcl.repositories import ALONE, Repository

if TYPE_CHECKING:
    from pathlib import Path

FILES: Final = (
    "main.tf",
    "rules/a.rules",
    "rules/b.txt",
    "rules/.hidden",
    "rules/[x].rules",
    "rules/east/c.rules",
    "rules/east/deep/d.rules",
    "rules/west/e.json",
)


def found(directory: str, pattern: str, *files: str, root: str = "root") -> tuple[str, ...]:
    tree = MemoryTree({f"root/{path}": path for path in (*FILES, *files)} | {"shared/s.rules": ""})
    return fileset(Session(tree, root), directory, pattern)


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.rules", ("[x].rules", "a.rules")),
        ("?.rules", ("a.rules",)),
        ("*.{rules,txt}", ("[x].rules", "a.rules", "b.txt")),
        ("[ab].*", ("a.rules", "b.txt")),
        ("\\[x\\].rules", ("[x].rules",)),
        ("*", (".hidden", "[x].rules", "a.rules", "b.txt")),
        ("*/*.rules", ("east/c.rules",)),
        ("{east,west}/*", ("east/c.rules", "west/e.json")),
        ("east/*", ("east/c.rules",)),
        ("**/*.rules", ("[x].rules", "a.rules", "east/c.rules", "east/deep/d.rules")),
        ("**/deep/*", ("east/deep/d.rules",)),
        ("east/**", ("east/c.rules", "east/deep/d.rules")),
        ("*/deep/**/*", ("east/deep/d.rules",)),
        ("none/*", ()),
        ("", ()),
    ],
)
def test_a_pattern_names_files_in_directories(pattern: str, names: tuple[str, ...]) -> None:
    assert found("rules", pattern) == names


def test_names_are_relative_to_the_directory_as_it_is_written() -> None:
    assert found(".", "rules/east/*") == ("rules/east/c.rules",)
    assert found("rules/east", "../*.txt") == ("../b.txt",)
    assert found("../shared", "*") == ("s.rules",)
    assert found("ru*", "a.rules") == ("../rules/a.rules",)


@pytest.mark.parametrize("pattern", ["[a", "{a,b", "[]", "[-a]", "\\"])
def test_a_mistake_in_a_pattern_is_an_error_once_a_name_comes_to_it(pattern: str) -> None:
    with pytest.raises(EvaluationError, match="not complete"):
        found("rules", pattern)
    with pytest.raises(Unresolvable, match="not complete"):
        found("rules", f"*/{pattern}")
    assert found("none", pattern) == ()
    assert found("rules", f"zz{pattern}") == ()
    assert found("rules", f"*{pattern}") == ()


# What Terraform may find, and the revision does not tell


@pytest.mark.parametrize(
    "pattern", ["*", "**", "**/*", "*.lock.hcl", "**/*.json", ".terraform/**", "*.tfstate"]
)
def test_what_terraform_puts_into_the_working_directory_is_not_known(pattern: str) -> None:
    with pytest.raises(Unresolvable, match="no part of the revision: root/"):
        found(".", pattern)


@pytest.mark.parametrize("pattern", ["*.tf", "**/*.rules", "rules/**", "*/*.txt"])
def test_what_cannot_be_one_of_these_is_known(pattern: str) -> None:
    assert found(".", pattern)


def test_a_file_of_terraform_that_the_revision_holds_is_known() -> None:
    assert found(".", "*.hcl", ".terraform.lock.hcl") == (".terraform.lock.hcl",)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository.at(tmp_path / "repository")
    made.write({f"infra/{path}": path for path in FILES})
    return made


def both(repository: Repository, directory: str, pattern: str) -> list[object]:
    """Give what is found in a directory, and in a commit of it: the names, or why they are not known."""
    repository.commit({})
    answers: list[object] = []
    with git_tree(repository.root, "HEAD", ALONE) as commit:
        for tree in (FolderTree(repository.root, "a folder"), commit):
            try:
                answers.append(fileset(Session(tree, "infra"), directory, pattern))
            except Unresolvable as problem:
                answers.append(problem.summary.rpartition(": ")[2])
            except EvaluationError as problem:
                answers.append(problem)
    return answers


def test_links_to_directories_are_followed(repository: Repository) -> None:
    repository.write(
        {"infra/rules/north": "-> ../../shared", "shared/s.rules": "", "infra/rules/l.rules": "-> b.txt"}
    )
    names = ("[x].rules", "a.rules", "east/c.rules", "east/deep/d.rules", "l.rules", "north/s.rules")
    assert both(repository, "rules", "**/*.rules") == [names, names]


@pytest.mark.parametrize("target", ["..", ".", "../../../secret", "/etc", "north"])
def test_a_link_in_a_circle_or_out_of_the_repository_leaves_all_open(
    repository: Repository, target: str
) -> None:
    repository.write({"infra/rules/north": f"-> {target}"})
    for answer in both(repository, "rules", "**/*.rules"):
        assert isinstance(answer, str)
        assert answer.startswith("infra/rules/north")
    assert both(repository, "rules", "east/*") == [("east/c.rules",)] * 2


def test_a_link_to_nothing_is_an_error_where_it_matches(repository: Repository) -> None:
    repository.write({"infra/rules/gone.rules": "-> none"})
    assert [type(each) for each in both(repository, "rules", "*.rules")] == [EvaluationError] * 2
    assert both(repository, "rules", "*.txt") == [("b.txt",)] * 2
    assert both(repository, "rules", "**/e.json") == [("west/e.json",)] * 2


def test_git_s_own_folder_is_not_looked_into(repository: Repository) -> None:
    assert both(repository, "..", "**/*.txt") == [("infra/rules/b.txt",)] * 2
    for pattern in ("**", "**/HEAD", "*/config", ".git/*"):
        for answer in both(repository, "..", pattern):
            assert isinstance(answer, str)
            assert answer.startswith(".git")


def test_installed_modules_are_looked_at_and_not_told(repository: Repository) -> None:
    repository.write({"infra/.terraform/modules/m/m.rules": ""})
    tree = FolderTree(repository.root, "a folder")
    assert fileset(Session(tree, "infra"), ".", "**/*.txt") == ("rules/b.txt",)
    with pytest.raises(Unresolvable, match=r"infra/\.terraform"):
        fileset(Session(tree, "infra"), ".", "**/*.rules")
    assert fileset(Session(tree, "infra"), ".terraform/modules/m", "*") == ("m.rules",)


def test_a_name_that_is_no_text_leaves_all_open(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "caf\udce9").write_text("x", encoding="utf-8")
    with pytest.raises(Unresolvable, match="is no text"):
        fileset(Session(FolderTree(tmp_path, "a folder"), ""), "rules", "*")


# Limits


def test_directories_that_multiply_are_given_up(tmp_path: Path) -> None:
    for depth in range(30):
        here = tmp_path / "rules" / f"d{depth}"
        here.mkdir(parents=True)
        if depth:
            for side in "ab":
                (here / side).symlink_to(f"../d{depth - 1}")
    session = Session(FolderTree(tmp_path, "a folder"), "", budget=Budget(entries=5_000))
    with pytest.raises(InputError, match="too large to be evaluated here") as refused:
        fileset(session, "rules", "**/x")
    assert not isinstance(refused.value, Unresolvable)


@pytest.mark.parametrize("pattern", ["{a,b}" * 49 + "c", "*a" * 100 + "b"])
def test_a_pattern_with_many_ways_to_match_takes_no_long_time(pattern: str) -> None:
    try:
        assert not matches(pattern, "a" * 250)
    except Unresolvable as problem:
        assert "too many ways" in problem.summary  # noqa: PT017 - one of the two


@pytest.mark.parametrize("pattern", ["*" * 300, "\\\\*", "a\\/b"])
def test_a_pattern_that_is_long_or_that_terraform_breaks_down_on_is_not_read(pattern: str) -> None:
    with pytest.raises(Unresolvable, match="is not read here"):
        found("rules", pattern)
