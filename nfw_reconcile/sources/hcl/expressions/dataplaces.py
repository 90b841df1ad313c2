"""Where the texts of decoded JSON, CSV and YAML are written.

Each function takes what was decoded and the text that it was decoded from, and gives an equal value whose texts know
their places, and the objects and lists that they stand in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from nfw_reconcile.errors import InputError
from nfw_reconcile.sources.hcl.cty import values
from nfw_reconcile.sources.hcl.cty.functions.csvtext import rows_with_offsets
from nfw_reconcile.sources.hcl.placed import PlacedText, Record
from nfw_reconcile.sources.hcl.reading.jsontext import Array, Object, read_json_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.cty.values import Value
    from nfw_reconcile.sources.hcl.placed import Lines
    from nfw_reconcile.sources.hcl.reading.jsontext import Value as JsonValue

_MOST_CHARACTERS: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A single value; a text that ``runs`` has each of its lines on one of its own."""

    line: int
    runs: bool = False


@dataclass(frozen=True, slots=True)
class _List:
    line: int
    items: tuple[_Tree, ...]


@dataclass(frozen=True, slots=True)
class _Members:
    line: int
    members: Mapping[str, _Tree]


_Tree = _Leaf | _List | _Members


def json_placed(value: Value, text: PlacedText) -> Value:
    """Place the texts of what ``jsondecode`` gave."""
    if len(text) > _MOST_CHARACTERS:
        return value
    try:
        tree = _of_json(read_json_text(text, ""))
    except InputError:  # it is read more strictly here than by Terraform
        return value
    return _placed(value, tree, text.lines, None)


def csv_placed(value: Value, text: PlacedText) -> Value:
    """Place the texts of what ``csvdecode`` gave: each at the line where its row begins."""
    rows = [text.lines[text.count("\n", 0, start)] for start in rows_with_offsets(text)][1:]
    found = list(values.members(value))
    if len(rows) != len(found) or not found:
        return value
    placed = [
        values.object_of({name: _at(each, place) for name, each in values.attributes(row).items()})
        for row, place in zip(found, rows, strict=True)
    ]
    return values.of_type(value.type, placed)


def yaml_placed(value: Value, text: PlacedText) -> Value:
    """Place the texts of what ``yamldecode`` gave; those of a document with aliases, or with tags, have none."""
    try:
        tree = _YamlReader(
            yaml.parse(text.encode(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        ).tree()
    except (yaml.YAMLError, _NotSimpleError):
        return value
    return _placed(value, tree, text.lines, None)


def _of_json(value: JsonValue) -> _Tree:
    line = value.span.place.line or 1
    match value:
        case Array(items):
            return _List(line, tuple(map(_of_json, items)))
        case Object(members):
            return _Members(line, {member.name: _of_json(member.value) for member in members})
        case _:
            return _Leaf(line)


def _placed(value: Value, tree: _Tree, lines: Lines, around: Record | None) -> Value:
    """Place the texts of a value that a tree has the shape of; what differs from it stays as it is."""
    value = values.concrete(value)
    if values.is_unknown(value) or values.is_null(value):
        return value
    match tree:
        case _Leaf():
            return _leaf(value, tree, lines, around)
        case _List(items=items) if values.is_sequence(value.type):
            found = values.members(value)
            if len(found) != len(items):
                return value
            record = _record(tree, lines, around)
            return values.tuple_of(
                _placed(each, item, lines, record) for each, item in zip(found, items, strict=True)
            )
        case _Members(members=members) if values.is_mapping(value.type):
            record = _record(tree, lines, around)
            return values.object_of(
                {
                    name: _placed(each, members[name], lines, record) if name in members else each
                    for name, each in values.attributes(value).items()
                }
            )
        case _:
            return value


def _record(tree: _List | _Members, lines: Lines, around: Record | None) -> Record | None:
    place = _line(lines, tree.line)
    return around if place is None else Record(place, isinstance(tree, _List), around)


def _leaf(value: Value, leaf: _Leaf, lines: Lines, record: Record | None) -> Value:
    text = value.value
    if not isinstance(text, str):
        return value
    further = range(1, text.count("\n") + 1)
    places = [_line(lines, leaf.line + (step if leaf.runs else 0)) for step in (0, *further)]
    return values.text(PlacedText(text, tuple(places), record))


def _line(lines: Lines, number: int) -> Location | None:
    return lines[number - 1] if 0 < number <= len(lines) else None


def _at(value: Value, place: Location | None) -> Value:
    text = value.value
    if place is None or not isinstance(text, str):
        return value
    return values.text(PlacedText(text, (place,) * (text.count("\n") + 1), Record(place, is_list=False)))


def _first_line(event: Any) -> int:  # noqa: ANN401 - PyYAML has no types
    return int(event.start_mark.line) + 1


class _NotSimpleError(Exception):
    """A document in which a value stands in more than one place, or is not what is written there."""


class _YamlReader:
    """Reads the places of a document that the decoder has read already."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events

    def tree(self) -> _Tree:
        for event in self._events:
            if not isinstance(event, yaml.StreamStartEvent | yaml.DocumentStartEvent):
                return self._node(event)
        raise _NotSimpleError

    def _node(self, event: Any) -> _Tree:  # noqa: ANN401 - PyYAML has no types
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None or event.tag is not None:
            raise _NotSimpleError
        line = _first_line(event)
        match event:
            case yaml.SequenceStartEvent():
                return _List(line, tuple(self._items()))
            case yaml.MappingStartEvent():
                return _Members(line, dict(self._members()))
            case yaml.ScalarEvent() if event.style == "|":
                return _Leaf(line + 1, runs=True)
            case yaml.ScalarEvent() if event.end_mark is not None and event.end_mark.line + 1 == line:
                return _Leaf(line)
            case _:
                raise _NotSimpleError

    def _items(self) -> Iterator[_Tree]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._node(event)

    def _members(self) -> Iterator[tuple[str, _Tree]]:
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.anchor is not None or event.value == "<<":
                raise _NotSimpleError
            yield event.value, self._node(next(self._events))
