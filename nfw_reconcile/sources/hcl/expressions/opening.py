"""Objects where an object type is asked for: what they lack, and may lack.

An optional attribute that is missing is null. A whole resource has attributes that the configuration does not set:
these are unknown.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from nfw_reconcile.sources.hcl.cty import values
from nfw_reconcile.sources.hcl.expressions import steps
from nfw_reconcile.sources.hcl.expressions.identity import is_open_anywhere, opens
from nfw_reconcile.sources.hcl.expressions.kinds import (
    attribute_types,
    element_type,
    element_types,
    optional_attributes,
)

if TYPE_CHECKING:
    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.cty.values import Type, Value


def fitted(value: Value, kind: Type, place: Location) -> Value:
    """Give every object in a value the attributes that a type asks for, as far as they may be missing."""
    value = values.concrete(value)
    if values.is_unknown(value) or values.is_null(value):
        return value
    if not (_has_optional(kind) or is_open_anywhere(value)):
        return value
    if values.is_mapping(value.type):
        return _object(value, kind, place)
    if values.is_sequence(value.type):
        members = values.members(value)
        rest = itertools.repeat(element_type(kind) or values.DYNAMIC)
        kinds = itertools.chain(element_types(kind), rest)
        pairs = zip(members, kinds, strict=False)
        return values.marked(
            values.tuple_of(fitted(each, inner, place) for each, inner in pairs), value.marks
        )
    return value


def _object(value: Value, kind: Type, place: Location) -> Value:
    wanted = attribute_types(kind)
    present = values.attributes(value)
    if wanted is None:
        kinds = dict.fromkeys(present, element_type(kind) or values.DYNAMIC)
    elif opens(value):
        kinds = wanted
        present = {name: steps.attribute(value, name, place) for name in wanted}
    else:
        kinds = wanted
        missing = optional_attributes(kind) - set(present)
        present |= {name: values.null(wanted[name]) for name in missing}
    made = {name: fitted(each, kinds.get(name, values.DYNAMIC), place) for name, each in present.items()}
    return values.marked(values.object_of(made), value.marks)


def _has_optional(kind: Type) -> bool:
    inner = [*(attribute_types(kind) or {}).values(), *element_types(kind)]
    element = element_type(kind)
    if element is not None:
        inner.append(element)
    return bool(optional_attributes(kind)) or any(map(_has_optional, inner))
