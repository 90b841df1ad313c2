"""Read Terraform's JSON syntax (``.tf.json``) into the same tree as the native one ("JSON Configuration Syntax").

A property whose name is a type of block is a block, one for each object; all others are arguments. Strings are
templates where the native syntax has expressions. All of a string has the place where it begins.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Location, error
from nfw_reconcile.sources.hcl.reading.jsonblocks import ROOT, Reading
from nfw_reconcile.sources.hcl.reading.jsontext import Array, Object, Scalar, read_json_text
from nfw_reconcile.sources.hcl.reading.places import SyntaxProblem, Together, shown
from nfw_reconcile.sources.hcl.reading.reader import Parsed, expression_at, text_of_file
from nfw_reconcile.sources.hcl.reading.templates import template_at
from nfw_reconcile.sources.hcl.reading.terms import from_parts
from nfw_reconcile.sources.hcl.syntax import (
    Attribute,
    Block,
    Body,
    Literal,
    Name,
    ObjectItem,
    ObjectOf,
    TupleOf,
    Unreadable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.sources.hcl.reading.jsonblocks import BlockType
    from nfw_reconcile.sources.hcl.reading.jsontext import Member, Value
    from nfw_reconcile.sources.hcl.syntax import Expression

_COMMENT: Final = "//"


def read_json(content: bytes, source: str) -> Parsed:
    """Read a ``.tf.json`` file; ``source`` names it in places. Raises nothing.

    After a syntax error the body is empty; an argument that could not be read is
    :class:`~nfw_reconcile.sources.hcl.syntax.Unreadable`.
    """
    try:
        text = text_of_file(content, source)
        reader = _StructureReader(text)
        body = reader.body(read_json_text(text, source), ROOT)
        return Parsed(body, tuple(reader.problems))
    except SyntaxProblem as bad:
        return Parsed(Body((), (), place=Location(source, 1, 1)), bad.problems)


class _StructureReader:
    def __init__(self, text: str) -> None:
        self._text = text
        self.problems: list[Diagnostic] = []

    def body(self, value: Value, kind: BlockType) -> Body:
        """Read a body: an object, or an array of objects that belong together."""
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        for member in _members(value, "the body of a block"):
            nested = kind.blocks.get(member.name)
            if member.name == _COMMENT:
                continue
            if kind is ROOT and nested is None:
                self.problems.append(_unknown(member))
            elif nested is not None and (kind is ROOT or _may_be_block(member.value)):
                blocks += self._blocks(member, (), member.value, nested)
            elif member.name in attributes:
                raise SyntaxProblem.at(
                    member.place, f"The argument {shown(member.name)} is set twice.", "Keep one of them."
                )
            else:
                reading = kind.readings.get(member.name, Reading.TEMPLATES)
                attributes[member.name] = self._attribute(member, reading)
        span = value.span
        return Body(tuple(attributes.values()), tuple(blocks), place=span.place, end_line=span.end_line)

    def _blocks(
        self, member: Member, labels: tuple[str, ...], value: Value, kind: BlockType
    ) -> Iterator[Block]:
        """Read the blocks of a property; their labels are the names of nested properties."""
        if len(labels) < kind.labels:
            for labelled in _members(value, f"the label of a {shown(member.name)} block"):
                yield from self._blocks(member, (*labels, labelled.name), labelled.value, kind)
            return
        for each in value.items if isinstance(value, Array) else (value,):
            if isinstance(each, Scalar) and each.value is None:
                continue
            body = self.body(each, kind)
            yield Block(member.name, labels, body, place=member.place, end_line=each.span.end_line)

    def _attribute(self, member: Member, reading: Reading) -> Attribute:
        span = member.value.span
        try:
            value = _expression(member.value, reading)
        except SyntaxProblem as bad:
            self.problems += bad.problems
            written = self._text[span.start : span.end]
            value = Unreadable(written, place=span.place, end_line=span.end_line)
        return Attribute(member.name, value, place=member.place, end_line=span.end_line)


def _unknown(member: Member) -> Diagnostic:
    remedy = "Only blocks stand at the top of a file; see Terraform's documentation for their types."
    return error(f"{shown(member.name)} is no type of block.", member.place, remedy)


def _may_be_block(value: Value) -> bool:
    """Tell whether a value can be blocks: a name may be that of a block here and that of an argument there."""
    match value:
        case Object():
            return True
        case Array(items):
            return all(isinstance(item, Object) for item in items)
        case Scalar():
            return value.value is None


def _members(value: Value, what: str) -> Iterator[Member]:
    """Give the members of an object, or of all objects of an array."""
    match value:
        case Object(members):
            yield from members
        case Array(items):
            for item in items:
                yield from _members_of_object(item, what)
        case Scalar():
            yield from _members_of_object(value, what)


def _members_of_object(value: Value, what: str) -> Iterator[Member]:
    if not isinstance(value, Object):
        raise SyntaxProblem.at(value.span.place, f"An object is needed here: {what}.", "Write { ... }.")
    yield from value.members


def _expression(value: Value, reading: Reading) -> Expression:
    place, end = value.span.place, value.span.end_line
    match value:
        case Scalar(str()):
            return _string(value, reading)
        case Scalar(other):
            return Literal(other, place=place, end_line=end)
        case Array(items):
            return TupleOf(tuple(_expression(item, reading) for item in items), place=place, end_line=end)
        case Object(members):
            return ObjectOf(tuple(_items(members, reading)), place=place, end_line=end)


def _string(value: Scalar, reading: Reading) -> Expression:
    text, place, end = str(value.value), value.span.place, value.span.end_line
    match reading:
        case Reading.TEXTS:
            return Literal(text, place=place, end_line=end)
        case Reading.REFERENCES:
            return expression_at(text, Together(place))
        case Reading.TEMPLATES:
            return from_parts(template_at(text, Together(place)), place, end)


def _key(member: Member, reading: Reading) -> Expression:
    """Read the name of an object's property, which may be a template; a single word is a name, not a reference."""
    match _string(Scalar(member.name, replace(member.value.span, place=member.place)), reading):
        case Name(name) if reading is Reading.REFERENCES:
            return Literal(name, place=member.place)
        case key:
            return key


def _items(members: tuple[Member, ...], reading: Reading) -> Iterator[ObjectItem]:
    seen: set[str] = set()
    for member in members:
        if member.name in seen:
            summary = f"The property {shown(member.name)} occurs twice in an object."
            raise SyntaxProblem.at(member.place, summary, "Keep one of them.")
        seen.add(member.name)
        yield ObjectItem(
            _key(member, reading),
            _expression(member.value, reading),
            place=member.place,
            end_line=member.value.span.end_line,
        )
