"""Input variables: their declarations, and the values that they are given (Terraform, "Input Variables")."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import InputError, Location, error, warning
from nfw_reconcile.sources.hcl.cty import forms, types, values
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError
from nfw_reconcile.sources.hcl.cty.values import SENSITIVE
from nfw_reconcile.sources.hcl.expressions.dataplaces import json_placed
from nfw_reconcile.sources.hcl.expressions.evaluate import evaluate
from nfw_reconcile.sources.hcl.expressions.identity import DERIVED
from nfw_reconcile.sources.hcl.expressions.opening import fitted
from nfw_reconcile.sources.hcl.expressions.scope import NOWHERE, Scope
from nfw_reconcile.sources.hcl.placed import whole_file
from nfw_reconcile.sources.hcl.reading.places import SyntaxProblem
from nfw_reconcile.sources.hcl.reading.reader import read_expression, read_native
from nfw_reconcile.sources.hcl.stack.naming import refused
from nfw_reconcile.sources.hcl.syntax import Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.sources.hcl.cty.types import TypeConstraint
    from nfw_reconcile.sources.hcl.cty.values import Value
    from nfw_reconcile.sources.hcl.expressions.session import Session
    from nfw_reconcile.sources.hcl.stack.modules import Module
    from nfw_reconcile.sources.hcl.syntax import Block, Expression

COMMAND_LINE: Final = "--var"
_JSON: Final = ".json"


@dataclass(frozen=True, slots=True)
class GivenValue:
    """The value of one variable, as on the command line."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file of values."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the user gives: values and files, each stronger than those before it."""

    given: tuple[GivenValue | GivenFile, ...] = ()
    workspace: str = "default"

    @property
    def files(self) -> tuple[GivenFile, ...]:
        """Give the files."""
        return tuple(each for each in self.given if isinstance(each, GivenFile))


def given_values(module: Module, inputs: Inputs, session: Session) -> dict[str, Value]:
    """Give the values that the root module's variables are given, the strongest of each.

    ``terraform.tfvars``, ``terraform.tfvars.json``, ``*.auto.tfvars`` and ``*.auto.tfvars.json`` by name, then what
    ``inputs`` gives, in its order ("Variable Definition Precedence"). Raises :class:`InputError` for a file that
    cannot be read: without it, other values would stand in for those that it has.
    """
    found: dict[str, Value] = {}
    for each in (*_automatic(session), *inputs.given):
        match each:
            case GivenFile(name, content):
                read = _json_file if name.endswith(_JSON) else _native_file
                found |= read(name, content, session)
            case GivenValue(name, text) if name in module.variables:
                found[name] = _command_line_value(module.variables[name], text, session)
            case GivenValue(name):
                summary = f"the root module has no variable {name!r}."
                session.tell(error(summary, Location(COMMAND_LINE), "Correct the name, or leave it out."))
    return found


def _automatic(session: Session) -> Iterator[GivenFile]:
    names = session.tree.files(session.root)
    first = [name for name in ("terraform.tfvars", "terraform.tfvars.json") if name in names]
    then = sorted(name for name in names if name.endswith((".auto.tfvars", ".auto.tfvars.json")))
    for name in (*first, *then):
        path = f"{session.root}/{name}" if session.root else name
        content = session.tree.read(path)
        if content is not None:
            yield GivenFile(session.tree.place(path), content)


def _native_file(name: str, content: bytes, session: Session) -> dict[str, Value]:
    parsed = read_native(content, name)
    if parsed.problems:
        raise InputError(parsed.problems)
    return {each.name: _constant_or_refused(each.expression, session) for each in parsed.body.attributes}


def _constant_or_refused(expression: Expression, session: Session) -> Value:
    value = _constant(expression, session)
    return refused(session, expression.place) if value is None else value


def _json_file(name: str, content: bytes, _: Session) -> dict[str, Value]:
    """Read a JSON file of values; texts in it are texts, and no templates."""
    try:
        document = json.loads(content, parse_float=Decimal, parse_constant=_no_number)
        if not isinstance(document, dict):
            raise ValueError("an object is needed")  # noqa: TRY004, TRY301 - what is wrong is the document
        found = {key: forms.from_plain(value) for key, value in document.items()}
        return values.attributes(json_placed(values.object_of(found), whole_file(content.decode(), name)))
    except (ValueError, RecursionError) as problem:
        summary = f"this is no JSON file of values: {problem}."
        raise InputError(error(summary, Location(name), "Correct the file.")) from problem


def _no_number(text: str) -> Decimal:
    raise ValueError(f"{text} is no number of JSON")


def _command_line_value(block: Block, text: str, session: Session) -> Value:
    """Read a value as the variable's type asks for: a text for a primitive type and for none, an expression else."""
    attribute = block.body.attribute("type")
    if attribute is None or constraint_of(block, session).kind in values.PRIMITIVES:
        return values.text(text)
    place = Location(f"{COMMAND_LINE} {block.labels[0]}")
    try:
        return _constant_or_refused(read_expression(text, place), session)
    except SyntaxProblem as problem:
        session.tell(*problem.problems)
        return refused(session, place)


def _constant(expression: Expression, session: Session) -> Value | None:
    try:
        return evaluate(expression, Scope(NOWHERE, session))
    except EvaluationError as problem:
        session.tell(*problem.problems)
        return None


# Declarations


def constraint_of(block: Block, session: Session) -> TypeConstraint:
    """Give the type of a variable; any, with the error told, where it is none."""
    attribute = block.body.attribute("type")
    if attribute is None:
        return types.ANY
    try:
        return types.read_type(_type_expression(attribute.expression), lambda each: _default(each, session))
    except InputError as problem:
        session.tell(*problem.problems)
        return types.ANY


def _type_expression(expression: Expression) -> Expression:
    """Give a type as it is written in the native syntax; the JSON syntax has it as a text."""
    if isinstance(expression, Literal) and isinstance(expression.value, str):
        return read_expression(expression.value, expression.place)
    return expression


def _default(expression: Expression, session: Session) -> Value:
    return evaluate(expression, Scope(NOWHERE, session))


def default_of(block: Block, session: Session) -> Value | None:
    """Give the default of a variable, not yet converted; ``None`` where there is none."""
    attribute = block.body.attribute("default")
    return None if attribute is None else _constant(attribute.expression, session)


def declared_value(block: Block, given: Value, session: Session, place: Location) -> Value:
    """Convert what a variable is given to what it is declared as.

    Raises :class:`EvaluationError` for what does not convert, and for a null where none is allowed.
    """
    given = values.concrete(given)
    if values.is_null(given) and not is_true(block, "nullable", default=True, session=session):
        default = default_of(block, session)
        if default is None or values.is_null(default):
            raise EvaluationError(f"The variable {block.labels[0]!r} is null, and must not be.", place)
        given = values.marked(default, given.marks)
    constraint = constraint_of(block, session)
    value = types.conform(fitted(given, constraint.kind, place), constraint, place)
    if values.is_unknown(value) and constraint.defaults:
        value = values.marked(value, [DERIVED])
    return _shown(value, block, session)


def unset(block: Block, session: Session) -> Value:
    """Give the unknown value of a variable that nobody gave one, and say how it is given."""
    name = block.labels[0]
    summary = f"the variable {name!r} has no value."
    remedy = f"Give it: --var {name}=VALUE, --var-file FILE, or a *.auto.tfvars file."
    session.tell(warning(summary, block.place, remedy))
    value = values.unknown(f"var.{name}", block.place, constraint_of(block, session).kind)
    return _shown(value, block, session)


def _shown(value: Value, block: Block, session: Session) -> Value:
    sensitive = is_true(block, "sensitive", default=False, session=session)
    return values.marked(value, [SENSITIVE] if sensitive else [])


def is_true(block: Block, name: str, *, default: bool, session: Session) -> bool:
    """Give a truth value that a declaration sets as a constant."""
    attribute = block.body.attribute(name)
    value = None if attribute is None else _constant(attribute.expression, session)
    if value is None or values.is_null(value):
        return default
    return types.converted(value, values.BOOL).value is True
