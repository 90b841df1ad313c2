"""The blocks of a body, ``dynamic`` ones expanded (Terraform, "dynamic Blocks")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.cty import forms, values
from nfw_reconcile.sources.hcl.cty.problems import EvaluationError
from nfw_reconcile.sources.hcl.cty.values import Origin
from nfw_reconcile.sources.hcl.expressions.identity import DERIVED, opens
from nfw_reconcile.sources.hcl.expressions.kinds import is_set
from nfw_reconcile.sources.hcl.expressions.references import iterator_of
from nfw_reconcile.sources.hcl.stack.graph import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nfw_reconcile.sources.hcl.cty.values import Value
    from nfw_reconcile.sources.hcl.expressions.scope import Scope
    from nfw_reconcile.sources.hcl.syntax import Attribute, Block, Body, Expression

_DYNAMIC: Final = "dynamic"


@dataclass(frozen=True, slots=True)
class Around:
    """Where a body stands: its scope, and the results of the ``dynamic`` blocks around it."""

    scope: Scope
    results: tuple[Result, ...] = ()


@dataclass(frozen=True, slots=True)
class BlockInstance:
    """One block after expansion; ``block`` is the ``content`` of what is ``dynamic``."""

    block: Block
    around: Around


@dataclass(frozen=True, slots=True)
class UnknownBlocks:
    """Blocks of a type of which not even the number is known."""

    block: Block
    result: Result


def block_types(body: Body) -> dict[str, list[Block]]:
    """Give the blocks of a body by the type of what they stand for, each in written order."""
    found: dict[str, list[Block]] = {}
    for block in body.blocks:
        found.setdefault(type_of(block), []).append(block)
    return found


def type_of(block: Block) -> str:
    """Give the type of the blocks that a block stands for."""
    return block.labels[0] if block.type == _DYNAMIC and block.labels else block.type


def expand(
    block: Block, around: Around, evaluate: Callable[[Expression, Around], Result]
) -> Iterator[BlockInstance | UnknownBlocks]:
    """Give the blocks that one stands for.

    Raises :class:`EvaluationError` for a ``dynamic`` block without ``for_each`` or ``content``, and for a ``for_each``
    that nothing can be made for each of.
    """
    if block.type != _DYNAMIC:
        yield BlockInstance(block, around)
        return
    each, contents = block.body.attribute("for_each"), block.body.of("content")
    if each is None or len(contents) != 1:
        raise EvaluationError("A dynamic block has one for_each and one content block.", block.place)
    made = evaluate(each.expression, around)
    if values.is_unknown(made.value) or opens(made.value):
        yield UnknownBlocks(block, made)
        return
    name = iterator_of(block)
    for key, value in _elements(made.value, each):
        around.scope.session.budget.instance(block.place)
        iterator = values.object_of({"key": key, "value": value})
        shown = forms.to_plain(key) if values.is_wholly_known(key) else "?"
        result = Result(iterator, f"{name} {shown}", (made,))
        inner = Around(around.scope.bound({name: iterator}), (*around.results, result))
        yield BlockInstance(contents[0], inner)


def _elements(value: Value, each: Attribute) -> list[tuple[Value, Value]]:
    try:
        found = list(values.elements(value))
    except EvaluationError as problem:
        raise EvaluationError(problem.summary, each.expression.place) from problem
    if not is_set(value.type):
        return found
    return [(one, one) for one in _told_apart([element for _, element in found])]


def _told_apart(elements: list[Value]) -> list[Value]:
    """Give each unknown element of a set its own origin, where there are as many of the one as of the other.

    A set carries the origins of its elements. Which element has which does not matter where every element makes a
    block, and nothing but itself says which it is.
    """
    unknown = [element for element in elements if values.is_unknown(element)]
    origins = sorted({mark for element in unknown for mark in element.marks if isinstance(mark, Origin)})
    derived = any(DERIVED in element.marks for element in unknown)
    if derived or len(origins) != len(unknown) or any(element.type != values.STRING for element in unknown):
        return elements
    left = iter(origins)
    return [_named(element, next(left)) if values.is_unknown(element) else element for element in elements]


def _named(element: Value, origin: Origin) -> Value:
    kept = [mark for mark in element.marks if not isinstance(mark, Origin)]
    return values.marked(values.unmarked(element), [*kept, origin])
