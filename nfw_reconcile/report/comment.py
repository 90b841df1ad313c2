"""The text of a comment on a pull request: the Markdown report, made to fit, with what matters most kept longest.

Hosts cut, or refuse, what is too long (GitHub: 65,536 characters). So tables are shortened first, each saying how many
rows more there are; then sections go (:mod:`nfw_reconcile.report.fitting`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from nfw_reconcile.report import view_of
from nfw_reconcile.report.fitting import ever_shorter, fitted
from nfw_reconcile.report.view import MOST_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.model.plan_document import PlanDocument
    from nfw_reconcile.model.result_document import ResultDocument
    from nfw_reconcile.report.blocks import View
    from nfw_reconcile.report.redaction import Redaction

BUDGET: Final = 60_000
"""UTF-16 code units, as GitHub counts them, with room to its limit."""

_ROWS: Final = (MOST_ROWS, 12, 6, 3, 1)
_PLAIN_LINK: Final = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&*+,;=%-]+")
"""Characters of an address that end no link in Markdown."""


def comment_text(
    document: PlanDocument | ResultDocument, redact: Redaction, link: str | None = None, budget: int = BUDGET
) -> str:
    """Give the text of a comment in at most ``budget`` UTF-16 code units (at least a few hundred).

    ``link`` is the address of the whole report; one that is no plain ``http`` address is left out.
    """
    footer = _footer(link)
    room = budget - units(footer)
    return fitted(_views(document, redact), lambda text: units(text) <= room) + footer


def units(text: str) -> int:
    """Count the UTF-16 code units of a text."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _views(document: PlanDocument | ResultDocument, redact: Redaction) -> Iterator[View]:
    """Give the view with ever fewer rows in its tables, and then ever shorter."""
    views = [view_of(document, redact, rows) for rows in _ROWS]
    yield from views
    yield from ever_shorter(views[-1])


def _footer(link: str | None) -> str:
    if link is None or not _PLAIN_LINK.fullmatch(link):
        return ""
    return f"\n[The whole report]({link})\n"
