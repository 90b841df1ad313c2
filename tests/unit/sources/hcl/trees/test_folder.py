from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nfw_reconcile.errors import InputError
from nfw_reconcile.sources.hcl.trees.folder import FolderTree, folder_tree, repository_of
from nfw_reconcile.sources.hcl.trees.tree import Kind, OutsideTreeError, TooLargeError
from nfw_reconcile.sources.hcl.trees.walk import Limits
from tests.unit.sources.hcl.repositories import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping

SMALL: Final = Limits(file=10, total=25, entries=3)
FILES: Final = {
    "infra/main.tf": "main",
    "infra/rules/web.rules": "web",
    "shared/common.tf": "common",
    "top.tf": "top",
}


def tree_of(root: Path, files: Mapping[str, str | bytes | None], limits: Limits | None = None) -> FolderTree:
    Repository(root).write(files)
    return FolderTree(root, "a folder", limits or Limits())


# --- what is there -----------------------------------------------------------------------------


def test_files_of_one_directory_are_listed_and_read(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, FILES)
    assert tree.files("") == ("top.tf",)
    assert tree.files("infra") == ("main.tf",)
    assert tree.read("infra/rules/web.rules") == b"web"
    assert (tree.kind(""), tree.kind("infra/rules")) == (Kind.DIRECTORY, Kind.DIRECTORY)
    assert tree.place("infra/main.tf") == "infra/main.tf"


def test_what_is_not_there_is_told_from_what_is_empty(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"empty.tf": "", "infra/main.tf": "main"})
    assert tree.read("empty.tf") == b""
    for path in (
        "none.tf",
        "none/main.tf",
        "infra",
        "infra/main.tf/x",
        "infra/main.tf/",
        "infra/main.tf/.",
        "",
        "a\0b",
    ):
        assert tree.read(path) is None
        assert tree.files(f"{path}/none") == ()
    assert tree.files("infra/main.tf") == ()
    assert tree.kind("infra/main.tf") is not Kind.DIRECTORY


def test_names_that_are_no_utf_8_are_kept(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.tf")
    tree = tree_of(tmp_path, {name: "x"})
    assert tree.files("") == (name,)
    assert tree.read(name) == b"x"


@pytest.mark.parametrize("name", [".git", ".GIT"])
def test_git_s_own_folder_with_its_credentials_is_not_there(tmp_path: Path, name: str) -> None:
    tree = tree_of(
        tmp_path, {f"{name}/config": "token", f"sub/{name}": "gitdir: x", "link": f"-> {name}/config"}
    )
    assert tree.read(f"{name}/config") is None
    assert tree.read("link") is None
    assert tree.kind(name) is not Kind.DIRECTORY
    assert tree.files(name) == ()
    assert tree.files("sub") == ()


# --- links -------------------------------------------------------------------------------------

INSIDE: Final = {
    "-> main.tf": b"main",
    "-> ../infra/main.tf": b"main",
    "-> ../shared/common.tf": b"common",
    "-> ./rules/../main.tf": b"main",
    "-> hop": b"common",
    "-> none.tf": None,
    "-> main.tf/..": None,
    "-> rules": None,
    "-> main.tf/": None,
    "-> main.tf/.": None,
    "-> rules/./..//main.tf": b"main",
}


@pytest.mark.parametrize(("link", "content"), INSIDE.items())
def test_links_inside_the_tree_are_followed(tmp_path: Path, link: str, content: bytes | None) -> None:
    tree = tree_of(tmp_path, {**FILES, "infra/hop": "-> ../shared/common.tf", "infra/link.tf": link})
    assert tree.read("infra/link.tf") == content


def test_all_that_is_in_a_directory_is_told_by_its_kind(tmp_path: Path) -> None:
    links = {"hop": "-> ../shared", "gone": "-> none", "out": "-> ../../secret", "self": "-> self"}
    tree = tree_of(tmp_path, {**FILES, **{f"infra/{name}": link for name, link in links.items()}})
    os.mkfifo(tmp_path / "infra" / "pipe")
    (tmp_path / "infra" / ".git").mkdir()
    assert tree.entries("infra") == {
        ".git": Kind.ELSEWHERE,
        "gone": Kind.NOTHING,
        "hop": Kind.DIRECTORY,
        "main.tf": Kind.FILE,
        "out": Kind.ELSEWHERE,
        "pipe": Kind.OTHER,
        "rules": Kind.DIRECTORY,
        "self": Kind.ELSEWHERE,
    }
    assert tree.entries("infra/hop") == {"common.tf": Kind.FILE}
    assert tree.entries("infra/main.tf") == tree.entries("none") == tree.entries("infra/out") == {}
    assert tree.kind("infra/out/deeper") is Kind.ELSEWHERE
    assert tree.kind("infra/gone/deeper") is Kind.NOTHING


def test_a_linked_directory_is_one(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {**FILES, "infra/modules": "-> ../shared"})
    assert tree.kind("infra/modules") is Kind.DIRECTORY
    assert tree.files("infra/modules") == ("common.tf",)
    assert tree.read("infra/modules/common.tf") == b"common"
    assert tree.files("infra") == ("main.tf",)


@pytest.mark.parametrize(
    "link",
    ["-> /etc/passwd", "-> ../../secret", "-> ../..", "-> rules/../../../secret", "-> link.tf", "-> other"],
)
def test_a_link_out_of_the_tree_is_an_error_and_is_not_hidden(tmp_path: Path, link: str) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    tree = tree_of(tmp_path / "root", {**FILES, "infra/other": "-> link.tf", "infra/link.tf": link})
    with pytest.raises(OutsideTreeError, match=r"infra/link\.tf"):
        tree.read("infra/link.tf")
    assert "link.tf" in tree.files("infra")
    assert tree.kind("infra/link.tf") is not Kind.DIRECTORY
    assert tree.files("infra/link.tf") == ()


def test_a_long_way_through_links_ends(tmp_path: Path) -> None:
    links = {f"l{n}": f"-> l{n + 1}" for n in range(50)}
    tree = tree_of(tmp_path, {**links, "l50": "end"})
    assert tree.read("l30") == b"end"
    with pytest.raises(OutsideTreeError, match="do not end"):
        tree.read("l0")


def test_links_that_double_the_path_each_time_end(tmp_path: Path) -> None:
    bombs = {f"b{n}": "-> " + "/".join([f"b{n + 1}"] * 20) for n in range(30)}
    tree = tree_of(tmp_path, {**bombs, "b30": "-> ."})
    with pytest.raises(OutsideTreeError, match="do not end"):
        tree.read("b0/file")


# --- what is no file ---------------------------------------------------------------------------


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "main.tf")
    tree = FolderTree(tmp_path, "a folder")
    assert tree.files("") == ("main.tf",)
    with pytest.raises(InputError, match=r"main\.tf: this is no regular file"):
        tree.read("main.tf")


@pytest.mark.parametrize("exchanged", ["a/x.tf", "a"])
def test_opening_follows_no_link_whatever_was_seen_before(tmp_path: Path, exchanged: str) -> None:
    Repository(tmp_path / "other").write({"x.tf": "secret"})
    target = "other" if exchanged == "a" else "other/x.tf"
    tree = tree_of(tmp_path / "root", {exchanged: f"-> {tmp_path / target}"})
    with pytest.raises(InputError, match=r"a/x\.tf: this cannot be read"):
        tree._read(("a", "x.tf"), "a/x.tf")  # noqa: SLF001 - the step after looking


def test_opening_reads_no_pipe_whatever_was_seen_before(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.tf")
    with pytest.raises(InputError, match=r"x\.tf: this is no regular file"):
        FolderTree(tmp_path, "a folder")._read(("x.tf",), "x.tf")  # noqa: SLF001 - the step after looking


def test_what_the_system_refuses_to_look_at_is_an_error(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, FILES)
    with pytest.raises(InputError, match="this cannot be read: File name too long"):
        tree.read("x" * 300)


# --- limits ------------------------------------------------------------------------------------


def test_a_file_may_be_as_large_as_the_limit(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"a": "x" * 10, "b": "x" * 11}, SMALL)
    assert tree.read("a") == b"x" * 10
    with pytest.raises(TooLargeError, match="larger than 10 bytes"):
        tree.read("b")


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="no /proc on this system")
def test_a_file_that_hides_its_size_is_read_no_further() -> None:
    tree = FolderTree(Path("/proc/self"), "a folder", SMALL)
    assert Path("/proc/self/maps").stat().st_size == 0
    with pytest.raises(TooLargeError):
        tree.read("maps")


def test_all_files_together_are_limited_and_each_counts_once(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, dict.fromkeys("abc", "x" * 10), SMALL)
    for name in ("a", "b", "a", "b"):
        tree.read(name)
    with pytest.raises(TooLargeError, match="more than 25 bytes in all"):
        tree.read("c")


def test_a_directory_may_have_as_many_entries_as_the_limit(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"three/a": "", "three/b": "", "three/c": "", "four/a": ""}, SMALL)
    assert tree.files("three") == ("a", "b", "c")
    Repository(tmp_path).write({f"four/{name}": "" for name in "bcd"})
    assert tuple(tree.entries("three")) == ("a", "b", "c")
    for look in (tree.files, tree.entries):
        with pytest.raises(TooLargeError, match="more than 3 entries"):
            look("four")


# --- where the root is -------------------------------------------------------------------------


def test_the_root_is_the_nearest_repository(tmp_path: Path) -> None:
    Repository.at(tmp_path / "repo").write(FILES)
    tree, directory = folder_tree(tmp_path / "repo" / "infra" / ".." / "infra")
    assert (tree.root, directory) == (tmp_path / "repo", "infra")
    assert tree.read("shared/common.tf") == b"common"
    assert folder_tree(tmp_path / "repo")[1] == ""


def test_a_worktree_is_a_repository_too(tmp_path: Path) -> None:
    outer = Repository.at(tmp_path / "outer")
    outer.write({"inner/.git": "gitdir: elsewhere", "inner/infra/main.tf": ""})
    assert repository_of(tmp_path / "outer" / "inner" / "infra") == tmp_path / "outer" / "inner"


def test_without_a_repository_the_directory_itself_is_the_root(tmp_path: Path) -> None:
    Repository(tmp_path).write(FILES)
    tree, directory = folder_tree(tmp_path / "infra")
    assert (tree.root, directory) == (tmp_path / "infra", "")
    assert repository_of(tmp_path) is None


def test_a_link_in_a_repository_does_not_choose_another_root(tmp_path: Path) -> None:
    Repository.at(tmp_path / "other").write({"secret.tf": "secret"})
    repo = Repository.at(tmp_path / "repo")
    repo.write({"infra": f"-> {tmp_path / 'other'}", "main.tf": ""})
    tree, directory = folder_tree(tmp_path / "repo" / "infra")
    assert (tree.root, directory) == (tmp_path / "repo", "infra")
    assert tree.kind("infra") is not Kind.DIRECTORY
    with pytest.raises(OutsideTreeError):
        tree.read("infra/secret.tf")


def test_a_relative_directory_is_one_of_the_current_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Repository.at(tmp_path).write(FILES)
    monkeypatch.chdir(tmp_path / "infra")
    tree, directory = folder_tree(Path())
    assert (tree.root, directory, tree.name) == (tmp_path, "infra", ".")


# --- content that is kept elsewhere ------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "keeper"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "Git LFS"),
        (b"\0GITCRYPT\0rest", "git-crypt"),
    ],
)
def test_content_that_is_kept_elsewhere_is_not_taken_for_the_file(
    tmp_path: Path, content: bytes, keeper: str
) -> None:
    tree = tree_of(tmp_path, {"web.rules": content})
    with pytest.raises(OutsideTreeError, match=keeper):
        tree.read("web.rules")


# --- laws --------------------------------------------------------------------------------------

PLACES: Final = ("a", "b", "c", "d/a", "d/b", "d/e/a")
targets = st.lists(st.sampled_from(("a", "b", "c", "d", "e", "..", ".", "")), min_size=1, max_size=4).map(
    lambda names: "/".join(names).lstrip("/") or "."
)
contents = st.one_of(st.sampled_from(("one", "two")), targets.map(lambda target: f"-> {target}"))


@given(
    st.dictionaries(st.sampled_from(PLACES), contents), st.sampled_from((*PLACES, "d", "d/e", "a/b", "a/d/a"))
)
@example({"a": "-> b/../.."}, "a")
@example({"a": "-> d/../.."}, "a")
@example({"a": "-> b/.", "b": "one"}, "a")
def test_what_is_read_is_what_the_system_reads(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, str], path: str
) -> None:
    root = tmp_path_factory.mktemp("law") / "root"
    (root / "d" / "e").mkdir(parents=True)
    tree = tree_of(root, files)
    if _leads_out(root, path):
        with pytest.raises(OutsideTreeError):
            tree.read(path)
        assert (tree.kind(path), tree.entries(path)) == (Kind.ELSEWHERE, {})
        return
    try:
        found = tree.read(path)
    except OutsideTreeError:  # out and in again, or in a circle: more is refused than the system does
        return
    assert tree.kind(path) is _kind(root / path)
    assert tuple(tree.entries(path)) == tuple(
        sorted(each.name for each in (root / path).iterdir()) if (root / path).is_dir() else ()
    )
    assert found == ((root / path).read_bytes() if (root / path).is_file() else None)


def _kind(path: Path) -> Kind:
    if path.is_dir():
        return Kind.DIRECTORY
    return Kind.FILE if path.is_file() else Kind.NOTHING


def _leads_out(root: Path, path: str) -> bool:
    """Say whether the system would open something outside; it opens nothing where a name on the way is missing."""
    try:
        return not Path(os.path.realpath(root / path, strict=True)).is_relative_to(root)
    except OSError:
        return False
