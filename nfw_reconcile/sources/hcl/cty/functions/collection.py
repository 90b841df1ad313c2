"""Functions on lists, sets, maps, tuples and objects that Terraform has on top of go-cty's, or in place of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyvider.cty import CtyList, CtyMap, CtyObject, CtySet, CtyTuple, grapheme_cluster_count

from nfw_reconcile.sources.hcl.cty import operators, values
from nfw_reconcile.sources.hcl.cty.functions.signature import Around, Function, Known, Parameter
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError
from nfw_reconcile.sources.hcl.cty.types import converted
from nfw_reconcile.sources.hcl.cty.unification import common_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nfw_reconcile.sources.hcl.cty.values import Type, Value

_ANY_KNOWN: Final = Parameter(known=Known.ITSELF)
_LIST: Final = Parameter(values.list_type(values.DYNAMIC))
_TRUTHS: Final = Parameter(values.list_type(values.BOOL), Known.ITSELF)
_TEXT_LISTS: Final = Parameter(values.map_type(values.list_type(values.STRING)))


def _length(arguments: Sequence[Value], _: Around) -> Value:
    (value,) = arguments
    kind = value.type
    counted = _fixed_length(kind)
    if counted is not None:
        return values.marked(values.number(counted), value.marks)
    if not (values.is_dynamic(kind) or isinstance(kind, CtyList | CtySet | CtyMap) or kind == values.STRING):
        raise EvaluationError("length() takes a string, a collection, a tuple or an object.")
    if values.is_unknown(value) or _may_shrink(value):
        return values.unknown_from(values.NUMBER, value)
    payload: Any = value.value
    length = grapheme_cluster_count(payload) if isinstance(payload, str) else len(payload)
    return values.marked(values.number(length), value.marks)


def _fixed_length(kind: Type) -> int | None:
    match kind:
        case CtyTuple():
            return len(kind.element_types)
        case CtyObject():
            return len(kind.attribute_types)
        case _:
            return None


def _may_shrink(value: Value) -> bool:
    """Say whether unknown elements of a set may turn out to be equal to others of it."""
    return (
        isinstance(value.type, CtySet)
        and not values.is_wholly_known(value)
        and len(values.members(value)) > 1
    )


def _all_true(arguments: Sequence[Value], _: Around) -> Value:
    for each in values.members(arguments[0]):
        if values.is_unknown(each):
            return values.unknown_from(values.BOOL)
        if values.is_null(each) or not each.value:
            return values.boolean(False)  # noqa: FBT003 - the value false
    return values.boolean(True)  # noqa: FBT003 - the value true


def _any_true(arguments: Sequence[Value], _: Around) -> Value:
    members = values.members(arguments[0])
    if any(not values.is_unknown(each) and not values.is_null(each) and each.value for each in members):
        return values.boolean(True)  # noqa: FBT003 - the value true
    if any(values.is_unknown(each) for each in members):
        return values.unknown_from(values.BOOL)
    return values.boolean(False)  # noqa: FBT003 - the value false


def _coalesce(arguments: Sequence[Value], around: Around) -> Value:
    kind = common_type([each.type for each in arguments]) if arguments else None
    if kind is None:
        raise EvaluationError("coalesce() takes arguments of one type.")
    for argument in arguments:
        try:
            given = argument if values.is_dynamic(kind) else converted(argument, kind, around.place)
        except EvaluationError:
            continue  # as Terraform does, which takes what does not convert for null
        if values.is_unknown(given):
            return values.unknown_from(kind)
        if not values.is_null(given) and not (kind == values.STRING and given.value == ""):
            return given
    raise EvaluationError("coalesce() has only null and empty arguments.")


def _flatten(arguments: Sequence[Value], _: Around) -> Value:
    (collection,) = arguments
    if not values.is_sequence(collection.type) and values.is_wholly_known(collection):
        raise EvaluationError("flatten() takes a list, set or tuple.")
    leaves = _leaves(collection) if values.is_sequence(collection.type) else None
    if leaves is None:
        return values.unknown_from(values.DYNAMIC, collection)
    return values.marked(values.tuple_of(leaves[0]), leaves[1])


def _leaves(collection: Value) -> tuple[list[Value], frozenset[object]] | None:
    """Give what is no sequence itself, and the marks of the sequences around; ``None`` where one is unknown."""
    found: list[Value] = []
    marks = frozenset(collection.marks)
    if values.is_unknown(collection):
        return None
    for each in values.members(collection):
        if values.is_unknown(each) and (values.is_sequence(each.type) or values.is_dynamic(each.type)):
            return None
        if values.is_null(each) or not values.is_sequence(each.type):
            found.append(each)
            continue
        inner = _leaves(each)
        if inner is None:
            return None
        found += inner[0]
        marks |= inner[1]
    return found, marks


def _index(arguments: Sequence[Value], _: Around) -> Value:
    collection, searched = arguments
    if not isinstance(collection.type, CtyList | CtyTuple):
        raise EvaluationError("index() takes a list or a tuple.")
    for position, each in enumerate(values.members(collection)):
        same = operators.equal(each, searched)
        if values.is_unknown(same):
            return values.unknown_from(values.NUMBER)
        if same.value:
            return values.number(position)
    raise EvaluationError("index() does not find the value.")


def _lookup(arguments: Sequence[Value], around: Around) -> Value:
    collection, key, *rest = arguments
    marks = collection.marks | key.marks
    kind = collection.type
    if values.is_dynamic(kind) or values.is_unknown(key):
        return values.marked(values.unknown_from(values.DYNAMIC), marks)
    if not isinstance(kind, CtyMap | CtyObject):
        raise EvaluationError("lookup() takes a map or an object.")
    default = _converted_default(rest, kind, around)
    name = str(key.value)
    if values.is_unknown(collection):
        return values.marked(values.unknown_from(_type_of_lookup(kind, name, default)), marks)
    found = values.attributes(values.unmarked(collection)).get(name)
    if found is None:
        found = default
    if found is None:
        raise EvaluationError(f"lookup() finds no {name!r}, and has no default.")
    return values.marked(found, marks)


def _converted_default(rest: Sequence[Value], kind: Type, around: Around) -> Value | None:
    if not rest:
        return None
    default = values.concrete(rest[0])
    if isinstance(kind, CtyMap) and not values.is_dynamic(kind.element_type):
        return converted(default, kind.element_type, around.place)
    return default


def _type_of_lookup(kind: Type, name: str, default: Value | None) -> Type:
    if isinstance(kind, CtyMap):
        element: Type = kind.element_type
        return element
    if isinstance(kind, CtyObject) and name in kind.attribute_types:
        attribute: Type = kind.attribute_types[name]
        return attribute
    if default is None:
        raise EvaluationError(f"lookup() finds no {name!r}, and has no default.")
    return default.type


def _matchkeys(arguments: Sequence[Value], around: Around) -> Value:
    found, keys, searched = arguments
    kind = common_type([keys.type, searched.type])
    if kind is None:
        raise EvaluationError("matchkeys() takes keys and a search set of one type.")
    wanted = list(values.members(converted(searched, kind, around.place)))
    offered = values.members(converted(keys, kind, around.place))
    members = values.members(found)
    if len(members) != len(offered):
        raise EvaluationError("matchkeys() takes as many keys as values.")
    kept = [
        member
        for member, key in zip(members, offered, strict=True)
        if any(operators.equal(key, each).value is True for each in wanted)
    ]
    return values.of_type(found.type, kept)


def _one(arguments: Sequence[Value], _: Around) -> Value:
    (collection,) = arguments
    kind = collection.type
    if not values.is_sequence(kind) or _may_shrink(collection):
        if values.is_sequence(kind):
            return values.unknown_from(kind.element_type if isinstance(kind, CtySet) else values.DYNAMIC)
        raise EvaluationError("one() takes a list, set or tuple.")
    members = values.members(collection)
    if len(members) > 1:
        raise EvaluationError("one() takes no element or one.")
    if members:
        return members[0]
    return values.null(kind.element_type if isinstance(kind, CtyList | CtySet) else values.DYNAMIC)


def _transpose(arguments: Sequence[Value], _: Around) -> Value:
    turned: dict[str, list[str]] = {}
    for name, listed in values.attributes(arguments[0]).items():
        if values.is_null(listed):
            raise EvaluationError("transpose() takes no null.")
        for each in values.members(listed):
            if values.is_null(each):
                raise EvaluationError("transpose() takes no null.")
            turned.setdefault(str(each.value), []).append(name)
    texts = values.list_type(values.STRING)
    made = {
        name: values.of_type(texts, [values.text(each) for each in sorted(turned[name])]) for name in turned
    }
    return values.of_type(values.map_type(texts), made)


_SEEN: Final = Parameter(known=Known.NOT_AT_ALL, keeps_marks=True)
_DEFAULT: Final = Parameter(known=Known.NOT_AT_ALL, null=True, keeps_marks=True)

COLLECTION: Final[Mapping[str, Function]] = {
    "alltrue": Function(_all_true, (_TRUTHS,), result=values.BOOL),
    "anytrue": Function(_any_true, (_TRUTHS,), result=values.BOOL),
    "coalesce": Function(_coalesce, rest=Parameter(known=Known.NOT_AT_ALL, null=True)),
    "flatten": Function(_flatten, (_SEEN,)),
    "index": Function(_index, (_ANY_KNOWN, _ANY_KNOWN), result=values.NUMBER),
    "length": Function(_length, (_SEEN,), result=values.NUMBER),
    "lookup": Function(
        _lookup,
        (_SEEN, Parameter(values.STRING, Known.NOT_AT_ALL, keeps_marks=True)),
        rest=_DEFAULT,
        most=3,
    ),
    "matchkeys": Function(_matchkeys, (_LIST, _LIST, _LIST)),
    "one": Function(_one, (_ANY_KNOWN,)),
    "transpose": Function(
        _transpose, (_TEXT_LISTS,), result=values.map_type(values.list_type(values.STRING))
    ),
}
