"""Elements of SVG. Colours come from classes: the page's policy lets no style attribute act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from nfw_reconcile.report.html.escape import Html, escaped, shown

if TYPE_CHECKING:
    from nfw_reconcile.report.charts import Chart, Label
    from nfw_reconcile.report.phrases import Phrase

LONGEST_LABEL: Final = 36
"""Characters of a label that a narrow screen has room for; the table beside the picture has all."""


FEWEST_OF_NAME: Final = 5
"""Characters of a name that tell something."""


def element(name: str, *children: Html, **attributes: str | float) -> Html:
    """Give an element; ``_`` in the name of an attribute is ``-``, and one at its end is left out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(_number(value))}"'
        for key, value in attributes.items()
    )
    if not children:
        return Html(f"<{name}{written}/>")
    return Html(f"<{name}{written}>{''.join(children)}</{name}>")


def label(value: Phrase | str, **attributes: str | float) -> Html:
    """Give a line of text."""
    return element("text", escaped(value if isinstance(value, str) else shown(value)), **attributes)


def picture(chart: Chart, identity: str, *children: Html, width: str | float, height: float) -> Html:
    """Give a whole picture; assistive technology reads it as one image with a name and a description."""
    return element(
        "svg",
        element("title", escaped(chart.title), id=f"{identity}-t"),
        element("desc", escaped(shown(chart.caption)), id=f"{identity}-d"),
        *children,
        class_=f"chart {type(chart).__name__.lower()}",
        role="img",
        aria_labelledby=f"{identity}-t",
        aria_describedby=f"{identity}-d",
        width=width,
        height=height,
    )


def percent(value: float) -> str:
    """Give a share of the picture's width, in percent."""
    return f"{_number(round(value, 2))}%"


def named(label: Label, longest: int = LONGEST_LABEL) -> str:
    """Give what a label stands for, and as much of its name as there is room for: the name ends first."""
    what = short(label.what, longest)
    room = longest - len(what) - len(" ()")
    name = shown(label.name)
    if not name or room < FEWEST_OF_NAME:
        return what
    return f"{what} ({name if len(name) <= room else f'{name[: room - 1].rstrip()}…'})"


def short(value: Phrase, longest: int = LONGEST_LABEL) -> str:
    """Give a phrase with its middle left out where it is too long: both ends tell services apart."""
    whole = shown(value)
    if len(whole) <= longest:
        return whole
    half = (longest - 1) // 2
    return f"{whole[: longest - 1 - half]}…{whole[-half:]}"


def _number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
