"""What an expression may refer to where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol

from nfw_reconcile.sources.hcl.cty.problems import EvaluationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.cty.values import Value
    from nfw_reconcile.sources.hcl.expressions.references import Subject
    from nfw_reconcile.sources.hcl.expressions.session import Session


class World(Protocol):
    """Where references end: the named values of one module."""

    def value(self, subject: Subject, place: Location) -> Value:
        """Give the value of what is referred to.

        Raises :class:`EvaluationError` for what is not declared.
        """
        ...  # pragma: no cover - a protocol has no body


class Nowhere:
    """A world without any name: files of values."""

    def value(self, subject: Subject, place: Location) -> Value:
        """Refuse."""
        raise EvaluationError(f"{subject} is not known here.", place)


class InTemplate(Nowhere):
    """The world of a template: it has the variables that it is given."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The names around an expression: those of the module, and those that are bound in between."""

    world: World
    session: Session
    names: Mapping[str, Value] = field(default_factory=dict)
    element: Value | None = None

    def bound(self, names: Mapping[str, Value]) -> Scope:
        """Give the scope inside something that binds names."""
        return replace(self, names={**self.names, **names})

    def inside(self, key_name: str | None, value_name: str, key: Value, value: Value) -> Scope:
        """Give the scope inside a loop that names its keys, perhaps, and its values."""
        return self.bound({value_name: value} if key_name is None else {key_name: key, value_name: value})

    def at(self, element: Value) -> Scope:
        """Give the scope of one element of a splat."""
        return replace(self, element=element)


NOWHERE: Final = Nowhere()
