"""Pages of documentation, taken apart: links, code, tables, and the command lines that they show."""

from __future__ import annotations

import re
import shlex
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from markdown_it import MarkdownIt

from tests.places import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from markdown_it.token import Token

README: Final = CHECKOUT / "README.md"
DOCS: Final = CHECKOUT / "docs"
HOOKS: Final = CHECKOUT / "hooks" / "README.md"

_BUILT: Final = frozenset({"build", "dist"})
_COMMAND: Final = re.compile(r"(?:^|[\s\"'])nfw-reconcile\s+(?P<words>[a-z].*)$")
_NO_ANCHOR: Final = re.compile(r"[^\w\- ]")
_CELLS: Final = re.compile(r"(?<!\\)\|")


class Fence(NamedTuple):
    """A block of code: what it says of its language, and its text."""

    language: str
    text: str


def about_the_program() -> list[Path]:
    """Give the pages that are about the program; those of the examples are about firewalls."""
    return sorted([*CHECKOUT.glob("*.md"), *DOCS.glob("*.md"), HOOKS])


def all_pages() -> list[Path]:
    """Give every page of the repository."""
    folders = [each for each in CHECKOUT.iterdir() if each.is_dir() and not each.name.startswith(".")]
    found = [page for folder in folders if folder.name not in _BUILT for page in folder.rglob("*.md")]
    return sorted([*CHECKOUT.glob("*.md"), *found])


@cache
def tokens(page: Path) -> tuple[Token, ...]:
    """Give all tokens of a page, those inside of paragraphs and cells behind the one that holds them."""
    parsed = MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))
    return tuple(each for token in parsed for each in (token, *(token.children or ())))


def fences(page: Path) -> list[Fence]:
    """Give the blocks of code of a page."""
    return [
        Fence(token.info, token.content)
        for token in tokens(page)
        if token.type in {"fence", "code_block"} and token.content
    ]


def code_spans(page: Path) -> list[str]:
    """Give what stands as code within the text of a page."""
    return [token.content for token in tokens(page) if token.type == "code_inline"]


def links(page: Path) -> Iterator[str]:
    """Give where the links of a page lead, and where its pictures are."""
    for token in tokens(page):
        for target in (token.attrs.get("href"), token.attrs.get("src")):
            if isinstance(target, str):
                yield target


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as code hosts make them."""
    found = tokens(page)
    headings = [found[at + 1].content for at, token in enumerate(found) if token.type == "heading_open"]
    return {_NO_ANCHOR.sub("", heading.lower()).replace(" ", "-") for heading in headings}


def rows(page: Path, heading: str) -> list[list[str]]:
    """Give the cells, as they are written, of the first table whose first column has that heading, row by row."""
    lines = page.read_text(encoding="utf-8").splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    found = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in _CELLS.split(line)[1:-1]])
    return found


def command_lines(text: str) -> Iterator[list[str]]:
    """Give the words behind ``nfw-reconcile`` of every command line in a block; lines may go on behind ``\\``."""
    for line in text.replace("\\\n", " ").splitlines():
        for part in re.split(r"&&|\|\||;", line):
            found = _COMMAND.search(part)
            if found is not None and not part.lstrip().startswith("#"):
                words = shlex.split(found["words"], comments=True)
                yield words[: words.index(">")] if ">" in words else words
