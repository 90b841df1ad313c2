from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from rich.cells import cell_len

from nfw_reconcile.report import view_of
from nfw_reconcile.report.blocks import (
    Bullet,
    Bullets,
    Change,
    Changes,
    Column,
    Detail,
    Figure,
    FirewallView,
    Paragraph,
    Section,
    Table,
    Tone,
    View,
)
from nfw_reconcile.report.charts import Bar, Bars, Grid, Label, Stage, Stages
from nfw_reconcile.report.phrases import Datum, Phrase, Prose, say
from nfw_reconcile.report.text import NARROWEST, render_text
from tests.unit.report.scenes import SCENES
from tests.unit.report.strategies import hostile

if TYPE_CHECKING:
    from nfw_reconcile.report.blocks import Block
    from nfw_reconcile.report.charts import Chart

SGR = re.compile(r"\x1b\[[0-9;]*m")


def charts(phrase: Phrase) -> tuple[Chart, ...]:
    """Give a chart of each kind that can have a phrase."""
    return (
        Bars("Bars", phrase, "One", "Two", (Bar(Label(phrase, phrase), 1),), rest=phrase),
        Grid("Grid", phrase, "One", (Label(phrase, phrase),), (Phrase(("TCP 1",)),), ((1,),)),
        Stages("Stages", phrase, (Stage("One", None),)),
    )


def everywhere(text: str) -> View:
    """Give a view that has a datum in every place that can have one."""
    phrase = say("a {} b {} c", Datum(text), Prose(text))
    bullets = (Bullet("Label", phrase, Tone.CAUTION), Bullet("", phrase))
    blocks: tuple[Block, ...] = (
        Paragraph(phrase),
        Bullets(bullets),
        Table((Column("One"), Column("Two", right=True)), ((phrase, Phrase((Datum(text),))),), rest=phrase),
        Changes(
            (
                Change("changed", Datum(f"{text}1"), Datum(text), phrase, phrase),
                Change("", None, Datum(text), Phrase(), Phrase()),
                Change("moved", Datum(text), Datum(text), phrase, phrase),
            ),
            rest=phrase,
        ),
    )
    extra = (*charts(phrase), Detail("Detail", blocks))
    sections = (
        Section("Open", blocks, extra=extra),
        Section("Folded", blocks, folded=True, extra=extra),
        Section("Elsewhere", (), extra=blocks),
    )
    firewall = FirewallView(phrase, phrase, Tone.BAD, sections, (Figure("Figure", phrase, Tone.GOOD),))
    return View("plan", phrase, Tone.BAD, bullets, (firewall,), bullets, "0" * 64)


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("width", [NARROWEST, 72, 200])
def test_no_line_is_wider_than_asked(name: str, width: int) -> None:
    lines = render_text(view_of(SCENES[name]()), color=False, width=width).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize("name", SCENES)
def test_nothing_is_cut_off_in_a_narrow_terminal(name: str) -> None:
    view = view_of(SCENES[name]())

    def characters(width: int) -> Counter[str]:
        return Counter("".join(render_text(view, color=False, width=width).split()))

    assert {width: characters(width) for width in range(NARROWEST, 140, 7)} == {
        width: characters(400) for width in range(NARROWEST, 140, 7)
    }


def test_a_terminal_that_is_too_narrow_gets_lines_all_the_same() -> None:
    view = view_of(SCENES["tighten"]())
    assert render_text(view, color=False, width=1) == render_text(view, color=False, width=NARROWEST)


def test_color_adds_sgr_sequences_and_nothing_else() -> None:
    for scene in SCENES.values():
        view = view_of(scene())
        plain, colored = render_text(view, color=False, width=100), render_text(view, color=True, width=100)
        bare = SGR.sub("", colored)
        assert SGR.search(colored)
        assert [line.rstrip() for line in bare.splitlines()] == plain.splitlines()


def test_a_number_is_never_broken() -> None:
    text = render_text(view_of(SCENES["tighten"]()), color=False, width=60)
    assert "205 MB" in text


def test_words_stay_whole_where_there_is_room_for_them() -> None:
    text = render_text(view_of(SCENES["tighten"]()), color=False, width=84)
    assert "\n  203.0.113.10:443  " in text


def test_the_environment_changes_nothing() -> None:
    code = (
        "from tests.unit.report.scenes import SCENES; from nfw_reconcile.report import view_of;"
        "from nfw_reconcile.report.text import render_text;"
        "print(ascii(render_text(view_of(SCENES['tighten']()), color=False, width=90)))"
    )
    odd = {
        "COLUMNS": "33",
        "FORCE_COLOR": "1",
        "TERM": "dumb",
        "NO_COLOR": "",
        "LINES": "4",
        "JUPYTER_COLUMNS": "20",
    }
    ran = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **odd}, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == ascii(render_text(view_of(SCENES["tighten"]()), color=False, width=90))


@given(hostile())
def test_nothing_in_the_text_acts_on_a_terminal_or_a_log(text: str) -> None:
    shown = render_text(everywhere(text), color=False, width=90)
    assert all(line.isprintable() or not line for line in shown.split("\n"))
    assert not any(line.lstrip().startswith(("::error", "##[")) for line in shown.splitlines())
    bare = SGR.sub("", render_text(everywhere(text), color=True, width=90))
    assert all(line.isprintable() or not line for line in bare.split("\n"))


def test_what_is_for_formats_with_room_is_left_out() -> None:
    text = render_text(everywhere("x"), color=False, width=90)
    assert not {"Detail", "Elsewhere", "Bars", "Figure"} & set(text.split())
