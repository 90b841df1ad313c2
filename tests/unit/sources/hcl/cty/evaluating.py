"""Expressions that refer to nothing, read by the reader and evaluated step by step: values and functions alone."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Location
from nfw_reconcile.sources.hcl.cty import functions, operators, values
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError
from nfw_reconcile.sources.hcl.reading.reader import read_expression
from nfw_reconcile.sources.hcl.syntax import (
    Attr,
    Binary,
    Call,
    Conditional,
    Index,
    Interpolation,
    Literal,
    ObjectOf,
    Template,
    Text,
    TupleOf,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.sources.hcl.cty.values import Value
    from nfw_reconcile.sources.hcl.syntax import Expression, Part

PLACE: Final = Location("main.tf", 7, 3)


class Folder:
    """Files in memory, as ``file`` and its kind see them."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = {posixpath.normpath(path): content for path, content in files.items()}

    def read(self, path: str) -> bytes:
        content = self.files.get(posixpath.normpath(path))
        if content is None:
            raise EvaluationError(f"There is no file {path!r}.")
        return content

    def template(self, path: str, variables: Value) -> Value:
        return values.tuple_of([values.text(path), variables])

    def exists(self, path: str) -> bool:
        return posixpath.normpath(path) in self.files

    def names(self, directory: str, pattern: str) -> tuple[str, ...]:
        assert pattern == "*", "this folder knows one pattern"
        found = (path for path in self.files if posixpath.dirname(path) == posixpath.normpath(directory))
        return tuple(sorted(posixpath.basename(path) for path in found))


FOLDER: Final = Folder(
    {
        "a.txt": b"first\n",
        "sub/b.txt": "zweite Zeile: \u00e4\r\n".encode(),
        "sub/raw.bin": b"\xff\x00",
    }
)


def value_of(text: str) -> Value:
    """Read and evaluate an expression."""
    return evaluated(read_expression(text, PLACE))


def evaluated(expression: Expression) -> Value:  # noqa: C901 - one case for each kind of expression
    """Evaluate; raises :class:`EvaluationError` for what refers to anything."""
    match expression:
        case Literal(value):
            return values.literal(value)
        case Template(parts):
            return operators.joined([_part(part) for part in parts])
        case TupleOf(items):
            return values.tuple_of(evaluated(item) for item in items)
        case ObjectOf(items):
            return values.object_of({_name(item.key): evaluated(item.value) for item in items})
        case Conditional():
            return _chosen(expression)
        case Unary(operator, operand):
            return operators.unary(operator, evaluated(operand), PLACE)
        case Binary(operator, left, right):
            return operators.binary(operator, evaluated(left), evaluated(right), PLACE)
        case Call(name, arguments, False):
            return functions.call(name, [evaluated(argument) for argument in arguments], FOLDER, PLACE)
        case Attr(target, name):
            return operators.attribute(evaluated(target), name, PLACE)
        case Index(target, key):
            return operators.index(evaluated(target), evaluated(key), PLACE)
        case _:
            raise EvaluationError("This expression refers to something.", expression.place)


def _name(key: Expression) -> str:
    return str(operators.template_text(evaluated(key), PLACE).value)


def _part(part: Part) -> Value:
    match part:
        case Text(text):
            return values.text(text)
        case Interpolation(value):
            return operators.template_text(evaluated(value), PLACE)
        case _:
            raise EvaluationError("This template has a directive.", part.place)


def _chosen(expression: Conditional) -> Value:
    """Choose; where the one that is not chosen fails, what becomes of it is for the whole evaluator to say."""
    condition = evaluated(expression.condition)
    truth, lie = values.boolean(True), values.boolean(False)  # noqa: FBT003 - the values
    takes_first = operators.conditional(condition, truth, lie, PLACE).value is True
    chosen, other = (
        (expression.then, expression.otherwise) if takes_first else (expression.otherwise, expression.then)
    )
    chosen_value = evaluated(chosen)
    try:
        other_value = evaluated(other)
    except EvaluationError:
        return values.unknown("failed")
    both = (chosen_value, other_value) if takes_first else (other_value, chosen_value)
    return operators.conditional(condition, *both, PLACE)
