"""``condition ? then : otherwise``, where one of the alternatives may have failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.sources.hcl.cty import operators, types, values
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError
from nfw_reconcile.sources.hcl.expressions.identity import derived, opens, unknown_from

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.cty.values import Value


def attempted(run: Callable[[], Value]) -> Value | EvaluationError:
    """Give an alternative, or why it failed."""
    try:
        return run()
    except EvaluationError as problem:
        return problem


def chosen(
    condition: Value, then: Value | EvaluationError, otherwise: Value | EvaluationError, place: Location
) -> Value:
    """Give the chosen alternative, converted to what both have in common; raises its error where it failed."""
    condition = values.concrete(condition)
    known = not values.is_unknown(condition)
    if known and not values.is_null(condition):
        taken = then if types.converted(condition, values.BOOL, place).value else otherwise
        if isinstance(taken, EvaluationError):
            raise taken
    found = _unified(condition, _or_unknown(then), _or_unknown(otherwise), place)
    return found if known else derived(found)


def _or_unknown(attempt: Value | EvaluationError) -> Value:
    return unknown_from(()) if isinstance(attempt, EvaluationError) else attempt


def _unified(condition: Value, then: Value, otherwise: Value, place: Location) -> Value:
    """Convert the chosen alternative to what both have in common.

    Whole resources of one type have the same attributes in Terraform, and here those that are known.
    """
    try:
        return operators.conditional(condition, then, otherwise, place)
    except EvaluationError:
        from_resources = opens(then) or opens(otherwise)
        if not from_resources or values.is_null(condition):
            raise
    if values.is_unknown(condition):
        return unknown_from(values.marks(condition, then, otherwise))
    taken = then if types.converted(condition, values.BOOL, place).value else otherwise
    return values.marked(taken, condition.marks)
