"""Which kind of collection a type is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyvider.cty import CtyList, CtyMap, CtyObject, CtySet, CtyTuple

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.cty.values import Type


def is_set(kind: Type) -> bool:
    """Say whether values of a type are sets."""
    return isinstance(kind, CtySet)


def is_tuple(kind: Type) -> bool:
    """Say whether values of a type are tuples."""
    return isinstance(kind, CtyTuple)


def attribute_types(kind: Type) -> dict[str, Type] | None:
    """Give the types of an object's attributes; ``None`` for any other type."""
    return dict(kind.attribute_types) if isinstance(kind, CtyObject) else None


def element_type(kind: Type) -> Type | None:
    """Give the type of all elements of a list, set or map; ``None`` for any other type."""
    return kind.element_type if isinstance(kind, CtyList | CtyMap | CtySet) else None


def element_types(kind: Type) -> tuple[Type, ...]:
    """Give the types of the elements of a tuple; none for any other type."""
    return tuple(kind.element_types) if isinstance(kind, CtyTuple) else ()


def optional_attributes(kind: Type) -> frozenset[str]:
    """Give the attributes that an object may lack; none for any other type."""
    return frozenset(kind.optional_attributes) if isinstance(kind, CtyObject) else frozenset()
