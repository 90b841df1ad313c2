"""What an expression refers to, told from its syntax alone, as Terraform builds its graph.

The first words of a reference are Terraform's ("References to Named Values"). What ``for``, a splat, a
``dynamic`` block or a template binds is no reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.syntax import (
    Attr,
    Binary,
    Block,
    Body,
    Call,
    Conditional,
    ForDirective,
    ForObject,
    ForTuple,
    IfDirective,
    Index,
    Interpolation,
    Name,
    ObjectOf,
    Splat,
    Template,
    Text,
    TupleOf,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.syntax import Expression, Part

Step = Attr | Index
"""One step from a value into it; its own target plays no part."""

Bound = frozenset[str]
"""Names that something around an expression binds."""

UNBOUND: Final[Bound] = frozenset()


@dataclass(frozen=True, slots=True)
class VariableOf:
    """``var.name``."""

    name: str

    def __str__(self) -> str:
        return f"var.{self.name}"


@dataclass(frozen=True, slots=True)
class LocalOf:
    """``local.name``."""

    name: str

    def __str__(self) -> str:
        return f"local.{self.name}"


@dataclass(frozen=True, slots=True)
class OutputOf:
    """``module.call.output``; the whole call where ``output`` is ``None``. ``keyed``: an index stands between."""

    call: str
    output: str | None
    keyed: bool = False

    def __str__(self) -> str:
        return f"module.{self.call}{f'.{self.output}' if self.output else ''}"


@dataclass(frozen=True, slots=True)
class ResourceName:
    """A resource, data source or ephemeral resource of one module, without any instance key."""

    kind: str
    name: str
    mode: str = "managed"

    def __str__(self) -> str:
        prefix = "" if self.mode == "managed" else f"{self.mode}."
        return f"{prefix}{self.kind}.{self.name}"


@dataclass(frozen=True, slots=True)
class AttributeOf:
    """``type.name.attribute``; the whole resource where ``attribute`` is ``None``."""

    resource: ResourceName
    attribute: str | None
    keyed: bool = False

    def __str__(self) -> str:
        return f"{self.resource}{f'.{self.attribute}' if self.attribute else ''}"


@dataclass(frozen=True, slots=True)
class Special:
    """``each.key``, ``count.index``, ``path.module``, ``terraform.workspace``, ``self.x``."""

    root: str
    name: str

    def __str__(self) -> str:
        return f"{self.root}.{self.name}"


@dataclass(frozen=True, slots=True)
class Malformed:
    """A word by itself: no reference, and nothing that anything binds."""

    what: str

    def __str__(self) -> str:
        return self.what


Subject = VariableOf | LocalOf | OutputOf | AttributeOf | Special | Malformed


@dataclass(frozen=True, slots=True)
class Reference:
    """A subject, the steps that go on into its value, and where it stands."""

    subject: Subject
    rest: tuple[Step, ...]
    place: Location


def cut(expression: Expression) -> tuple[Expression, tuple[Step, ...]]:
    """Give what a chain of steps starts at, and the steps in order."""
    steps: list[Step] = []
    while isinstance(expression, Attr | Index):
        steps.append(expression)
        expression = expression.target
    return expression, tuple(reversed(steps))


def read_reference(root: Name, steps: tuple[Step, ...]) -> Reference:
    """Read a chain whose first word nothing binds."""
    match root.name, steps:
        case "var", (Attr(name=name), *rest):
            subject: Subject = VariableOf(name)
        case "local", (Attr(name=name), *rest):
            subject = LocalOf(name)
        case ("each" | "count" | "path" | "terraform" | "self") as word, (Attr(name=name), *rest):
            subject = Special(word, name)
        case "module", (Attr(name=call), *rest):
            subject, rest = _output(call, rest)
        case ("data" | "ephemeral") as mode, (Attr(name=kind), Attr(name=name), *rest):
            subject, rest = _attribute(ResourceName(kind, name, mode), rest)
        case "resource", (Attr(name=kind), Attr(name=name), *rest):
            subject, rest = _attribute(ResourceName(kind, name), rest)
        case word, (Attr(name=name), *rest) if word not in _RESERVED:
            subject, rest = _attribute(ResourceName(word, name), rest)
        case word, _:
            subject, rest = Malformed(word), []
    return Reference(subject, tuple(rest), root.place)


_RESERVED: Final = frozenset(
    {"var", "local", "each", "count", "path", "terraform", "self", "module", "data", "ephemeral", "resource"}
)


def _output(call: str, rest: Sequence[Step]) -> tuple[Subject, list[Step]]:
    name, keyed, left = _selected(rest)
    return OutputOf(call, name, keyed), left


def _attribute(resource: ResourceName, rest: Sequence[Step]) -> tuple[Subject, list[Step]]:
    name, keyed, left = _selected(rest)
    return AttributeOf(resource, name, keyed), left


def _selected(rest: Sequence[Step]) -> tuple[str | None, bool, list[Step]]:
    """Take ``.name`` or ``[key].name`` apart; the index, where there is one, stays to be applied."""
    match rest:
        case (Attr(name=name), *left):
            return name, False, list(left)
        case (Index() as key, Attr(name=name), *left):
            return name, True, [key, *left]
        case (Index(), *_):
            return None, True, list(rest)
        case _:
            return None, False, list(rest)


def references(expression: Expression, bound: Bound = UNBOUND) -> Iterator[Reference]:
    """Give every reference in an expression."""
    pending: list[tuple[Expression, Bound]] = [(expression, bound)]
    while pending:
        inner, names = pending.pop()
        root, steps = cut(inner)
        if isinstance(root, Name):
            if root.name not in names:
                yield read_reference(root, steps)
        elif steps:
            pending.append((root, names))
        else:
            pending += _inside(root, names)
        pending += [(step.key, names) for step in steps if isinstance(step, Index)]


def _inside(expression: Expression, bound: Bound) -> list[tuple[Expression, Bound]]:
    match expression:
        case Template(parts=parts):
            return list(_parts(parts, bound))
        case TupleOf(items=items):
            return [(item, bound) for item in items]
        case ObjectOf(items=items):
            return [(side, bound) for item in items for side in (item.key, item.value)]
        case ForTuple() | ForObject():
            return _for(expression, bound)
        case _:
            return [(part, bound) for part in _operands(expression)]


def _operands(expression: Expression) -> tuple[Expression, ...]:
    """Give the parts of an expression that binds nothing."""
    match expression:
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return condition, then, otherwise
        case Unary(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return left, right
        case Call(arguments=arguments):
            return arguments
        case Splat(target=target, each=each):
            return target, each
        case _:
            return ()


def _for(loop: ForTuple | ForObject, bound: Bound) -> list[tuple[Expression, Bound]]:
    inner = bound | {loop.value_name} | ({loop.key_name} if loop.key_name else set())
    found: list[tuple[Expression, Bound]] = [(loop.collection, bound), (loop.result, inner)]
    if loop.condition is not None:
        found.append((loop.condition, inner))
    if isinstance(loop, ForObject):
        found.append((loop.key, inner))
    return found


def _parts(parts: tuple[Part, ...], bound: Bound) -> Iterator[tuple[Expression, Bound]]:
    pending = [(part, bound) for part in parts]
    while pending:
        part, names = pending.pop()
        match part:
            case Text():
                pass
            case Interpolation(value=value):
                yield value, names
            case IfDirective(condition=condition, then=then, otherwise=otherwise):
                yield condition, names
                pending += [(inner, names) for inner in (*then, *otherwise)]
            case ForDirective(key=key, value=value, collection=collection, body=body):
                yield collection, names
                pending += [(inner, names | {value} | ({key} if key else set())) for inner in body]


def body_references(body: Body, bound: Bound = UNBOUND) -> Iterator[Reference]:
    """Give every reference in a body and the blocks in it, ``dynamic`` ones included."""
    for attribute in body.attributes:
        yield from references(attribute.expression, bound)
    for block in body.blocks:
        yield from _block_references(block, bound)


def _block_references(block: Block, bound: Bound) -> Iterator[Reference]:
    if block.type != "dynamic":
        yield from body_references(block.body, bound)
        return
    for attribute in block.body.attributes:
        if attribute.name != "iterator":
            yield from references(attribute.expression, bound)
    for content in block.body.of("content"):
        yield from body_references(content.body, bound | {iterator_of(block)})


def iterator_of(block: Block) -> str:
    """Give the name that a ``dynamic`` block binds: its ``iterator``, else the type of its blocks."""
    given = block.body.attribute("iterator")
    if given is not None and isinstance(given.expression, Name):
        return given.expression.name
    return block.labels[0] if block.labels else ""
