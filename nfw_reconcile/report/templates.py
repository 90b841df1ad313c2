"""Find the folder of templates, wherever the package runs from."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from nfw_reconcile.errors import InputError, Location, error

FIRST_TEMPLATE: Final = "report.md.j2"
"""Every folder of templates has it."""

FIRST_PAGE: Final = "html/page.html.j2"
"""Every folder of templates that can make a page has it."""

PACKAGE: Final = Path(__file__).parents[1]


def template_folder(
    explicit: Path | None = None, *, package: Path = PACKAGE, first: str = FIRST_TEMPLATE
) -> Path:
    """Give the folder: the one that was asked for, else the wheel's, else that of the checkout.

    A wheel holds the templates inside the package; a checkout and an editable install of one have them
    beside it. ``first`` is the template that it must have. Raises :class:`~nfw_reconcile.errors.InputError`
    where there is no such folder.
    """
    places = [explicit] if explicit else [package / "templates", package.parent / "templates"]
    for place in places:
        if (place / first).is_file():
            return place
    raise InputError(
        error(
            f"There is no {first} here.",
            Location(" or ".join(str(place) for place in places)),
            "Name a folder that has it." if explicit else "Install nfw-reconcile again.",
        )
    )
