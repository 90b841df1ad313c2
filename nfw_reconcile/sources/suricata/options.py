"""The options in parentheses: ``(keyword[:value]; ...)``.

As Suricata's own parser does, an option ends at the first ``;`` that has no backslash directly
before it, also inside quotes: Suricata 7.0.10 refuses ``msg:"a;b";``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from nfw_reconcile.model.rule import Option
from nfw_reconcile.sources.suricata.syntax import WHITE, RuleSyntaxError, quoted

_KEYWORD: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_ENDLESS_NUMBER: Final = re.compile(r"[^\"]*?\d{100}")
_ESCAPED: Final = re.compile(r"\\.")


def parse_options(text: str, start: int, problems: list[RuleSyntaxError]) -> tuple[tuple[Option, ...], int]:
    """Read the options that begin at ``start``, behind the opening parenthesis.

    Gives the options and the offset behind the closing parenthesis (the end of the text where
    there is none). Each thing that is wrong adds a problem.
    """
    options: list[Option] = []
    at = _skip_space(text, start)
    while at < len(text) and text[at] != ")":
        end = _end_of_option(text, at)
        if end < 0:
            message = f"the option {quoted(text[at:].rstrip(WHITE))} does not end with `;`"
            problems.append(RuleSyntaxError(message, at))
            return tuple(options), len(text)
        try:
            options.append(_option(text[at:end]))
        except RuleSyntaxError as bad:
            problems.append(bad.moved(at))
        at = _skip_space(text, end + 1)
    if at == len(text):
        problems.append(RuleSyntaxError("the closing parenthesis is missing", at))
        return tuple(options), at
    return tuple(options), at + 1


def check_rest(text: str, end: int, problems: list[RuleSyntaxError]) -> None:
    """Add a problem if more than a comment follows the closing parenthesis at ``end - 1``."""
    at = _skip_space(text, end)
    if at < len(text) and text[at] != "#":
        message = f"{quoted(text[at:])} follows the closing parenthesis"
        problems.append(RuleSyntaxError(message, at))


def _skip_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in WHITE:
        at += 1
    return at


def _end_of_option(text: str, at: int) -> int:
    end = text.find(";", at)
    while end > at and text[end - 1] == "\\":
        end = text.find(";", end + 1)
    return end


def _option(piece: str) -> Option:
    keyword_text, colon, value_text = piece.partition(":")
    keyword = _keyword(keyword_text)
    if not colon:
        return Option(keyword)
    value = value_text.strip(WHITE)
    if '"' in value and _ESCAPED.sub("", value).count('"') % 2:
        message = f"the quotes of {quoted(piece)} do not match (a `;` in quotes is written `\\;`)"
        raise RuleSyntaxError(message)
    if _ENDLESS_NUMBER.match(value) is not None:
        message = f"{quoted(piece)} holds a number that no computer counts to"
        raise RuleSyntaxError(message)
    if value.endswith("\\"):
        message = f"{quoted(piece)} ends with a backslash"
        raise RuleSyntaxError(message)
    return Option(keyword, value)


@lru_cache(maxsize=4096)
def _keyword(text: str) -> str:
    word = text.strip(WHITE)
    if not word:
        message = "an option is empty"
        raise RuleSyntaxError(message)
    if _KEYWORD.fullmatch(word) is None:
        message = f"{quoted(word)} is not a keyword (a `;` in quotes is written `\\;`)"
        raise RuleSyntaxError(message)
    return word.lower()
