"""The functions that pyvider-cty computes as go-cty does; each one is held against Terraform by tests."""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from pyvider.cty import CtyTuple
from pyvider.cty.exceptions import CtyError, CtyValidationError
from pyvider.cty.functions import SIGNATURES, CtyFunction, CtyFunctionPanicError

from nfw_reconcile.sources.hcl.cty import numbers, types, values
from nfw_reconcile.sources.hcl.cty.functions import limits
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from nfw_reconcile.sources.hcl.cty.functions.signature import Around
    from nfw_reconcile.sources.hcl.cty.values import Type, Value

_NAMES: Final[Mapping[str, str]] = {
    name: name
    for name in (
        "chomp", "chunklist", "coalescelist", "compact", "concat", "contains", "distinct", "element",
        "format", "formatdate", "formatlist", "indent", "join", "keys", "lower", "merge", "range", "setintersection",
        "setproduct", "setsubtract", "setunion", "slice", "sort", "split", "strrev", "substr", "timeadd", "title",
        "trim", "trimprefix", "trimspace", "trimsuffix", "upper", "values", "zipmap",
    )
} | {"reverse": "reverselist"}  # fmt: skip


_ANY_LIST: Final = values.list_type(values.DYNAMIC)
_TEXTS: Final = values.list_type(values.STRING)

_PARAMETERS: Final[Mapping[str, Sequence[Type]]] = {
    "chunklist": (_ANY_LIST, values.NUMBER),
    "compact": (_TEXTS,),
    "distinct": (_ANY_LIST,),
    "sort": (_TEXTS,),
}
"""The types of parameters where the library takes anything."""


def _check_element(arguments: Sequence[Value]) -> None:
    collection, position = arguments
    number: Any = position.value
    if not isinstance(number, Decimal) or number >= 0 or values.is_unknown(collection):
        return
    if (
        isinstance(collection.type, CtyTuple)
        and collection.value
        and number % len(values.members(collection))
    ):
        raise EvaluationError(
            "element() of a tuple takes a negative index only where it wraps to the first element."
        )


def _check_contains(arguments: Sequence[Value]) -> None:
    if values.is_null(arguments[1]):
        raise EvaluationError("contains() looks for no null.")


def _check_zipmap(arguments: Sequence[Value]) -> None:
    keys = arguments[0]
    if _is_known_list(keys) and any(values.is_null(each) for each in values.members(keys)):
        raise EvaluationError("zipmap() takes no null as a key.")


def _check_format(arguments: Sequence[Value]) -> None:
    """Refuse what rounds exactly half of a decimal that is not what the binary number is."""
    written, *rest = arguments
    if any(values.is_null(each) and values.is_dynamic(each.type) for each in rest):
        raise Unresolvable("a null without a type makes the text unknown")
    if values.is_unknown(written):
        return
    numerals = _WIDTH.findall(str(written.value))
    widths = [*map(int, numerals), *(_decimals(rest) if "*" in str(written.value) else ())]
    if any(width > _LARGEST_WIDTH for width in widths):
        raise Unresolvable("the text is wider than what is computed with")
    if not _ROUNDING_VERB.search(str(written.value)):
        return
    if any(numbers.rounds_otherwise(each) for each in _decimals(rest)):
        raise Unresolvable("the number is rounded half, and its binary value is not half")


def _decimals(arguments: Sequence[Value]) -> Iterator[Decimal]:
    for argument in arguments:
        for each in values.members(argument) if _is_known_list(argument) else [argument]:
            payload: Any = each.value
            if isinstance(payload, str):
                payload = _number_in(payload)
            if isinstance(payload, Decimal):
                yield payload


def _is_known_list(value: Value) -> bool:
    return values.is_sequence(value.type) and not values.is_unknown(value) and not values.is_null(value)


def _number_in(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _check_setproduct(arguments: Sequence[Value]) -> None:
    known = [each for each in arguments if _is_known_list(each)]
    limits.elements_within(math.prod(len(values.members(each)) for each in known) * len(known))


_LARGEST_WIDTH: Final = 100_000
_WIDTH: Final = re.compile("[0-9]{1,20}", re.ASCII)
_ROUNDING_VERB: Final = re.compile("%[^%a-zA-Z]*[eEfFgG]")

_CHECKS: Final[Mapping[str, Callable[[Sequence[Value]], None]]] = {
    "contains": _check_contains,
    "element": _check_element,
    "format": _check_format,
    "formatlist": _check_format,
    "setproduct": _check_setproduct,
    "zipmap": _check_zipmap,
}
"""What Terraform refuses and the library does not, or computes in another way."""


class LibraryFunction:
    """A function of pyvider-cty, called as Terraform calls its own."""

    def __init__(self, name: str) -> None:
        """Take the name that the library has for it."""
        self._function = CtyFunction(SIGNATURES[name].spec)
        self._kinds = _PARAMETERS.get(name, [parameter.type for parameter in self._function.params])
        self._check = _CHECKS.get(name)
        self._lists = name == "setproduct"

    def __call__(self, name: str, arguments: Sequence[Value], around: Around) -> Value:
        """Compute a call; raises :class:`EvaluationError` and :class:`Unresolvable`."""
        try:
            return values.concrete(self._function.call(self._taken(arguments, around)))
        except CtyFunctionPanicError as problem:
            raise Unresolvable(f"{name}() failed: {problem}") from problem
        except (CtyError, CtyValidationError) as problem:
            raise EvaluationError(f"{name}(): {problem}.", around.place) from problem

    def _taken(self, arguments: Sequence[Value], around: Around) -> list[Value]:
        try:
            taken = [
                _converted(argument, self._kind(position, argument), around)
                for position, argument in enumerate(arguments)
            ]
        except EvaluationError as problem:
            if self._lists:
                raise Unresolvable("elements without a common type are not computed with") from problem
            raise
        if self._check is not None and len(taken) >= len(self._kinds):
            self._check(taken)
        return taken

    def _kind(self, position: int, argument: Value) -> Type:
        if position < len(self._kinds):
            return self._kinds[position]
        if self._lists and isinstance(argument.type, CtyTuple) and argument.type.element_types:
            return _ANY_LIST
        rest = self._function.var_param
        return values.DYNAMIC if rest is None else rest.type


def _converted(argument: Value, kind: Type, around: Around) -> Value:
    argument = values.concrete(argument)
    if values.is_dynamic(kind) or values.is_null(argument):
        return argument
    return types.converted(argument, kind, around.place)


LIBRARY: Final[Mapping[str, Any]] = {name: LibraryFunction(known) for name, known in _NAMES.items()}
