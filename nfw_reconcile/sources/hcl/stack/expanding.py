"""The instances of a block with ``count`` or ``for_each``, as far as they are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nfw_reconcile.errors import error, warning
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError
from nfw_reconcile.sources.hcl.stack.graph import Result
from nfw_reconcile.sources.hcl.stack.naming import refused
from nfw_reconcile.sources.hcl.stack.nodes import Repeats, result_of
from nfw_reconcile.sources.hcl.stack.repetition import counted, for_each, once, unknown_times

if TYPE_CHECKING:
    from nfw_reconcile.sources.hcl.stack.expressing import Computation, Expressing
    from nfw_reconcile.sources.hcl.stack.nodes import Expansion
    from nfw_reconcile.sources.hcl.syntax import Attribute, Block
    from nfw_reconcile.sources.tfplan.addresses import ModulePath


def expanded(block: Block, at: ModulePath, expressing: Expressing) -> Computation:
    """Compute the instances of a block in a module instance."""
    for name in ("count", "for_each"):
        attribute = block.body.attribute(name)
        if attribute is not None:
            made = result_of((yield from expressing.evaluated(attribute.expression, at)))
            return _expansion(attribute, made, expressing, f"{block.type} {'.'.join(block.labels)}")
    return once()


def _expansion(attribute: Attribute, made: Result, expressing: Expressing, shown: str) -> Expansion:
    expand = counted if attribute.name == "count" else for_each
    place = attribute.expression.place
    try:
        found = expand(made, expressing.session, place)
    except EvaluationError as problem:
        expressing.session.tell(error(problem.summary, problem.place or place, "Correct the value."))
        return unknown_times(Result(refused(expressing.session, place)))
    if found.repeats is Repeats.UNKNOWN:
        summary = f"how often there is {shown} is not known: {attribute.name} depends on what is not known."
        expressing.session.tell(warning(summary, place, "What depends on it is undecided."))
    return found
