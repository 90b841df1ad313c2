"""Draw the pictures of the README anew from what the demo leaves behind: ``python -m tests.pictures [FOLDER]``.

``report.png`` is the page of ``--format html``, ``comment.png`` the text of ``nfw-reconcile comment``, set with
markdown-it in a plain style, as a code host shows it. Both are looked at by the Chromium of the system.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from markdown_it import MarkdownIt
from playwright.sync_api import sync_playwright

from nfw_reconcile.cli.demo import play
from nfw_reconcile.pipeline.saved import read_saved
from nfw_reconcile.report import NOTHING, Format, render
from nfw_reconcile.report.comment import comment_text
from tests.places import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from nfw_reconcile.model.plan_document import PlanDocument
    from nfw_reconcile.model.result_document import ResultDocument

IMAGES: Final = CHECKOUT / "docs" / "images"
WIDTH: Final = 1_000
"""Of every picture, in pixels: about what a README is shown with."""

COMMENT_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Comment</title><style>
body {{ margin: 16px; background: #fff; color: #1f2328; font: 14px/1.5 "Liberation Sans", Arial, sans-serif; }}
article {{ padding: 16px; border: 1px solid #d0d7de; border-radius: 6px; }}
h3 {{ margin: 20px 0 12px; font-size: 18px; }}
h4 {{ margin: 20px 0 12px; font-size: 14px; }}
ul {{ padding-left: 28px; }}
table {{ display: block; width: max-content; max-width: 100%; overflow: auto; }}
table {{ border-collapse: collapse; margin-bottom: 16px; }}
th, td {{ padding: 5px 12px; border: 1px solid #d0d7de; }}
tbody tr:nth-child(even) {{ background: #f6f8fa; }}
code, pre {{ font: 12px/1.45 "Liberation Mono", "DejaVu Sans Mono", monospace; border-radius: 6px; }}
code {{ padding: 2px 5px; background: #eff1f3; }}
pre {{ padding: 12px; background: #f6f8fa; white-space: pre-wrap; }}
pre code {{ padding: 0; background: none; }}
hr {{ border: 0; border-top: 2px solid #d0d7de; margin: 20px 0; }}
</style></head><body><article>{text}</article></body></html>
"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A page to look at, and how much of it: ``height`` in pixels from its top."""

    name: str
    page: str
    height: int


def pictures(folder: Path) -> Iterator[Picture]:
    """Play the demo in a folder, and give what is to be seen of the plan that it leaves there."""
    code = play(folder, lambda _: None, color=False, width=WIDTH)
    if code:
        raise SystemExit(f"the demo ended with {code}.")
    plan = read_saved(folder / "nfw.plan")
    yield Picture("report.png", render(plan, Format.HTML), 1_145)
    yield Picture("comment.png", comment_page(plan), 945)


def comment_page(document: PlanDocument | ResultDocument) -> str:
    """Set a comment as a page; its own HTML is kept, as code hosts keep it."""
    text = MarkdownIt("commonmark", {"html": True}).enable("table").render(comment_text(document, NOTHING))
    return COMMENT_PAGE.format(text=text)


def draw(folder: Path) -> list[Path]:
    """Write all pictures into a folder that is there."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # it does not start as root otherwise
    with tempfile.TemporaryDirectory() as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=sandbox)
        drawn = [_drawn(browser, picture, folder) for picture in pictures(Path(demo))]
        browser.close()
    return drawn


def _drawn(browser: Browser, picture: Picture, folder: Path) -> Path:
    target = folder / picture.name
    context = browser.new_context(
        color_scheme="light", viewport={"width": WIDTH, "height": picture.height}, java_script_enabled=False
    )
    page = context.new_page()
    page.set_content(picture.page)
    page.screenshot(path=target)
    context.close()
    return target


def main(words: list[str]) -> None:
    """Draw into the folder that is named, else into that of the documentation."""
    folder = Path(words[0]) if words else IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    for path in draw(folder):
        sys.stdout.write(f"{path}: {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
