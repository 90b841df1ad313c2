"""One commit of a git repository as a tree: read out of the object store, with nothing checked out.

git itself reads it, and no library does. It knows every form of repository that a checkout may have (worktrees,
alternates, partial and shallow clones, reftables, SHA-256), and is there wherever there is a checkout; dulwich would
be two more packages with 5 MB for that, and would still have to be kept from configuration and network.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import InputError, Location, UsageError, error, note
from nfw_reconcile.sources.hcl.trees.folder import repository_of
from nfw_reconcile.sources.hcl.trees.gitobjects import Objects, read_tree
from nfw_reconcile.sources.hcl.trees.gitprocess import find_git, trusted_directories
from nfw_reconcile.sources.hcl.trees.tree import Kind
from nfw_reconcile.sources.hcl.trees.walk import (
    DEFAULT_LIMITS,
    OWN_FOLDER,
    Contents,
    Link,
    check_entries,
    check_size,
    follow,
    inside,
    is_readable,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.sources.hcl.trees.gitobjects import Item
    from nfw_reconcile.sources.hcl.trees.gitprocess import Answer, Git
    from nfw_reconcile.sources.hcl.trees.walk import Entry, Limits, Names

_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_FETCHED: Final = "Fetch it first; in GitHub Actions, give actions/checkout `fetch-depth: 0`."
_DIRECTORY: Final = "40000"
_FILES: Final = "100"
"""How the modes of files begin; ``100644`` is one."""

_LINK: Final = "120000"
_SUBMODULE: Final = "160000"


class GitTree:
    """The files of a commit (:class:`~nfw_reconcile.sources.hcl.trees.tree.Tree`), as they are stored.

    One process of git gives the objects; it ends with the ``with`` block. No filter is applied: content that Git LFS
    or git-crypt keeps is not there (:class:`OutsideTreeError`). A submodule is not there either; :attr:`notes`
    tells of those that were asked for.
    """

    def __init__(self, git: Git, revision: str, commit: str, limits: Limits = DEFAULT_LIMITS) -> None:
        """``commit`` is the full name of the commit that ``revision`` names."""
        self.commit = commit
        self._revision = revision
        self._limits = limits
        self._contents = Contents(limits)
        self._objects = Objects(git)
        self._directories: dict[str, dict[str, Item]] = {}
        self._notes: dict[Diagnostic, None] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._objects.close()

    @property
    def name(self) -> str:
        """Name the revision for people, as it was given."""
        return f"git:{self._revision}"

    @property
    def notes(self) -> tuple[Diagnostic, ...]:
        """Tell what was asked for and is not a part of the commit."""
        return tuple(self._notes)

    def files(self, directory: str) -> tuple[str, ...]:
        """Give the names of all that is no directory, sorted; none where there is no such directory.

        A link that leads out of the tree or nowhere is among them: it cannot be read, and to leave it out would hide
        that. Raises :class:`TooLargeError` for too many entries, and :class:`InputError` where git fails.
        """
        names = inside(directory, self._look)
        if names is None:
            return ()
        items = self._items(names)
        return tuple(sorted(name for name in items if self._is_listed((*names, name), items[name])))

    def entries(self, directory: str) -> dict[str, Kind]:
        """Give all names in a directory, with what is there once links are followed.

        Git's own folder is among them: wherever the commit is checked out, there is one. Raises
        :class:`TooLargeError` for too many entries, and :class:`InputError` where git fails.
        """
        names = inside(directory, self._look)
        if names is None:
            return {}
        items = sorted(self._items(names).items())
        found = {name: self._standing((*names, name), item) for name, item in items}
        return found if names else {OWN_FOLDER: Kind.ELSEWHERE, **found}

    def kind(self, path: str) -> Kind:
        """Say what is at the end of a path once links are followed. Raises :class:`InputError` where git fails."""
        return standing(path, self._look)

    def read(self, path: str) -> bytes | None:
        """Give the content of a file; ``None`` where there is none.

        Raises :class:`OutsideTreeError`, :class:`TooLargeError`, and :class:`InputError` where git fails or the
        clone lacks the object.
        """
        names, kind = follow(path, self._look)
        item = self._item(names) if kind is Kind.FILE else None
        return None if item is None else self._blob(item, path)

    def place(self, path: str) -> str:
        """Name a file by its path in the repository."""
        return path or "."

    def _is_listed(self, names: Names, item: Item) -> bool:
        if item.mode == _SUBMODULE or not is_readable(names[-1]):
            return False
        return self.kind("/".join(names)) is not Kind.DIRECTORY

    def _standing(self, names: Names, item: Item) -> Kind:
        return Kind.ELSEWHERE if item.mode == _SUBMODULE else self.kind("/".join(names))

    def _look(self, names: Names) -> Entry:
        item = self._item(names)
        if item is None:
            return Kind.NOTHING
        path = "/".join(names)
        if item.mode == _LINK:
            return Link(self._blob(item, path).decode("utf-8", "surrogateescape"))
        if item.mode == _SUBMODULE:
            summary = f"this is a submodule, and no part of {self.name}: its files are not read."
            self._notes[note(summary, Location(path), "What refers to them is undecided.")] = None
            return Kind.ELSEWHERE
        if item.mode == _DIRECTORY:
            return Kind.DIRECTORY
        return Kind.FILE if item.mode.startswith(_FILES) else Kind.OTHER

    def _item(self, names: Names) -> Item | None:
        return self._directory(names[:-1]).get(names[-1])

    def _items(self, names: Names) -> dict[str, Item]:
        """Give the entries of a directory that is there, if they are not too many."""
        items = self._directory(names)
        check_entries(len(items), self._limits.entries, self.place("/".join(names)))
        return items

    def _directory(self, names: Names) -> dict[str, Item]:
        """Give the entries of a directory that is there."""
        items = self._tree(f"{self.commit}^{{tree}}", "")
        for depth, name in enumerate(names, start=1):
            items = self._tree(items[name].object, "/".join(names[:depth]))
        return items

    def _tree(self, name: str, path: str) -> dict[str, Item]:
        if name not in self._directories:
            content = self._content(name, "tree", path, DEFAULT_LIMITS.file)
            items = read_tree(content, len(self.commit) // 2)
            if items is None:
                raise self._damaged(path)
            self._directories[name] = items
        return self._directories[name]

    def _blob(self, item: Item, path: str) -> bytes:
        def read() -> bytes:
            return self._content(item.object, "blob", path, self._limits.file)

        return self._contents.of(item.object, read, self.place(path))

    def _content(self, name: str, kind: str, path: str, most: int) -> bytes:
        stored = self._objects.get(name, most)
        if stored is None:
            summary = f"this clone does not hold what {self.name} has here."
            remedy = "In a partial clone, fetch again without --filter; in any other, `git fsck` says more."
            raise InputError(error(summary, Location(self.place(path)), remedy))
        check_size(stored.size, most, self.place(path))
        if stored.content is None or stored.type != kind:
            raise self._damaged(path)
        return stored.content

    def _damaged(self, path: str) -> InputError:
        summary = f"the repository is damaged: {self.name} has no readable object here."
        return InputError(error(summary, Location(self.place(path)), "`git fsck` says more."))


def git_tree(
    directory: Path, revision: str, environ: Mapping[str, str], limits: Limits = DEFAULT_LIMITS
) -> GitTree:
    """Find the commit that a revision names in the repository around ``directory``; the caller closes the tree.

    Of ``environ`` git's place (``PATH``) is used, and the user's own ``safe.directory`` where the repository is
    somebody else's. Raises ``UsageError`` for what cannot be a revision, and :class:`InputError` where git, the
    repository or the commit is not there, or the revision is ambiguous.
    """
    check_revision(revision)
    root = repository_of(directory)
    if root is None:
        summary = "there is no git repository around this directory."
        remedy = f"Run it inside the repository that {revision} is a revision of."
        raise InputError(error(summary, Location(str(directory)), remedy))
    git, commit = _commit(find_git(environ, root), revision, environ)
    return GitTree(git, revision, commit, limits)


def check_revision(revision: str) -> None:
    """Raise ``UsageError`` for what git could take for something else than one revision (gitrevisions(7))."""
    odd = revision.startswith(("-", "^")) or ".." in revision or ":" in revision
    if odd or not revision or not revision.isprintable():
        remedy = "Write git:REV[:DIR], where REV is a branch, a tag or a commit, as in git:origin/main."
        raise UsageError(error(f"{revision!r} is not a revision.", None, remedy))


def _commit(git: Git, revision: str, environ: Mapping[str, str]) -> tuple[Git, str]:
    answer = _parsed(git, revision)
    if _is_foreign(answer.complaint):
        git = git.trusting(trusted_directories(git, environ))
        answer = _parsed(git, revision)
    commit = answer.output.decode("utf-8", "replace").strip()
    if answer.code == 0 and _COMMIT.fullmatch(commit) and "ambiguous" not in answer.complaint:
        return git, commit
    raise InputError(_refusal(git, revision, answer))


def _parsed(git: Git, revision: str) -> Answer:
    return git.ask("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")


def _is_foreign(complaint: str) -> bool:
    """Say whether git minds the owner of the repository, in its present words or in those of 2.35.2."""
    return "dubious ownership" in complaint or "unsafe repository" in complaint


def _refusal(git: Git, revision: str, answer: Answer) -> Diagnostic:
    """Say why git named no commit, and what to do about it; its own words are the last resort."""
    where = Location(str(git.root))
    complaint = answer.complaint
    if _is_foreign(complaint):
        remedy = f"If you trust it: git config --global --add safe.directory {git.root}."
        return error("the repository belongs to another user, so git does not read it.", where, remedy)
    if "ambiguous" in complaint:
        remedy = "Write the whole name: refs/heads/NAME, refs/tags/NAME, or all digits of the commit."
        return error(f"revision {revision} is ambiguous: it names several things.", where, remedy)
    if "not a git repository" in complaint:
        return error("git finds no repository here.", where, "Look at its .git: a part of it is missing.")
    if "expected commit type" in complaint:
        return error(f"{revision} is no commit.", where, "Name a branch, a tag or a commit.")
    if "Needed a single revision" not in complaint:
        said = complaint.splitlines()[0] if complaint else f"it ended with {answer.code}"
        return error(f"git does not read revision {revision}: {said}.", where, "Correct what it says.")
    shallow = git.ask("rev-parse", "--is-shallow-repository").output.strip() == b"true"
    what = "this clone is shallow, and does not hold" if shallow else "the repository has no"
    return error(f"{what} revision {revision}.", where, _FETCHED)
