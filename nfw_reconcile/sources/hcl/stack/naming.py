"""What references of one module instance end at, once all that they refer to is evaluated."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import error
from nfw_reconcile.sources.hcl.cty import values
from nfw_reconcile.sources.hcl.expressions.identity import DERIVED, digest_of
from nfw_reconcile.sources.hcl.expressions.references import Malformed, Special
from nfw_reconcile.sources.hcl.expressions.scope import Scope
from nfw_reconcile.sources.hcl.stack.graph import Result
from nfw_reconcile.sources.hcl.stack.nodes import ONCE, Repetition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.cty.values import Value
    from nfw_reconcile.sources.hcl.expressions.references import Subject
    from nfw_reconcile.sources.hcl.expressions.session import Session


@dataclass(frozen=True, slots=True)
class Names:
    """A :class:`~nfw_reconcile.sources.hcl.expressions.scope.World`: what was evaluated beforehand, by subject.

    ``directory`` is that of the module. What is not in ``found`` is declared nowhere.
    """

    session: Session
    directory: str
    found: Mapping[Subject, Result] = field(default_factory=dict)
    repetition: Repetition = ONCE

    def value(self, subject: Subject, place: Location) -> Value:
        """Give the value of a reference; one that is not declared is an error, and unknown."""
        result = self.result(subject)
        if result is not None and not result.refusal:
            return result.value
        self.session.tell(error(f"{_refusal(subject, result)}.", place, "Correct the reference."))
        return refused(self.session, place)

    def result(self, subject: Subject) -> Result | None:
        """Give the result that a reference ends at; ``None`` for what is not declared."""
        if not isinstance(subject, Special):
            return self.found.get(subject)
        match subject.root, subject.name:
            case "each" | "count", _:
                return self.repetition.special.get(str(subject))
            case "path", "module":
                return Result(values.text(posixpath.relpath(f"/{self.directory}", f"/{self.session.root}")))
            case "path", "root":
                return Result(values.text("."))
            case "path", "cwd":
                return Result(values.unknown("path.cwd", None, values.STRING))
            case "terraform", "workspace":
                return Result(values.text(self.session.workspace))
            case "terraform", "applying":
                return Result(values.unknown("terraform.applying", None, values.BOOL))
            case _:
                return None

    def scope(self) -> Scope:
        """Give the scope of an expression of the module."""
        return Scope(self, self.session)


_CONTEXTS: Final = {
    "each": "there is no for_each around it",
    "count": "there is no count around it",
    "self": "it stands for a resource in its own provisioners only",
    "path": "there are path.module, path.root and path.cwd",
    "terraform": "there is terraform.workspace",
}


def _refusal(subject: Subject, result: Result | None) -> str:
    if result is not None:
        return result.refusal
    if isinstance(subject, Malformed):
        return f"{subject} is no reference"
    if isinstance(subject, Special):
        return f"{subject} has no meaning here: {_CONTEXTS[subject.root]}"
    return f"{subject} is not declared"


def refused(session: Session, place: Location) -> Value:
    """Give the value of what Terraform refuses: unknown, and equal to no other."""
    digest = digest_of([session.tree.name, str(place)])
    return values.marked(values.unknown(f"error at {place}#{digest}", place), [DERIVED])
