"""How functions are declared, and what holds for all of them: conversion of arguments, nulls, unknowns and marks.

HCL specification, "Functions and Function Calls": an argument is converted to the type of its parameter; a null is
refused and an unknown argument makes the result unknown, unless the parameter says otherwise; the marks of all
arguments, at any depth, go to the result.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from nfw_reconcile.sources.hcl.cty import types, values
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError
from nfw_reconcile.sources.hcl.cty.values import Type, Value

if TYPE_CHECKING:
    from nfw_reconcile.errors import Location


class FileFunctions(Protocol):
    """The files that a module's expressions may read; paths are as the expression gives them.

    Each method raises :class:`EvaluationError` for what Terraform refuses: no such file, a directory.
    """

    def read(self, path: str) -> bytes:
        """Give the content of a file."""
        ...  # pragma: no cover - a protocol has no body

    def template(self, path: str, variables: Value) -> Value:
        """Render a template file, for ``templatefile``."""
        ...  # pragma: no cover

    def exists(self, path: str) -> bool:
        """Say whether there is such a file."""
        ...  # pragma: no cover

    def names(self, directory: str, pattern: str) -> tuple[str, ...]:
        """Give the files below a directory that match a pattern, relative to it, for ``fileset``."""
        ...  # pragma: no cover


@dataclass(frozen=True, slots=True)
class Around:
    """What a function may look at beside its arguments."""

    files: FileFunctions
    place: Location | None


class Known(enum.Enum):
    """How much of an argument has to be known for the function to be computed."""

    THROUGHOUT = enum.auto()
    ITSELF = enum.auto()
    NOT_AT_ALL = enum.auto()


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a parameter takes."""

    kind: Type = values.DYNAMIC
    known: Known = Known.THROUGHOUT
    null: bool = False
    keeps_marks: bool = False
    """Whether the function sees the marks and places them itself."""


Body = Callable[[Sequence[Value], Around], Value]


@dataclass(frozen=True, slots=True)
class Function:
    """A function; ``rest`` is the parameter of all arguments behind the fixed ones, ``least`` how many are needed."""

    body: Body
    parameters: tuple[Parameter, ...] = ()
    rest: Parameter | None = None
    result: Type = values.DYNAMIC
    least: int | None = None
    most: int | None = field(default=None)

    def __call__(self, name: str, arguments: Sequence[Value], around: Around) -> Value:
        """Compute a call; raises :class:`EvaluationError` and :class:`Unresolvable`."""
        self._check_count(name, len(arguments))
        taken = [self._parameter(position) for position in range(len(arguments))]
        given = [
            _taken(name, argument, parameter, around)
            for argument, parameter in zip(arguments, taken, strict=True)
        ]
        bare: list[Value] = []
        found: frozenset[object] = frozenset()
        for argument, parameter in zip(given, taken, strict=True):
            if parameter.keeps_marks:
                bare.append(argument)
                continue
            stripped, marks = values.unmarked_deep(argument)
            bare.append(stripped)
            found |= marks
        if not all(_is_known_enough(argument, taken[at].known) for at, argument in enumerate(bare)):
            everything = found.union(*(values.marks(argument) for argument in given))
            return values.marked(values.unknown_from(self.result), everything)
        return values.marked(self.body(bare, around), found)

    def _parameter(self, position: int) -> Parameter:
        return self.parameters[position] if position < len(self.parameters) else self.rest or Parameter()

    def _check_count(self, name: str, count: int) -> None:
        least = len(self.parameters) if self.least is None else self.least
        if (
            count < least
            or (self.rest is None and count > len(self.parameters))
            or count > (self.most or count)
        ):
            raise EvaluationError(f"{name}() is called with the wrong number of arguments ({count}).")


def _taken(name: str, argument: Value, parameter: Parameter, around: Around) -> Value:
    argument = values.concrete(argument)
    if values.is_null(argument) and not parameter.null:
        raise EvaluationError(f"An argument of {name}() is null.", around.place)
    if values.is_dynamic(parameter.kind):
        return argument
    return types.converted(argument, parameter.kind, around.place)


def _is_known_enough(argument: Value, needed: Known) -> bool:
    match needed:
        case Known.NOT_AT_ALL:
            return True
        case Known.ITSELF:
            return not values.is_unknown(argument)
        case Known.THROUGHOUT:
            return values.is_wholly_known(argument)


TEXT: Final = Parameter(values.STRING)
NUMBER: Final = Parameter(values.NUMBER)
BOOL: Final = Parameter(values.BOOL)
ANY: Final = Parameter()
ANY_OR_NULL: Final = Parameter(null=True)


def of_texts(compute: Callable[..., str], count: int = 1) -> Function:
    """Declare a function from strings to a string."""
    return Function(
        lambda arguments, _: values.text(compute(*(str(each.value) for each in arguments))),
        (TEXT,) * count,
        result=values.STRING,
    )


def about_texts(decide: Callable[..., bool], count: int = 2) -> Function:
    """Declare a function from strings to a truth value."""
    return Function(
        lambda arguments, _: values.boolean(decide(*(str(each.value) for each in arguments))),
        (TEXT,) * count,
        result=values.BOOL,
    )
