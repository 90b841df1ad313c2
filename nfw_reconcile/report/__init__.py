"""A saved plan or result in, a report for people or programs out: text, Markdown, HTML, JSON, SARIF and so on."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.plan_document import PlanDocument
from nfw_reconcile.model.result_document import ResultDocument
from nfw_reconcile.report.annotations import render_annotations
from nfw_reconcile.report.codequality import render_codequality
from nfw_reconcile.report.html import render_html
from nfw_reconcile.report.jsonout import render_json
from nfw_reconcile.report.junit import render_junit
from nfw_reconcile.report.markdown import render_markdown
from nfw_reconcile.report.masking import masked
from nfw_reconcile.report.plan_findings import plan_findings
from nfw_reconcile.report.redaction import NOTHING, Redaction, redacted
from nfw_reconcile.report.result_findings import result_findings
from nfw_reconcile.report.sarif import render_sarif
from nfw_reconcile.report.text import render_text
from nfw_reconcile.report.view import MOST_ROWS, plan_view, result_view

if TYPE_CHECKING:
    from nfw_reconcile.report.blocks import View
    from nfw_reconcile.report.findings import Findings

__all__ = ["NOTHING", "Format", "Redaction", "findings_of", "render", "view_of"]

HTML_ROWS: Final = 100
"""Rows of each table of a page for one firewall; those of several share them, so that any page opens at once."""


class Format(enum.StrEnum):
    """The formats that a report can have."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    SARIF = "sarif"
    JUNIT = "junit"
    CODEQUALITY = "codequality"
    ANNOTATIONS = "annotations"


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
        case Format.HTML:
            most_rows = max(HTML_ROWS // max(len(document.firewalls), 1), MOST_ROWS)
            return render_html(view_of(document, redact, most_rows))
        case Format.SARIF:
            return render_sarif(findings_of(document, redact))
        case Format.JUNIT:
            return render_junit(findings_of(document, redact))
        case Format.CODEQUALITY:
            return render_codequality(findings_of(document, redact))
        case Format.ANNOTATIONS:
            return render_annotations(findings_of(document, redact))


def view_of(
    document: PlanDocument | ResultDocument, redact: Redaction = NOTHING, most_rows: int = MOST_ROWS
) -> View:
    """Build the view of a plan or a result; each table holds at most ``most_rows`` rows."""
    match document:
        case PlanDocument():
            return plan_view(document, redact=redact, most_rows=most_rows)
        case ResultDocument():
            return result_view(document, redact=redact, most_rows=most_rows)


def findings_of(document: PlanDocument | ResultDocument, redact: Redaction = NOTHING) -> Findings:
    """Give what a plan or a result found: nothing sensitive, nothing that ``redact`` names."""
    match document:
        case PlanDocument():
            return plan_findings(redacted(masked(document), redact))
        case ResultDocument():
            return result_findings(redacted(masked(document), redact))
