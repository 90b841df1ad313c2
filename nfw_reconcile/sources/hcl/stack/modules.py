"""Modules: what the files of a directory declare together ("Files and Configuration Structure", "Override Files")."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from nfw_reconcile.errors import InputError, error
from nfw_reconcile.sources.hcl.expressions.references import ResourceName
from nfw_reconcile.sources.hcl.reading.json_reader import read_json
from nfw_reconcile.sources.hcl.reading.reader import read_native
from nfw_reconcile.sources.hcl.stack.merging import merged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.sources.hcl.syntax import Attribute, Block, Body
    from nfw_reconcile.sources.hcl.trees.tree import Tree

K = TypeVar("K", str, ResourceName)

_NATIVE: Final = ".tf"
_JSON: Final = ".tf.json"


@dataclass(slots=True)
class Module:
    """What one directory declares; ``providers`` and ``moved`` are the blocks of these types, in order."""

    directory: str
    variables: dict[str, Block] = field(default_factory=dict)
    locals: dict[str, Attribute] = field(default_factory=dict)
    outputs: dict[str, Block] = field(default_factory=dict)
    resources: dict[ResourceName, Block] = field(default_factory=dict)
    calls: dict[str, Block] = field(default_factory=dict)
    providers: list[Block] = field(default_factory=list)
    moved: list[Block] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    is_broken: bool = False
    """Whether there is a file of which nothing is known."""


def load_module(tree: Tree, directory: str) -> Module:
    """Read all files of a directory, override files last; what is wrong in them is in ``problems``."""
    module = Module(directory)
    primary, overriding = _files(tree.files(directory))
    for name in primary:
        _declare(module, _read(tree, directory, name, module), over=False)
    for name in overriding:
        _declare(module, _read(tree, directory, name, module), over=True)
    return module


def has_configuration(tree: Tree, directory: str) -> bool:
    """Say whether a directory holds any file of a configuration."""
    return any(_files(tree.files(directory)))


def _files(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Sort file names into those that declare and those that override; hidden and backup files are neither."""
    primary: list[str] = []
    overriding: list[str] = []
    for name in sorted(names):
        stem = name.removesuffix(_JSON) if name.endswith(_JSON) else name.removesuffix(_NATIVE)
        if stem == name or name.startswith((".", "#")) or name.endswith("~"):
            continue
        (overriding if stem == "override" or stem.endswith("_override") else primary).append(name)
    return primary, overriding


def _read(tree: Tree, directory: str, name: str, module: Module) -> Body | None:
    path = f"{directory}/{name}" if directory else name
    try:
        content = tree.read(path)
    except InputError as problem:
        module.problems += problem.problems
        module.is_broken = True
        return None
    if content is None:
        return None
    read = read_json if name.endswith(_JSON) else read_native
    parsed = read(content, tree.place(path))
    module.problems += parsed.problems
    if parsed.problems and not (parsed.body.blocks or parsed.body.attributes):
        module.is_broken = True
    return parsed.body


def _declare(module: Module, body: Body | None, *, over: bool) -> None:
    """Take over what the blocks of one file declare."""
    for block in body.blocks if body is not None else ():
        match block.type, block.labels:
            case "variable", (name,):
                _put(module, module.variables, name, block, over=over)
            case "output", (name,):
                _put(module, module.outputs, name, block, over=over)
            case "module", (name,):
                _put(module, module.calls, name, block, over=over)
            case "locals", ():
                _put_locals(module, block, over=over)
            case "resource", (kind, name):
                _put(module, module.resources, ResourceName(kind, name), block, over=over)
            case "data", (kind, name):
                _put(module, module.resources, ResourceName(kind, name, "data"), block, over=over)
            case "provider", (_,):
                module.providers.append(block)
            case "moved", ():
                module.moved.append(block)
            case _:
                pass


def _put(module: Module, declared: dict[K, Block], name: K, block: Block, *, over: bool) -> None:
    before = declared.get(name)
    title = f"{block.type} {' '.join(repr(label) for label in block.labels)}"
    if over and before is None:
        remedy = "Override files change what other files declare, and declare nothing."
        module.problems.append(error(f"{title} is in an override file only.", block.place, remedy))
    elif before is not None and not over:
        remedy = "Each name is declared once in a module."
        module.problems.append(error(f"{title} is declared twice.", block.place, remedy))
    else:
        declared[name] = block if before is None else merged(before, block)


def _put_locals(module: Module, block: Block, *, over: bool) -> None:
    for attribute in block.body.attributes:
        if attribute.name in module.locals and not over:
            summary = f"local.{attribute.name} is declared twice."
            module.problems.append(error(summary, attribute.place, "Each name is declared once in a module."))
        else:
            module.locals[attribute.name] = attribute
