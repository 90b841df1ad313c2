"""Where what was evaluated is written: for reports that point at lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nfw_reconcile.errors import Location


@dataclass(frozen=True, slots=True)
class Span:
    """Where something begins, and the last line that belongs to it, where that is known."""

    place: Location
    end_line: int | None = None


@dataclass(frozen=True, slots=True)
class WrittenValue:
    """The expression of an argument, and all files that its value was read from, as people name them, sorted.

    ``lines`` has the place of each line of a text, and ``items`` those of the texts of a list, where they are known;
    ``number`` is the value where it is a whole number; ``is_null`` is said of an empty text, too.
    """

    span: Span
    files: tuple[str, ...] = ()
    lines: tuple[Location | None, ...] = ()
    items: tuple[tuple[str, Location | None], ...] = ()
    number: int | None = None
    is_null: bool = False


@dataclass(frozen=True, slots=True)
class WrittenInstance:
    """One instance of a resource.

    ``bodies`` and ``values`` are by the path inside the resource: ``rule_group[0].rules_source[0].stateful_rule[3]``
    and ``rule_group[0].rules_source[0].rules_string``. What a ``dynamic`` block makes is at its ``content``;
    ``elements`` has the place of the data that it was made of, where that is known.
    """

    block: Span
    bodies: Mapping[str, Span] = field(default_factory=dict)
    values: Mapping[str, WrittenValue] = field(default_factory=dict)
    elements: Mapping[str, Location] = field(default_factory=dict)


Places = Mapping[str, WrittenInstance]
"""By the address of the instance."""
