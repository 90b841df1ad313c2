"""What reading a parse tree needs at every node: its text, its place, its depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lark import Token

from nfw_reconcile.sources.hcl.reading.assembly import parts_of
from nfw_reconcile.sources.hcl.reading.grammar import only, start_of
from nfw_reconcile.sources.hcl.reading.limits import MOST_DEPTH
from nfw_reconcile.sources.hcl.reading.pieces import Hole, Sequence
from nfw_reconcile.sources.hcl.reading.places import SyntaxProblem, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from nfw_reconcile.errors import Location
    from nfw_reconcile.sources.hcl.reading.grammar import Node
    from nfw_reconcile.sources.hcl.reading.pieces import RawTemplate, Scanned
    from nfw_reconcile.sources.hcl.syntax import Expression, Part

    Read = Callable[["Converter", Node, int], Expression]


class Converter:
    """Reads the parse tree of one scanned text.

    ``depth`` counts the operations around an expression; none is deeper than :data:`MOST_DEPTH`.
    """

    def __init__(self, scanned: Scanned, readers: Mapping[str, Read], shift: int) -> None:
        """Take what was scanned, a reader for each rule, and how far offsets of the tree are ahead of the text's."""
        self.scanned = scanned
        self._readers = readers
        self._shift = shift

    def expression(self, node: Node, depth: int) -> Expression:
        """Read an expression; raises :class:`SyntaxProblem` for one that Terraform or this program refuses."""
        while node.data == "expr_term":
            node = only(node)
        self.check_depth(node, depth)
        read = self._readers.get(str(node.data))
        if read is None:  # pragma: no cover - the scanner leaves no other rule to the grammar
            summary = f"{shown(self.written(node))} is a {node.data}, which is not read here."
            raise self.problem(self.offset(node), summary, "Write it in another way.")
        return read(self, node, depth)

    def check_depth(self, node: Node, depth: int) -> None:
        """Raise :class:`SyntaxProblem` for what is too deep."""
        if depth > MOST_DEPTH:
            summary = f"An expression is more than {MOST_DEPTH} operations deep."
            raise self.problem(self.offset(node), summary, "Take parts of it out, into locals.")

    def template(self, raw: RawTemplate, expressions: Iterable[Node], depth: int) -> tuple[Part, ...]:
        """Put a template together with the expressions that the grammar found in it, in their order."""
        values = {
            offset: self.expression(node, depth + level)
            for (offset, level), node in zip(_holes(raw), expressions, strict=True)
        }
        return parts_of(raw, values, self.scanned.places)

    def offset(self, thing: Node | Token) -> int:
        """Give the offset, in the scanned text, of the first character."""
        return start_of(thing) - self._shift

    def end(self, node: Node) -> int:
        """Give the offset behind the last character that is no white space."""
        masked, start = self.scanned.masked, self.offset(node)
        end = min(node.meta.end_pos - self._shift, len(masked))
        return end if not masked[end - 1].isspace() else start + len(masked[start:end].rstrip())

    def place(self, node: Node) -> Location:
        """Give the place of the first character."""
        return self.scanned.places.at(self.offset(node))

    def last_line(self, node: Node) -> int | None:
        """Give the line of the last character."""
        return self.scanned.places.line(max(self.end(node) - 1, 0))

    def written(self, thing: Node | Token) -> str:
        """Give what the author wrote."""
        start = self.offset(thing)
        end = start + len(thing.strip()) if isinstance(thing, Token) else self.end(thing)
        return self.scanned.text[start:end]

    def between(self, left: Node, right: Node) -> str:
        """Give the significant text between two nodes."""
        return self.scanned.masked[self.end(left) : self.offset(right)]

    def behind(self, inner: Node, outer: Node) -> str:
        """Give the significant text between the end of a node and the end of one around it."""
        return self.scanned.masked[self.end(inner) : self.end(outer)]

    def same_line(self, left: Node, right: Node) -> None:
        """Raise :class:`SyntaxProblem` where a line ends between operands: Terraform ends the expression there."""
        if "\n" in self.between(left, right):
            remedy = "Put the whole expression on one line, or into parentheses."
            raise self.problem(self.end(left), "A line ends in the middle of an expression.", remedy)

    def problem(self, offset: int, summary: str, remedy: str) -> SyntaxProblem:
        """Build the error for what stands at an offset."""
        return SyntaxProblem.at(self.scanned.places.at(offset), summary, remedy)


def _holes(raw: RawTemplate) -> list[tuple[int, int]]:
    """Give the offset of each expression of a template, and how deep in its directives it stands."""
    holes, level = [], 1
    for piece in raw.pieces:
        if not isinstance(piece, Hole):
            continue
        if piece.holds_expression:
            holes.append((piece.start, level))
        if piece.kind in {Sequence.IF, Sequence.FOR}:
            level += 1
        elif piece.kind in {Sequence.ENDIF, Sequence.ENDFOR}:
            level -= 1
    return holes
