"""The style sheet of a page, and the policy that lets nothing else act.

Content Security Policy Level 3, 6.7.3 ("style-src"): the hash of its content lets one inline element act, and with
it no style attribute does. A policy in a ``meta`` element holds for a saved file too.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.report.html.escape import Html

if TYPE_CHECKING:
    from pathlib import Path

SHEETS: Final = ("colors", "page", "blocks", "charts", "wide", "contrast", "print")
"""The files of the style sheet; later ones take precedence."""


@dataclass(frozen=True, slots=True)
class Style:
    """A style sheet of our own; ``ValueError`` where it would end the element that holds it."""

    sheet: str

    def __post_init__(self) -> None:
        if "<" in self.sheet:
            message = "a style sheet within a page cannot hold a <"
            raise ValueError(message)

    @property
    def policy(self) -> str:
        """Give the policy: nothing is loaded, run, sent or framed; this sheet alone acts."""
        digest = base64.b64encode(hashlib.sha256(self.sheet.encode()).digest()).decode()
        return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def read_style(folder: Path) -> Style:
    """Read the style sheet of a folder of templates for pages."""
    return Style("\n".join((folder / "style" / f"{name}.css").read_text(encoding="utf-8") for name in SHEETS))


def css(style: Style) -> Html:
    """Give the style sheet for its element: HTML has no references there, so it is written as it is."""
    return Html(style.sheet)
