"""Expressions over values: HCL's rules ("Expressions", "Templates") with Terraform's ``try`` and ``can``.

:func:`evaluate` gives what ``terraform plan`` of Terraform 1.11 has for an expression. What is computed from unknown
values is unknown, with their origins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Location
from nfw_reconcile.sources.hcl.cty import operators, types, values
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError, Unresolvable
from nfw_reconcile.sources.hcl.expressions import steps
from nfw_reconcile.sources.hcl.expressions.calls import call, not_computed, spread
from nfw_reconcile.sources.hcl.expressions.choosing import chosen
from nfw_reconcile.sources.hcl.expressions.identity import (
    derived,
    digest_of,
    is_identifier,
    opens,
    unknown_from,
)
from nfw_reconcile.sources.hcl.expressions.kinds import is_tuple
from nfw_reconcile.sources.hcl.expressions.loops import Loop
from nfw_reconcile.sources.hcl.expressions.placing import placed_loop, placed_template
from nfw_reconcile.sources.hcl.expressions.references import cut, read_reference
from nfw_reconcile.sources.hcl.expressions.scope import NOWHERE, InTemplate, Scope
from nfw_reconcile.sources.hcl.expressions.templatefiles import template, template_file
from nfw_reconcile.sources.hcl.placed import of_literal
from nfw_reconcile.sources.hcl.syntax import (
    Attr,
    Binary,
    Call,
    Conditional,
    Element,
    ForDirective,
    ForObject,
    ForTuple,
    IfDirective,
    Index,
    Interpolation,
    Literal,
    Name,
    ObjectOf,
    Splat,
    Template,
    Text,
    TupleOf,
    Unary,
    Unreadable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nfw_reconcile.sources.hcl.cty.values import Value
    from nfw_reconcile.sources.hcl.expressions.references import Step
    from nfw_reconcile.sources.hcl.syntax import Expression, Part


def evaluate(expression: Expression, scope: Scope) -> Value:
    """Give the value of an expression.

    Raises :class:`EvaluationError`, with its place, for what Terraform refuses, and :class:`InputError` where the
    budget of the session is used up.
    """
    scope.session.enter(expression.place)
    try:
        return _weighed(_value(expression, scope), expression, scope)
    except EvaluationError as problem:
        if problem.place is not None:
            raise
        raise EvaluationError(problem.summary, expression.place) from problem
    finally:
        scope.session.leave()


def _weighed(value: Value, expression: Expression, scope: Scope) -> Value:
    if isinstance(value.value, tuple | dict):
        scope.session.weights.check(value, expression.place)
    return value


def _value(expression: Expression, scope: Scope) -> Value:  # noqa: C901, PLR0911, PLR0912 - one line a kind
    match expression:
        case Literal(value=str() as text):
            return values.text(of_literal(expression, text, scope.session.record))
        case Literal(value=value):
            return values.literal(value)
        case Name() | Attr() | Index():
            return _chain(expression, scope)
        case Template(parts=parts):
            return _text(parts, scope)
        case Call():
            return _call(expression, scope)
        case TupleOf(items=items):
            with scope.session.inside(expression.place, is_list=True):
                return values.tuple_of([evaluate(item, scope) for item in items])
        case ObjectOf():
            with scope.session.inside(expression.place, is_list=False):
                return _object(expression, scope)
        case Conditional():
            return _conditional(expression, scope)
        case ForTuple():
            return _run(expression, scope).as_tuple()
        case ForObject(grouped=grouped):
            return _run(expression, scope).as_object(grouped=grouped)
        case Binary(operator=operator, left=left, right=right):
            return steps.binary(operator, evaluate(left, scope), evaluate(right, scope), expression.place)
        case Unary(operator=operator, operand=operand):
            return derived(operators.unary(operator, evaluate(operand, scope), expression.place))
        case Splat():
            return _splat(expression, scope)
        case Element():
            if scope.element is None:
                raise EvaluationError("There is no splat around this.", expression.place)
            return scope.element
        case Unreadable(source=source):
            digest = digest_of([scope.session.tree.name, source])
            return values.unknown(f"what is written at {expression.place}#{digest}", expression.place)


def _chain(expression: Expression, scope: Scope) -> Value:
    root, path = cut(expression)
    if not isinstance(root, Name):
        return _stepped(evaluate(root, scope), path, scope)
    if root.name in scope.names:
        return _stepped(scope.names[root.name], path, scope)
    reference = read_reference(root, path)
    return _stepped(scope.world.value(reference.subject, reference.place), reference.rest, scope)


def _stepped(value: Value, path: Sequence[Step], scope: Scope) -> Value:
    for step in path:
        if isinstance(step, Attr):
            value = steps.attribute(value, step.name, step.place)
        else:
            value = steps.index(value, evaluate(step.key, scope), step.place)
    return value


def _object(expression: ObjectOf, scope: Scope) -> Value:
    """Give an object; a key that is unknown leaves nothing known but that there is one."""
    found: dict[str, Value] = {}
    marks: set[object] = set()
    certain = True
    for item in expression.items:
        key = values.concrete(evaluate(item.key, scope))
        value = evaluate(item.value, scope)
        if values.is_null(key):
            raise EvaluationError("A key of the object is null.", item.key.place)
        name = types.converted(key, values.STRING, item.key.place)
        marks |= name.marks
        if values.is_unknown(name):
            certain = False
        else:
            found[str(name.value)] = value
    if not certain:
        deep = {mark for value in found.values() for mark in values.marks(value)}
        return derived(unknown_from(marks | deep))
    return values.marked(values.object_of(found), marks)


def _attempted(run: Callable[[], Value]) -> Value | EvaluationError:
    try:
        return run()
    except EvaluationError as problem:
        return problem


def _conditional(expression: Conditional, scope: Scope) -> Value:
    """Evaluate all three: both alternatives tell the type, and only the chosen one can fail."""
    return chosen(
        evaluate(expression.condition, scope),
        _attempted(lambda: evaluate(expression.then, scope)),
        _attempted(lambda: evaluate(expression.otherwise, scope)),
        expression.place,
    )


def _run(expression: ForTuple | ForObject, scope: Scope) -> Loop:
    loop = Loop(expression.place)
    for key, value in loop.pairs(evaluate(expression.collection, scope)):
        inner = _inside(scope, expression.key_name, expression.value_name, key, value)
        if expression.condition is not None and not loop.keeps(evaluate(expression.condition, inner)):
            continue
        name = evaluate(expression.key, inner) if isinstance(expression, ForObject) else None
        loop.add(evaluate(expression.result, inner), name)
    return loop


def _inside(scope: Scope, key_name: str | None, value_name: str, key: Value, value: Value) -> Scope:
    names = {value_name: value} if key_name is None else {key_name: key, value_name: value}
    return scope.bound(names)


def _splat(expression: Splat, scope: Scope) -> Value:
    """Give what applies to each element; a value that is no list stands for a list of it, null for an empty one."""
    target = values.concrete(evaluate(expression.target, scope))
    if values.is_null(target):
        return values.marked(values.tuple_of([]), target.marks)
    listed = values.is_sequence(target.type)
    if values.is_unknown(target) and (listed or values.is_dynamic(target.type)):
        return derived(unknown_from(values.marks(target)))
    if not listed:
        return values.tuple_of([evaluate(expression.each, scope.at(target))])
    found = [evaluate(expression.each, scope.at(element)) for _, element in values.elements(target)]
    made = values.tuple_of(found)
    if not is_tuple(target.type) and len({values.type_text(each.type) for each in found}) == 1:
        made = values.of_type(values.list_type(found[0].type), found)
    return values.marked(made, target.marks)


# Calls


def _call(expression: Call, scope: Scope) -> Value:
    name = expression.name.removeprefix("core::")
    if scope.world is NOWHERE:
        raise EvaluationError(
            "Functions are not called here: only constant values are allowed.", expression.place
        )
    if name in {"try", "can"}:
        return _try(expression, scope) if name == "try" else _can(expression, scope)
    given = [values.concrete(evaluate(argument, scope)) for argument in expression.arguments]
    if expression.expanded and values.is_unknown(given[-1]):
        return derived(unknown_from({mark for each in given for mark in values.marks(each)}))
    if expression.expanded:
        given[-1:] = spread(given[-1], expression.place)
    if name in {"templatefile", "templatestring"}:
        return _template(name, given, scope, expression.place)
    return call(name, given, scope.session, expression.place)


def _try(expression: Call, scope: Scope) -> Value:
    """Give the first argument that does not fail; unknown where it may still fail once all is known."""
    for argument in expression.arguments:
        try:
            found = values.concrete(evaluate(argument, scope))
        except EvaluationError:
            continue
        if values.is_wholly_known(found) or is_identifier(found):
            return found
        return derived(unknown_from(values.marks(found)))
    raise EvaluationError("Every argument of try() fails.", expression.place)


def _can(expression: Call, scope: Scope) -> Value:
    if len(expression.arguments) != 1:
        raise EvaluationError("can() takes one argument.", expression.place)
    try:
        found = evaluate(expression.arguments[0], scope)
    except EvaluationError:
        return values.literal(value=False)
    if values.is_wholly_known(found):
        return values.literal(value=True)
    return derived(unknown_from(values.marks(found), values.BOOL))


# Templates


def _template(name: str, arguments: Sequence[Value], scope: Scope, place: Location) -> Value:
    """Evaluate a template with the variables that it is given, and nothing else."""
    if isinstance(scope.world, InTemplate):
        raise EvaluationError(f"{name}() cannot be called from inside a template.", place)
    if len(arguments) != _TEMPLATE_ARGUMENTS:
        raise EvaluationError(f"{name}() takes a template and its variables.", place)
    source, variables = arguments
    if values.is_unknown(source) or values.is_unknown(variables) or opens(variables):
        return derived(unknown_from(values.marks(source) | values.marks(variables)))
    if values.is_null(source) or values.is_null(variables) or not values.is_mapping(variables.type):
        raise EvaluationError(f"{name}() takes a text, and its variables as an object or a map.", place)
    written = str(types.converted(source, values.STRING, place).value)
    try:
        # A text that is a value has no lines: they would be those behind the call.
        whole = Location(place.source, place.line)
        parts = template_file(written, scope.session) if name == "templatefile" else template(written, whole)
    except Unresolvable as limit:
        return not_computed(name, arguments, limit.summary, scope.session, place)
    found = _rendered(parts, Scope(InTemplate(), scope.session, values.attributes(variables)))
    return values.marked(found, source.marks | variables.marks)


_TEMPLATE_ARGUMENTS: Final = 2


def _rendered(parts: Sequence[Part], scope: Scope) -> Value:
    match parts:
        case (Interpolation(value=value),):
            return evaluate(value, scope)
        case _:
            return _text(parts, scope)


def _text(parts: Sequence[Part], scope: Scope) -> Value:
    texts = [_part(part, scope) for part in parts]
    found = operators.joined(texts)
    if not values.is_unknown(found):
        scope.session.budget.characters(len(str(found.value)), parts[0].place if parts else None)
        found = placed_template(found, parts, texts, scope.session)
    return derived(found)


def _part(part: Part, scope: Scope) -> Value:
    match part:
        case Text(text=text):
            return values.text(text)
        case Interpolation(value=value):
            return operators.template_text(evaluate(value, scope), value.place)
        case IfDirective():
            return chosen(
                evaluate(part.condition, scope),
                _attempted(lambda: _text(part.then, scope)),
                _attempted(lambda: _text(part.otherwise, scope)),
                part.place,
            )
        case ForDirective():
            return _repeated(part, scope)


def _repeated(part: ForDirective, scope: Scope) -> Value:
    scope.session.enter(part.place)
    try:
        loop = Loop(part.place)
        for key, value in loop.pairs(evaluate(part.collection, scope)):
            loop.add(_text(part.body, _inside(scope, part.key, part.value, key, value)))
        made = loop.as_tuple()
    finally:
        scope.session.leave()
    if values.is_unknown(made):
        return unknown_from(made.marks, values.STRING)
    texts = values.members(made)
    joined = values.marked(operators.joined(list(texts)), made.marks)
    return joined if values.is_unknown(joined) else placed_loop(joined, texts, part.place, scope.session)
