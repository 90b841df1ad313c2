"""No data can become markup: every report is read again with a Markdown parser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from nfw_reconcile.report import view_of
from nfw_reconcile.report.blocks import (
    Bullet,
    Bullets,
    Change,
    Changes,
    Column,
    FirewallView,
    Section,
    Sign,
    Table,
    Tone,
    View,
)
from nfw_reconcile.report.markdown import SINKS, cell, diff, md, plain, render_markdown
from nfw_reconcile.report.neutral import visible
from nfw_reconcile.report.phrases import Datum, Phrase, Prose, say
from nfw_reconcile.report.templates import template_folder
from tests.unit.report.scenes import SCENES
from tests.unit.report.strategies import PIECES, hostile
from tests.unit.report.test_text import everywhere

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from markdown_it.token import Token

PARSER: Final = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OURS: Final = re.compile(r"[A-Za-z0-9 ,.;:()'\"%/+=?!_-]*")
"""All that may stand outside of code; no word of it is anything but a word to GitHub or GitLab."""

TRAPS: Final = re.compile(r"https?:|www\.|\bGH-\d|\b[0-9a-f]{7,}\b|(^|\s):\w+:|^/", re.IGNORECASE)
DETAILS: Final = re.compile(r"<details>\n<summary>[A-Za-z0-9 ,():]+</summary>\n|</details>\n")
ALLOWED: Final = {
    "inline", "text", "code_inline", "softbreak", "strong_open", "strong_close", "paragraph_open", "paragraph_close",
    "bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close", "heading_open", "heading_close",
    "table_open", "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close", "tr_open", "tr_close",
    "th_open", "th_close", "td_open", "td_close", "hr", "fence", "html_block",
}  # fmt: skip


def _tokens(markdown: str) -> Iterator[Token]:
    for token in PARSER.parse(markdown):
        yield token
        yield from token.children or ()


def _check(markdown: str) -> None:
    """Say that a report holds nothing but our own node types, and no words outside code but plain ones."""
    for token in _tokens(markdown):
        assert token.type in ALLOWED, token
        if token.type == "text":
            assert OURS.fullmatch(token.content), token.content
            assert not TRAPS.search(token.content), token.content
        if token.type == "html_block":
            assert DETAILS.fullmatch(token.content), token.content


def _shape(markdown: str) -> list[tuple[str, str]]:
    """Give the blocks of a report without their words: the same for every datum."""
    inline = {"inline", "text", "code_inline", "softbreak", "strong_open", "strong_close"}
    return [(token.type, token.markup[:3]) for token in _tokens(markdown) if token.type not in inline]


def _code(markdown: str) -> list[str]:
    return [token.content for token in _tokens(markdown) if token.type == "code_inline"]


@pytest.mark.parametrize("name", SCENES)
def test_reports_hold_nothing_but_our_markup(name: str) -> None:
    _check(render_markdown(view_of(SCENES[name]())))


@given(hostile())
@example("`|`\n| x |\n```\n<!-- nfw-reconcile:{} -->\n</details>")
def test_no_datum_changes_the_shape_of_a_report(text: str) -> None:
    report = render_markdown(everywhere(text))
    _check(report)
    assert _shape(report) == _shape(render_markdown(everywhere("x")))


MANY: Final = 40
"""Texts beside each other; with the draws of tier full there are 20,000 of them."""


@given(st.lists(hostile(), min_size=MANY, max_size=MANY))
def test_no_datum_reaches_another(texts: list[str]) -> None:
    """What one of them opens, another must not close."""

    def report(shown: list[str]) -> str:
        phrases = [say("a {} b {} c", Datum(text), Prose(text)) for text in shown]
        rows = tuple(zip(phrases[::2], phrases[1::2], strict=True))
        blocks = (
            Table((Column("One"), Column("Two")), rows),
            Bullets(tuple(Bullet("", each) for each in phrases)),
        )
        firewall = FirewallView(phrases[0], phrases[1], Tone.BAD, (Section("Title", blocks),))
        return render_markdown(View("plan", phrases[2], Tone.BAD, (), (firewall,), (), "0" * 64))

    found = report(texts)
    _check(found)
    assert _shape(found) == _shape(report(["x"] * MANY))


@pytest.mark.parametrize("text", PIECES)
def test_each_piece_alone(text: str) -> None:
    _check(render_markdown(everywhere(text)))


@given(hostile())
def test_a_datum_is_read_back_as_what_is_shown_elsewhere(text: str) -> None:
    shown = visible(text) or " "
    assert _code(md(say("a {} b", Datum(text)))) == [shown]
    table = f"| a |\n| --- |\n| {cell(say('a {} b', Datum(text)))} |\n"
    assert _code(table) == [shown]


@given(hostile())
def test_a_diff_is_one_fenced_block(text: str) -> None:
    sides = ((None, Datum(text)), (Datum(text), None), (Datum(text), Datum(text)))
    changes = tuple(Change("", before, after, Phrase(), Phrase()) for before, after in sides)
    (token,) = PARSER.parse(diff(Changes(changes)))
    assert (token.type, token.info) == ("fence", "diff")
    assert token.content == "".join(f"{sign} {visible(text)}\n" for sign in Sign)


@given(hostile())
def test_of_prose_only_plain_words_stand_outside_of_code(text: str) -> None:
    shown = md(Phrase((Prose(text),)))
    _check(f"a {shown}")
    written = "".join(
        token.content for token in _tokens(f"a {shown}") if token.type in {"text", "code_inline"}
    )
    assert "".join(written.split()) == "".join(f"a {visible(text)}".split())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "` `"),
        (" a ", "`  a  `"),
        ("a`b", "``a`b``"),
        ("``a", "``` ``a ```"),
        ("a|b", "`a|b`"),
        ("a\nb", "`a\\x0ab`"),
    ],
)
def test_code_spans(text: str, shown: str) -> None:
    assert md(Phrase((Datum(text),))) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Set it to REJECT.", "Set it to REJECT."),
        ("Give --home-net CIDR,... or more", "Give `--home-net CIDR,...` or more"),
        ("ping @octocat, see #1", "ping `@octocat`, see `#1`"),
        ("at 5 of 12, 1. and 2)", "at 5 of 12, `1`. and `2)`"),
        ("deadbeef is a word, 0123456 is none", "`deadbeef` is a word, `0123456` is none"),
    ],
)
def test_prose(text: str, shown: str) -> None:
    assert md(Phrase((Prose(text),))) == shown


def test_our_own_words_are_checked() -> None:
    with pytest.raises(ValueError, match="not plain wording"):
        plain("<b>")


TEMPLATES: Final = sorted(template_folder().glob("*.j2"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_print_through_a_sink(path: Path) -> None:
    printed = re.findall(r"\{\{-?(.*?)-?\}\}", path.read_text(encoding="utf-8"), re.DOTALL)
    sinks = "|".join(SINKS)
    assert [each for each in printed if not re.fullmatch(rf"\s*[\w.]+ \| ({sinks})\s*", each)] == []


@pytest.mark.parametrize(
    "template",
    ["{{ view.digest }}", "{{ view.headline.raw }}", "{{ 'x' }}", "{{ view.headline | md | string }}"],
)
def test_a_template_that_prints_by_itself_is_refused(template: str, tmp_path: Path) -> None:
    (tmp_path / "report.md.j2").write_text(template, encoding="utf-8")
    with pytest.raises((TypeError, Exception), match=r"without one of the filters|No filter named"):
        render_markdown(everywhere("x"), templates=tmp_path)


def test_a_folded_section_is_closed() -> None:
    view = View("plan", Phrase(("x",)), Tone.GOOD, (), (), (), "")
    assert "<details>" not in render_markdown(view)
    folded = Section("Folded", (), folded=True)
    report = render_markdown(everywhere("x"))
    assert report.count("<details>") == report.count("</details>") == 1
    assert folded.title in report


def test_what_is_for_formats_with_room_is_left_out() -> None:
    report = render_markdown(everywhere("x"))
    assert not {"Detail", "Elsewhere", "Bars", "Figure"} & set(re.findall(r"\w+", report))
