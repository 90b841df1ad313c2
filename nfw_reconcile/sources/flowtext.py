"""Fields of many flows read at once, as far as they are written in the plain way; anything else is ``None``.

What is refused here is no error: :mod:`nfw_reconcile.sources.flowfields` reads it, or says what is wrong.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from nfw_reconcile.engine.vectors.columns import AddressColumn
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS
from nfw_reconcile.model.intervals import HIGHEST_PORT
from nfw_reconcile.sources.flowfields import BadFieldError, read_address, read_protocol, read_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nfw_reconcile.engine.vectors.columns import Flags, Numbers

_COUNTS: Final = re.compile(r"(?:[0-9]{0,18},)*")
_LONGEST_IPV4: Final = 15
_LONGEST_PORT: Final = 5
_ZERO: Final = np.uint8(ord("0"))
_LOW_HALF: Final = 2**64 - 1


def are_counts(texts: Sequence[str]) -> bool:
    """Say whether every text is a number that is not negative, or empty."""
    return _COUNTS.fullmatch(f"{','.join(texts)},") is not None


def are_words(texts: Sequence[str]) -> bool:
    """Say whether every text is a name that may be echoed, or empty."""
    try:
        for text in set(texts):
            read_word(text, "zone")
    except BadFieldError:
        return False
    return True


def read_protocols(texts: Sequence[str]) -> Numbers | None:
    """Read protocols by number or name."""
    try:
        known = {text: read_protocol(text, "protocol") for text in set(texts)}
    except BadFieldError:
        return None
    return np.fromiter(map(known.__getitem__, texts), np.int64, len(texts))


def read_ports(texts: Sequence[str], protocols: Numbers) -> Numbers | None:
    """Read ports written in printable ASCII; those of a protocol without ports are 0 or empty."""
    letters = _letters(texts, _LONGEST_PORT)
    ports = np.zeros(len(texts), np.int64)
    good = letters[-1] == 0
    for letter in letters:
        figure = letter - _ZERO
        is_figure = figure <= 9
        good &= is_figure | (letter == 0)
        ports = np.where(is_figure, ports * 10 + figure, ports)
    ported = np.isin(protocols, list(PROTOCOLS_WITH_PORTS))
    good &= np.where(ported, (letters[0] != 0) & (ports <= HIGHEST_PORT), ports == 0)
    return ports if bool(good.all()) else None


def read_addresses(texts: Sequence[str]) -> tuple[AddressColumn, Numbers] | None:
    """Read addresses of both families: their values, and 4 or 6 for each."""
    low, plain = read_dotted(texts)
    high = np.zeros(len(texts), np.uint64)
    family = np.full(len(texts), 4, np.int64)
    for n in np.flatnonzero(~plain).tolist():
        try:
            address = read_address(texts[n], "address")
        except BadFieldError:
            return None
        family[n] = address.family
        high[n], low[n] = address.value >> 64, address.value & _LOW_HALF
    return AddressColumn(high, low), family


def _letters(texts: Sequence[str], longest: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """Give the first letter of each text, then the second of each and so on, and 0 where a text has ended.

    One more than ``longest`` are given: they tell whether a text is longer.
    """
    letters = np.array(texts, dtype=f"S{longest + 1}").view(np.uint8).reshape(len(texts), -1)
    return np.ascontiguousarray(letters.T)


def read_dotted(texts: Sequence[str]) -> tuple[np.ndarray[tuple[int], np.dtype[np.uint64]], Flags]:
    """Read IPv4 addresses in ASCII, and say which texts are one in its usual form: four decimals without zeros ahead.

    The values of the others are 0.
    """
    good = np.ones(len(texts), np.bool_)
    ended = np.zeros(len(texts), np.bool_)
    value, octet, digits, dots = (np.zeros(len(texts), np.int64) for _ in range(4))
    for letter in _letters(texts, _LONGEST_IPV4):
        figure = letter - _ZERO
        is_figure, is_dot, is_end = figure <= 9, letter == ord("."), letter == 0
        good &= is_figure | is_dot | is_end
        good &= is_end | ~ended
        good &= ~(is_figure & (digits > 0) & (octet == 0))
        octet = np.where(is_figure, octet * 10 + figure, octet)
        digits += is_figure
        closes = (is_dot | is_end) & ~ended
        good &= ~closes | ((digits > 0) & (octet <= 255))
        value = np.where(closes, value * 256 + octet, value)
        octet[closes] = digits[closes] = 0
        dots += is_dot
        ended |= is_end
    good &= ended & (dots == 3)
    return np.where(good, value, 0).astype(np.uint64), good
