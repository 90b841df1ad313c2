"""Values: Terraform's type system (go-cty, through pyvider-cty), unknown values with their origin, and marks.

A :data:`Value` is immutable. Its marks are :class:`Origin` (from what an unknown value comes) and :data:`SENSITIVE`;
functions move both from their arguments, at any depth, onto their result, as Terraform does with its own marks. An
origin on a known value tells nothing: only those on unknown values do.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from pyvider.cty import (
    CtyBool,
    CtyDynamic,
    CtyList,
    CtyMap,
    CtyNumber,
    CtyObject,
    CtySet,
    CtyString,
    CtyTuple,
    CtyType,
    CtyValue,
    collect_marks_deep,
    refine,
    unmark_deep,
    value_range,
)
from pyvider.cty.types.structural.dynamic import unwrap_dynamic

from nfw_reconcile.sources.hcl.cty import numbers
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable
from nfw_reconcile.sources.hcl.placed import bare

if TYPE_CHECKING:
    from nfw_reconcile.errors import Location

Value = CtyValue[Any]
Type = CtyType[Any]
STRING: Final = CtyString()
NUMBER: Final = CtyNumber()
BOOL: Final = CtyBool()
DYNAMIC: Final = CtyDynamic()
PRIMITIVES: Final = frozenset({STRING, NUMBER, BOOL})

SEQUENCES: Final = frozenset({CtyList, CtySet, CtyTuple})
MAPPINGS: Final = frozenset({CtyMap, CtyObject})
"""Nothing is derived from these types; to ask for the type itself is many times quicker than ``isinstance``."""


class Mark(enum.Enum):
    """Marks that say how a value may be shown."""

    SENSITIVE = "sensitive"


SENSITIVE: Final = Mark.SENSITIVE


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """From what a value is unknown: equal references name equal values, wherever they stand."""

    reference: str
    place: Location | None = field(default=None, compare=False)


# Making values


def text(value: str) -> Value:
    """Make a string, in the normal form (NFC) that Terraform keeps strings in."""
    return STRING.validate(value)


def number(value: Decimal | int) -> Value:
    """Make a number of 512 bits; unknown where it is out of the range that is computed with."""
    try:
        return CtyValue(NUMBER, numbers.canonical(Decimal(value)))
    except Unresolvable:
        return unknown(f"the number {Decimal(value):.20E}", None, NUMBER)


def boolean(value: bool) -> Value:  # noqa: FBT001 - a truth value is what it makes a value of
    """Make a truth value."""
    return CtyValue(BOOL, value)


def null(kind: Type = DYNAMIC) -> Value:
    """Make a null; of no type, as the keyword ``null`` is, unless one is given."""
    return CtyValue.null(kind)


def unknown(reference: str, place: Location | None = None, kind: Type = DYNAMIC) -> Value:
    """Make an unknown value that names where it comes from."""
    return CtyValue.unknown(kind).mark(Origin(reference, place))


def unknown_from(kind: Type, *sources: Value) -> Value:
    """Make an unknown value that comes from others: it has all their marks, those of their elements too."""
    return marked(CtyValue.unknown(kind), marks(*sources))


def literal(value: str | bool | Decimal | int | None) -> Value:  # noqa: FBT001 - one of the kinds of literals
    """Make the value of a literal expression."""
    match value:
        case None:
            return null()
        case bool():
            return boolean(value)
        case str():
            return text(value)
        case _:
            return number(value)


def tuple_of(items: Iterable[Value]) -> Value:
    """Make a tuple, as ``[a, b]`` does."""
    members = tuple(items)
    return CtyValue(CtyTuple(element_types=tuple(member.type for member in members)), members)


def object_of(attributes: Mapping[str, Value]) -> Value:
    """Make an object, as ``{ a = b }`` does."""
    named = {bare(str(text(name).value)): attributes[name] for name in sorted(attributes)}
    kind = CtyObject(attribute_types={name: member.type for name, member in named.items()})
    return CtyValue(kind, named)


def list_type(element: Type) -> Type:
    """Give the type of lists of such elements."""
    return CtyList(element_type=element)


def set_type(element: Type) -> Type:
    """Give the type of sets of such elements."""
    return CtySet(element_type=element)


def map_type(element: Type) -> Type:
    """Give the type of maps of such elements."""
    return CtyMap(element_type=element)


def of_type(kind: Type, members: Sequence[Value] | Mapping[str, Value]) -> Value:
    """Make a list, set or map of a type, of elements that have its element type; a set drops what it has twice."""
    return kind.validate(dict(members) if isinstance(members, Mapping) else list(members))


def between(interval: numbers.Between, reference: str, place: Location | None = None) -> Value:
    """Make an unknown number of which an interval is known: enough for ``ceil``, ``floor`` and comparisons."""
    bounded = (
        refine(CtyValue.unknown(NUMBER))
        .not_null()
        .number_range_lower_bound(interval.low, inclusive=False)
        .number_range_upper_bound(interval.high, inclusive=False)
    )
    return bounded.new_value().mark(Origin(reference, place))


# Asking values


def is_null(value: Value) -> bool:
    """Say whether a value is a known null."""
    return bool(value.is_null)


def is_unknown(value: Value) -> bool:
    """Say whether the value itself is unknown; its elements may be where it is not."""
    return bool(value.is_unknown)


def is_wholly_known(value: Value) -> bool:
    """Say whether a value and all that it holds are known."""
    return bool(value.is_wholly_known())


def marks(*of: Value) -> frozenset[object]:
    """Give all marks of values and of all that they hold."""
    return frozenset(mark for value in of for mark in collect_marks_deep(value))


def origins(value: Value) -> tuple[Origin, ...]:
    """Give what a value and all that it holds come from, sorted; only unknown values tell."""
    return tuple(sorted(mark for mark in marks(value) if isinstance(mark, Origin)))


def is_sensitive(value: Value) -> bool:
    """Say whether the value itself is sensitive; its elements may be where it is not."""
    return SENSITIVE in value.marks


def is_anywhere_sensitive(value: Value) -> bool:
    """Say whether a value or anything that it holds is sensitive."""
    return SENSITIVE in marks(value)


def unmarked(value: Value) -> Value:
    """Give a value without its own marks; those of its elements stay."""
    bare: Value = value.unmark()[0]
    return bare


def unmarked_deep(value: Value) -> tuple[Value, frozenset[object]]:
    """Give a value without any marks, and the marks."""
    bare, found = unmark_deep(value)
    return bare, frozenset(found)


def marked(value: Value, added: Iterable[object]) -> Value:
    """Give a value with more marks of its own."""
    found = frozenset(added)
    return value.with_marks(found) if found else value


def bounds(value: Value) -> tuple[Decimal, Decimal] | None:
    """Give the interval, without its ends, that an unknown number lies in; ``None`` where none is known."""
    if not value.is_unknown or not isinstance(value.type, CtyNumber):
        return None
    known = value_range(unmarked(value))
    low, high = known.number_lower_bound()[0].value, known.number_upper_bound()[0].value
    if not (isinstance(low, Decimal) and isinstance(high, Decimal) and low.is_finite() and high.is_finite()):
        return None
    return low, high


def is_sequence(kind: Type) -> bool:
    """Say whether values of a type are lists, sets or tuples."""
    return type(kind) in SEQUENCES


def is_mapping(kind: Type) -> bool:
    """Say whether values of a type are maps or objects."""
    return type(kind) in MAPPINGS


def is_dynamic(kind: Type) -> bool:
    """Say whether a type is not known yet."""
    return type(kind) is CtyDynamic


def elements(value: Value) -> tuple[tuple[Value, Value], ...]:
    """Give the keys and elements of a known collection, as ``for`` meets them; a set's element is its own key.

    Marks of the collection are on each key and element. Raises :class:`EvaluationError` for a null and for what has
    no elements, and :class:`ValueError` for an unknown collection.
    """
    if value.is_null:
        raise EvaluationError("A null value cannot be iterated over.")
    if value.is_unknown:
        raise ValueError("the elements of an unknown value were asked for")
    payload = value.value
    if isinstance(value.type, CtySet):
        return tuple((marked(each, value.marks), marked(each, value.marks)) for each in members(value))
    if isinstance(payload, Mapping):
        named = ((text(name), concrete(payload[name])) for name in sorted(payload))
        return tuple((marked(name, value.marks), marked(each, value.marks)) for name, each in named)
    if not is_sequence(value.type):
        raise EvaluationError("This value is no collection, and cannot be iterated over.")
    counted = ((number(index), each) for index, each in enumerate(members(value)))
    return tuple((marked(index, value.marks), marked(each, value.marks)) for index, each in counted)


def members(value: Value) -> tuple[Value, ...]:
    """Give the elements of a known list, set or tuple, without the marks of the collection."""
    payload: Any = value.value
    return tuple(concrete(member) for member in payload)


def attributes(value: Value) -> dict[str, Value]:
    """Give the elements of a known map or object by name, sorted, without the marks of the collection."""
    payload: Any = value.value
    return {name: concrete(payload[name]) for name in sorted(payload)}


def element(value: Value, name: str) -> Value | None:
    """Give one element of a known map or object, without the marks of the collection; ``None`` where there is none."""
    payload: Any = value.value
    found: Value | None = payload.get(name)
    return None if found is None else concrete(found)


def concrete(value: Value) -> Value:
    """Give the value itself for one that stands at a place of any type."""
    if type(value.type) is not CtyDynamic:  # asked of every value again and again
        return value
    return unwrap_dynamic(value, carry_marks=True)
