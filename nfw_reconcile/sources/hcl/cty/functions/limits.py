"""What a function takes in and gives out at most: beyond it the result is unknown, and nothing is computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from pyvider.cty import CtyValue

from nfw_reconcile.sources.hcl.cty.problems import Unresolvable
from nfw_reconcile.sources.hcl.cty.values import Value, is_sequence

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST_TEXT: Final = 16_000_000
"""Characters of one string."""

MOST_ELEMENTS: Final = 200_000
"""Elements of one argument or result, at any depth; each use of a shared part counts."""

DEEPEST: Final = 100
"""How deep JSON, YAML and collections are nested."""


def text_within(length: int) -> None:
    """Raise :class:`Unresolvable` for a string that is too long."""
    if length > LARGEST_TEXT:
        raise Unresolvable(f"the text is longer than {LARGEST_TEXT} characters")


def elements_within(count: int) -> None:
    """Raise :class:`Unresolvable` for a collection of too many elements."""
    if count > MOST_ELEMENTS:
        raise Unresolvable(f"there are more than {MOST_ELEMENTS} elements")


def sizes_within(arguments: Sequence[Value]) -> None:
    """Raise :class:`Unresolvable` for values that hold too much, or are nested too deep."""
    left: list[tuple[Value, int]] = [(argument, 0) for argument in arguments]
    count = characters = 0
    while left:
        value, depth = left.pop()
        count += 1
        elements_within(count)
        if depth > DEEPEST:
            raise Unresolvable(f"the value is nested more than {DEEPEST} levels deep")
        payload = value.value
        match payload:
            case str():
                characters += len(payload)
                text_within(characters)
            case Mapping():
                left.extend((member, depth + 1) for member in payload.values())
            case tuple() if is_sequence(value.type):
                left.extend((member, depth + 1) for member in payload)
            case CtyValue():
                left.append((payload, depth))
            case _:
                pass
