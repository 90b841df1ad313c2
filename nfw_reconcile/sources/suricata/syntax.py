"""What all parts of the rule parser share: white space, and an error that knows its place."""

from __future__ import annotations

import re
from typing import Final

WHITE: Final = " \t\r\n\f\v"
"""Suricata's white space (C ``isspace``); a no-break space is part of a word and makes it wrong."""

WORD: Final = re.compile(rf"[^{WHITE}]+")


class RuleSyntaxError(ValueError):
    """Text that breaks the rule grammar, with the offset of the first character that does."""

    def __init__(self, message: str, offset: int = 0) -> None:
        """Take the message, and the offset from the start of the text that was to be parsed."""
        super().__init__(message)
        self.message = message
        self.offset = offset

    def moved(self, distance: int) -> RuleSyntaxError:
        """Give the same error for a text that starts ``distance`` characters earlier."""
        return RuleSyntaxError(self.message, self.offset + distance)


def quoted(text: str) -> str:
    """Show a piece of the input in a message, shortened if it is long."""
    shown = text if len(text) <= 60 else f"{text[:57]}..."
    return f"`{shown}`"
