"""Functions that convert values, and those that say how they may be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.cty import types, values
from nfw_reconcile.sources.hcl.cty.functions.signature import Around, Function, Known, Parameter
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nfw_reconcile.sources.hcl.cty.values import Type, Value

_AS_IT_IS: Final = Parameter(known=Known.NOT_AT_ALL, null=True, keeps_marks=True)


def _to(kind: Type) -> Function:
    def body(arguments: Sequence[Value], around: Around) -> Value:
        return types.converted(arguments[0], kind, around.place)

    return Function(body, (_AS_IT_IS,), result=kind)


def _sensitive(arguments: Sequence[Value], _: Around) -> Value:
    return values.marked(arguments[0], {values.SENSITIVE})


def _nonsensitive(arguments: Sequence[Value], _: Around) -> Value:
    (value,) = arguments
    return values.marked(values.unmarked(value), value.marks - {values.SENSITIVE})


def _is_sensitive(arguments: Sequence[Value], _: Around) -> Value:
    (value,) = arguments
    if values.is_sensitive(value) or not values.is_unknown(value):
        return values.boolean(values.is_sensitive(value))
    return values.marked(values.unknown_from(values.BOOL), value.marks)


def _type(_arguments: Sequence[Value], _: Around) -> Value:
    raise EvaluationError("type() is there in the console only.")


CONVERSION: Final[Mapping[str, Function]] = {
    "tobool": _to(values.BOOL),
    "tolist": _to(values.list_type(values.DYNAMIC)),
    "tomap": _to(values.map_type(values.DYNAMIC)),
    "tonumber": _to(values.NUMBER),
    "toset": _to(values.set_type(values.DYNAMIC)),
    "tostring": _to(values.STRING),
    "issensitive": Function(_is_sensitive, (_AS_IT_IS,), result=values.BOOL),
    "nonsensitive": Function(_nonsensitive, (_AS_IT_IS,)),
    "sensitive": Function(_sensitive, (_AS_IT_IS,)),
    "type": Function(_type, (_AS_IT_IS,)),
}
