"""Pages as a reader has them: opened in a real browser, looked at by axe, gone through with the keyboard."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import pytest
from playwright.sync_api import sync_playwright

from nfw_reconcile.report import Format, render
from nfw_reconcile.report.html import render_html
from tests.unit.report.html.scenes import crowded
from tests.unit.report.scenes import flushed, tighten, unknown_outcome
from tests.unit.report.strategies import PIECES
from tests.unit.report.test_text import everywhere

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Literal

    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser

WIDTHS: Final = (360, 800, 1_440)
"""Of a phone, a tablet and a desk, in CSS pixels."""

AXE: Final = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
VIOLATIONS: Final = (
    "axe.run({resultTypes: ['violations'], rules: {'target-size': {enabled: true}}})"
    ".then(found => found.violations.map(rule => [rule.id, ...rule.nodes.map(node => node.html.slice(0, 200))]))"
)
TOO_WIDE: Final = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OPEN_ALL: Final = "document.querySelectorAll('details').forEach(each => { each.open = true })"
FOCUSED: Final = """() => {
  const all = [...document.querySelectorAll('*')], now = document.activeElement;
  return [all.indexOf(now), now.tagName.toLowerCase(), now.textContent.trim().slice(0, 40)];
}"""
STRANGERS: Final = (
    "document.querySelectorAll('script, img, iframe, object, form, base, [style], [onerror]').length"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the browser that the system has, once for all tests here."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # it does not start as root otherwise
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=sandbox)
        yield started
        started.close()


@dataclass(slots=True)
class Opened:
    """A page that is open, with all that it complained about and asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, context: BrowserContext, path: Path, report: str) -> Opened:
        path.write_text(report, encoding="utf-8")
        opened = cls(context.new_page())
        opened.page.on("console", lambda message: opened.complaints.append(message.text))
        opened.page.on("pageerror", lambda problem: opened.complaints.append(str(problem)))
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.goto(path.as_uri())
        return opened

    def ask(self, expression: str) -> Any:  # noqa: ANN401 - whatever the expression gives
        return self.page.evaluate(expression)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1_440), ("dark", 360)])
def test_pages_are_accessible_to_all(
    browser: Browser, tmp_path: Path, scheme: Literal["light", "dark"], width: int
) -> None:
    """Ask axe for all rules that it has."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    for document in (tighten(), flushed()):
        opened = Opened.of(context, tmp_path / "report.html", render(document, Format.HTML))
        opened.ask(OPEN_ALL)
        opened.ask(AXE)
        assert opened.ask(VIOLATIONS) == []
        assert opened.complaints == []
        opened.page.close()
    context.close()


def test_no_page_is_wider_than_the_screen(browser: Browser, tmp_path: Path) -> None:
    """WCAG 2.2, 1.4.10: no scrolling in two directions."""
    context = browser.new_context()
    for document in (tighten(), crowded(200), flushed(), unknown_outcome()):
        opened = Opened.of(context, tmp_path / "report.html", render(document, Format.HTML))
        opened.ask(OPEN_ALL)
        for width in WIDTHS:
            opened.page.set_viewport_size({"width": width, "height": 900})
            assert opened.ask(TOO_WIDE) == 0, width
        opened.page.close()
    context.close()


def test_the_keyboard_goes_through_a_page_in_its_order(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context()
    opened = Opened.of(context, tmp_path / "report.html", render(tighten(), Format.HTML))
    reached: list[tuple[int, str, str]] = []
    while not reached or reached[-1][1] != "body":
        opened.page.keyboard.press("Tab")
        reached.append(tuple(opened.ask(FOCUSED)))
    places = [place for place, *_ in reached[:-1]]
    assert reached[0][1:] == ("a", "Skip to the report")
    assert places == sorted(set(places))
    seen = [tag for _, tag, _ in reached]
    assert seen.count("summary") == opened.ask("document.querySelectorAll('summary').length") - _closed(
        opened
    )
    assert {"a", "div", "summary", "body"} == set(seen)


def _closed(opened: Opened) -> int:
    """Count what lies within something that is not open: the keyboard passes it by."""
    found: int = opened.ask("document.querySelectorAll('details:not([open]) details').length")
    return found


def test_what_is_closed_opens_with_a_key_and_a_link_opens_what_it_leads_to(
    browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context()
    opened = Opened.of(context, tmp_path / "report.html", render(tighten(), Format.HTML))
    page = opened.page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert opened.ask("document.activeElement.id") == "report"
    detail = page.locator("details.detail").first
    detail.locator("summary").press("Enter")
    assert detail.get_by_role("table").is_visible()
    folded = page.get_by_role("table", name="Capture filters")
    assert not folded.is_visible()
    page.get_by_role("navigation").get_by_role("link", name="Capture filters").press("Enter")
    assert folded.is_visible()
    assert opened.complaints == []


def test_paper_has_all_that_was_closed(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(color_scheme="dark")
    opened = Opened.of(context, tmp_path / "report.html", render(tighten(), Format.HTML))
    opened.page.emulate_media(media="print")
    assert opened.page.get_by_role("table", name="Capture filters").is_visible()
    assert not opened.page.get_by_role("navigation").is_visible()
    assert opened.ask("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_data_neither_acts_nor_asks_for_anything(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context()
    shapes = []
    for text in (
        "x",
        *("".join(PIECES[start::4]) for start in range(4)),
        "</style><script>alert(1)</script>",
    ):
        opened = Opened.of(context, tmp_path / "report.html", render_html(everywhere(text)))
        assert opened.requests == [(tmp_path / "report.html").as_uri()]
        assert opened.complaints == []
        assert opened.ask(STRANGERS) == 0
        shapes.append(opened.ask("document.querySelectorAll(':not(del):not(ins)').length"))
        opened.page.close()
    assert len(set(shapes)) == 1
    context.close()


def test_the_policy_of_a_page_is_in_force(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context()
    report = render(tighten(), Format.HTML)
    forged = report.replace(
        "</main>", "<script>document.title = 'forged'</script><p style='color: red'></p></main>"
    )
    opened = Opened.of(context, tmp_path / "report.html", forged)
    assert opened.page.title().startswith("nfw-reconcile plan: 42 live flows")
    assert len(opened.complaints) == 2
    assert all("Content Security Policy" in each for each in opened.complaints)
