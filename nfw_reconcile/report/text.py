"""A view as plain text of a fixed width, for terminals and logs."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from nfw_reconcile.report.blocks import Bullets, Changes, Paragraph, Sign, Table, Tone
from nfw_reconcile.report.neutral import visible
from nfw_reconcile.report.widths import Widths, share

if TYPE_CHECKING:
    from rich.console import Console, JustifyMethod, RenderableType
    from rich.text import Text

    from nfw_reconcile.report.blocks import Block, Bullet, FirewallView, Section, View
    from nfw_reconcile.report.phrases import Phrase

_TONES: Final = {Tone.BAD: "red", Tone.CAUTION: "yellow", Tone.GOOD: "green", Tone.PLAIN: ""}
_SIGNS: Final = {Sign.REMOVED: "red", Sign.ADDED: "green", Sign.SAME: "dim"}
_INDENT: Final = 2
_GAP: Final = 2
NARROWEST: Final = 40
"""Characters; a narrower terminal gets lines of this width all the same."""


def render_text(view: View, *, color: bool, width: int) -> str:
    """Render a view in lines of at most ``width`` characters: the same bytes for the same arguments.

    With ``color`` the only control characters are SGR sequences; without, there is none but newlines.
    """
    target = io.StringIO()
    _show(_console(target, color=color, width=max(width, NARROWEST)), view)
    return "".join(f"{line.rstrip()}\n" for line in target.getvalue().splitlines())


def _console(target: io.StringIO, *, color: bool, width: int) -> Console:
    """Make a console that looks at its arguments only: neither at the terminal nor at the environment."""
    from rich.console import Console  # noqa: PLC0415 - slow to import, and needed for text only

    return Console(
        file=target,
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={},
    )


def _show(console: Console, view: View) -> None:
    console.print(_text(view.headline, f"bold {_TONES[view.tone]}"))
    console.print(_bullets(view.lead, indent=0))
    for firewall in view.firewalls:
        _show_firewall(console, firewall)
    console.print()
    console.print(_bullets(view.facts, indent=0))


def _show_firewall(console: Console, firewall: FirewallView) -> None:
    console.print()
    console.print(_text(firewall.heading, "bold underline"))
    if firewall.headline:
        console.print(_text(firewall.headline, _TONES[firewall.tone]))
    for section in firewall.sections:
        if section.blocks:
            _show_section(console, section)


def _show_section(console: Console, section: Section) -> None:
    from rich.text import Text  # noqa: PLC0415 - see _console

    console.print()
    console.print(Text(section.title, "bold"))
    for block in section.blocks:
        for line in _block(block, console.width - _INDENT):
            console.print(line)


def _block(block: Block, room: int) -> list[RenderableType]:
    match block:
        case Paragraph():
            return [_indented(_text(block.text))]
        case Bullets():
            return [_bullets(block.items, indent=_INDENT)]
        case Table():
            return [_table(block, room), *_rest(block.rest)]
        case Changes():
            return [_changes(block), *_rest(block.rest)]


def _rest(rest: Phrase | None) -> list[RenderableType]:
    return [] if rest is None else [_indented(_text(rest, "dim"))]


def _indented(renderable: RenderableType) -> RenderableType:
    from rich.padding import Padding  # noqa: PLC0415 - see _console

    return Padding(renderable, (0, 0, 0, _INDENT))


def _bullets(items: tuple[Bullet, ...], *, indent: int) -> RenderableType:
    from rich.padding import Padding  # noqa: PLC0415 - see _console
    from rich.table import Table as Grid  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    grid = Grid.grid(padding=(0, 2 if any(item.label for item in items) else 1, 0, 0))
    for _ in range(2):
        grid.add_column(overflow="fold")
    for item in items:
        grid.add_row(Text(item.label or "-", _TONES[item.tone], no_wrap=True), _text(item.text))
    return Padding(grid, (0, 0, 0, indent))


def _table(table: Table, room: int) -> RenderableType:
    """Lay a table out in ``room`` characters; nothing is ever cut off."""
    from rich.table import Table as Grid  # noqa: PLC0415 - see _console

    grid = Grid(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim")
    cells = [[_text(value) for value in row] for row in table.rows]
    columns = [Widths.of(column, [row[n].plain for row in cells]) for n, column in enumerate(table.columns)]
    for column, width in zip(table.columns, share(columns, room - _GAP * len(columns)), strict=True):
        justify: JustifyMethod = "right" if column.right else "left"
        grid.add_column(column.title, justify=justify, width=width, overflow="fold")
    for row in cells:
        grid.add_row(*row)
    return _indented(grid)


def _changes(changes: Changes) -> RenderableType:
    from rich.table import Table as Grid  # noqa: PLC0415 - see _console
    from rich.text import Text  # noqa: PLC0415

    grid = Grid.grid(padding=(0, 1, 0, 0))
    for _ in range(2):
        grid.add_column(overflow="fold")
    for line in changes.lines:
        style = _SIGNS[line.sign]
        grid.add_row(Text(line.sign.value, style), Text(visible(line.text.text), style))
    return _indented(grid)


def _text(phrase: Phrase, style: str = "") -> Text:
    from rich.text import Text  # noqa: PLC0415 - see _console

    shown = (part if isinstance(part, str) else visible(part.text) for part in phrase.parts)
    return Text("".join(shown), style.strip(), overflow="fold")
