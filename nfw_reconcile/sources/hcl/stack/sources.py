"""Where called modules are: beside the configuration, or where ``terraform init`` put them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import InputError
from nfw_reconcile.sources.hcl.trees.tree import Kind, resolved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.sources.hcl.trees.tree import Tree

_MANIFEST: Final = ".terraform/modules/modules.json"


@dataclass(frozen=True, slots=True)
class Installed:
    """A module that ``terraform init`` has put somewhere."""

    source: str
    version: str
    directory: str


@dataclass(frozen=True, slots=True)
class Sources:
    """Finds the directories of called modules."""

    tree: Tree
    installed: Mapping[str, Installed]

    @classmethod
    def of(cls, tree: Tree, root: str) -> Sources:
        """Read what is installed for a root module; nothing where ``terraform init`` left nothing."""
        try:
            content = tree.read(resolved(root, _MANIFEST))
        except InputError:
            content = None
        return cls(tree, _read_manifest(content, root) if content is not None else {})

    def find(self, names: tuple[str, ...], source: str, version: str | None, caller: str) -> str | None:
        """Give the directory of a module, which is called by ``names`` from the root; ``None`` where it is not there.

        Raises :class:`InputError` for a local one outside the tree.
        """
        if source.startswith(("./", "../")):
            directory = resolved(caller, source)
            return directory if self.tree.kind(directory) is Kind.DIRECTORY else None
        found = self.installed.get(".".join(names))
        if found is None or not _is_same(source, found.source) or not _allows(version, found.version):
            return None
        return found.directory if self.tree.kind(found.directory) is Kind.DIRECTORY else None


def _read_manifest(content: bytes, root: str) -> dict[str, Installed]:
    """Read ``modules.json``; what is malformed in it counts as absent: the module is then not there."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    found: dict[str, Installed] = {}
    listed = document.get("Modules") if isinstance(document, dict) else None
    for item in listed if isinstance(listed, list) else []:
        match item:
            case {"Key": str(key), "Source": str(source), "Dir": str(directory)}:
                try:
                    place = resolved(root, directory)
                except InputError:
                    continue
                found[key] = Installed(source, str(item.get("Version") or ""), place)
            case _:
                pass
    return found


def _normal(source: str) -> str:
    """Write the source of a repository in one way: ``terraform init`` notes it as git's own address."""
    bare = re.sub(r"^(git::)?(https://|ssh://|http://)?(git@)?", "", source)
    bare = re.sub(r"^(github\.com|bitbucket\.org):", r"\1/", bare)
    path, mark, query = bare.partition("?")
    path = path.replace(".git//", "//").removesuffix(".git")
    return f"{path}{mark}{query}"


def _is_same(source: str, recorded: str) -> bool:
    """Say whether a call means what was installed; a registry module is noted with its registry before it."""
    if _REGISTRY_MODULE.match(source):
        return recorded == source or re.fullmatch(rf"[^/:]+/{re.escape(source)}", recorded) is not None
    return _normal(source) == _normal(recorded)


_REGISTRY_MODULE: Final = re.compile(r"[\w-]+/[\w-]+/[\w-]+(//.*)?$")


def _allows(constraint: str | None, version: str) -> bool:
    """Say whether an installed version is one that the call allows; no where that cannot be told."""
    if not constraint:
        return True
    actual = _numbers(version)
    return actual is not None and all(_holds(part.strip(), actual) for part in constraint.split(","))


def _holds(part: str, actual: tuple[int, ...]) -> bool:
    matched = re.fullmatch(r"(=|!=|>=|<=|>|<|~>)?\s*([0-9.]+)", part)
    wanted = _numbers(matched[2]) if matched else None
    if matched is None or wanted is None:
        return False
    width = max(len(wanted), len(actual))
    left, right = (side + (0,) * (width - len(side)) for side in (actual, wanted))
    match matched[1]:
        case ">=":
            return left >= right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case "<":
            return left < right
        case "!=":
            return left != right
        case "~>":
            return left >= right and actual[: len(wanted) - 1] == wanted[:-1]
        case _:
            return left == right


def _numbers(version: str) -> tuple[int, ...] | None:
    parts = version.split(".")
    return tuple(map(int, parts)) if all(part.isdigit() for part in parts) else None
