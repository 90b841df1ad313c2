"""One expression of a module instance: what it needs, and its value once that is there.

What Terraform refuses is told as an error, and its value is unknown: reading goes on, so that all problems of a
configuration are told at once.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nfw_reconcile.errors import error
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError
from nfw_reconcile.sources.hcl.expressions.evaluate import evaluate
from nfw_reconcile.sources.hcl.expressions.references import (
    AttributeOf,
    LocalOf,
    OutputOf,
    VariableOf,
    references,
)
from nfw_reconcile.sources.hcl.stack.graph import Result
from nfw_reconcile.sources.hcl.stack.naming import Names, refused
from nfw_reconcile.sources.hcl.stack.nodes import (
    ONCE,
    AttributeNode,
    Expansion,
    LocalNode,
    Node,
    OutputsNode,
    Repetition,
    VariableNode,
    result_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.cty.values import Value
    from nfw_reconcile.sources.hcl.expressions.references import Reference, Subject
    from nfw_reconcile.sources.hcl.expressions.scope import Scope
    from nfw_reconcile.sources.hcl.expressions.session import Session
    from nfw_reconcile.sources.hcl.stack.modules import Module
    from nfw_reconcile.sources.hcl.syntax import Block, Expression
    from nfw_reconcile.sources.tfplan.addresses import ModulePath

Outcome = Result | Expansion
Computation = Generator[Node, Outcome, Outcome]
Found = Mapping["Subject", Result]
Gathering = Generator[Node, Outcome, Found]


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance of a module: where it is called, by which block, and in which repetition of it.

    ``is_certain`` says that it exists, and does not only stand for instances of which the number is not known.
    """

    path: ModulePath
    module: Module
    call: Block | None = None
    repetition: Repetition = ONCE
    is_certain: bool = True


@dataclass(slots=True)
class Expressing:
    """Evaluates expressions of all module instances of one revision, as they become known."""

    session: Session
    instances: dict[ModulePath, Instance] = field(default_factory=dict)

    def gather(self, at: ModulePath, wanted: Iterable[Reference]) -> Gathering:
        """Ask for everything that references end at; what is not declared is left out."""
        found: dict[Subject, Result] = {}
        for subject in dict.fromkeys(reference.subject for reference in wanted):
            node = self._node(at, subject)
            if node is not None:
                found[subject] = result_of((yield node))
        return found

    def evaluated(self, expression: Expression, at: ModulePath, repetition: Repetition = ONCE) -> Computation:
        """Gather what an expression needs, and evaluate it."""
        found = yield from self.gather(at, references(expression))
        return self.now(expression, self.names(at, found, repetition))

    def names(self, at: ModulePath, found: Found, repetition: Repetition = ONCE) -> Names:
        """Give the world of expressions in a module instance, from what was gathered for them."""
        return Names(self.session, self.instances[at].module.directory, found, repetition)

    def now(
        self,
        expression: Expression,
        names: Names,
        scope: Scope | None = None,
        around: tuple[Result, ...] = (),
    ) -> Result:
        """Evaluate an expression whose references were gathered.

        ``scope`` has more names than those of the module, and ``around`` are the results behind these.
        """
        inner = names.scope() if scope is None else scope
        needs = [names.result(reference.subject) for reference in references(expression)]
        with self.session.recording() as reads:
            value = attempted(lambda: evaluate(expression, inner), self.session, expression.place)
        return Result(
            value, repr(expression), (*around, *(need for need in needs if need is not None)), reads
        )

    def _node(self, at: ModulePath, subject: Subject) -> Node | None:
        """Give the node of a reference; ``None`` for what is declared nowhere, and for what needs no node."""
        module = self.instances[at].module
        match subject:
            case VariableOf(name=name) if name in module.variables:
                return VariableNode(at, name)
            case LocalOf(name=name) if name in module.locals:
                return LocalNode(at, name)
            case OutputOf(call=call, output=output, keyed=keyed) if call in module.calls:
                return OutputsNode(at, call, output, keyed)
            case AttributeOf(resource=resource, attribute=attribute, keyed=keyed):
                if resource in module.resources or resource.mode == "ephemeral":
                    return AttributeNode(at, resource, attribute, keyed)
                return None
            case _:
                return None


def attempted(run: Callable[[], Value], session: Session, place: Location) -> Value:
    """Give a value; for what Terraform refuses an unknown one, with the error told."""
    try:
        return run()
    except EvaluationError as problem:
        where = problem.place or place
        session.tell(error(problem.summary, where, problem.problems[0].remedy or _REMEDY))
        return refused(session, where)


_REMEDY = "Terraform refuses this as well: correct the configuration."
