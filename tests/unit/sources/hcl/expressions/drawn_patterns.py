"""Patterns of ``fileset`` for a directory with links, drawn at random: most of them name files, some are mistakes."""

from __future__ import annotations

import random  # noqa: TC003 - drawn from
from typing import Final

FILES: Final = (
    "r/top.rules",
    "r/bad.rules",
    "r/.hidden.rules",
    "r/a/one.rules",
    "r/a/b.rules",
    "r/a/b/two.rules",
    "r/a/b/c/three.rules",
    "r/d/four.txt",
    "r/d/ab.json",
    "r/.h/five.rules",
    "r/x[1]/six.rules",
    "r/é/süß.rules",
    "s/seven.rules",
)
LINKS: Final = {"r/link": "a", "r/a/dl": "../d", "r/d/tl.rules": "../top.rules", "r/e/gone": "none"}
"""Symbolic links with their targets, which are relative to them."""

_DIRECTORIES: Final = (
    "r",
    "r",
    "r/a",
    "./r",
    "r/a/..",
    "r/d",
    "r/e",
    "r/.h",
    ".",
    "r/link",
    "r/x[1]",
    "{r,s}",
    "r*",
    "none",
)
_WILD: Final = (
    "*", "**", "?", "[a-c]", "[^a-c]", "[!a]", "{a,b}", "{top,bad}", "{one,two}.rules", "*.{rules,txt}", "{,a}", "{a,}",
    "{}", "\\*", "***", "[x-z[]", "[\\]]", "{a,{b,c}}", "{[a-c],d}", "*.rules", "..", "}", "]", ",",
)  # fmt: skip
_MISTAKES: Final = ("[a", "{a", "[]", "[a-]", "[-a]", "[]a]", "{a/b,d}", "\\")


def drawn_arguments(lot: random.Random) -> tuple[str, str]:
    """Draw a directory and a pattern."""
    pattern = "/".join(_name(lot) for _ in range(lot.choice((1, 1, 2, 2, 3))))
    if lot.random() < 0.7:
        pattern = _like(lot, lot.choice((*FILES, *LINKS)))
    return lot.choice(_DIRECTORIES), pattern


def _like(lot: random.Random, path: str) -> str:
    """Make a pattern out of the path of a file."""
    names = path.split("/")[lot.choice((0, 1, 1, 1, 2)) :]
    made = [lot.choice((name, name, _loosened(lot, name), "*", "**", _name(lot))) for name in names]
    return "/".join(made)


def _loosened(lot: random.Random, name: str) -> str:
    start = lot.randrange(len(name) + 1)
    end = lot.randrange(start, len(name) + 1)
    inner = name[start:end]
    escaped = "".join(f"\\{letter}" for letter in inner)
    return (
        name[:start]
        + lot.choice(("*", "?", f"{{{inner},x}}", f"{{x,{inner}}}", escaped, "[a-z]", "**"))
        + name[end:]
    )


def _name(lot: random.Random) -> str:
    letters = ("top", "a", "b", "d", "e", "link", "rules", "x[1]", ".h")
    choice = (*_WILD, *_WILD, *letters, *letters, *_MISTAKES)
    return "".join(lot.choice(choice) for _ in range(lot.choice((1, 1, 1, 2, 3))))
