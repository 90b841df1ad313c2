"""How bodies are described: single values, lists, objects and maps, and what a single value may be."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final


class Scalar(enum.Enum):
    """A single value. A ``COUNT`` is unset where it is 0, a ``FLAG`` where it is false."""

    TEXT = enum.auto()
    NUMBER = enum.auto()
    COUNT = enum.auto()
    FLAG = enum.auto()


class WrongTypeError(ValueError):
    """A value is not of its kind; the text says what is needed and what is there."""


def read_scalar(value: object, kind: Scalar) -> str | int | bool | None:
    """Read a single value; ``None`` where it is unset: null, an empty string, an empty list.

    Raises :class:`WrongTypeError`.
    """
    if is_unset(value):
        return None
    match kind, value:
        case Scalar.TEXT, str():
            return value
        case ((Scalar.NUMBER | Scalar.COUNT), (int() | float())) if _is_whole(value):
            return int(value) or (None if kind is Scalar.COUNT else 0)
        case Scalar.FLAG, (bool() | "true" | "false"):
            return value in (True, "true") or None  # the provider has flags that are strings
        case _:
            raise wrong_type(_NEEDED[kind], value)


def is_unset(value: object) -> bool:
    """Say whether a value is null, an empty string or an empty list: one and the same to the provider."""
    return value is None or (isinstance(value, str | list) and not value)


def _is_whole(value: float) -> bool:
    """Say whether a number is whole; one of hundreds of digits is, and is more than a float can hold."""
    return not isinstance(value, bool) and (isinstance(value, int) or value.is_integer())


def wrong_type(needed: str, value: object) -> WrongTypeError:
    """Say that ``needed`` is needed and what is there instead; never shows the value itself."""
    return WrongTypeError(f"{needed} is needed, this is {_kind_of(value)}")


def _kind_of(value: object) -> str:
    for kind, name in _KINDS:
        if isinstance(value, kind):
            return name
    return "null"


_NEEDED: Final = {
    Scalar.TEXT: "a string",
    Scalar.NUMBER: "a whole number",
    Scalar.COUNT: "a whole number",
    Scalar.FLAG: "true or false",
}
_KINDS: Final = (
    (bool, "true or false"),
    (str, "a string"),
    (list, "a list"),
    (dict, "an object"),
    ((int, float), "a number"),
)


@dataclass(frozen=True, slots=True)
class Scalars:
    """A list or set of single values."""

    item: Scalar = Scalar.TEXT


@dataclass(frozen=True, slots=True)
class Structure:
    """An object with named members; in Terraform, a block that is there at most once.

    ``keep_empty``: a block without arguments says something, and is not the same as no block.
    """

    members: tuple[Member, ...]
    keep_empty: bool = False


@dataclass(frozen=True, slots=True)
class Structures:
    """A list of objects; in Terraform, a block that may be repeated. A set has no order of its own."""

    item: Structure
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A map from names to objects; in Terraform, a set of blocks with ``key`` and one inner block.

    ``inherited`` are the names that mean something even where the map lacks them.
    """

    inner: str
    item: Structure
    inherited: tuple[str, ...] = ()


Shape = Scalar | Scalars | Structure | Structures | Named


@dataclass(frozen=True, slots=True)
class Member:
    """One member: its names, its shape, and whether the service fills it in where nobody sets it."""

    terraform: str
    aws: str
    shape: Shape = Scalar.TEXT
    computed: bool = False
