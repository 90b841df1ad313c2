"""The type that values of several types have in common: of alternatives, of elements, of arguments.

HCL specification, "Type Conversions and Unification"; what that leaves open is as Terraform does it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from pyvider.cty import CtyList, CtyMap, CtyObject, CtySet, CtyTuple, unify

from nfw_reconcile.sources.hcl.cty import values
from nfw_reconcile.sources.hcl.cty.problems import Unresolvable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from nfw_reconcile.sources.hcl.cty.values import Type


def common_type(kinds: Sequence[Type]) -> Type | None:
    """Give the type that values of all these types convert to, or ``None`` where there is none.

    It may be open (``map(any)``): the conversion of a value finds what is in place of ``any``, or fails. Raises
    :class:`Unresolvable` for maps beside objects that are no such maps, which Terraform converts now to the one and
    now to the other.
    """
    found = _common_type(tuple(dict.fromkeys(kinds)))
    if isinstance(found, _Undecided):
        raise Unresolvable(found.reason)
    return found


@dataclass(frozen=True, slots=True)
class _Undecided:
    reason: str


@lru_cache(maxsize=4096)
def _common_type(kinds: tuple[Type, ...]) -> Type | _Undecided | None:
    """Give the answer for distinct types; kept, because the members of nested ones are asked about at every level."""
    if not kinds:
        return None
    classes = frozenset(type(kind) for kind in kinds)
    try:
        if classes == {CtyMap, CtyObject}:
            return _of_maps_and_objects(kinds)
        found = unify(kinds)
        return _STRUCTURES[classes](kinds) if found is None and classes in _STRUCTURES else found
    except Unresolvable as limit:
        return _Undecided(limit.summary)


def is_open(kind: Type) -> bool:
    """Say whether a type leaves a part of it to be found."""
    match kind:
        case CtyTuple():
            return any(values.is_dynamic(each) or is_open(each) for each in kind.element_types)
        case CtyObject():
            return any(values.is_dynamic(each) or is_open(each) for each in kind.attribute_types.values())
        case CtyList() | CtySet() | CtyMap():
            return values.is_dynamic(kind.element_type) or is_open(kind.element_type)
        case _:
            return False


def _of_maps_and_objects(kinds: Sequence[Any]) -> Type | None:
    """Unify maps beside objects: as maps, else as the most general of these types that all others convert to.

    Raises :class:`Unresolvable` where that cannot be told from what they hold.
    """
    elements = [kind.element_type for kind in kinds if isinstance(kind, CtyMap)]
    members = [
        each for kind in kinds if isinstance(kind, CtyObject) for each in kind.attribute_types.values()
    ]
    typed = {each for each in members if not values.is_dynamic(each)}
    simple = typed <= values.PRIMITIVES
    if len(typed) > 1 and not simple and any(is_open(kind) for kind in kinds):
        raise Unresolvable("the elements of maps have no type yet, and objects beside them differ")
    found = _map(kinds)
    if found is None and not simple:
        raise Unresolvable("maps have a type in common with objects that are no such maps")
    if found is None and values.STRING in elements and values.PRIMITIVES.issuperset(elements):
        return values.map_type(values.STRING)
    return found or unify(kinds)


def _of_objects(kinds: Sequence[Any]) -> Type | None:
    names = kinds[0].attribute_types.keys()
    if any(kind.attribute_types.keys() != names for kind in kinds):
        return _map(kinds)
    members = {name: common_type([kind.attribute_types[name] for kind in kinds]) for name in names}
    found = {name: kind for name, kind in members.items() if kind is not None}
    return CtyObject(attribute_types=found) if len(found) == len(members) else None


def _of_tuples(kinds: Sequence[Any]) -> Type | None:
    if len({len(kind.element_types) for kind in kinds}) > 1:
        return _list(kinds)
    members = [common_type(each) for each in zip(*(kind.element_types for kind in kinds), strict=True)]
    found = [kind for kind in members if kind is not None]
    return CtyTuple(element_types=tuple(found)) if len(found) == len(members) else None


def _map(kinds: Sequence[Any]) -> Type | None:
    """Unify maps, and objects as one map; each object has to have a type in common inside of it as well."""
    objects = [list(kind.attribute_types.values()) for kind in kinds if isinstance(kind, CtyObject)]
    if any(members and common_type(members) is None for members in objects):
        return None
    element = _element([kind.element_type for kind in kinds if isinstance(kind, CtyMap)], objects)
    return None if element is None else values.map_type(element)


def _list(kinds: Sequence[Any]) -> Type | None:
    """Unify lists, and tuples as one list; unlike a map, it has to be known of what."""
    tuples = [list(kind.element_types) for kind in kinds if isinstance(kind, CtyTuple)]
    element = _element([kind.element_type for kind in kinds if isinstance(kind, CtyList)], tuples)
    return None if element is None or values.is_dynamic(element) else values.list_type(element)


def _set(kinds: Sequence[Any]) -> Type | None:
    element = common_type([kind.element_type for kind in kinds])
    return None if element is None else values.set_type(element)


def _element(elements: Sequence[Type], structures: Sequence[Sequence[Type]]) -> Type | None:
    """Give what the elements of collections have in common with all members of the structures beside them."""
    members = [member for structure in structures for member in structure]
    pooled = common_type(members)
    if pooled is None:
        return None if members else common_type(elements)
    return common_type([*elements, pooled])


_STRUCTURES: Final[Mapping[frozenset[type], Callable[[Sequence[Any]], Type | None]]] = {
    frozenset({CtyObject}): _of_objects,
    frozenset({CtyTuple}): _of_tuples,
    frozenset({CtyMap}): _map,
    frozenset({CtyList}): _list,
    frozenset({CtyList, CtyTuple}): _list,
    frozenset({CtySet}): _set,
}
"""How to unify what the library refuses: objects of which one holds a null, and whatever has such objects inside.

To Terraform ``{a = ["x"], b = null}`` and ``{}`` have ``map(any)`` in common: that the null is to become a tuple too is
found when the first is converted. The library wants to know at once which element that map has.
"""
