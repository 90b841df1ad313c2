"""A view as GitHub-flavoured Markdown that no data can break out of.

Everything that others wrote is shown as code: GitHub and GitLab look for neither mentions, references,
links, images nor HTML inside it (GitHub Flavored Markdown Spec, "Code spans", "Fenced code blocks"; a pipe
in a table needs a backslash even there, "Tables").
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Final

from nfw_reconcile.report.blocks import Bullets, Changes, Paragraph, Table
from nfw_reconcile.report.neutral import visible
from nfw_reconcile.report.phrases import Datum, Phrase, Prose
from nfw_reconcile.report.templates import FIRST_TEMPLATE, template_folder

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Environment

    from nfw_reconcile.report.blocks import Block, View


class Markdown(str):
    """Markdown that went through one of the sinks below: all that a template may print."""

    __slots__ = ()


def md(value: Phrase) -> Markdown:
    """Give a phrase as Markdown for the middle of a line: data as code, our own words as they are."""
    return Markdown("".join(_part(part) for part in value.parts))


def cell(value: Phrase) -> Markdown:
    """Give a phrase as Markdown for a cell of a table."""
    return Markdown(md(value).replace("|", "\\|"))


def plain(value: str) -> Markdown:
    """Give our own words as they are; ``ValueError`` where they could be markup."""
    return md(Phrase((value,)))


def diff(changes: Changes) -> Markdown:
    """Give a fenced block, its fence longer than any run of backticks in it."""
    lines = [f"{line.sign} {visible(line.text.text)}" for line in changes.lines]
    fence = "`" * max(3, _longest_run("\n".join(lines)) + 1)
    return Markdown("\n".join([f"{fence}diff", *lines, fence]))


def render_markdown(view: View, *, templates: Path | None = None) -> str:
    """Render a view; ``templates`` is a folder to be used instead of the shipped one."""
    return _environment(template_folder(templates)).get_template(FIRST_TEMPLATE).render(view=view)


@lru_cache(maxsize=4)
def _environment(folder: Path) -> Environment:
    """Make the environment of a folder; its templates are compiled once."""
    from jinja2 import FileSystemLoader, StrictUndefined  # noqa: PLC0415 - slow to import
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder),
        autoescape=False,  # HTML escaping is wrong for Markdown; `finalize` lets nothing unescaped through
        finalize=_only_sunk,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters = {**SINKS, "template": _template}
    return environment


SINKS: Final = {"md": md, "cell": cell, "plain": plain, "diff": diff}
"""The filters that every printed value goes through."""


def _template(block: Block) -> str:
    """Name the template of a block."""
    match block:
        case Paragraph():
            return "paragraph.md.j2"
        case Bullets():
            return "list.md.j2"
        case Table():
            return "table.md.j2"
        case Changes():
            return "changes.md.j2"


def _only_sunk(value: object) -> Markdown:
    if not isinstance(value, Markdown):
        message = f"a template prints {type(value).__name__} without one of the filters {', '.join(SINKS)}"
        raise TypeError(message)
    return value


def _part(part: str | Datum | Prose) -> str:
    match part:
        case Datum():
            return code(part.text)
        case Prose():
            return _prose(part.text)
        case _:
            return part


def code(text: str) -> str:
    """Give a code span, its fence longer than any run of backticks in it."""
    shown = visible(text) or " "
    fence = "`" * (_longest_run(shown) + 1)
    # A space at both ends, or a backtick at one, would be taken for a part of the fence; but not spaces alone.
    padding = " " if not shown.isspace() and (shown[0] in "` " or shown[-1] in "` ") else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


_HARMLESS: Final = re.compile(r"\(?(?![0-9a-fA-F]{7,})[A-Za-z]{1,30}(?:'s)?[.,;:?!)]{0,2}|[0-9]{1,5}[,;:]?")
"""A word, or a number that begins no list: neither can be markup, a reference or the hash of a commit."""


_END: Final = re.compile(r"(?<=[\w)\]\"'])[.,;:?]\Z", re.ASCII)
"""A single sign behind a word, where it can be neither markup nor a part of an ellipsis."""


def _prose(text: str) -> str:
    """Give a sentence with everything in it that is no plain word as code."""
    runs = groupby(visible(text).split(), key=lambda word: _HARMLESS.fullmatch(word) is not None)
    return " ".join(
        " ".join(words) if harmless else _code_in_sentence(" ".join(words)) for harmless, words in runs
    )


def _code_in_sentence(text: str) -> str:
    """Give a code span; what ends the sentence, or a part of it, is no part of the code."""
    end = _END.search(text)
    return code(text) if end is None else code(text[: end.start()]) + end[0]
