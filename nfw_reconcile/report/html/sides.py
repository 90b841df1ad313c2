"""The two sides of a change with what differs marked, word by word."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from nfw_reconcile.report.html.escape import Html, escaped
from nfw_reconcile.report.html.words import compared
from nfw_reconcile.report.neutral import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nfw_reconcile.report.blocks import Change
    from nfw_reconcile.report.html.words import Marked


def old_side(change: Change) -> Html:
    """Give what was there, what is gone of it marked as deleted."""
    return _code(_sides(change)[0], "del")


def new_side(change: Change) -> Html:
    """Give what is there now, what is new in it marked as inserted."""
    return _code(_sides(change)[1], "ins")


def _sides(change: Change) -> tuple[list[Marked], list[Marked]]:
    old, new = ("" if side is None else visible(side.text) for side in (change.before, change.after))
    return compared(old, new) if old and new else ([(old, True)], [(new, True)])


def _code(marked: Iterable[Marked], tag: str) -> Html:
    pieces = (
        _piece("".join(word for word, _ in group), "" if in_common else tag)
        for in_common, group in groupby(marked, key=lambda each: each[1])
    )
    return Html(f"<code>{''.join(pieces)}</code>")


def _piece(text: str, tag: str) -> Html:
    return Html(f"<{tag}>{escaped(text)}</{tag}>") if tag else escaped(text)
