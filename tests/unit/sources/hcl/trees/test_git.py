from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfw_reconcile.errors import InputError, Severity, UsageError
from nfw_reconcile.sources.hcl.trees.folder import FolderTree
from nfw_reconcile.sources.hcl.trees.git import GitTree, git_tree
from nfw_reconcile.sources.hcl.trees.gitprocess import find_git
from nfw_reconcile.sources.hcl.trees.tree import Kind, OutsideTreeError, TooLargeError
from nfw_reconcile.sources.hcl.trees.walk import DEFAULT_LIMITS, Limits
from tests.unit.sources.hcl.repositories import ALONE, Canary, Repository, WatchedGit, program

if TYPE_CHECKING:
    from pathlib import Path

    from nfw_reconcile.sources.hcl.trees.tree import Tree

FILES: Final = {
    "infra/main.tf": "old",
    "infra/rules/web.rules": "web",
    "shared/common.tf": "common",
    "top.tf": "top",
}
SMALL: Final = Limits(file=10, total=25, entries=3)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    made = Repository.at(tmp_path / "repo")
    made.commit(FILES)
    return made


def at(repo: Repository, revision: str = "HEAD", limits: Limits = DEFAULT_LIMITS) -> GitTree:
    return git_tree(repo.root, revision, ALONE, limits)


# --- what is there -----------------------------------------------------------------------------


def test_a_revision_is_read_without_being_checked_out(repo: Repository) -> None:
    first = repo.git("rev-parse", "HEAD")
    repo.commit({"infra/main.tf": "new", "top.tf": None})
    repo.write({"infra/main.tf": "not committed"})
    with at(repo, "HEAD~1") as old, at(repo, "main") as new:
        assert (old.commit, old.name) == (first, "git:HEAD~1")
        assert (old.read("infra/main.tf"), new.read("infra/main.tf")) == (b"old", b"new")
        assert (old.files(""), new.files("")) == (("top.tf",), ())
        assert old.files("infra") == ("main.tf",)
        assert old.kind("infra/rules") is Kind.DIRECTORY
        assert old.place("infra/main.tf") == "infra/main.tf"


@pytest.mark.parametrize("revision", ["HEAD", "main", "refs/heads/main", "v1", "v2", "@", "HEAD^0", "main~0"])
def test_a_revision_is_whatever_git_reads_as_a_commit(repo: Repository, revision: str) -> None:
    repo.git("tag", "v1")
    repo.git("tag", "--annotate", "--message=two", "v2")
    with at(repo, revision) as tree:
        assert tree.commit == repo.git("rev-parse", "HEAD")
    with at(repo, tree.commit[:12]) as short:
        assert short.read("top.tf") == b"top"


def test_what_is_not_there_is_told_from_what_is_empty(repo: Repository) -> None:
    repo.commit({"empty.tf": ""})
    with at(repo) as tree:
        assert tree.read("empty.tf") == b""
        for path in ("none.tf", "none/main.tf", "infra", "top.tf/x", "", "a\0b", ".git/config"):
            assert tree.read(path) is None
            assert tree.files(f"{path}/none") == ()
        assert tree.files("top.tf") == ()


def test_content_comes_byte_for_byte_and_without_filters(repo: Repository) -> None:
    content = bytes(range(256)) * 1000
    repo.commit({"a.bin": content, "b.tf": "a\r\nb\n", ".gitattributes": "*.tf text eol=crlf ident\n"})
    with at(repo) as tree:
        assert tree.read("a.bin") == content
        assert tree.read("b.tf") == b"a\nb\n"
        assert tree.read("a.bin") == content


def test_a_repository_with_sha_256_names_is_read(tmp_path: Path) -> None:
    repo = Repository.at(tmp_path / "repo", "--object-format=sha256")
    commit = repo.commit(FILES)
    with at(repo) as tree:
        assert (tree.commit, len(commit)) == (commit, 64)
        assert tree.read("infra/rules/web.rules") == b"web"


def test_packed_objects_and_linked_worktrees_are_read(repo: Repository, tmp_path: Path) -> None:
    repo.git("gc", "--quiet")
    repo.git("worktree", "add", "--quiet", str(tmp_path / "other"))
    with git_tree(tmp_path / "other" / "infra", "main", ALONE) as tree:
        assert tree.read("infra/main.tf") == b"old"


# --- links and submodules ----------------------------------------------------------------------


def test_links_are_followed_inside_the_commit_only(repo: Repository, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    links = {
        "infra/a.tf": "-> ../shared/common.tf",
        "infra/b.tf": "-> ../../secret",
        "infra/c.tf": "-> /etc/passwd",
        "infra/d.tf": "-> d.tf",
        "infra/e.tf": "-> none",
        "infra/modules": "-> ../shared",
    }
    repo.commit(links)
    with at(repo) as tree:
        assert tree.read("infra/a.tf") == b"common"
        assert tree.read("infra/modules/common.tf") == b"common"
        assert tree.files("infra/modules") == ("common.tf",)
        assert tree.read("infra/e.tf") is None
        for name in "bcd":
            with pytest.raises(OutsideTreeError):
                tree.read(f"infra/{name}.tf")
        assert tree.files("infra") == ("a.tf", "b.tf", "c.tf", "d.tf", "e.tf", "main.tf")
        assert tree.entries("infra") == {
            "a.tf": Kind.FILE,
            "b.tf": Kind.ELSEWHERE,
            "c.tf": Kind.ELSEWHERE,
            "d.tf": Kind.ELSEWHERE,
            "e.tf": Kind.NOTHING,
            "main.tf": Kind.FILE,
            "modules": Kind.DIRECTORY,
            "rules": Kind.DIRECTORY,
        }


def test_a_checkout_of_a_commit_has_git_s_own_folder(repo: Repository) -> None:
    with at(repo) as tree:
        assert tree.entries("")[".git"] is Kind.ELSEWHERE
        assert (tree.kind(".git"), tree.kind(".git/HEAD")) == (Kind.ELSEWHERE, Kind.ELSEWHERE)
        assert ".git" not in tree.entries("infra")
        assert tree.entries("top.tf") == tree.entries("none") == {}


def test_a_submodule_is_absent_with_a_note(repo: Repository, tmp_path: Path) -> None:
    module = Repository.at(tmp_path / "module")
    module.commit({"main.tf": "module"})
    repo.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(module.root), "modules/nfw"
    )
    repo.commit({})
    with at(repo) as tree:
        assert tree.files("modules") == ()
        assert list(tree.notes) == []
        assert tree.entries("modules") == {"nfw": Kind.ELSEWHERE}
        assert list(tree.notes) == []
        assert tree.kind("modules/nfw") is Kind.ELSEWHERE
        assert tree.kind("modules/nfw/main.tf") is Kind.ELSEWHERE
        assert tree.read("modules/nfw/main.tf") is None
        (told,) = tree.notes
    assert told.severity is Severity.NOTE
    assert str(told).startswith("modules/nfw: this is a submodule, and no part of git:HEAD")


@pytest.mark.parametrize("content", ["version https://git-lfs.github.com/spec/v1\nsize 1\n", "\0GITCRYPT\0x"])
def test_content_that_is_kept_elsewhere_is_not_taken_for_the_file(repo: Repository, content: str) -> None:
    repo.commit({"web.rules": content})
    with at(repo) as tree, pytest.raises(OutsideTreeError, match=r"web\.rules: the content of this file"):
        tree.read("web.rules")


# --- limits ------------------------------------------------------------------------------------


def test_a_file_that_is_too_large_is_not_read_and_the_others_still_are(repo: Repository) -> None:
    repo.commit({"large": "x" * 500_000, "ten": "x" * 10})
    with at(repo, limits=SMALL) as tree:
        assert tree.read("top.tf") == b"top"
        with pytest.raises(TooLargeError, match=r"large: the file is larger than 10 bytes"):
            tree.read("large")
        assert tree.read("ten") == b"x" * 10


def test_all_files_together_are_limited_and_each_counts_once(repo: Repository) -> None:
    repo.commit({name: name * 10 for name in "abc"})
    with at(repo, limits=SMALL) as tree:
        for name in "abab":
            tree.read(name)
        with pytest.raises(TooLargeError, match="more than 25 bytes in all"):
            tree.read("c")


def test_a_directory_may_have_as_many_entries_as_the_limit(repo: Repository) -> None:
    repo.commit({**{f"three/{n}": "" for n in "abc"}, **{f"four/{n}": "" for n in "abcd"}})
    with at(repo, limits=SMALL) as tree:
        assert tree.files("three") == ("a", "b", "c")
        assert tuple(tree.entries("three")) == ("a", "b", "c")
        for look in (tree.files, tree.entries):
            with pytest.raises(TooLargeError, match="four: the directory has more than 3 entries"):
                look("four")


# --- what cannot be read -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "revision",
    ["", "-", "--help", "--output=/tmp/x", "^HEAD", "HEAD..main", "a:b", "a\nb", "a\0b", "main\x1b"],
)
def test_what_git_could_take_for_something_else_is_no_revision(repo: Repository, revision: str) -> None:
    with pytest.raises(UsageError, match="is not a revision"):
        at(repo, revision)


@pytest.mark.parametrize(
    ("revision", "words"),
    [
        ("none", ("the repository has no revision none", "fetch-depth: 0")),
        ("origin/main", ("the repository has no revision origin/main", "Fetch it first")),
        ("HEAD~7", ("the repository has no revision HEAD~7",)),
        ("0" * 40, ("the repository has no revision 000",)),
        ("HEAD^{tree}", ("HEAD^{tree} is no commit", "Name a branch")),
        ("both", ("both is ambiguous", "refs/heads/NAME")),
        ("$(touch x)", ("the repository has no revision $(touch x)",)),
    ],
)
def test_a_revision_that_names_no_commit_is_told_with_a_remedy(
    repo: Repository, revision: str, words: tuple[str, ...]
) -> None:
    repo.git("tag", "both")
    repo.commit({})
    repo.git("branch", "both")
    with pytest.raises(InputError) as refused:
        at(repo, revision)
    assert all(word in str(refused.value) for word in (*words, str(repo.root)))
    assert not (repo.root / "x").exists()


def test_a_shallow_clone_is_told_as_the_reason(repo: Repository, tmp_path: Path) -> None:
    first = repo.git("rev-parse", "HEAD")
    repo.commit({"top.tf": "new"})
    repo.git("clone", "--quiet", "--depth=1", f"file://{repo.root}", str(tmp_path / "shallow"))
    shallow = Repository(tmp_path / "shallow")
    with at(shallow) as tree:
        assert tree.read("top.tf") == b"new"
    for revision in ("HEAD~1", first):
        with pytest.raises(InputError, match=r"this clone is shallow, and does not hold .*fetch-depth: 0"):
            at(shallow, revision)


def test_without_git_or_a_repository_the_error_says_so(repo: Repository, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"git is not installed\. Install git"):
        git_tree(repo.root, "HEAD", {"PATH": str(tmp_path)})
    with pytest.raises(InputError, match="there is no git repository around this directory"):
        git_tree(tmp_path, "HEAD", ALONE)
    (tmp_path / "empty" / ".git").mkdir(parents=True)
    with pytest.raises(InputError, match="git finds no repository here"):
        git_tree(tmp_path / "empty", "HEAD", ALONE)


def test_a_program_called_git_in_a_relative_place_is_not_run(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = Canary.at(repo.root / "git")
    monkeypatch.chdir(repo.root)
    with pytest.raises(InputError, match="git is not installed"):
        git_tree(repo.root, "HEAD", {"PATH": f".{os.pathsep}{os.pathsep}{repo.root.name}"})
    assert not canary.sang


def test_a_configuration_that_git_does_not_read_is_told_in_its_words(repo: Repository) -> None:
    (repo.root / ".git" / "config").write_text("[core\n", encoding="utf-8")
    with pytest.raises(InputError, match="git does not read revision HEAD: fatal: bad config line 1"):
        at(repo)


@pytest.mark.parametrize("damage", [b"", b"not an object", "another"])
def test_a_damaged_object_is_an_error(repo: Repository, damage: bytes | str) -> None:
    path = repo.object_file(repo.git("rev-parse", "HEAD:top.tf"))
    other = repo.object_file(repo.git("rev-parse", "HEAD:infra"))
    path.chmod(0o600)
    path.write_bytes(other.read_bytes() if isinstance(damage, str) else damage)
    with at(repo) as tree:
        with pytest.raises(InputError, match="git fsck"):
            tree.read("top.tf")
        assert tree.read("infra/main.tf") == b"old"


def test_an_object_that_is_missing_is_an_error_with_the_reason(repo: Repository) -> None:
    repo.object_file(repo.git("rev-parse", "HEAD:top.tf")).unlink()
    with at(repo) as tree, pytest.raises(InputError, match=r"top\.tf: this clone does not hold .*--filter"):
        tree.read("top.tf")


def test_a_repository_of_another_user_is_told_and_read_once_the_user_trusts_it(
    repo: Repository, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    git = WatchedGit(tmp_path / "programs", "GIT_TEST_ASSUME_DIFFERENT_OWNER=1")
    environ = {**git.environ(), "HOME": str(home)}
    with pytest.raises(InputError, match=r"belongs to another user.*safe\.directory"):
        git_tree(repo.root, "HEAD", environ)
    canary = Canary.at(tmp_path / "canary")
    trust = f"[safe]\n directory = {repo.root}\n[core]\n fsmonitor = {canary.path}\n"
    (home / ".gitconfig").write_text(trust, encoding="utf-8")
    with git_tree(repo.root, "HEAD", environ) as tree:
        assert tree.read("top.tf") == b"top"
    assert not canary.sang


# --- processes ---------------------------------------------------------------------------------


@pytest.fixture
def watched(tmp_path: Path) -> WatchedGit:
    return WatchedGit(tmp_path / "programs")


def test_one_git_is_started_and_ended(repo: Repository, watched: WatchedGit) -> None:
    with git_tree(repo.root, "HEAD", watched.environ()) as tree:
        assert watched.started("cat-file") == []
        tree.read("top.tf")
        tree.read("infra/main.tf")
        assert watched.alive() == watched.started("cat-file")
        assert len(watched.alive()) == 1
    assert watched.alive() == []


def test_git_is_ended_by_an_error_too(repo: Repository, watched: WatchedGit) -> None:
    environ = watched.environ()
    with pytest.raises(TooLargeError), git_tree(repo.root, "HEAD", environ, Limits(total=2)) as tree:
        tree.read("top.tf")
    assert len(watched.started("cat-file")) == 1
    assert watched.alive() == []


def test_a_git_that_was_killed_is_told_and_started_again(repo: Repository, watched: WatchedGit) -> None:
    with git_tree(repo.root, "HEAD", watched.environ()) as tree:
        tree.read("top.tf")
        os.kill(watched.alive()[0], signal.SIGKILL)
        with pytest.raises(InputError, match="git stopped, or fell silent"):
            tree.read("infra/main.tf")
        assert tree.read("infra/main.tf") == b"old"


def test_a_git_that_says_nothing_is_not_waited_for(repo: Repository, tmp_path: Path) -> None:
    program(tmp_path / "silent" / "git", "exec sleep 600")
    git = replace(find_git({"PATH": str(tmp_path / "silent")}, repo.root), seconds=0.05)
    with pytest.raises(InputError, match=r"no answer for 0\.05 seconds"):
        git.ask("rev-parse")
    with (
        GitTree(git, "HEAD", "0" * 40) as tree,
        pytest.raises(InputError, match=r"no answer for 0\.05 seconds"),
    ):
        tree.read("top.tf")


def test_a_git_that_cannot_be_run_is_an_error(repo: Repository, tmp_path: Path) -> None:
    odd = program(tmp_path / "odd" / "git")
    odd.write_bytes(b"\x7fELF and nothing more")
    git = find_git({"PATH": str(odd.parent)}, repo.root)
    with pytest.raises(InputError, match=r"git cannot be run: .*Look at the installation"):
        git.ask("rev-parse")
    with GitTree(git, "HEAD", "0" * 40) as tree, pytest.raises(InputError, match="git cannot be run"):
        tree.read("top.tf")


def test_a_deep_path_is_followed_to_its_end_and_no_further(repo: Repository) -> None:
    blob = repo.git("rev-parse", "HEAD:top.tf")
    for path in ("a/" * 200, "b/" * 1200):
        repo.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}x")
    commit = repo.git("commit-tree", repo.git("write-tree"), "-m", "deep")
    with at(repo, commit) as tree:
        assert tree.read("a/" * 200 + "x") == b"top"
        with pytest.raises(OutsideTreeError, match="do not end"):
            tree.read("b/" * 1200 + "x")


def test_a_git_that_says_something_else_is_an_error(repo: Repository, tmp_path: Path) -> None:
    for answer in ("head -c 5000 /dev/zero", "echo", "echo a b", "echo a blob -5", "exit 0"):
        program(tmp_path / "odd" / "git", answer, "cat")
        git = replace(find_git({"PATH": str(tmp_path / "odd")}, repo.root), seconds=1.0)
        with GitTree(git, "HEAD", "0" * 40) as tree, pytest.raises(InputError, match="git stopped, or fell"):
            tree.read("top.tf")


# --- hostile repositories ----------------------------------------------------------------------

KEYS: Final = (
    "alias.cat-file",
    "alias.ls-tree",
    "alias.rev-parse",
    "core.alternateRefsCommand",
    "core.askPass",
    "core.editor",
    "core.fsmonitor",
    "core.gitProxy",
    "core.pager",
    "core.sshCommand",
    "credential.helper",
    "diff.canary.command",
    "diff.canary.textconv",
    "diff.external",
    "filter.canary.clean",
    "filter.canary.process",
    "filter.canary.smudge",
    "gpg.program",
    "gpg.ssh.program",
    "interactive.diffFilter",
    "merge.canary.driver",
    "pager.cat-file",
    "pager.rev-parse",
    "remote.origin.receivepack",
    "remote.origin.uploadpack",
    "sequence.editor",
    "trailer.canary.command",
    "uploadpack.packObjectsHook",
)
"""Settings that start a program (git-config(1))."""


@pytest.fixture
def canary(tmp_path: Path) -> Canary:
    return Canary.at(tmp_path / "canary")


def arm(repo: Repository, canary: Canary) -> None:
    """Let every setting, hook and attribute of a repository that can name a program name the canary."""
    for key in KEYS:
        repo.git("config", key, str(canary.path))
    repo.git("config", "core.hooksPath", str(repo.root / "hooks"))
    for hook in ("post-checkout", "post-index-change", "pre-auto-gc", "read-object", "reference-transaction"):
        program(repo.root / "hooks" / hook, str(canary.path))
    attributes = repo.root / ".git" / "info" / "attributes"
    attributes.write_text("* filter=canary diff=canary merge=canary\n", encoding="utf-8")


def test_nothing_that_a_repository_names_is_run(repo: Repository, canary: Canary) -> None:
    repo.commit({".gitattributes": "* filter=canary diff=canary\n", "link.tf": "-> top.tf"})
    repo.git("tag", "--annotate", "--message=one", "v1")
    arm(repo, canary)
    for revision in ("HEAD", "v1", "main@{0}", "HEAD^{/change}"):
        with at(repo, revision) as tree:
            assert tree.read("link.tf") == b"top"
            assert tree.files("infra") == ("main.tf",)
    assert not canary.sang
    subprocess.run(
        ["git", "status"],
        cwd=repo.root,
        env=ALONE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=20,
    )
    assert canary.sang


URLS: Final = {
    "a program beside a path": {"remote.origin.url": "file://{root}", "remote.origin.uploadpack": "{canary}"},
    "a program as a path": {"remote.origin.url": "ext::{canary}", "protocol.ext.allow": "always"},
    "ssh": {"remote.origin.url": "ssh://nowhere.invalid/x", "core.sshCommand": "{canary}"},
    "git": {"remote.origin.url": "git://nowhere.invalid/x", "core.gitProxy": "{canary}"},
}
LAZY: Final = ("GIT_NO_LAZY_FETCH",)
FETCHING: Final = ("GIT_ALLOW_PROTOCOL",)


@pytest.mark.parametrize("lacking", [(), LAZY, FETCHING], ids=["all", "an older git", "fetching allowed"])
@pytest.mark.parametrize("settings", URLS.values(), ids=URLS)
def test_what_a_partial_clone_lacks_is_not_fetched(
    repo: Repository, canary: Canary, settings: dict[str, str], lacking: tuple[str, ...]
) -> None:
    """Either of two settings is enough: an older git does not know the first."""
    name = repo.git("rev-parse", "HEAD:top.tf")
    repo.object_file(name).unlink()
    promised = {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
    }
    for key, value in (promised | settings).items():
        repo.git("config", key, value.format(root=repo.root, canary=canary.path))
    found = find_git(ALONE, repo.root)
    environment = {key: value for key, value in found.environment.items() if key not in lacking}
    own = replace(found, environment=environment)
    with GitTree(own, "HEAD", repo.git("rev-parse", "HEAD")) as tree:
        with pytest.raises(InputError):
            tree.read("top.tf")
        assert tree.read("infra/main.tf") == b"old"
    assert not canary.sang
    subprocess.run(
        ["git", "cat-file", "-p", name],
        cwd=repo.root,
        env=ALONE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=20,
    )
    assert canary.sang


def test_a_repository_among_the_files_is_not_taken_for_one(repo: Repository, canary: Canary) -> None:
    bare = Repository.at(repo.root / "infra" / "bare", "--bare")
    arm_bare = {"core.bare": "true", "core.fsmonitor": str(canary.path)}
    for key, value in arm_bare.items():
        bare.git("config", key, value)
    repo.commit({})
    with git_tree(bare.root, "HEAD", ALONE) as tree:
        assert tree.commit == repo.git("rev-parse", "HEAD")
        assert tree.read("infra/main.tf") == b"old"
    repo.root.joinpath(".git").rename(repo.root / "gone")
    with pytest.raises(InputError, match="there is no git repository around"):
        git_tree(bare.root, "HEAD", ALONE)


def test_objects_that_stand_for_others_are_not_used(repo: Repository) -> None:
    commit = repo.git("rev-parse", "HEAD")
    blob = repo.git("rev-parse", "HEAD:top.tf")
    repo.commit({"top.tf": "replaced"})
    repo.git("replace", blob, repo.git("rev-parse", "HEAD:top.tf"))
    with at(repo, commit) as tree:
        assert tree.read("top.tf") == b"top"


def test_names_that_git_would_not_store_reach_nothing(repo: Repository) -> None:
    blob = repo.git("rev-parse", "HEAD:top.tf")
    entries = b"".join(
        b"100644 " + name + b"\0" + bytes.fromhex(blob) for name in (b"..", b".git", b"a/b", b"x.tf")
    )
    tree_name = (
        subprocess.run(
            ["git", "hash-object", "-t", "tree", "-w", "--literally", "--stdin"],
            cwd=repo.root,
            env=ALONE,
            input=entries,
            capture_output=True,
            check=True,
        )
        .stdout.decode()
        .strip()
    )
    commit = repo.git("commit-tree", tree_name, "-m", "odd")
    with at(repo, commit) as tree:
        assert tree.files("") == ("x.tf",)
        assert tree.read(".git") is None
        assert tree.read("a/b") is None


# --- laws --------------------------------------------------------------------------------------

PLACES: Final = ("a", "b", "c", "d/a", "d/b", "d/e/a")
targets = st.lists(st.sampled_from(("a", "b", "d", "e", "..", ".")), min_size=1, max_size=4).map("/".join)
contents = st.one_of(st.sampled_from(("one", "two")), targets.map(lambda target: f"-> {target}"))


@given(st.dictionaries(st.sampled_from(PLACES), contents, min_size=1))
def test_a_commit_is_read_as_the_directory_that_it_was_made_from(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, str]
) -> None:
    repo = Repository.at(tmp_path_factory.mktemp("law"))
    repo.commit(files)
    folder = FolderTree(repo.root, "a folder")
    with at(repo) as tree:
        for path in ("", *PLACES, "d", "d/e", "a/b", "b/a", "c/d/a", "b/a/d"):
            assert _seen(tree, path) == _seen(folder, path)


def _seen(tree: Tree, path: str) -> tuple[object, ...]:
    try:
        content: object = tree.read(path)
    except OutsideTreeError as problem:
        content = str(problem)
    return content, tree.kind(path), tree.files(path), dict(tree.entries(path))
