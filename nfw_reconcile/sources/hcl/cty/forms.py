"""Values in other forms: as JSON has them, types as Terraform writes them, and both as a digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pyvider.cty import CtyDynamic, CtyList, CtyMap, CtyObject, CtySet, CtyTuple

from nfw_reconcile.sources.hcl.cty import numbers
from nfw_reconcile.sources.hcl.cty.values import (
    PRIMITIVES,
    SENSITIVE,
    Origin,
    Type,
    Value,
    concrete,
    is_sequence,
    literal,
    marked,
    marks,
    object_of,
    tuple_of,
    unknown,
)
from nfw_reconcile.sources.hcl.placed import bare

if TYPE_CHECKING:
    from nfw_reconcile.errors import Location

Plain = str | bool | int | Decimal | None | list["Plain"] | dict[str, "Plain"]
"""A value as JSON has it; a number that is an integer is an ``int``, any other a ``Decimal``."""


def from_plain(value: object) -> Value:
    """Make a value of what a JSON document holds: tuples and objects, as ``jsondecode`` does.

    Raises :class:`TypeError` for what no JSON document holds; floats are refused, because they are inexact.
    """
    match value:
        case None | bool() | str() | int() | Decimal():
            return literal(value)
        case Mapping():
            return object_of({str(name): from_plain(member) for name, member in value.items()})
        case Sequence():
            return tuple_of(from_plain(member) for member in value)
        case _:
            raise TypeError(f"{type(value).__name__} is no JSON value")


def to_plain(value: Value) -> Plain:
    """Give a wholly known value as JSON has it, without marks and places; a set is a list in its own order.

    Raises :class:`ValueError` for what is or holds an unknown value.
    """
    value = concrete(value)
    if value.is_null:
        return None
    if value.is_unknown:
        raise ValueError("an unknown value has no plain form")
    payload: Any = value.value
    if isinstance(payload, Mapping):
        return {name: to_plain(payload[name]) for name in sorted(payload)}
    if is_sequence(value.type):
        return [to_plain(member) for member in payload]
    if isinstance(payload, Decimal):
        integer = numbers.whole(payload)
        return payload if integer is None else integer
    plain: Plain = bare(payload) if isinstance(payload, str) else payload
    return plain


def fingerprint(value: Value) -> str:
    """Give a short digest of a value, its types and its unknown parts: equal digests mean equal values."""
    shown = json.dumps(_described(value), ensure_ascii=False)
    return hashlib.sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def not_computed(name: str, arguments: Sequence[Value], place: Location | None) -> Value:
    """Give an unknown value in place of what Terraform computes and this evaluator does not.

    Its origin names what it would be computed from, all of whose marks it has.
    """
    prints = ",".join(fingerprint(argument) for argument in arguments)
    return marked(unknown(f"{name}({prints})", place), marks(*arguments))


def type_text(kind: Type) -> str:
    """Write a type as Terraform writes type constraints."""
    if kind in PRIMITIVES:
        return str(kind.ctype)
    match kind:
        case CtyList() | CtySet() | CtyMap():
            return f"{kind.ctype}({type_text(kind.element_type)})"
        case CtyTuple():
            return f"tuple([{', '.join(type_text(member) for member in kind.element_types)}])"
        case CtyObject():
            named = sorted(kind.attribute_types.items())
            return f"object({{{', '.join(f'{name} = {type_text(member)}' for name, member in named)}}})"
        case CtyDynamic():
            return "any"
        case _:
            return str(kind.ctype)


def _described(value: Value) -> object:
    value = concrete(value)
    sensitive = SENSITIVE in value.marks
    kind = type_text(value.type)
    hoisted = [mark.reference for mark in sorted(mark for mark in value.marks if isinstance(mark, Origin))]
    payload: Any = value.value
    content: object
    if value.is_null or value.is_unknown:
        content = ["unknown" if value.is_unknown else "null", hoisted]
    elif isinstance(payload, Mapping):
        content = [{name: _described(payload[name]) for name in sorted(payload)}, hoisted]
    elif is_sequence(value.type):
        content = [[_described(member) for member in payload], hoisted]
    else:
        content = str(payload)
    return [kind, sensitive, content]
