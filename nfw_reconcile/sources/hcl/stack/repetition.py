"""``count`` and ``for_each``: how many instances there are, and what they are called (Terraform, "Meta-Arguments")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.sources.hcl.cty import numbers, types, values
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError
from nfw_reconcile.sources.hcl.expressions.identity import derived, opens, unknown_from
from nfw_reconcile.sources.hcl.expressions.kinds import is_set
from nfw_reconcile.sources.hcl.stack.graph import Result
from nfw_reconcile.sources.hcl.stack.nodes import Expansion, Repeats, Repetition

if TYPE_CHECKING:
    from decimal import Decimal

    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.cty.values import Value
    from nfw_reconcile.sources.hcl.expressions.session import Session

EACH_KEY = "each.key"
EACH_VALUE = "each.value"
COUNT_INDEX = "count.index"


def once() -> Expansion:
    """Give the one instance of a block that has neither."""
    return Expansion(Repeats.ONCE, (Repetition(),), Result(values.null()))


def unknown_times(made: Result) -> Expansion:
    """Give the instance that stands for all where their number is not known."""
    marks = values.marks(made.value)
    special = {
        name: Result(derived(unknown_from(marks)), name, (made,))
        for name in (EACH_KEY, EACH_VALUE, COUNT_INDEX)
    }
    return Expansion(Repeats.UNKNOWN, (Repetition(None, special),), made)


def counted(made: Result, session: Session, place: Location) -> Expansion:
    """Give the instances of ``count``. Raises :class:`EvaluationError` for what is no count."""
    value = values.concrete(made.value)
    if values.is_null(value):
        raise EvaluationError("count is null.", place)
    count = types.converted(value, values.NUMBER, place)
    if values.is_unknown(count):
        return unknown_times(made)
    whole = numbers.whole(_number(count))
    if whole is None or whole < 0:
        raise EvaluationError("count is a whole number, zero or more.", place)
    session.budget.instance(place, whole)
    repetitions = tuple(
        Repetition(index, {COUNT_INDEX: Result(values.number(index))}) for index in range(whole)
    )
    return Expansion(Repeats.COUNT, repetitions, made)


def _number(value: Value) -> Decimal:
    payload: Decimal = value.value  # type: ignore[assignment]  # a known number
    return payload


def for_each(made: Result, session: Session, place: Location) -> Expansion:
    """Give the instances of ``for_each``. Raises :class:`EvaluationError` for what is no map and no set of strings."""
    value = values.concrete(made.value)
    if values.is_null(value):
        raise EvaluationError("for_each is null.", place)
    if values.is_unknown(value) or opens(value):
        return unknown_times(made)
    if is_set(value.type):
        if not values.is_wholly_known(value):
            return unknown_times(made)
        pairs = [(_name(element, place), element) for _, element in values.elements(value)]
    elif values.is_mapping(value.type):
        pairs = [(str(key.value), element) for key, element in values.elements(value)]
    else:
        raise EvaluationError("for_each is a map, an object, or a set of strings.", place)
    session.budget.instance(place, len(pairs))
    return Expansion(Repeats.FOR_EACH, tuple(_each(key, element, made) for key, element in pairs), made)


def _name(element: Value, place: Location) -> str:
    if values.is_null(element) or element.type != values.STRING:
        raise EvaluationError("The set of for_each is one of strings, none of them null.", place)
    return str(element.value)


def _each(key: str, element: Value, made: Result) -> Repetition:
    named = Result(values.text(key))
    return Repetition(key, {EACH_KEY: named, EACH_VALUE: Result(element, f"each {key}", (made,))})
