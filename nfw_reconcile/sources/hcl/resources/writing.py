"""From what was evaluated, and where, to the places of a rule group's rules."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeGuard, TypeVar

from nfw_reconcile.errors import Location
from nfw_reconcile.model.places import GroupPlaces
from nfw_reconcile.sources.hcl.cty import numbers, values
from nfw_reconcile.sources.hcl.placed import bare, lines_of, sole_line
from nfw_reconcile.sources.hcl.resources.written import WrittenValue

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

    from nfw_reconcile.model.inventory import Inventory
    from nfw_reconcile.sources.hcl.cty.values import Value
    from nfw_reconcile.sources.hcl.resources.written import Places, Span, WrittenInstance

K = TypeVar("K", bound="Hashable")

_SOURCE: Final = r"rule_group\[0\]\.rules_source\[0\]\."
_TEXTS: Final = ("rules", "rule_group[0].rules_source[0].rules_string")
_TARGETS: Final = "rule_group[0].rules_source[0].rules_source_list[0].targets"
_LONGEST_NUMBER: Final = 10
_STATEFUL: Final = re.compile(rf"{_SOURCE}stateful_rule\[(\d+)\]")
_STATELESS: Final = re.compile(
    rf"({_SOURCE}stateless_rules_and_custom_actions\[0\]\.stateless_rule\[\d+\])\.priority"
)


def written_value(span: Span, files: tuple[str, ...], value: Value) -> WrittenValue:
    """Say where the value of an argument is written."""
    value = values.concrete(value)
    if values.is_unknown(value) or values.is_null(value):
        return WrittenValue(span, files, is_null=values.is_null(value))
    if values.is_sequence(value.type):
        items = (values.concrete(each) for each in values.members(value))
        texts = [each.value for each in items if isinstance(each.value, str)]
        return WrittenValue(span, files, items=tuple((bare(text), sole_line(text)) for text in texts))
    is_empty = value.value == ""  # which an argument takes for unset, as null
    return WrittenValue(span, files, lines_of(value.value), number=_number(value), is_null=is_empty)


def group_places(written: WrittenInstance, belongs: Callable[[Location], bool]) -> GroupPlaces:
    """Give the places of a rule group's rules.

    A rule without a place of its own has that of the argument or block that it comes from. Of files that do not
    ``belong`` to the revision nothing is told.
    """

    def kept(place: Location | None) -> Location | None:
        return _line(place, belongs)

    text = next((written.values[path] for path in _TEXTS if _is_set(written.values.get(path))), None)
    targets = written.values.get(_TARGETS)
    source = text or targets
    stateful = ((_STATEFUL.fullmatch(path), path) for path in written.bodies)
    return GroupPlaces(
        kept(written.block.place),
        kept(source.span.place) if source is not None else None,
        tuple(map(kept, text.lines)) if text is not None else (),
        _known({int(found[1]): kept(_body(written, path)) for found, path in stateful if found}),
        _known({name: kept(place) for name, place in _told_apart(targets.items if targets else ())}),
        _known({number: kept(_body(written, path)) for number, path in _stateless(written)}),
    )


def placed_inventory(inventory: Inventory, places: Places, belongs: Callable[[Location], bool]) -> Inventory:
    """Put the places of groups and policies into their records."""
    groups = (
        replace(group, places=group_places(written, belongs))
        if (written := places.get(group.name.address or "")) is not None
        else group
        for group in inventory.groups
    )
    policies = (
        replace(policy, place=_line(written.block.place, belongs))
        if (written := places.get(policy.name.address or "")) is not None
        else policy
        for policy in inventory.policies
    )
    return replace(inventory, groups=tuple(groups), policies=tuple(policies))


def _line(place: Location | None, belongs: Callable[[Location], bool]) -> Location | None:
    """Give the line of a place in a file that belongs to the revision."""
    if place is None or place.line is None or not belongs(place):
        return None
    return Location(place.source, place.line)


def _is_set(value: WrittenValue | None) -> TypeGuard[WrittenValue]:
    return value is not None and not value.is_null


def _body(written: WrittenInstance, path: str) -> Location:
    return written.elements.get(path) or written.bodies[path].place


def _stateless(written: WrittenInstance) -> Iterator[tuple[int, str]]:
    for path, value in written.values.items():
        found = _STATELESS.fullmatch(path)
        if found and value.number is not None:
            yield value.number, found[1]


def _told_apart(items: Sequence[tuple[str, Location | None]]) -> Iterator[tuple[str, Location | None]]:
    """Give the names of a domain list with their places; one that is there twice has none."""
    times = Counter(name.strip() for name, _ in items)
    return ((name.strip(), place if times[name.strip()] == 1 else None) for name, place in items)


def _known(places: Mapping[K, Location | None]) -> dict[K, Location]:
    return {key: place for key, place in places.items() if place is not None}


def _number(value: Value) -> int | None:
    payload: Any = value.value
    if (
        isinstance(payload, str)
        and payload.isascii()
        and payload.isdecimal()
        and len(payload) < _LONGEST_NUMBER
    ):
        return int(payload)
    return numbers.whole(payload) if isinstance(payload, Decimal) else None
