"""Options whose order counts among each other: click keeps the order of one option's values, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

T = TypeVar("T")

_ORDER: Final = f"{__name__}.order"


class InOrder(click.Command):
    """A command that remembers in which order the options of its line stand."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the line as any command does."""
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        ctx.meta[_ORDER] = [parameter.name for parameter in order]
        return super().parse_args(ctx, args)


def in_order(given: Mapping[str, Sequence[T]]) -> Iterator[T]:
    """Give the values of several options, by their parameters' names, as they stand on the line.

    It is the line of the current command, which has to be an :class:`InOrder`.
    """
    left = {name: iter(each) for name, each in given.items()}
    for name in click.get_current_context().meta[_ORDER]:
        if name in left:
            yield next(left[name])
