"""The modules of one revision, each directory read once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nfw_reconcile.errors import InputError, error, warning
from nfw_reconcile.sources.hcl.stack.modules import Module, load_module
from nfw_reconcile.sources.hcl.stack.sources import Sources
from nfw_reconcile.sources.hcl.syntax import Literal

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.expressions.session import Session
    from nfw_reconcile.sources.hcl.syntax import Block
    from nfw_reconcile.sources.tfplan.addresses import ModulePath

DEEPEST_CALLS = 50
"""Modules that may call each other in a row."""


@dataclass(slots=True)
class Loader:
    """Finds and reads modules."""

    session: Session
    sources: Sources = field(init=False)
    _modules: dict[str, Module] = field(default_factory=dict)
    _directories: dict[tuple[str, ...], str] = field(default_factory=dict)
    """Where a called module is, by the names of the calls that lead to it."""

    def __post_init__(self) -> None:
        self.sources = Sources.of(self.session.tree, self.session.root)
        self._directories[()] = self.session.root

    def module(self, directory: str) -> Module:
        """Give the module of a directory; tells what is wrong with it, once."""
        found = self._modules.get(directory)
        if found is None:
            found = self._modules[directory] = load_module(self.session.tree, directory)
            self.session.tell(*found.problems)
        return found

    def unreadable(self) -> bool:
        """Say whether there is a file of which nothing is known."""
        return any(module.is_broken for module in self._modules.values())

    def called(self, caller: Module, at: ModulePath, name: str) -> Module | None:
        """Give the module that a call names; ``None``, with a warning, where it is not there."""
        block = caller.calls[name]
        source, version = _constant(block, "source"), _constant(block, "version")
        names = (*(step.name for step in at), name)
        if source is None:
            summary = f"the source of module {name!r} is not a constant."
            self.session.tell(error(summary, block.place, "Give it as a text without any interpolation."))
            return None
        if len(names) > DEEPEST_CALLS:
            summary = f"more than {DEEPEST_CALLS} modules call each other in a row."
            self.session.tell(error(summary, block.place, "Read a plan of Terraform instead (--tf-plan)."))
            return None
        try:
            directory = self.sources.find(names, source, version, caller.directory)
        except InputError as problem:
            self.session.tell(*problem.problems)
            return None
        if directory is None:
            self._missing(block, name, source)
            return None
        if directory in (self._directories.get(names[:count]) for count in range(len(names))):
            summary = (
                f"module {name!r} ({source}) calls itself, or what calls it: Terraform does not end here."
            )
            self.session.tell(error(summary, block.place, "Call another module."))
            return None
        self._directories[names] = directory
        return self.module(directory)

    def _missing(self, block: Block, name: str, source: str) -> None:
        local = source.startswith(("./", "../"))
        remedy = (
            "Correct the path."
            if local
            else "Run `terraform init` and read the directory it was run in, or read a plan (--tf-plan)."
        )
        summary = f"module {name!r} ({source}) is not in the tree: nothing of it is known."
        self.session.tell((error if local else warning)(summary, block.place, remedy))


def _constant(block: Block, name: str) -> str | None:
    attribute = block.body.attribute(name)
    if attribute is not None and isinstance(attribute.expression, Literal):
        value = attribute.expression.value
        return value if isinstance(value, str) else None
    return None
