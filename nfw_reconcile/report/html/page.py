"""A view with a place for everything: ids to jump to, a table beside each picture, pictures side by side."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from nfw_reconcile.report.blocks import Bullets, Changes, Detail, Paragraph, Table
from nfw_reconcile.report.charts import Chart, Grid
from nfw_reconcile.report.html.draw import twin
from nfw_reconcile.report.html.escape import shown
from nfw_reconcile.report.phrases import Phrase, Prose, say

if TYPE_CHECKING:
    from nfw_reconcile.report.blocks import Block, FirewallView, Section, View

_LONGEST_TITLE: Final = 120


@dataclass(frozen=True, slots=True)
class PlacedBlock:
    """A block, its id, and what a table is called by those who cannot see where it stands."""

    id: str
    block: Block
    caption: str


@dataclass(frozen=True, slots=True)
class PlacedDetail:
    """A folded part of a section."""

    title: str
    parts: tuple[PlacedBlock, ...]


@dataclass(frozen=True, slots=True)
class PlacedChart:
    """A chart with the table that says the same; a ``fixed`` one does not shrink, and scrolls where it must."""

    id: str
    chart: Chart
    twin: PlacedBlock
    fixed: bool


@dataclass(frozen=True, slots=True)
class PlacedCharts:
    """Charts that stand side by side where there is room."""

    charts: tuple[PlacedChart, ...]


Placed = PlacedBlock | PlacedDetail | PlacedCharts


@dataclass(frozen=True, slots=True)
class PlacedSection:
    """A section with its id."""

    id: str
    section: Section
    parts: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class PlacedFirewall:
    """A firewall with its id."""

    id: str
    view: FirewallView
    sections: tuple[PlacedSection, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """All that the template of a page lays out."""

    title: Phrase
    view: View
    firewalls: tuple[PlacedFirewall, ...]


def page_of(view: View) -> Page:
    """Give everything in a view its place."""
    return Page(
        title=_title(view),
        view=view,
        firewalls=tuple(_firewall(each, f"f{number}") for number, each in enumerate(view.firewalls, 1)),
    )


def template_of(part: Placed | Block) -> str:
    """Name the template that lays a part out."""
    match part:
        case PlacedCharts():
            return "charts.html.j2"
        case PlacedDetail():
            return "detail.html.j2"
        case PlacedBlock():
            return template_of(part.block)
        case Paragraph():
            return "paragraph.html.j2"
        case Bullets():
            return "list.html.j2"
        case Table():
            return "table.html.j2"
        case Changes():
            return "changes.html.j2"


def _title(view: View) -> Phrase:
    """Give the name of the page, for a tab or a list of bookmarks."""
    words = shown(view.headline)
    cut = words if len(words) <= _LONGEST_TITLE else f"{words[:_LONGEST_TITLE]}…"
    return say(f"nfw-reconcile {view.kind}: {{}}", Prose(cut))


def _firewall(view: FirewallView, identity: str) -> PlacedFirewall:
    sections = tuple(
        _section(section, f"{identity}-{number}") for number, section in enumerate(view.sections, 1)
    )
    return PlacedFirewall(identity, view, sections)


def _section(section: Section, identity: str) -> PlacedSection:
    """Put charts that follow each other side by side, and number all parts."""
    numbered = [
        (f"{identity}-{number}", part) for number, part in enumerate((*section.blocks, *section.extra), 1)
    ]
    parts: list[Placed] = []
    for side_by_side, group in groupby(numbered, key=lambda each: isinstance(each[1], Chart)):
        placed = [_placed(part, place, section.title) for place, part in group]
        charts = tuple(each for each in placed if isinstance(each, PlacedChart))
        parts += (
            [PlacedCharts(charts)]
            if side_by_side
            else [each for each in placed if not isinstance(each, PlacedChart)]
        )
    return PlacedSection(identity, section, tuple(parts))


def _placed(
    part: Block | Chart | Detail, identity: str, title: str
) -> PlacedBlock | PlacedDetail | PlacedChart:
    match part:
        case Detail():
            blocks = tuple(
                PlacedBlock(f"{identity}-{number}", block, f"{title}: {part.title}")
                for number, block in enumerate(part.blocks, 1)
            )
            return PlacedDetail(part.title, blocks)
        case Paragraph() | Bullets() | Table() | Changes():
            return PlacedBlock(identity, part, title)
        case _:
            table = PlacedBlock(f"{identity}-n", twin(part), part.title)
            return PlacedChart(identity, part, table, fixed=isinstance(part, Grid))
