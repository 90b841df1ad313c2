"""Options that belong together, as one argument of a command."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias, TypeVar

R = TypeVar("R")

Decorator: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]
"""What ``click.option`` makes."""


def adding(
    argument: str, choose: Callable[..., object], *options: Decorator
) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Make a decorator that adds options to a command, in this order.

    The command gets, as ``argument``, what ``choose`` makes of their values. Its parameters are named as the options
    are; one that no option gives keeps its default.
    """
    names = tuple(inspect.signature(choose).parameters)

    def add(command: Callable[..., R]) -> Callable[..., R]:
        @wraps(command)
        def wrapped(*args: object, **given: Any) -> R:  # noqa: ANN401 - click passes what is declared
            chosen = choose(**{name: given.pop(name) for name in names if name in given})
            return command(*args, **{argument: chosen}, **given)

        found: Callable[..., R] = wrapped
        for option in reversed(options):
            found = option(found)
        return found

    return add
