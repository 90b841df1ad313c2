"""Expressions over values: HCL's rules ("Expressions", "Templates") with Terraform's ``try`` and ``can``.

:func:`evaluate` gives what ``terraform plan`` of Terraform 1.11 has for an expression. What is computed from unknown
values is unknown, with their origins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.cty import forms, operators, types, values
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError
from nfw_reconcile.sources.hcl.expressions import steps
from nfw_reconcile.sources.hcl.expressions.calls import call, spread
from nfw_reconcile.sources.hcl.expressions.choosing import attempted, chosen
from nfw_reconcile.sources.hcl.expressions.identity import (
    derived,
    digest_of,
    is_identifier,
    unknown_from,
)
from nfw_reconcile.sources.hcl.expressions.kinds import is_tuple
from nfw_reconcile.sources.hcl.expressions.loops import Loop
from nfw_reconcile.sources.hcl.expressions.references import cut, read_reference
from nfw_reconcile.sources.hcl.expressions.rendering import Templates
from nfw_reconcile.sources.hcl.expressions.scope import NOWHERE
from nfw_reconcile.sources.hcl.placed import of_literal
from nfw_reconcile.sources.hcl.syntax import (
    Attr,
    Binary,
    Call,
    Conditional,
    Element,
    ForObject,
    ForTuple,
    Index,
    Literal,
    Name,
    ObjectOf,
    Splat,
    Template,
    TupleOf,
    Unary,
    Unreadable,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.sources.hcl.cty.values import Value
    from nfw_reconcile.sources.hcl.expressions.references import Step
    from nfw_reconcile.sources.hcl.expressions.scope import Scope
    from nfw_reconcile.sources.hcl.syntax import Expression


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


_TEMPLATES: Final = Templates(evaluate)


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
            return _TEMPLATES.text(parts, scope)
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


def _conditional(expression: Conditional, scope: Scope) -> Value:
    """Evaluate all three: both alternatives tell the type, and only the chosen one can fail."""
    return chosen(
        evaluate(expression.condition, scope),
        attempted(lambda: evaluate(expression.then, scope)),
        attempted(lambda: evaluate(expression.otherwise, scope)),
        expression.place,
    )


def _run(expression: ForTuple | ForObject, scope: Scope) -> Loop:
    loop = Loop(expression.place)
    for key, value in loop.pairs(evaluate(expression.collection, scope)):
        inner = scope.inside(expression.key_name, expression.value_name, key, value)
        if expression.condition is not None and not loop.keeps(evaluate(expression.condition, inner)):
            continue
        name = evaluate(expression.key, inner) if isinstance(expression, ForObject) else None
        loop.add(evaluate(expression.result, inner), name)
    return loop


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
    if not is_tuple(target.type) and len({forms.type_text(each.type) for each in found}) == 1:
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
        return _TEMPLATES.called(name, given, scope, expression.place)
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
