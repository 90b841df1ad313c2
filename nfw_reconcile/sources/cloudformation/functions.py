"""Functions whose arguments are all known: from an evaluated tree to another.

Each is CloudFormation's own ("Intrinsic function reference"). What an argument is not raises
:class:`Misused`.
"""

from __future__ import annotations

import base64
import ipaddress
import itertools
from typing import TYPE_CHECKING, Final

from nfw_reconcile.sources.cloudformation.tree import Items, Leaf, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nfw_reconcile.sources.cloudformation.tree import Tree

MOST_BLOCKS: Final = 256
"""Blocks that ``Fn::Cidr`` makes at most (CloudFormation guide)."""


class Misused(Exception):  # noqa: N818 - it says what was done, and becomes a problem with a place
    """A function got what it does not take; the text says what it needs."""


def text(tree: Tree) -> str:
    """Give the text of a single value; raises :class:`Misused`."""
    word = text_of(tree.value) if isinstance(tree, Leaf) else None
    if word is None:
        raise Misused("a string is needed")
    return word


def number(tree: Tree) -> int:
    """Give a whole number that is not negative, also one in quotes; raises :class:`Misused`."""
    word = text(tree)
    if not (word.isascii() and word.isdigit() and len(word) < 10):
        raise Misused("a whole number is needed")
    return int(word)


def items_of(tree: Tree) -> tuple[Tree, ...]:
    """Give the items of a list; raises :class:`Misused`."""
    if not isinstance(tree, Items):
        raise Misused("a list is needed")
    return tree.items


def arguments(tree: Tree, count: int) -> tuple[Tree, ...]:
    """Give a function's arguments; raises :class:`Misused` for another number of them."""
    found = items_of(tree)
    if len(found) != count:
        needed = "an argument is" if count == 1 else f"{count} arguments are"
        raise Misused(f"{needed} needed, and the list holds {len(found)}")
    return found


def _join(tree: Tree) -> Tree:
    delimiter, parts = arguments(tree, 2)
    return Leaf(text(delimiter).join(text(part) for part in items_of(parts)))


def _split(tree: Tree) -> Tree:
    delimiter, whole = arguments(tree, 2)
    if not text(delimiter):
        raise Misused("the delimiter is empty")
    return Items(tuple(Leaf(part) for part in text(whole).split(text(delimiter))))


def _base64(tree: Tree) -> Tree:
    return Leaf(base64.b64encode(text(tree).encode("utf-8", "surrogatepass")).decode("ascii"))


def _cidr(tree: Tree) -> Tree:
    """Cut a block into the first blocks of a size; the third argument counts the bits of hosts."""
    block, count, bits = arguments(tree, 3)
    try:
        network = ipaddress.ip_network(text(block))
    except ValueError as bad:
        raise Misused("a block of addresses is needed") from bad
    wanted = number(count)
    prefix = network.max_prefixlen - number(bits)
    if not (0 < wanted <= MOST_BLOCKS and network.prefixlen <= prefix):
        raise Misused("the block does not hold that many blocks of that size")
    blocks = tuple(str(one) for one in itertools.islice(network.subnets(new_prefix=prefix), wanted))
    if len(blocks) < wanted:
        raise Misused("the block does not hold that many blocks of that size")
    return Items(tuple(Leaf(one) for one in blocks))


def _length(tree: Tree) -> Tree:
    return Leaf(len(items_of(tree)))


FUNCTIONS: Final[Mapping[str, Callable[[Tree], Tree]]] = {
    "Fn::Base64": _base64,
    "Fn::Cidr": _cidr,
    "Fn::Join": _join,
    "Fn::Length": _length,
    "Fn::Split": _split,
}
"""What needs nothing but its arguments."""
