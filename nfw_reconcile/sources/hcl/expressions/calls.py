"""Calls of functions: which of their unknown results are still what one origin names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import warning
from nfw_reconcile.sources.hcl.cty import forms, functions, values
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError
from nfw_reconcile.sources.hcl.cty.values import Origin
from nfw_reconcile.sources.hcl.expressions.files import Files
from nfw_reconcile.sources.hcl.expressions.handing import kept_apart
from nfw_reconcile.sources.hcl.expressions.identity import (
    derived,
    digest_of,
    is_open_anywhere,
    opens,
    unknown_from,
    without_opens,
)
from nfw_reconcile.sources.hcl.expressions.kinds import is_set
from nfw_reconcile.sources.hcl.expressions.placing import placed_result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.cty.values import Value
    from nfw_reconcile.sources.hcl.expressions.session import Session

_SAME: Final = frozenset({"sensitive", "nonsensitive", "tostring", "tonumber", "tobool"})
"""Functions whose result is their argument."""

_PICKING: Final = frozenset({"element", "lookup", "one"})
"""Functions whose result is an element of their argument."""

_MOVING: Final = _PICKING | {
    "chunklist",
    "coalescelist",
    "concat",
    "flatten",
    "matchkeys",
    "merge",
    "reverse",
    "setproduct",
    "setunion",
    "slice",
    "tolist",
    "tomap",
    "toset",
    "values",
    "zipmap",
}
"""Functions whose result is, or holds, elements of their arguments as they are."""

_COUNTING: Final = frozenset({"length", "keys"})
"""Functions that look at how many elements there are and what they are called, and not into them."""

_IMPURE: Final = frozenset({"bcrypt", "plantimestamp", "timestamp", "uuid"})
"""Functions that give another result each time: nothing about them is out of the ordinary."""

_PROVIDED: Final = "provider::"
_UNDECIDED: Final = "What depends on it is undecided."


def call(name: str, arguments: Sequence[Value], session: Session, place: Location) -> Value:
    """Call a function. Raises :class:`EvaluationError` for what Terraform refuses.

    What this program does not compute is unknown, with a warning.
    """
    given = [values.concrete(argument) for argument in arguments]
    if name.startswith(_PROVIDED):
        return not_computed(name, given, "functions of providers are not computed", session, place)
    if name in _COUNTING and not any(opens(argument) for argument in given):
        given = [without_opens(argument) for argument in given]
    elif any(map(is_open_anywhere, given)) and not _may_move(name, given):
        return derived(unknown_from({mark for argument in given for mark in values.marks(argument)}))
    made = session.calls.of(name, given)
    if made is None:
        made = _identified(name, given, _called(name, given, session, place))
        if name not in _IMPURE and not name.startswith("file"):
            session.calls.keep(name, given, made)
    return made


def _called(name: str, arguments: Sequence[Value], session: Session, place: Location) -> Value:
    kept = kept_apart(name, arguments)
    if kept is not None:
        return kept
    files = Files(session)
    result = values.concrete(functions.call(name, arguments, files, place))
    if files.refused:
        result = not_computed(name, arguments, files.refused[0], session, place)
    elif values.is_unknown(result):
        result = _explained(name, arguments, result, session, place)
    result = placed_result(name, arguments, result, session)
    session.budget.step(place, _size(result))
    if not values.is_unknown(result) and isinstance(result.value, str):
        session.budget.characters(len(result.value), place)
    return result


def _explained(
    name: str, arguments: Sequence[Value], result: Value, session: Session, place: Location
) -> Value:
    """See to it that an unknown result says where it comes from: from its arguments, or from a limit."""
    if name not in _IMPURE and all(values.is_wholly_known(argument) for argument in arguments):
        session.tell(warning(f"{name}(): this is not computed here.", place, _UNDECIDED))
    if values.origins(result):
        return result
    return values.marked(result, {mark for argument in arguments for mark in values.marks(argument)})


def not_computed(name: str, arguments: Sequence[Value], why: str, session: Session, place: Location) -> Value:
    """Give the unknown value that a call has which this program does not compute, and say so."""
    digest = digest_of([session.tree.name, *map(forms.fingerprint, arguments)])
    session.tell(warning(f"{name}(): {why}.", place, _UNDECIDED))
    deep = {mark for argument in arguments for mark in values.marks(argument)}
    return unknown_from([*deep, Origin(f"{name}(…)#{digest}", place)])


def _may_move(name: str, arguments: Sequence[Value]) -> bool:
    """Say whether whole resources go through a function as they are."""
    return name in _SAME | {"merge"} or (name in _MOVING and not any(opens(each) for each in arguments))


def _identified(name: str, arguments: Sequence[Value], result: Value) -> Value:
    """Mark what is computed from unknown values as derived; leave what was handed on as it is."""
    if name in _SAME or values.is_wholly_known(result) or kept_apart(name, arguments) is not None:
        return result
    handed_on = name in _MOVING and not any(values.is_unknown(argument) for argument in arguments)
    if handed_on and not (values.is_unknown(result) and name not in _PICKING) and not _hoisted(result):
        return result
    return derived(result)


def _hoisted(result: Value) -> bool:
    """Say whether origins of elements are on the whole of them, so that they name no element any more.

    Of a set no more can be said: none of its elements has a place.
    """
    own = {mark for mark in result.marks if isinstance(mark, Origin)}
    if values.is_unknown(result):
        return len(own) > 1
    return bool(own) and not is_set(result.type)


def spread(value: Value, place: Location) -> list[Value]:
    """Give the arguments that one stands for, as ``values...`` does; raises :class:`EvaluationError`."""
    if values.is_null(value) or not values.is_sequence(value.type):
        raise EvaluationError("Only a list, a set or a tuple spreads over parameters.", place)
    return [element for _, element in values.elements(value)]


def _size(value: Value) -> int:
    payload = value.value
    return 1 + (len(payload) if isinstance(payload, tuple | dict) else 0)
