"""Render a page from the templates of its own: templates/html."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from nfw_reconcile.report.html.draw import draw
from nfw_reconcile.report.html.escape import Html, phrase, plain, text
from nfw_reconcile.report.html.marks import mark
from nfw_reconcile.report.html.page import PlacedChart, page_of, template_of
from nfw_reconcile.report.html.sides import new_side, old_side
from nfw_reconcile.report.html.style import css, read_style
from nfw_reconcile.report.templates import FIRST_PAGE, template_folder

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Environment

    from nfw_reconcile.report.blocks import View


def render_html(view: View, *, templates: Path | None = None) -> str:
    """Render a view as one page: equal views are equal bytes.

    ``templates`` is a folder to be used instead of the shipped one.
    """
    folder = template_folder(templates, first=FIRST_PAGE) / "html"
    style = read_style(folder)
    page = _environment(folder).get_template("page.html.j2")
    return page.render(page=page_of(view), view=view, style=style)


def picture(placed: PlacedChart) -> Html:
    """Give a chart as a picture."""
    return draw(placed.chart, placed.id)


SINKS: Final = {
    "phrase": phrase, "plain": plain, "text": text, "css": css, "mark": mark, "picture": picture,
    "old_side": old_side, "new_side": new_side,
}  # fmt: skip
"""The filters that every printed value goes through."""


@lru_cache(maxsize=4)
def _environment(folder: Path) -> Environment:
    """Make the environment of a folder; its templates are compiled once.

    What is printed is escaped by its sink, or refused; what came past both would still be escaped by Jinja.
    """
    from jinja2 import FileSystemLoader, StrictUndefined  # noqa: PLC0415 - slow to import
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        finalize=_only_sunk,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters = {**SINKS, "template": template_of}
    return environment


def _only_sunk(value: object) -> Html:
    if not isinstance(value, Html):
        message = f"a template prints {type(value).__name__} without one of the filters {', '.join(SINKS)}"
        raise TypeError(message)
    return value
