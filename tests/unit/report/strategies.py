"""Texts as an attacker would write them: into a rule's msg, a name, a path."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

PIECES: Final = (
    "`", "``", "```", "~~~", "|", "\\|", "\\", "\n", "\r\n", "\n\n", "<", ">", "<!--", "-->", "<b>", "</details>",
    "<img src=x onerror=alert(1)>", "&", "&lt;", "&#64;", "@octocat", "@org/team", "#1", "GH-1", "org/repo#1",
    "!1", "%1", "~bug", "[x](http://example.com)", "![x](http://example.com/x.png)", "http://example.com",
    "www.example.com", "a@example.com", "*", "**", "_", "__", "~~", "# ", "> ", "- ", "+ ", "1. ", "1)", "---", "===",
    "| --- |", "[ ]", "[^1]", ":tada:", "$x$", "$$", "/close", "{{ 1 }}", "{% x %}", "</summary>", "deadbeef",
    "0123456789abcdef0123456789abcdef01234567", "\x1b[31m", "\x07", "\x00", "\x7f", "\x9b", "\u202e", "\u200b",
    "\u2028", "\ud800", "::error::x", "##[error]", "word", " ", "  ", "\t", "é", "東", "x", "1",
)  # fmt: skip


def hostile() -> st.SearchStrategy[str]:
    """Give texts put together from pieces that mean something to some reader."""
    return st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12).map("".join)
