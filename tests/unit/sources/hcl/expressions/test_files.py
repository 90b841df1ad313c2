"""File functions: what is read, and what is asked for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable
from nfw_reconcile.sources.hcl.expressions.files import Files
from nfw_reconcile.sources.hcl.expressions.session import Session
from nfw_reconcile.sources.hcl.trees.folder import FolderTree
from tests.unit.sources.hcl.configurations import MemoryTree

if TYPE_CHECKING:
    from pathlib import Path


def files() -> Files:
    content = {"root/rules/a.rules": "a.rules", "root/rules/b.txt": "b", "root/main.tf": ""}
    return Files(Session(MemoryTree(content), "root"))


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


def test_what_is_no_part_of_the_revision_is_neither_there_nor_missing(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("/etc/hostname")
    asked = Files(Session(FolderTree(tmp_path, "a folder"), ""))
    for path in (".git/HEAD", "out"):
        with pytest.raises(Unresolvable):
            asked.read(path)
        with pytest.raises(Unresolvable):
            asked.exists(path)
    assert len(asked.refused) == 4


def test_a_link_to_nothing_is_missing_and_a_pipe_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "gone").symlink_to("none")
    os.mkfifo(tmp_path / "pipe")
    asked = Files(Session(FolderTree(tmp_path, "a folder"), ""))
    assert not asked.exists("gone")
    with pytest.raises(EvaluationError, match="no file"):
        asked.read("gone")
    with pytest.raises(EvaluationError, match="a pipe"):
        asked.exists("pipe")


def test_the_names_that_were_found_are_a_part_of_what_was_asked() -> None:
    asked = files()
    with asked.session.recording() as reads:
        assert asked.names("rules", "*") == ("a.rules", "b.txt")
    assert reads == {"?rules/*": "a.rules\nb.txt"}
