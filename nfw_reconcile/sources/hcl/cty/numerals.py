"""Strings as numbers: only what Terraform reads as one, wherever a conversion meets it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from pyvider.cty import CtyList, CtyMap, CtyObject, CtySet, CtyTuple, CtyValue

from nfw_reconcile.sources.hcl.cty import numbers, values
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.cty.values import Type, Value

_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?([0-9]+))?", re.ASCII)
_OTHER: Final = re.compile(r"[+-]?(?:[Ii]nf|[0-9.]+[pP][+-]?[0-9]+)", re.ASCII)
"""Infinity and binary exponents, which Terraform reads too."""

_LONGEST_EXPONENT: Final = 6


def number_of(text: str) -> Value:
    """Read a number; unknown where it is one that is not computed with.

    Raises :class:`EvaluationError` for what is no number.
    """
    read = _DECIMAL.fullmatch(text)
    if read is not None and len(text) <= numbers.LARGEST_EXPONENT and len(read[1] or "") <= _LONGEST_EXPONENT:
        return values.number(Decimal(text))
    if read is not None or _OTHER.fullmatch(text):
        return values.unknown(f"the number {text[:100]}", None, values.NUMBER)
    raise EvaluationError("This text is no number.")


def with_numbers(value: Value, kind: Type) -> Value:
    """Read the strings of a value that stand where a type has numbers; the rest is left as it is."""
    if value.is_null or value.is_unknown:
        return value
    payload: Any = value.value
    if kind == values.NUMBER and isinstance(payload, str):
        return values.marked(number_of(payload), value.marks)
    if isinstance(payload, CtyValue):
        return with_numbers(values.concrete(value), kind)
    if values.is_sequence(value.type):
        return _sequence(value, kind)
    if isinstance(payload, Mapping):
        return _mapping(value, kind)
    return value


def _sequence(value: Value, kind: Type) -> Value:
    members = values.members(value)
    match kind:
        case CtyList() | CtySet():
            wanted = [kind.element_type] * len(members)
        case CtyTuple() if len(kind.element_types) == len(members):
            wanted = list(kind.element_types)
        case _:
            return value
    read = [with_numbers(member, each) for member, each in zip(members, wanted, strict=True)]
    if all(new is old for new, old in zip(read, members, strict=True)):
        return value
    return values.marked(values.tuple_of(read), value.marks)


def _mapping(value: Value, kind: Type) -> Value:
    members = values.attributes(value)
    match kind:
        case CtyMap():
            wanted = dict.fromkeys(members, kind.element_type)
        case CtyObject():
            wanted = kind.attribute_types
        case _:
            return value
    read = {name: with_numbers(member, wanted.get(name, member.type)) for name, member in members.items()}
    if all(read[name] is members[name] for name in members):
        return value
    return values.marked(values.object_of(read), value.marks)
