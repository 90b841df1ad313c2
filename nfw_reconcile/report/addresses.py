"""IP addresses and CIDR blocks in running text."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_CANDIDATE: Final = re.compile(
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?!\w|\.\d)"
    r"|(?<![0-9A-Fa-f:])(?=[0-9A-Fa-f]*:[0-9A-Fa-f]*:)[0-9A-Fa-f:]+(?:\.\d{1,3}){0,3}(?:/\d{1,3})?"
)
"""What may be an address or a block, with a colon of the sentence at either end."""

Block = ipaddress.IPv4Network | ipaddress.IPv6Network


def read(text: str) -> Block | None:
    """Give the block that the text names (an address is a block of one), or ``None``."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def tells_nothing(text: str) -> bool:
    """Say whether the text is a block of all addresses of a family: ``0.0.0.0/0`` or ``::/0``."""
    block = read(text)
    return block is not None and block.prefixlen == 0


def replace_addresses(text: str, change: Callable[[str, Block], str]) -> str:
    """Give the text with ``change(as written, meaning)`` in the place of every address and block."""

    def changed(match: re.Match[str]) -> str:
        before, inner, after = _without_punctuation(match[0])
        block = read(inner)
        return match[0] if block is None else f"{before}{change(inner, block)}{after}"

    return _CANDIDATE.sub(changed, text)


def addresses_in(text: str) -> list[str]:
    """Give every address and block in the text, as written."""
    found: list[str] = []

    def note(written: str, _: Block) -> str:
        found.append(written)
        return written

    replace_addresses(text, note)
    return found


def _without_punctuation(text: str) -> tuple[str, str, str]:
    """Split off a colon at the beginning, and one at the end, that belong to the sentence."""
    for start in (0, 1):
        for end in (len(text), len(text) - 1):
            outside = text[:start] + text[end:]
            if set(outside) <= {":"} and read(text[start:end]) is not None:
                return text[:start], text[start:end], text[end:]
    return "", text, ""
