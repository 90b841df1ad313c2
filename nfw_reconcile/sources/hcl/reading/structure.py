"""Bodies, arguments and blocks ("HCL Native Syntax Specification", "Structural Elements")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.hcl.reading import operations, postfix, terms
from nfw_reconcile.sources.hcl.reading.conversion import Converter
from nfw_reconcile.sources.hcl.reading.grammar import rules, start_of, token
from nfw_reconcile.sources.hcl.reading.pieces import Characters
from nfw_reconcile.sources.hcl.reading.places import SyntaxProblem, shown
from nfw_reconcile.sources.hcl.syntax import Attribute, Block, Body, Unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.errors import Diagnostic, Location
    from nfw_reconcile.sources.hcl.reading.conversion import Read
    from nfw_reconcile.sources.hcl.reading.grammar import Node
    from nfw_reconcile.sources.hcl.reading.pieces import Scanned
    from nfw_reconcile.sources.hcl.syntax import Expression

_READERS: Final[Mapping[str, Read]] = {
    "binary_op": operations.binary,
    "conditional": operations.conditional,
    "float_lit": terms.number,
    "for_object_expr": terms.for_object,
    "for_tuple_expr": terms.for_tuple,
    "function_call": terms.call,
    "identifier": terms.name,
    "int_lit": terms.number,
    "literal_value": terms.keyword,
    "object": terms.mapping,
    "string": terms.string,
    "tuple": terms.collection,
    "unary_op": operations.unary,
    **dict.fromkeys(postfix.RULES, postfix.chain),
}


def converter_of(scanned: Scanned, shift: int = 0) -> Converter:
    """Give what reads expressions of a scanned text; ``shift`` is the length of what was parsed before it."""
    return Converter(scanned, _READERS, shift)


class StructureReader:
    """Reads the bodies of one file; what it cannot read of an argument's value is a problem beside the tree."""

    def __init__(self, scanned: Scanned) -> None:
        """Take a scanned file."""
        self.problems: list[Diagnostic] = []
        self._converter = converter_of(scanned)
        self._masked = scanned.masked

    def file(self, start: Node) -> Body:
        """Read a whole file; raises :class:`SyntaxProblem` for what Terraform refuses."""
        (body,) = rules(start)
        places = self._converter.scanned.places
        end = places.line(max(len(self._masked) - 1, 0))
        return self._body(body, places.at(0), end)

    def _body(self, node: Node, place: Location, end_line: int | None) -> Body:
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        previous: Node | None = None
        for item in rules(node):
            if previous is not None:
                self._check_line(previous, item)
            previous = item
            if item.data == "block":
                blocks.append(self._block(item))
                continue
            attribute = self._attribute(item)
            if (first := attributes.get(attribute.name)) is not None:
                summary = f"{shown(attribute.name)} was set already, in line {first.place.line}."
                raise self._problem(item, summary, "Keep one of them.")
            attributes[attribute.name] = attribute
        return Body(tuple(attributes.values()), tuple(blocks), place=place, end_line=end_line)

    def _attribute(self, node: Node) -> Attribute:
        name, value = rules(node)
        converter = self._converter
        return Attribute(
            self._name(name),
            self._value(value),
            place=converter.place(node),
            end_line=converter.last_line(node),
        )

    def _value(self, node: Node) -> Expression:
        try:
            return self._converter.expression(node, 1)
        except SyntaxProblem as bad:
            self.problems += bad.problems
            place, end = self._converter.place(node), self._converter.last_line(node)
            return Unreadable(self._converter.written(node), place=place, end_line=end)

    def _block(self, node: Node) -> Block:
        kind, *labels, body = rules(node)
        converter = self._converter
        opening, closing = token(node, "LBRACE"), token(node, "RBRACE")
        if opening is None or closing is None:  # pragma: no cover - the grammar has them in every block
            raise self._problem(node, "A block has no braces.", "Write them.")
        if "\n" in self._masked[converter.offset(node) : converter.offset(opening)]:
            raise self._problem(node, "A block's opening { is not on its first line.", "Move it there.")
        self._check_one_line(body, start_of(opening), start_of(closing))
        places = converter.scanned.places
        end = places.line(start_of(closing))
        return Block(
            self._name(kind),
            tuple(self._label(each) for each in labels),
            self._body(body, places.at(start_of(opening)), end),
            place=converter.place(node),
            end_line=end,
        )

    def _label(self, node: Node) -> str:
        if node.data != "string":
            return self._name(node)
        raw = self._converter.scanned.templates[self._converter.offset(node)]
        match raw.pieces:
            case ():
                return ""
            case (Characters(text),):
                return text
            case _:
                raise self._problem(node, "A block's label is no plain string.", 'Write it in quotes (").')

    def _name(self, node: Node) -> str:
        name = self._converter.written(node)
        if ":" in name:
            raise self._problem(node, f"{shown(name)} is no name.", "A name holds letters, digits, - and _.")
        return name

    def _check_line(self, previous: Node, item: Node) -> None:
        """Refuse what does not begin a line."""
        if "\n" not in self._converter.between(previous, item):
            summary = "Two arguments or blocks stand on one line."
            raise self._problem(item, summary, "Begin a new line.")

    def _check_one_line(self, body: Node, opening: int, closing: int) -> None:
        """Refuse a body whose first or last item shares a line with a brace, unless it is one argument on one line."""
        inside = self._masked[opening + 1 : closing]
        if not inside.strip():
            return
        alone = [item.data for item in rules(body)] == ["attribute"] and "\n" not in inside
        begins, ends = inside.lstrip(" \t").startswith("\n"), inside.rstrip(" \t").endswith("\n")
        if not alone and not (begins and ends):
            summary = "A block that stands on one line holds one argument, and no block."
            raise self._problem(body, summary, "Give every argument and block a line of its own.")

    def _problem(self, node: Node, summary: str, remedy: str) -> SyntaxProblem:
        return self._converter.problem(self._converter.offset(node), summary, remedy)
