"""Where the rules of a template are written: lines of the template's own file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Location
from nfw_reconcile.model.places import GroupPlaces
from nfw_reconcile.sources.links import bare, member

if TYPE_CHECKING:
    from nfw_reconcile.model.inventory import Body, GroupRecord, Inventory

Lines = Mapping[str, int]

_SUBSTITUTED: Final = "${"


def with_places(inventory: Inventory, lines: Lines, text: str, path: str) -> Inventory:
    """Put the places of groups and policies into their records.

    ``lines`` are those of resources and of parts of their bodies, ``text`` the template itself, and ``path`` its file.
    """
    reader = _Reader(lines, text.split("\n"), path)
    return replace(
        inventory,
        groups=tuple(replace(group, places=reader.group(group)) for group in inventory.groups),
        policies=tuple(
            replace(policy, place=reader.at(policy.name.address or "")) for policy in inventory.policies
        ),
    )


class _Reader:
    def __init__(self, lines: Lines, written: Sequence[str], path: str) -> None:
        self._lines = lines
        self._written = written
        self._path = path

    def at(self, key: str) -> Location | None:
        line = self._lines.get(key)
        return None if line is None else Location(self._path, line)

    def group(self, group: GroupRecord) -> GroupPlaces:
        name = group.name.address or ""
        source = member(group.body, "RulesSource")
        text = member(source, "RulesString")
        targets = f"{name}.RulesSource.RulesSourceList.Targets"
        return GroupPlaces(
            self.at(name),
            self.at(f"{name}.RulesSource.RulesString") or self.at(targets),
            self._text(text, f"{name}.RulesSource.RulesString") if isinstance(text, str) else (),
            self._items(f"{name}.RulesSource.StatefulRules", member(source, "StatefulRules")),
            self._targets(targets, member(member(source, "RulesSourceList"), "Targets")),
            self._stateless(name, member(source, "StatelessRulesAndCustomActions")),
        )

    def _text(self, text: str, key: str) -> tuple[Location | None, ...]:
        """Give the place of each line of a text that stands in the file line by line; none of any other text.

        It begins on the line of its value, or below that, where a block or a function does.
        """
        first = self._lines.get(key)
        if first is None:
            return ()
        lines = text.split("\n")
        fitting = [start for start in (first, first + 1) if self._stands_at(start, lines)]
        if len(fitting) != 1:
            return ()
        return tuple(Location(self._path, fitting[0] + index) for index in range(len(lines)))

    def _stands_at(self, start: int, lines: Sequence[str]) -> bool:
        """Say whether a text stands in the file from a line on, with what ``Fn::Sub`` puts in left open."""
        written = [line.strip() for line in self._written[start - 1 : start - 1 + len(lines)]]
        told = [line.strip() for line in lines]
        while told and not told[-1]:
            told.pop()
        pairs = list(zip(told, written, strict=False))
        is_same = [one == other for one, other in pairs if one or other]
        is_open = [one == other or _SUBSTITUTED in other for one, other in pairs if one or other]
        return len(pairs) == len(told) and any(is_same) and all(is_open)

    def _items(self, key: str, items: Body) -> dict[int, Location]:
        """Give the places of a list's items; none where items of the template are not in the body."""
        count = len(items) if isinstance(items, Sequence) and not isinstance(items, str) else 0
        found = {index: self.at(f"{key}[{index}]") for index in range(count)}
        if f"{key}[{count}]" in self._lines:
            return {}
        return {index: place for index, place in found.items() if place is not None}

    def _targets(self, key: str, items: Body) -> dict[str, Location]:
        found: dict[str, Location] = {}
        twice: set[str] = set()
        for index, place in self._items(key, items).items():
            name = bare(items[index]) if isinstance(items, Sequence) else None
            if isinstance(name, str):
                twice |= {name.strip()} & found.keys()
                found[name.strip()] = place
        return {name: place for name, place in found.items() if name not in twice}

    def _stateless(self, name: str, source: Body) -> dict[int, Location]:
        rules = member(source, "StatelessRules")
        key = f"{name}.RulesSource.StatelessRulesAndCustomActions.StatelessRules"
        found: dict[int, Location] = {}
        for index, place in self._items(key, rules).items():
            priority = member(rules[index], "Priority") if isinstance(rules, Sequence) else None
            if isinstance(priority, int):
                found[priority] = place
        return found
