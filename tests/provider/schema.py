"""The words in which a resource type is described: attributes, nested blocks, and who sets them."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

CtyType = str | Sequence["CtyType"] | Mapping[str, "CtyType"]
"""Terraform's type as its JSON form: ``"string"``, ``["set", "string"]``, ``["object", {...}]``."""


class Use(enum.Enum):
    """Who gives an attribute its value."""

    REQUIRED = "the configuration must"
    OPTIONAL = "the configuration may"
    COMPUTED = "the service does"
    SETTABLE = "the configuration may, else the service does"

    @property
    def computed(self) -> bool:
        """Whether the service gives a value where the configuration gives none."""
        return self in {Use.COMPUTED, Use.SETTABLE}


class Nesting(enum.Enum):
    """Whether the order of nested blocks means something."""

    LIST = "list"
    SET = "set"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute. A changed ``force_new`` one makes a new object of the whole resource.

    ``default`` is planned where the configuration is silent; ``unset_means`` is not, and only says
    which value makes no difference to none.
    """

    name: str
    type: CtyType = "string"
    use: Use = Use.OPTIONAL
    force_new: bool = False
    default: str | bool | None = None
    unset_means: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between two braces."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    nested: Mapping[str, Nested] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Nested:
    """A kind of nested block. ``maximum`` 0 is no limit; see :attr:`Use.SETTABLE` for ``computed``."""

    name: str
    block: Block
    nesting: Nesting
    minimum: int = 0
    maximum: int = 0
    computed: bool = False


Part = Attribute | Nested


def block(*parts: Part) -> Block:
    """Put attributes and nested blocks together."""
    return Block(
        {part.name: part for part in parts if isinstance(part, Attribute)},
        {part.name: part for part in parts if isinstance(part, Nested)},
    )


def required(name: str, kind: CtyType = "string", *, force_new: bool = False) -> Attribute:
    """Describe an attribute that the configuration must set."""
    return Attribute(name, kind, Use.REQUIRED, force_new)


def optional(
    name: str,
    kind: CtyType = "string",
    *,
    force_new: bool = False,
    default: str | bool | None = None,
) -> Attribute:
    """Describe an attribute that the configuration may set."""
    return Attribute(name, kind, Use.OPTIONAL, force_new, default)


def rule_order(use: Use) -> Attribute:
    """Describe ``rule_order``: it cannot be changed in place, and none is the same as action order."""
    return Attribute("rule_order", use=use, force_new=True, unset_means="DEFAULT_ACTION_ORDER")


def computed(name: str, kind: CtyType = "string") -> Attribute:
    """Describe an attribute that only the service sets."""
    return Attribute(name, kind, Use.COMPUTED)


def settable(name: str, kind: CtyType = "string", *, force_new: bool = False) -> Attribute:
    """Describe an attribute that the configuration may set, and else the service does."""
    return Attribute(name, kind, Use.SETTABLE, force_new)


def exactly_one(name: str, *parts: Part) -> Nested:
    """Describe a nested block that must be there once."""
    return Nested(name, block(*parts), Nesting.LIST, minimum=1, maximum=1)


def at_most_one(name: str, *parts: Part, computed: bool = False) -> Nested:
    """Describe a nested block that may be there once."""
    return Nested(name, block(*parts), Nesting.LIST, maximum=1, computed=computed)


def list_of(name: str, *parts: Part, minimum: int = 0) -> Nested:
    """Describe nested blocks whose order counts."""
    return Nested(name, block(*parts), Nesting.LIST, minimum=minimum)


def set_of(name: str, *parts: Part, minimum: int = 0) -> Nested:
    """Describe nested blocks whose order is lost."""
    return Nested(name, block(*parts), Nesting.SET, minimum=minimum)
