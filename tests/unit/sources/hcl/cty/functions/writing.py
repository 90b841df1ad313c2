"""Expressions written as HCL from Python values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final


class Written(str):
    """An expression in HCL, told apart from a string that is still to be written as one."""

    __slots__ = ()


Given = str | bool | int | Decimal | None | Sequence["Given"] | Mapping[str, "Given"]
"""What an expression is made of: values, and expressions that are :class:`Written` already."""

_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ODD: Final = "\x7f\x85\u2028\u2029\ufeff"


def written(given: Given) -> Written:
    """Write a value as a literal, a tuple or an object."""
    match given:
        case Written():
            return given
        case str():
            return Written(_quoted(given))
        case None:
            return Written("null")
        case bool():
            return Written("true" if given else "false")
        case int() | Decimal():
            return Written(format(Decimal(given), "f"))
        case Mapping():
            members = (f"{_quoted(name)} = {written(member)}" for name, member in given.items())
            return Written(f"{{{', '.join(members)}}}")
        case _:
            return Written(f"[{', '.join(written(member) for member in given)}]")


def _quoted(text: str) -> str:
    shown = "".join(
        _ESCAPES.get(each) or (f"\\u{ord(each):04x}" if each < " " or each in _ODD else each) for each in text
    )
    return f'"{shown.replace("${", "$${").replace("%{", "%%{")}"'


def fn(name: str, *given: Given) -> Written:
    """Call a function."""
    return Written(f"{name}({', '.join(written(each) for each in given)})")


def op(left: Given, operator: str, right: Given) -> Written:
    """Apply a binary operator."""
    return Written(f"(({written(left)}) {operator} ({written(right)}))")


def un(operator: str, given: Given) -> Written:
    """Apply a unary operator."""
    return Written(f"({operator}({written(given)}))")


def cond(condition: Given, then: Given, otherwise: Given) -> Written:
    """Choose."""
    return Written(f"(({written(condition)}) ? ({written(then)}) : ({written(otherwise)}))")


def at(target: Given, key: Given) -> Written:
    """Take an element."""
    return Written(f"({written(target)})[{written(key)}]")


def attr(target: Given, name: str) -> Written:
    """Take an attribute."""
    return Written(f"({written(target)}).{name}")


def template(*given: Given) -> Written:
    """Put a template together."""
    return Written(f'"|{"".join(f"${{{written(each)}}}" for each in given)}"')
