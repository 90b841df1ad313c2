"""YAML as CloudFormation takes it, read strictly: what two programs could read differently is refused.

The parser's events are read, not the objects that it would build: so the place of each value is kept, a
key that is there twice is seen, no tag can make an object, and what aliases stand for is counted before
it is walked. The specification is YAML 1.1; CloudFormation's guide ("CloudFormation template format")
says what it leaves out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NoReturn

import yaml

from nfw_reconcile.errors import InputError, Location, error
from nfw_reconcile.sources.cloudformation.scalars import plain_scalar
from nfw_reconcile.sources.cloudformation.tree import Items, Leaf, Members, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.sources.cloudformation.tree import Tree

MOST_LEVELS: Final = 50
"""Deepest nesting; a template of rule groups has about twenty levels."""

MOST_VALUES: Final = 300_000
"""Most values in one template, with what its aliases stand for; the text itself is at most 1 MB."""

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where it is there: thirty times as fast. Only its events are used."""

_SHORT: Final = re.compile(r"!([A-Z][A-Za-z0-9]*)")
_BARE: Final = frozenset({"Ref", "Condition"})
"""Functions whose long form has no ``Fn::``."""

_TEXT_TAG: Final = "tag:yaml.org,2002:str"
_HALF_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_CORRECT: Final = "Correct the template."

_Start = yaml.SequenceStartEvent | yaml.MappingStartEvent


def parse_yaml(text: str, source: str) -> Tree:
    """Read a text that holds exactly one YAML document; ``source`` names it in errors.

    Raises :class:`InputError` with line and column for text that is not YAML, for keys that are there
    twice or are no strings, for tags that are no function of CloudFormation, for hash merges, and for
    nesting beyond :data:`MOST_LEVELS` and more than :data:`MOST_VALUES` values.
    """
    try:
        return _Builder(source).build(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as bad:
        what = ", ".join(part for part in (bad.context, bad.problem) if part)
        mark = bad.problem_mark or bad.context_mark
        where = Location(source, mark.line + 1, mark.column + 1) if mark else Location(source)
        raise InputError(error(f"this is not YAML: {what}", where, _CORRECT)) from bad
    except yaml.reader.ReaderError as bad:
        line = text.count("\n", 0, bad.position) + 1 if isinstance(bad.position, int) else None
        summary = "a control character is in the text, which YAML does not allow"
        raise InputError(error(summary, Location(source, line), _CORRECT)) from bad
    except yaml.YAMLError as bad:
        raise InputError(error("this is not YAML", Location(source), _CORRECT)) from bad


@dataclass(frozen=True, slots=True)
class _Built:
    """A tree with its size and depth, which its aliases have as well."""

    tree: Tree
    values: int = 1
    levels: int = 1


@dataclass(slots=True)
class _Open:
    """A list or object whose end has not come yet."""

    start: _Start
    parts: list[_Built] = field(default_factory=list)
    keys: dict[str, int] = field(default_factory=dict)
    key: str | None = None

    @property
    def wants_key(self) -> bool:
        return isinstance(self.start, yaml.MappingStartEvent) and self.key is None


class _Builder:
    """Builds one document from events, without recursion: the text may be nested as it likes."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._anchors: dict[str, _Built] = {}
        self._open: list[_Open] = []
        self._values = 0
        self._root: _Built | None = None

    def build(self, events: Iterator[yaml.Event]) -> Tree:
        for event in events:
            match event:
                case yaml.DocumentStartEvent() if self._root is not None:
                    self._fail(event, "there is a second document; one template is needed")
                case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                    self._begin(event)
                case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                    self._end()
                case yaml.ScalarEvent():
                    self._scalar(event)
                case yaml.AliasEvent():
                    self._alias(event)
                case _:
                    pass
        if self._root is None:
            raise InputError(error("the file is empty", Location(self._source), "A template is needed."))
        return self._root.tree

    def _begin(self, event: _Start) -> None:
        if self._open and self._open[-1].wants_key:
            self._fail(event, "a key is a list or an object; CloudFormation allows strings only")
        if len(self._open) == MOST_LEVELS:
            self._too_deep(event)
        self._open.append(_Open(event))

    def _end(self) -> None:
        ended = self._open.pop()
        place = _place(ended.start)
        trees = [part.tree for part in ended.parts]
        tree: Tree
        if isinstance(ended.start, yaml.MappingStartEvent):
            tree = Members({key: trees[index] for key, index in ended.keys.items()}, place)
        else:
            tree = Items(tuple(trees), place)
        built = _Built(
            tree,
            1 + sum(part.values for part in ended.parts),
            1 + max((part.levels for part in ended.parts), default=0),
        )
        self._add(built, ended.start)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if _HALF_SURROGATE.search(event.value):
            self._fail(event, "a string holds half of a surrogate pair")
        if self._open and self._open[-1].wants_key:
            self._key(event)
            return
        is_plain = event.implicit[0] and event.tag is None
        value = plain_scalar(event.value) if is_plain else event.value
        self._add(_Built(Leaf(value, _text_place(event))), event)

    def _key(self, event: yaml.ScalarEvent) -> None:
        opened, key = self._open[-1], event.value
        if key == "<<" and event.implicit[0]:
            self._fail(event, "hash merges (`<<`) are not allowed in templates")
        if event.tag not in (None, _TEXT_TAG, "!"):
            self._fail(event, "a key has a tag")
        if event.anchor is not None:
            self._anchors[event.anchor] = _Built(Leaf(key, _place(event)))
        if key in opened.keys:
            self._fail(event, f"the key {key!r:.100} is there twice")
        opened.keys[key] = len(opened.parts)
        opened.key = key

    def _alias(self, event: yaml.AliasEvent) -> None:
        if self._open and self._open[-1].wants_key:
            self._fail(event, "a key is an alias; write it out")
        if event.anchor not in self._anchors:
            self._fail(event, f"the alias *{event.anchor:.100} stands for nothing that is complete")
        self._add(self._anchors[event.anchor], event)

    def _add(self, built: _Built, event: yaml.ScalarEvent | yaml.AliasEvent | _Start) -> None:
        """Put a value that is complete where it belongs, with its tag as the function that it stands for."""
        if not isinstance(event, yaml.AliasEvent):
            built = self._tagged(built, event)
            if event.anchor is not None:
                self._anchors[event.anchor] = built
        if len(self._open) + built.levels > MOST_LEVELS:
            self._too_deep(event)
        self._values += built.values if isinstance(event, yaml.AliasEvent) else 1
        if self._values > MOST_VALUES:
            self._fail(event, f"the template holds more than {MOST_VALUES:,} values, aliases written out")
        if self._open:
            self._open[-1].parts.append(built)
            self._open[-1].key = None
        else:
            self._root = built

    def _tagged(self, built: _Built, event: yaml.ScalarEvent | _Start) -> _Built:
        tag = event.tag
        if tag in (None, "!", _TEXT_TAG):
            return built
        short = _SHORT.fullmatch(tag)
        if short is None:
            self._fail(event, f"the tag {tag:.100} is no function of CloudFormation")
        name = short[1] if short[1] in _BARE else f"Fn::{short[1]}"
        place = _place(event)
        return _Built(Members({name: built.tree}, place), built.values + 1, built.levels + 1)

    def _too_deep(self, event: yaml.Event) -> NoReturn:
        self._fail(event, f"lists and objects are nested more than {MOST_LEVELS} levels deep")

    def _fail(self, event: yaml.Event, summary: str) -> NoReturn:
        place = _place(event)
        raise InputError(error(summary, Location(self._source, place.line, place.column), _CORRECT))


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    return Place() if mark is None else Place(mark.line + 1, mark.column + 1)


def _text_place(event: yaml.ScalarEvent) -> Place:
    """Give the place of a text's first character: a block's text begins on the line below its ``|``."""
    place = _place(event)
    return Place(place.line + 1) if event.style in {"|", ">"} and place.line is not None else place
