r"""Make text that others wrote harmless on a terminal, in a CI log and in a file.

What is changed can be seen: a control character becomes ``\xNN``, a character that no reader could
see, or that turns the direction of writing around, becomes U+FFFD.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST: Final = 500
"""Characters that are shown of one datum; the JSON report holds all of them."""

_INVISIBLE: Final = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0]")
"""Letters and marks without a picture (Unicode: Default_Ignorable_Code_Point), beside category Cf."""

_COMMAND: Final = re.compile(r"::(?=[A-Za-z-]*[g-zG-Z])|##(?=[A-Za-z]*\[)")
"""How CI systems are given orders in a log: ``::error``, ``##[error]``, ``##teamcity[...]``; no IPv6 address."""


def visible(text: str, longest: int = LONGEST) -> str:
    """Give the text in one line that no terminal, log or reader takes for anything but text."""
    if len(text) > longest:
        text = f"{text[:longest]}…"
    if not text.isprintable() or not text.isascii():
        text = "".join(_shown(character) for character in unicodedata.normalize("NFC", text))
        text = _INVISIBLE.sub("\ufffd", text)
    return _COMMAND.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return "".join(f"\\x{ord(character):02x}" for character in match[0])


def _shown(character: str) -> str:
    if character == "\t":
        return " "
    match unicodedata.category(character):
        case "Cc":
            return f"\\x{ord(character):02x}"
        case "Zs":
            return " "
        case "Cf" | "Cs" | "Co" | "Cn" | "Zl" | "Zp":
            return "\ufffd"
        case _:
            return character
