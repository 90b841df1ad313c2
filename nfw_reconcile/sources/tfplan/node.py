"""One place in a resource's values, with what the plan says about it: unknown, sensitive, written how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nfw_reconcile.sources.shapes import is_unset


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a planned resource and the same place in the plan's parallel trees.

    ``path`` is the attribute's own address. ``unknown`` and ``sensitive`` are the subtrees of
    ``after_unknown`` and of ``before_sensitive`` or ``after_sensitive``: ``True`` marks the whole
    value. ``expression`` is what the configuration says there; ``None`` where that is not known:
    Terraform leaves ``dynamic`` blocks out.
    """

    path: str
    value: object
    unknown: object = None
    sensitive: object = None
    expression: object = None

    @property
    def is_unknown(self) -> bool:
        """Say whether nothing is known about the value before apply."""
        return self.unknown is True

    @property
    def is_sensitive(self) -> bool:
        """Say whether Terraform marks the whole value as sensitive."""
        return self.sensitive is True

    @property
    def is_empty(self) -> bool:
        """Say whether the value is unset: the provider writes null, ``""`` and ``[]`` for the same."""
        return not self.is_unknown and is_unset(self.value)

    def member(self, name: str) -> Node:
        """Go to an attribute or block."""
        return Node(
            f"{self.path}.{name}",
            _get(self.value, name),
            True if self.is_unknown else _get(self.unknown, name),
            _get(self.sensitive, name),
            _get(self.expression, name),
        )

    def blocks(self) -> tuple[Node, ...]:
        """Go to the blocks of an argument; an object stands for one block."""
        return (self,) if isinstance(self.value, Mapping) else self.elements()

    def elements(self, *, ordered: bool = False) -> tuple[Node, ...]:
        """Go to the elements of a list or set; none for a value that is no list.

        ``ordered`` says that a list of blocks stands in the order of the configuration.
        """
        values = self.value if isinstance(self.value, list) else []
        return tuple(
            Node(
                f"{self.path}[{index}]",
                value,
                _at(self.unknown, index),
                _at(self.sensitive, index),
                _written_as(self.expression, value, index if ordered else None, len(values)),
            )
            for index, value in enumerate(values)
        )


def _get(tree: object, name: str) -> object:
    return tree.get(name) if isinstance(tree, Mapping) else None


def _at(tree: object, index: int) -> object:
    return tree[index] if isinstance(tree, list) and index < len(tree) else None


def _written_as(expression: object, value: object, index: int | None, count: int) -> object:
    """Find the expression of one element: the one block that can stand for it, else nothing.

    An attribute has one expression for all its elements. Blocks of a set are in another order than in
    the configuration, and blocks that are dynamic are missing there.
    """
    if not isinstance(expression, list):
        return expression
    if len(expression) == count and (index is not None or count == 1):
        return expression[index or 0]
    fitting = [block for block in expression if fits(block, value)]
    return fitting[0] if len(fitting) == 1 else None


def fits(block: object, value: object) -> bool:
    """Say whether a block of the configuration can be the one that a value was made from.

    Only what is constant in the configuration and known in the value can tell.
    """
    if not isinstance(block, Mapping) or not isinstance(value, Mapping):
        return False
    return all(_may_equal(constant(written), value.get(name)) for name, written in block.items())


def constant(written: object) -> object:
    """Give the constant that an expression is, else ``None`` (as for the constant null)."""
    return _get(written, "constant_value")


def _may_equal(written: object, value: object) -> bool:
    """Compare a constant with the value that the provider's schema made of it; a set has another order."""
    if any(side is None or isinstance(side, (list, Mapping)) for side in (written, value)):
        return True
    return _text(written) == _text(value)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
