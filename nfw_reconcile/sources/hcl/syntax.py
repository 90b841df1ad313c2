"""Terraform configuration as it is written: blocks, attributes and expressions, each with its place.

The grammar is HCL's native syntax ("HCL Native Syntax Specification"); its JSON form becomes the same tree. Places
take no part in comparisons and in ``repr``: two expressions are equal where they say the same, wherever they stand,
and ``repr`` names an expression by what it says.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from typing import Literal as OneOf

if TYPE_CHECKING:
    from decimal import Decimal

    from nfw_reconcile.errors import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What stands somewhere in a file; ``end_line`` is the last line that belongs to it."""

    place: Location = field(repr=False, compare=False)
    end_line: int | None = field(default=None, repr=False, compare=False)


# Expressions


@dataclass(frozen=True, slots=True)
class Literal(Placed):
    """``443``, ``true``, ``null``, or a text without any interpolation.

    ``lines`` are those of a file that the lines of a text stand on; all of it is on that of its place without them.
    """

    value: str | bool | Decimal | None
    lines: tuple[int | None, ...] = field(default=(), repr=False, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Template(Placed):
    """A quoted template, a heredoc or a template file; strip markers (``~``) have been applied.

    ``"${x}"``, one interpolation and nothing else, gives the value of ``x`` itself (specification, "Template
    Interpolation Unwrapping"); it is read as that expression, and never as a template.
    """

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Text(Placed):
    """Characters of a template, escapes resolved.

    ``lines`` are those of the file that each line of the text stands on, where they are known.
    """

    text: str
    lines: tuple[int | None, ...] = field(default=(), repr=False, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Interpolation(Placed):
    """``${ value }``."""

    value: Expression


@dataclass(frozen=True, slots=True)
class IfDirective(Placed):
    """``%{ if condition }...%{ else }...%{ endif }``."""

    condition: Expression
    then: tuple[Part, ...]
    otherwise: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ForDirective(Placed):
    """``%{ for key, value in collection }...%{ endfor }``."""

    key: str | None
    value: str
    collection: Expression
    body: tuple[Part, ...]


Part = Text | Interpolation | IfDirective | ForDirective


@dataclass(frozen=True, slots=True)
class TupleOf(Placed):
    """``[a, b]``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class ObjectItem(Placed):
    """``key = value``; a key that is a bare name is a :class:`Literal`."""

    key: Expression
    value: Expression


@dataclass(frozen=True, slots=True)
class ObjectOf(Placed):
    """``{ key = value }``, in written order."""

    items: tuple[ObjectItem, ...]


@dataclass(frozen=True, slots=True)
class ForTuple(Placed):
    """``[for key, value in collection : result if condition]``."""

    key_name: str | None
    value_name: str
    collection: Expression
    result: Expression
    condition: Expression | None


@dataclass(frozen=True, slots=True)
class ForObject(Placed):
    """``{for key, value in collection : key => result... if condition}``; ``grouped`` is the three dots."""

    key_name: str | None
    value_name: str
    collection: Expression
    key: Expression
    result: Expression
    condition: Expression | None
    grouped: bool


@dataclass(frozen=True, slots=True)
class Conditional(Placed):
    """``condition ? then : otherwise``."""

    condition: Expression
    then: Expression
    otherwise: Expression


UnaryOperator = OneOf["-", "!"]
BinaryOperator = OneOf["*", "/", "%", "+", "-", ">", ">=", "<", "<=", "==", "!=", "&&", "||"]


@dataclass(frozen=True, slots=True)
class Unary(Placed):
    """``-a``, ``!a``."""

    operator: UnaryOperator
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Placed):
    """``a + b``; precedence and parentheses have been resolved into the tree."""

    operator: BinaryOperator
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Call(Placed):
    """``name(a, b...)``; ``expanded``: the last argument is spread over the parameters."""

    name: str
    arguments: tuple[Expression, ...]
    expanded: bool = False


@dataclass(frozen=True, slots=True)
class Name(Placed):
    """The first word of a reference: ``var``, ``local``, ``each``, a resource type, a name that ``for`` binds."""

    name: str


@dataclass(frozen=True, slots=True)
class Attr(Placed):
    """``target.name``; the legacy ``target.0`` is an :class:`Index`."""

    target: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Index(Placed):
    """``target[key]``."""

    target: Expression
    key: Expression


class SplatKind(enum.Enum):
    """How far a splat reaches (specification, "Splat Operators")."""

    FULL = "[*]: everything behind it applies to each element"
    ATTRIBUTES = ".*: the attribute names behind it apply to each element, an index behind them to the whole"


@dataclass(frozen=True, slots=True)
class Splat(Placed):
    """``target[*]`` or ``target.*`` with what applies to each element.

    ``each`` is an expression over :class:`Element`; what applies to the whole stands around the splat.
    """

    kind: SplatKind
    target: Expression
    each: Expression


@dataclass(frozen=True, slots=True)
class Element(Placed):
    """The element that the innermost splat is at."""


@dataclass(frozen=True, slots=True)
class Unreadable(Placed):
    """An expression that is written here and was not understood: its value is not known.

    A problem beside the tree says why. ``source`` is what is written, complete.
    """

    source: str


Expression = (
    Literal
    | Template
    | TupleOf
    | ObjectOf
    | ForTuple
    | ForObject
    | Conditional
    | Unary
    | Binary
    | Call
    | Name
    | Attr
    | Index
    | Splat
    | Element
    | Unreadable
)


# Structure


@dataclass(frozen=True, slots=True)
class Attribute(Placed):
    """``name = expression`` in a body."""

    name: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class Block(Placed):
    """``type "label" { body }``."""

    type: str
    labels: tuple[str, ...]
    body: Body


@dataclass(frozen=True, slots=True)
class Body(Placed):
    """Attributes and blocks, each in written order."""

    attributes: tuple[Attribute, ...]
    blocks: tuple[Block, ...]

    def attribute(self, name: str) -> Attribute | None:
        """Give an attribute, the last one of its name."""
        return next((each for each in reversed(self.attributes) if each.name == name), None)

    def of(self, *types: str) -> tuple[Block, ...]:
        """Give the blocks of these types, in written order."""
        return tuple(block for block in self.blocks if block.type in types)
