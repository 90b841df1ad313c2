"""No data can become markup, and the page holds together: every page is read back by a parser."""

from __future__ import annotations

import itertools
import re
import shutil
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import example, given

from nfw_reconcile.report import Format, Redaction, render, view_of
from nfw_reconcile.report.html import render_html
from nfw_reconcile.report.html.render import SINKS
from nfw_reconcile.report.neutral import visible
from nfw_reconcile.report.templates import FIRST_PAGE, template_folder
from tests.unit.report.html.reading import read
from tests.unit.report.html.scenes import crowded
from tests.unit.report.scenes import SCENES
from tests.unit.report.strategies import PIECES, hostile
from tests.unit.report.test_text import everywhere

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.report.html.reading import Node

SCRIPTING: Final = {
    "script",
    "img",
    "iframe",
    "object",
    "embed",
    "form",
    "input",
    "link",
    "base",
    "foreignobject",
}
MARKED: Final = {"del", "ins"}
"""Elements that hang on the words of data: they mark what differs."""


def _shape(page: Node) -> list[tuple[str, dict[str, str]]]:
    """Give all elements with their attributes: the same for every datum."""
    return [(node.tag, node.attributes) for node in page.walk() if node.tag not in MARKED]


@given(hostile())
@example("</code></style></title><script>alert(1)</script>")
@example("\" onfocus=alert(1) autofocus x='")
def test_no_datum_becomes_an_element_or_an_attribute(text: str) -> None:
    page = read(render_html(everywhere(text)))
    assert _shape(page) == _shape(read(render_html(everywhere("x"))))
    assert all(not node.attributes for node in page.all(*MARKED))


@pytest.mark.parametrize("text", PIECES)
def test_a_datum_is_read_back_as_what_is_shown_elsewhere(text: str) -> None:
    codes = {node.text for node in read(render_html(everywhere(text))).all("code")}
    assert (visible(text) or " ") in codes
    assert codes <= {visible(text) or " ", visible(f"{text}1")}


@pytest.mark.parametrize("name", SCENES)
def test_nothing_can_be_run_loaded_or_sent(name: str) -> None:
    page = read(render(SCENES[name](), Format.HTML))
    for node in page.walk():
        assert node.tag not in SCRIPTING
        assert not {"style", "src", "srcset", "action", "xlink:href"} & set(node.attributes)
        assert not [key for key in node.attributes if key.startswith("on")]
        assert node.attributes.get("href", "#").startswith("#")


@pytest.mark.parametrize("name", SCENES)
def test_what_is_referred_to_is_there_once(name: str) -> None:
    page = read(render(SCENES[name](), Format.HTML))
    ids = [node.attributes["id"] for node in page.walk() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    named = [
        node.attributes.get(key, "")
        for node in page.walk()
        for key in ("aria-labelledby", "aria-describedby")
    ]
    targets = [node.attributes["href"][1:] for node in page.all("a")]
    assert {word for words in (*named, *targets) for word in words.split()} <= set(ids)


@pytest.mark.parametrize("name", SCENES)
def test_headings_leave_no_level_out(name: str) -> None:
    page = read(render(SCENES[name](), Format.HTML))
    levels = [int(node.tag[1]) for node in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("name", SCENES)
def test_the_verdict_and_the_limits_come_first(name: str) -> None:
    view = view_of(SCENES[name]())
    (header,) = read(render_html(view)).all("header")
    (verdict,) = header.all("h1")
    assert verdict.text == view.headline.raw
    assert "Limits" in [node.text for node in header.all("strong")]


@pytest.mark.parametrize("name", SCENES)
def test_tables_have_a_name_and_heads_for_rows_and_columns(name: str) -> None:
    page = read(render(SCENES[name](), Format.HTML))
    scrolling = [node for node in page.all("div") if "scroll" in node.classes]
    assert all(
        node.attributes["tabindex"] == "0" and node.attributes["aria-labelledby"] for node in scrolling
    )
    assert len(scrolling) == len(page.all("table"))
    for table in page.all("table"):
        (caption,) = table.all("caption")
        assert caption.text
        heads, *rows = (list(row.all("th", "td")) for row in table.all("tr"))
        assert {node.attributes.get("scope") for node in heads} == {"col"}
        for first, *others in rows:
            assert (first.tag, first.attributes.get("scope")) == ("th", "row")
            assert {node.tag for node in others} <= {"td"}
            assert len(others) == len(heads) - 1


@pytest.mark.parametrize("name", SCENES)
def test_nothing_of_a_view_is_left_out(name: str) -> None:
    view = view_of(SCENES[name]())
    page = read(render_html(view))
    titles = [node.text for node in page.all("h3")]
    assert titles == [section.title for firewall in view.firewalls for section in firewall.sections]
    told = " ".join(page.text.split())
    for bullet in (*view.lead, *view.facts):
        assert " ".join(bullet.text.raw.split()) in told
    links = [node.text for node in page.all("nav")[0].all("a")]
    assert [link for link in links if link in titles] == titles


def test_each_change_stands_there_with_both_sides_and_its_flows() -> None:
    page = read(render(SCENES["tighten"](), Format.HTML))
    changed = [" ".join(node.text.split()) for node in page.all("ol")[-2].all("li")]
    assert changed[0].startswith(
        "removed cuts 1 live flow (640 B): UDP 198.51.100.53:53 Old dns sid 9: pass udp"
    )
    assert changed[0].endswith("New not there")
    assert changed[3] == "moved Old and new web sid 21: pass tcp any any -> any 22 (sid:21;)"


def test_ten_thousand_flows_stay_under_two_megabytes_and_are_summed_up() -> None:
    page = render(crowded(10_000), Format.HTML)
    assert len(page.encode()) < 2_000_000
    assert re.search(r"and 9,900 more flows with [\d.]+ [MG]B in all", page)


def test_a_page_is_the_same_bytes_again() -> None:
    assert render(SCENES["tighten"](), Format.HTML) == render(SCENES["tighten"](), Format.HTML)


def test_what_is_masked_elsewhere_is_masked_in_pictures_too() -> None:
    page = render(crowded(50), Format.HTML, redact=Redaction(ip=True, names=True))
    assert not re.search(r"\b10\.\d+\.\d+\.\d+|203\.0\.113|prod-egress|partner", page)
    assert "192.0.2.66" not in render(SCENES["sensitive"](), Format.HTML)


TEMPLATES: Final = sorted((template_folder() / "html").glob("*.j2"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_print_through_a_sink(path: Path) -> None:
    printed = re.findall(r"\{\{-?(.*?)-?\}\}", path.read_text(encoding="utf-8"), re.DOTALL)
    sinks = "|".join(SINKS)
    assert [each for each in printed if not re.fullmatch(rf"\s*[\w.]+ \| ({sinks})\s*", each)] == []
    assert "|safe" not in path.read_text(encoding="utf-8").replace(" ", "")


@pytest.mark.parametrize(
    "template", ["{{ view.digest }}", "{{ view.headline.raw }}", "{{ 'x' }}", "{{ view.digest | safe }}"]
)
def test_a_template_that_prints_by_itself_is_refused(template: str, tmp_path: Path) -> None:
    shutil.copytree(template_folder(), tmp_path, dirs_exist_ok=True)
    (tmp_path / FIRST_PAGE).write_text(template, encoding="utf-8")
    with pytest.raises((TypeError, Exception), match=r"without one of the filters|No filter named"):
        render_html(everywhere("x"), templates=tmp_path)
