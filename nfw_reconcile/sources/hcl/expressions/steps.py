"""From a value into it: attributes and indexes, whole resources and unknown values included."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nfw_reconcile.sources.hcl.cty import forms, operators, values
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError
from nfw_reconcile.sources.hcl.cty.values import Origin
from nfw_reconcile.sources.hcl.expressions.identity import (
    DERIVED,
    closed,
    derived,
    is_open_anywhere,
    opens,
    sole_origin,
    unknown_from,
)

if TYPE_CHECKING:
    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.cty.values import Value
    from nfw_reconcile.sources.hcl.syntax import BinaryOperator


def attribute(target: Value, name: str, place: Location) -> Value:
    """Give ``target.name``; what the configuration does not say of a resource is unknown."""
    target = values.concrete(target)
    if opens(target):
        return _of_resource(target, name, place)
    if values.is_unknown(target):
        return _further(target, operators.attribute(target, name, place), f".{name}", place)
    return operators.attribute(target, name, place)


def index(target: Value, key: Value, place: Location) -> Value:
    """Give ``target[key]``."""
    target, key = values.concrete(target), values.concrete(key)
    if opens(target) and not values.is_null(key):
        if values.is_unknown(key):
            return derived(unknown_from(values.marks(target, key)))
        return _of_resource(target, str(operators.template_text(key, place).value), place)
    found = operators.index(target, key, place)
    if values.is_unknown(key):
        return derived(found)
    if values.is_unknown(target):
        written = json.dumps(forms.to_plain(key), default=str, ensure_ascii=False)
        return _further(target, found, f"[{written}]", place)
    return found


def binary(operator: BinaryOperator, left: Value, right: Value, place: Location) -> Value:
    """Give ``left operator right``; derived where it is unknown."""
    if operator == "==":
        return derived(equal(left, right))
    if operator == "!=":
        return derived(operators.unary("!", equal(left, right), place))
    return derived(operators.binary(operator, left, right, place))


def equal(left: Value, right: Value) -> Value:
    """Say whether two values are equal; nothing is said of whole resources but that they are not null."""
    left, right = values.concrete(left), values.concrete(right)
    marks = values.marks(left, right)
    if is_open_anywhere(left) or is_open_anywhere(right):
        if values.is_null(left) or values.is_null(right):
            return values.boolean(values.is_null(left) and values.is_null(right))
        return derived(unknown_from(marks, values.BOOL))
    return operators.equal(left, right)


def _of_resource(target: Value, name: str, place: Location) -> Value:
    bare = closed(target)
    resources = opens(target)
    known = not values.is_unknown(bare) and values.is_mapping(bare.type) and name in values.attributes(bare)
    if known:
        return operators.attribute(bare, name, place)
    if values.is_null(bare):
        raise EvaluationError(f"A null value has no attribute {name!r}.", place)
    origins = [resource.origin(name, place) for resource in resources]
    return values.marked(unknown_from([*bare.marks, *origins]), [DERIVED] if len(origins) > 1 else [])


def _further(target: Value, found: Value, step: str, place: Location) -> Value:
    """Name a part of an unknown value after the whole."""
    sole = sole_origin(target.marks)
    if sole is None or not values.is_unknown(found):
        return derived(found)
    kept = [mark for mark in found.marks if not isinstance(mark, Origin)]
    return values.marked(values.unmarked(found), [*kept, Origin(f"{sole.reference}{step}", place)])
