"""What is evaluated by name, each once: the nodes of the graph, and what becomes of them."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.tfplan.addresses import key_text, module_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.sources.hcl.expressions.references import ResourceName
    from nfw_reconcile.sources.hcl.stack.graph import Result
    from nfw_reconcile.sources.tfplan.addresses import ModulePath


@dataclass(frozen=True, slots=True)
class VariableNode:
    """The value of a variable of a module instance."""

    at: ModulePath
    name: str

    def __str__(self) -> str:
        return f"{module_text(self.at)}var.{self.name}"


@dataclass(frozen=True, slots=True)
class LocalNode:
    """A local of a module instance."""

    at: ModulePath
    name: str

    def __str__(self) -> str:
        return f"{module_text(self.at)}local.{self.name}"


@dataclass(frozen=True, slots=True)
class OutputNode:
    """An output, seen from inside its module instance."""

    at: ModulePath
    name: str

    def __str__(self) -> str:
        return f"{module_text(self.at)}output.{self.name}"


@dataclass(frozen=True, slots=True)
class CallNode:
    """The instances of a module call."""

    at: ModulePath
    call: str

    def __str__(self) -> str:
        return f"{module_text(self.at)}module.{self.call}"


@dataclass(frozen=True, slots=True)
class OutputsNode:
    """One output (``None``: every output) of all instances of a module call; ``keyed``: asked for by key."""

    at: ModulePath
    call: str
    output: str | None
    keyed: bool = False

    def __str__(self) -> str:
        return f"{module_text(self.at)}module.{self.call}{f'.{self.output}' if self.output else ''}"


@dataclass(frozen=True, slots=True)
class ResourceNode:
    """The instances of a resource."""

    at: ModulePath
    resource: ResourceName

    def __str__(self) -> str:
        return f"{module_text(self.at)}{self.resource}"


@dataclass(frozen=True, slots=True)
class AttributeNode:
    """One attribute (``None``: the whole) of all instances of a resource; ``keyed``: asked for by key."""

    at: ModulePath
    resource: ResourceName
    attribute: str | None
    keyed: bool = False

    def __str__(self) -> str:
        return f"{module_text(self.at)}{self.resource}{f'.{self.attribute}' if self.attribute else ''}"


@dataclass(frozen=True, slots=True)
class ArgumentsNode:
    """All that the configuration says of one instance of a resource: its result is its digest."""

    at: ModulePath
    resource: ResourceName
    key: int | str | None

    def __str__(self) -> str:
        return f"{module_text(self.at)}{self.resource}{key_text(self.key)}"


Node = (
    VariableNode
    | LocalNode
    | OutputNode
    | CallNode
    | OutputsNode
    | ResourceNode
    | AttributeNode
    | ArgumentsNode
)


class Repeats(enum.Enum):
    """How a block says how many instances there are."""

    ONCE = "neither count nor for_each"
    COUNT = "count"
    FOR_EACH = "for_each"
    UNKNOWN = "count or for_each with an unknown value"


@dataclass(frozen=True, slots=True)
class Repetition:
    """One instance: its key, and what ``each.key``, ``each.value`` and ``count.index`` are in it."""

    key: int | str | None = None
    special: Mapping[str, Result] = field(default_factory=dict)


ONCE: Final = Repetition()


@dataclass(frozen=True, slots=True)
class Expansion:
    """All instances of a block; one without a key stands for them where their number is not known."""

    repeats: Repeats
    repetitions: tuple[Repetition, ...]
    made: Result


def expansion_of(outcome: Result | Expansion) -> Expansion:
    """Narrow the outcome of a node whose outcome is an expansion."""
    if not isinstance(outcome, Expansion):
        raise TypeError("the outcome of this node is a value")
    return outcome


def result_of(outcome: Result | Expansion) -> Result:
    """Narrow the outcome of a node whose outcome is a value."""
    if isinstance(outcome, Expansion):
        raise TypeError("the outcome of this node is an expansion")
    return outcome
