"""python-hcl2's grammar on a scanned text: its parse tree, and its refusals as problems with a place.

Only offsets are taken from the tree: what is written there is looked up in the text itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import hcl2
from lark import Token, Tree
from lark.exceptions import LarkError, UnexpectedCharacters, UnexpectedToken

from nfw_reconcile.sources.hcl.reading.lexicon import TOKEN
from nfw_reconcile.sources.hcl.reading.places import SyntaxProblem, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.sources.hcl.reading.pieces import Scanned

Node = Tree[Token]

_REMEDY: Final = "`terraform fmt` and `terraform validate` say more."


def parse(scanned: Scanned) -> Node:
    """Parse a file; raises :class:`SyntaxProblem`, and nothing else."""
    return _parse(scanned, "", "")


def parse_value(scanned: Scanned, opening: str, closing: str) -> tuple[Node, int]:
    """Parse what stands alone, between brackets: its tree, and how far the tree's offsets are ahead of the text's.

    Raises :class:`SyntaxProblem`, and nothing else.
    """
    prefix = f"_ = {opening}"
    (attribute,) = rules(only(_parse(scanned, prefix, closing)))
    _, value = rules(attribute)
    return only(value), len(prefix)


def _parse(scanned: Scanned, prefix: str, suffix: str) -> Node:
    try:
        return hcl2.parses_to_tree(f"{prefix}{scanned.masked}{suffix}")
    except LarkError as bad:
        raise _problem(scanned, bad, len(prefix)) from None


def rules(node: Node) -> Iterator[Node]:
    """Give the parts of a node that are rules themselves, but for newlines."""
    for child in node.children:
        if isinstance(child, Tree) and child.data != "new_line_or_comment":
            yield child


def only(node: Node) -> Node:
    """Give the single rule that a node holds."""
    (child,) = rules(node)
    return child


def token(node: Node, name: str) -> Token | None:
    """Give a node's own token of a type, if it has one."""
    return next((each for each in node.children if isinstance(each, Token) and each.type == name), None)


def start_of(thing: Node | Token) -> int:
    """Give the offset of the first character, in the text that was parsed."""
    start = thing.start_pos if isinstance(thing, Token) else thing.meta.start_pos
    if start is None:  # pragma: no cover - the lexer gives every token its offset
        message = "the parser gave a token without its offset"
        raise AssertionError(message)
    return start


def _problem(scanned: Scanned, bad: LarkError, shift: int) -> SyntaxProblem:
    offset = len(scanned.text)
    if isinstance(bad, UnexpectedToken) and bad.token.type != "$END" and bad.token.start_pos is not None:
        offset = bad.token.start_pos - shift
    elif isinstance(bad, UnexpectedCharacters):
        offset = cast("int", bad.pos_in_stream) - shift
    while scanned.masked[offset : offset + 1] in {" ", "\t"}:  # some tokens begin with white space
        offset += 1
    place = scanned.places.at(min(offset, len(scanned.text)))
    return SyntaxProblem.at(place, f"{_found(scanned, offset)} was not expected here.", _REMEDY)


def _found(scanned: Scanned, offset: int) -> str:
    """Name what the author wrote at an offset, which the grammar may know under another name."""
    if offset >= len(scanned.text):
        return "The end of the text"
    if offset in scanned.templates:
        return "A string"
    found = TOKEN.match(scanned.text, offset)
    if found is None or not found[0].strip():
        return "The end of the line"
    return shown(found[0])
