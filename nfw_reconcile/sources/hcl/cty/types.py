"""Type constraints: ``type = object({ a = string, b = optional(number, 3) })``, and how values are made to conform.

Terraform, "Type Constraints" and "Optional Object Type Attributes".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pyvider.cty import CtyDynamic, CtyList, CtyMap, CtyObject, CtySet, CtyTuple, convert
from pyvider.cty.exceptions import CtyError, CtyValidationError

from nfw_reconcile.sources.hcl.cty import forms, values
from nfw_reconcile.sources.hcl.cty.numerals import with_numbers
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable
from nfw_reconcile.sources.hcl.cty.unification import common_type, is_open
from nfw_reconcile.sources.hcl.cty.values import Type, Value
from nfw_reconcile.sources.hcl.syntax import Call, Expression, Literal, Name, ObjectOf, TupleOf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.syntax import ObjectItem

Constant = Callable[[Expression], Value]
"""Evaluates a default of ``optional()``: an expression that refers to nothing and calls nothing."""

_PRIMITIVES: Final[Mapping[str, Type]] = {
    "string": values.STRING,
    "number": values.NUMBER,
    "bool": values.BOOL,
    "any": values.DYNAMIC,
}
_QUOTED: Final = {"string", "list", "map"}
"""Types that may stand in quotes, as they all did in old releases."""

_SHORTHANDS: Final = {"list", "map"}
"""``list`` and ``map`` alone are ``list(any)`` and ``map(any)``, left from older releases."""

_COLLECTIONS: Final[Mapping[str, Callable[[Type], Type]]] = {
    "list": values.list_type,
    "set": values.set_type,
    "map": values.map_type,
}
_ANY_ELEMENT: Final = ""


@dataclass(frozen=True, slots=True)
class Defaults:
    """The defaults of a constraint: of its own attributes, and those further inside.

    ``inner`` is by attribute name, by index for a tuple, and under ``""`` for all elements of a collection.
    """

    own: Mapping[str, Value] = field(default_factory=dict)
    inner: Mapping[str, Defaults] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.own or self.inner)


@dataclass(frozen=True, slots=True)
class TypeConstraint:
    """A type, in which ``any`` stands for what is found, and the defaults of its optional attributes."""

    kind: Type
    defaults: Defaults = field(default_factory=Defaults)


ANY: Final = TypeConstraint(values.DYNAMIC)


def read_type(expression: Expression, constant: Constant) -> TypeConstraint:
    """Read a type constraint; raises :class:`EvaluationError` for what is none."""
    match expression:
        case Literal(str() as name) if name in _QUOTED:
            return _read(Name(name, place=expression.place), constant)
        case _:
            return _read(expression, constant)


def _read(expression: Expression, constant: Constant) -> TypeConstraint:
    match expression:
        case Name(name) if name in _PRIMITIVES:
            return TypeConstraint(_PRIMITIVES[name])
        case Name(name) if name in _SHORTHANDS:
            return _collection(name, ANY)
        case Call(("list" | "set" | "map") as name, (element,), False):
            return _collection(name, _read(element, constant))
        case Call("object", (ObjectOf(items),), False):
            return _object(items, constant)
        case Call("tuple", (TupleOf(items),), False):
            return _tuple([_read(item, constant) for item in items])
        case _:
            raise EvaluationError("This is no type constraint.", expression.place)


def conform(value: Value, constraint: TypeConstraint, place: Location | None = None) -> Value:
    """Convert a value to a type, defaults filled in; unknown and marked values pass through.

    Raises :class:`EvaluationError` for a value that does not convert.
    """
    try:
        filled = _with_defaults(value, constraint.defaults)
    except Unresolvable:
        return _not_found(value, constraint.kind, place)
    return converted(filled, constraint.kind, place)


def converted(value: Value, kind: Type, place: Location | None = None) -> Value:
    """Convert a value to a type; unknown where Terraform converts it in a way that is not told here.

    Raises :class:`EvaluationError` where it does not convert.
    """
    if kind == values.STRING and value.type == values.STRING:
        return value  # most conversions are none
    try:
        return values.concrete(convert(with_numbers(value, kind), resolved(kind, value.type)))
    except (CtyError, CtyValidationError) as problem:
        shown = f"a value of type {forms.type_text(value.type)} does not become {forms.type_text(kind)}"
        raise EvaluationError(f"Wrong type: {shown}.", place) from problem
    except EvaluationError as problem:
        raise EvaluationError(problem.summary, place) from problem
    except Unresolvable:
        return _not_found(value, kind, place)


def _not_found(value: Value, kind: Type, place: Location | None) -> Value:
    reference = f"{forms.type_text(kind)} of {forms.fingerprint(value)}"
    return values.marked(values.unknown(reference, place), values.marks(value))


def resolved(kind: Type, found: Type) -> Type:
    """Put in place of ``any`` what is found there; elements of different types get the type they have in common."""
    if kind in values.PRIMITIVES:
        return kind
    match kind, found:
        case CtyDynamic(), _:
            return found
        case ((CtyList() | CtySet() | CtyMap()), (CtyList() | CtySet() | CtyMap())):
            return _COLLECTIONS[kind.ctype](resolved(kind.element_type, found.element_type))
        case ((CtyList() | CtySet()), CtyTuple()):
            return _with_common_element(kind, found.element_types)
        case CtyMap(), CtyObject():
            return _with_common_element(kind, list(found.attribute_types.values()))
        case CtyTuple(), CtyTuple() if len(kind.element_types) == len(found.element_types):
            pairs = zip(kind.element_types, found.element_types, strict=True)
            return CtyTuple(element_types=tuple(resolved(wanted, given) for wanted, given in pairs))
        case CtyObject(), (CtyObject() | CtyMap()):
            return _resolved_object(kind, found)
        case _:
            return kind


def _with_common_element(kind: CtyList[Any] | CtySet[Any] | CtyMap[Any], found: Sequence[Type]) -> Type:
    """Give a collection its element type; raises :class:`Unresolvable` where it stays open what that is."""
    if not found:
        return kind
    members = [resolved(kind.element_type, each) for each in found]
    typed = [each for each in members if not values.is_dynamic(each)]
    common = common_type(members)
    if isinstance(kind, CtyMap) and typed and all(each == typed[0] for each in typed):
        common = typed[0]
    open_inside = is_open(kind.element_type if common is None else common)
    if open_inside and any(each != typed[0] for each in typed):
        raise Unresolvable("the type of the elements of a collection is not found")
    return kind if common is None else _COLLECTIONS[kind.ctype](common)


def _resolved_object(kind: CtyObject, found: CtyObject | CtyMap[Any]) -> Type:
    given = found.attribute_types if isinstance(found, CtyObject) else {}
    rest = found.element_type if isinstance(found, CtyMap) else None
    attributes: dict[str, Type] = {}
    for name, wanted in kind.attribute_types.items():
        source = given.get(name, rest)
        attributes[name] = wanted if source is None else resolved(wanted, source)
    return CtyObject(attribute_types=attributes, optional_attributes=kind.optional_attributes)


def _collection(name: str, element: TypeConstraint) -> TypeConstraint:
    inner = {_ANY_ELEMENT: element.defaults} if element.defaults else {}
    return TypeConstraint(_COLLECTIONS[name](element.kind), Defaults(inner=inner))


def _tuple(items: Sequence[TypeConstraint]) -> TypeConstraint:
    inner = {str(index): item.defaults for index, item in enumerate(items) if item.defaults}
    kind: Type = CtyTuple(element_types=tuple(item.kind for item in items))
    return TypeConstraint(kind, Defaults(inner=inner))


def _object(items: Sequence[ObjectItem], constant: Constant) -> TypeConstraint:
    kinds: dict[str, Type] = {}
    optional: set[str] = set()
    own: dict[str, Value] = {}
    inner: dict[str, Defaults] = {}
    for item in items:
        name = _attribute_name(item)
        if name in kinds:
            raise EvaluationError(f"The attribute {name!r} is there twice.", item.key.place)
        written, default = _optional(item.value)
        found = _read(item.value if written is None else written, constant)
        kinds[name] = found.kind
        if found.defaults:
            inner[name] = found.defaults
        if written is not None:
            optional.add(name)
        if default is not None:
            own[name] = converted(constant(default), found.kind, default.place)
    kind: Type = CtyObject(attribute_types=kinds, optional_attributes=frozenset(optional))
    return TypeConstraint(kind, Defaults(own, inner))


def _attribute_name(item: ObjectItem) -> str:
    match item.key:
        case Literal(str() as name) | Name(name):
            return name
        case _:
            raise EvaluationError("The name of an attribute is a bare name.", item.key.place)


def _optional(expression: Expression) -> tuple[Expression | None, Expression | None]:
    """Give the type and the default of ``optional()``; nothing for any other expression."""
    match expression:
        case Call("optional", (kind,), False):
            return kind, None
        case Call("optional", (kind, default), False):
            return kind, default
        case Call("optional"):
            raise EvaluationError("optional() takes a type and perhaps a default.", expression.place)
        case _:
            return None, None


def _with_defaults(value: Value, defaults: Defaults) -> Value:
    """Fill in defaults where an attribute is missing or null, before anything is converted."""
    value = values.concrete(value)
    if not defaults or values.is_unknown(value) or values.is_null(value):
        return value
    if values.is_mapping(value.type):
        return _mapping_with_defaults(value, defaults)
    if values.is_sequence(value.type):
        return _sequence_with_defaults(value, defaults)
    return value


def _mapping_with_defaults(value: Value, defaults: Defaults) -> Value:
    filled = {
        name: _with_defaults(member, _inner(defaults, name))
        for name, member in values.attributes(value).items()
    }
    for name, default in defaults.own.items():
        if name not in filled or values.is_null(filled[name]):
            filled[name] = _with_defaults(default, _inner(defaults, name))
    if isinstance(value.type, CtyMap):
        kind = common_type([member.type for member in filled.values()])
        if not filled or kind is not None:
            element = value.type.element_type if kind is None else kind
            uniform = {name: converted(member, element) for name, member in filled.items()}
            return values.marked(values.of_type(values.map_type(element), uniform), value.marks)
    return values.marked(values.object_of(filled), value.marks)


def _sequence_with_defaults(value: Value, defaults: Defaults) -> Value:
    filled = [
        _with_defaults(member, _inner(defaults, str(index)))
        for index, member in enumerate(values.members(value))
    ]
    if not filled:
        return value
    kind = common_type([member.type for member in filled])
    if isinstance(value.type, CtyTuple) or kind is None:
        return values.marked(values.tuple_of(filled), value.marks)
    made = _COLLECTIONS[str(value.type.ctype)](kind)
    return values.marked(values.of_type(made, [converted(member, kind) for member in filled]), value.marks)


def _inner(defaults: Defaults, name: str) -> Defaults:
    return defaults.inner.get(name) or defaults.inner.get(_ANY_ELEMENT) or Defaults()
