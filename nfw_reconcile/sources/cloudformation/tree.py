"""A template as a tree that keeps the place of every value, before and after its functions are worked out.

YAML's short forms are gone (``!Ref X`` is ``{"Ref": "X"}``), so that templates in YAML and in JSON are
the same tree. Two trees are equal where they say the same, wherever they stand.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.expressions import Unresolved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONGEST_REFERENCE: Final = 200
"""Characters of an expression that name an unknown value to people; of a longer one a digest stands behind them."""


@dataclass(frozen=True, slots=True)
class Place:
    """1-based line and column; ``None`` where the parser does not tell."""

    line: int | None = None
    column: int | None = None


NOWHERE: Final = Place()


@dataclass(frozen=True, slots=True)
class Unquoted:
    """A word without quotes that YAML 1.1 may take for a number or a truth value that nobody meant."""

    text: str


Scalar = str | int | float | bool | Unresolved | Unquoted | None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A single value; ``sensitive`` where it comes from a parameter with ``NoEcho``."""

    value: Scalar
    place: Place = field(default=NOWHERE, compare=False)
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Tree, ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Members:
    """An object."""

    members: Mapping[str, Tree]
    place: Place = field(default=NOWHERE, compare=False)


Tree = Leaf | Items | Members


def leaves(tree: Tree) -> Iterator[Leaf]:
    """Give every single value of a tree, in written order; keys are none."""
    match tree:
        case Leaf():
            yield tree
        case Items(items=items):
            for item in items:
                yield from leaves(item)
        case Members(members=members):
            for member in members.values():
                yield from leaves(member)


def is_known(tree: Tree) -> bool:
    """Say whether no part of an evaluated tree is unknown."""
    return not any(isinstance(leaf.value, Unresolved) for leaf in leaves(tree))


def is_sensitive(tree: Tree) -> bool:
    """Say whether a part of a tree is sensitive."""
    return any(leaf.sensitive for leaf in leaves(tree))


def as_sensitive(tree: Tree) -> Tree:
    """Mark every single value of a tree as sensitive."""
    match tree:
        case Leaf():
            return replace(tree, sensitive=True)
        case Items(items=items):
            return replace(tree, items=tuple(as_sensitive(item) for item in items))
        case Members(members=members):
            return replace(tree, members={name: as_sensitive(one) for name, one in members.items()})


def at(tree: Tree, place: Place) -> Tree:
    """Put a value where it is used; what it consists of stays where it was written."""
    return replace(tree, place=place)


def text_of(value: Scalar) -> str | None:
    """Write a single value as CloudFormation does where it needs a string; ``None`` for what is none."""
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
        case _:
            return None


def shown(tree: Tree | None, mark: str) -> str:
    """Write an evaluated tree so that equal texts mean equal values.

    A sensitive value is not shown; it is named after the template (``mark``), and equal to none of another.
    """
    match tree:
        case None:
            return "(no value)"
        case Leaf(sensitive=True):
            return f"(sensitive value of {mark})"
        case Leaf(value=Unresolved(reference=reference)):
            return f"({reference})"
        case Leaf(value=Unquoted(text=text)):
            return f"unquoted {json.dumps(text)}"
        case Leaf(value=value):
            return json.dumps(text_of(value), ensure_ascii=False)
        case Items(items=items):
            return f"[{', '.join(shown(item, mark) for item in items)}]"
        case Members(members=members):
            inner = (f"{json.dumps(name)}: {shown(one, mark)}" for name, one in sorted(members.items()))
            return f"{{{', '.join(inner)}}}"


def called(function: str, arguments: str) -> str:
    """Write a call as an expression, under the short name of the function: ``!Sub(...)``."""
    return f"!{function.removeprefix('Fn::')}({arguments})"


def unknown(expression: str, place: Place = NOWHERE) -> Leaf:
    """Give the value that an expression stands for: the same expression is the same unknown value."""
    if len(expression) > LONGEST_REFERENCE:
        expression = f"{expression[:LONGEST_REFERENCE]}… #{digest(expression)}"
    return Leaf(Unresolved(expression), place)


def digest(text: str) -> str:
    """Give a short digest, with which texts that differ have different names."""
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]
