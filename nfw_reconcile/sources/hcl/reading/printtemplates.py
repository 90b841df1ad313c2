"""Print templates: texts, and the sequences between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from nfw_reconcile.sources.hcl.reading.quoting import escaped, escaped_before_sequence
from nfw_reconcile.sources.hcl.syntax import (
    Expression,
    ForDirective,
    IfDirective,
    Interpolation,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.sources.hcl.syntax import Part

Printer = Callable[[Expression], Iterator[str]]
"""Prints an expression, in pieces."""


def printed_template(parts: Sequence[Part], printer: Printer) -> Iterator[str]:
    """Print a template between quotes; it reads back as the same one."""
    yield '"'
    match parts:
        case (Interpolation(value), Text("")):
            yield "${"
            yield from printer(value)
            yield " ~} "
        case _:
            yield from _parts(parts, printer, last=len(parts) - 1)
    yield '"'


def _parts(parts: Sequence[Part], printer: Printer, last: int = -1) -> Iterator[str]:
    """Print parts, of which the one at ``last`` has no sequence behind it."""
    for index, part in enumerate(parts):
        match part:
            case Text(text):
                yield escaped(text) if index == last else escaped_before_sequence(text)
            case Interpolation(value):
                yield "${"
                yield from printer(value)
                yield "}"
            case IfDirective() | ForDirective():
                yield from _directive(part, printer)


def _directive(part: IfDirective | ForDirective, printer: Printer) -> Iterator[str]:
    match part:
        case IfDirective(condition, then, otherwise):
            yield "%{ if "
            yield from printer(condition)
            yield " }"
            yield from _parts(then, printer)
            if otherwise:
                yield "%{ else }"
                yield from _parts(otherwise, printer)
            yield "%{ endif }"
        case ForDirective(key, value, collection, body):
            yield f"%{{ for {', '.join(name for name in (key, value) if name)} in "
            yield from printer(collection)
            yield " }"
            yield from _parts(body, printer)
            yield "%{ endfor }"
