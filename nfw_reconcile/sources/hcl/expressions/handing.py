"""Functions that hand unknown elements on, one by one.

Terraform puts the marks of all elements on the whole, or knows nothing of it. Which element comes from where can be
told nevertheless: where no more is done than to put them together, and where they are identifiers of resources, which
are neither null nor empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.cty import values
from nfw_reconcile.sources.hcl.expressions.identity import is_identifier
from nfw_reconcile.sources.hcl.expressions.kinds import is_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.sources.hcl.cty.values import Value


_NAMES: Final = frozenset({"coalesce", "coalescelist", "compact", "flatten", "join", "one"})


def kept_apart(name: str, arguments: Sequence[Value]) -> Value | None:
    """Give the result of a call with unknown elements, each with its own origin; ``None`` where that is not told."""
    if name not in _NAMES or all(map(values.is_wholly_known, arguments)):
        return None
    match name, arguments:
        case "flatten", (nested,) if _is_listed(nested):
            return _flattened(nested)
        case "coalescelist", _ if all(map(_is_listed, arguments)):
            return next((each for each in arguments if values.members(each)), None)
        case "join", (separator, listed) if _is_listed(listed) and values.is_wholly_known(separator):
            return _only(listed)
        case "one", (listed,) if _is_listed(listed):
            return _single(listed)
        case "compact", (listed,) if _is_listed(listed):
            return _compacted(listed)
        case "coalesce", _:
            return _first(arguments)
        case _:
            return None


def _is_listed(value: Value) -> bool:
    known = not values.is_unknown(value) and not values.is_null(value)
    return known and values.is_sequence(value.type) and not is_set(value.type)


def _flattened(nested: Value) -> Value | None:
    found: list[Value] = []
    pending = [element for _, element in reversed(values.elements(nested))]
    while pending:
        element = values.concrete(pending.pop())
        unknown = values.is_unknown(element)
        if values.is_dynamic(element.type) or (unknown and values.is_sequence(element.type)):
            return None
        if values.is_sequence(element.type) and not values.is_null(element):
            pending += [inner for _, inner in reversed(values.elements(element))]
        else:
            found.append(element)
    return values.marked(values.tuple_of(found), nested.marks)


def _only(listed: Value) -> Value | None:
    """Give the one text of a list: with no other there is nothing to put between."""
    single = _single(listed)
    return single if single is not None and single.type == values.STRING else None


def _single(listed: Value) -> Value | None:
    elements = values.elements(listed)
    return elements[0][1] if len(elements) == 1 else None


def _compacted(listed: Value) -> Value | None:
    elements = [element for _, element in values.elements(listed)]
    if not all(_is_known_text(element) or is_identifier(element) for element in elements):
        return None
    kept = [element for element in elements if is_identifier(element) or element.value]
    return values.of_type(values.list_type(values.STRING), kept)


def _first(arguments: Sequence[Value]) -> Value | None:
    for argument in arguments:
        if is_identifier(argument):
            return argument
        if not (values.is_null(argument) or (_is_known_text(argument) and not argument.value)):
            return None
    return None


def _is_known_text(value: Value) -> bool:
    return not values.is_unknown(value) and (values.is_null(value) or value.type == values.STRING)
