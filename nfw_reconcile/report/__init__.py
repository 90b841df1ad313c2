"""A saved plan or result in, a report for people or programs out: text, Markdown, JSON."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from nfw_reconcile.model.plan_document import PlanDocument
from nfw_reconcile.model.result_document import ResultDocument
from nfw_reconcile.report.jsonout import render_json
from nfw_reconcile.report.markdown import render_markdown
from nfw_reconcile.report.redaction import NOTHING, Redaction
from nfw_reconcile.report.text import render_text
from nfw_reconcile.report.view import MOST_ROWS, plan_view, result_view

if TYPE_CHECKING:
    from nfw_reconcile.report.blocks import View

__all__ = ["NOTHING", "Format", "Redaction", "render", "view_of"]


class Format(enum.StrEnum):
    """The formats that a report can have."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def render(
    document: PlanDocument | ResultDocument,
    as_format: Format,
    *,
    redact: Redaction = NOTHING,
    color: bool = False,
    width: int = 100,
) -> str:
    """Render a document; ``color`` and ``width`` (characters) count for text only."""
    match as_format:
        case Format.TEXT:
            return render_text(view_of(document, redact), color=color, width=width)
        case Format.JSON:
            return render_json(document, redact)
        case Format.MARKDOWN:
            return render_markdown(view_of(document, redact))


def view_of(
    document: PlanDocument | ResultDocument, redact: Redaction = NOTHING, most_rows: int = MOST_ROWS
) -> View:
    """Build the view of a plan or a result; each table holds at most ``most_rows`` rows."""
    match document:
        case PlanDocument():
            return plan_view(document, redact=redact, most_rows=most_rows)
        case ResultDocument():
            return result_view(document, redact=redact, most_rows=most_rows)
