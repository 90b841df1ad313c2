"""The text of a comment on a pull request: the Markdown report, made to fit, with what matters most kept longest.

Hosts cut, or refuse, what is too long (GitHub: 65,536 characters). So tables are shortened first, each saying how many
rows more there are; then sections go, the least important first, and the last line names them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.report import view_of
from nfw_reconcile.report.blocks import Bullet
from nfw_reconcile.report.markdown import render_markdown
from nfw_reconcile.report.phrases import say
from nfw_reconcile.report.view import MOST_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nfw_reconcile.model.plan_document import PlanDocument
    from nfw_reconcile.model.result_document import ResultDocument
    from nfw_reconcile.report.blocks import View
    from nfw_reconcile.report.redaction import Redaction

BUDGET: Final = 60_000
"""UTF-16 code units, as GitHub counts them, with room to its limit."""

TOO_LONG: Final = "**The report is too long for a comment.**\n"

_ROWS: Final = (MOST_ROWS, 12, 6, 3, 1)
_PLAIN_LINK: Final = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&*+,;=%-]+")
"""Characters of an address that end no link in Markdown."""


def comment_text(
    document: PlanDocument | ResultDocument, redact: Redaction, link: str | None = None, budget: int = BUDGET
) -> str:
    """Give the text of a comment in at most ``budget`` UTF-16 code units (at least a few thousand).

    ``link`` is the address of the whole report; one that is no plain ``http`` address is left out.
    """
    footer = _footer(link)
    room = budget - units(footer)
    texts = map(render_markdown, _shorter_and_shorter(document, redact))
    return next((text for text in texts if units(text) <= room), TOO_LONG) + footer


def units(text: str) -> int:
    """Count the UTF-16 code units of a text."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _shorter_and_shorter(document: PlanDocument | ResultDocument, redact: Redaction) -> Iterator[View]:
    """Give the view with ever fewer rows, then with ever fewer sections, then with its headline only."""
    views = [view_of(document, redact, rows) for rows in _ROWS]
    yield from views
    shortest = views[-1]
    for kept in range(max((len(each.sections) for each in shortest.firewalls), default=0) - 1, -1, -1):
        firewalls = tuple(replace(each, sections=each.sections[:kept]) for each in shortest.firewalls)
        dropped = [
            section for each in shortest.firewalls for section in each.sections[kept:] if section.blocks
        ]
        yield _told(replace(shortest, firewalls=firewalls), dict.fromkeys(each.title for each in dropped))
    yield _told(replace(shortest, firewalls=(), lead=()), ["everything but the headline"])


def _told(view: View, dropped: Iterable[str]) -> View:
    """Name what was left out, behind everything else."""
    names = say(", ".join(dropped))
    return replace(view, facts=(*view.facts, Bullet("Left out, because it is too long here", names)))


def _footer(link: str | None) -> str:
    if link is None or not _PLAIN_LINK.fullmatch(link):
        return ""
    return f"\n[The whole report]({link})\n"
