"""Fields of many flows read at once, as far as they are written in the plain way; anything else is ``None``.

What is refused here is no error: :mod:`nfw_reconcile.sources.flowfields` reads it, or says what is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from nfw_reconcile.engine.vectors.columns import AddressColumn
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS
from nfw_reconcile.model.intervals import HIGHEST_PORT
from nfw_reconcile.sources.flowfields import BadFieldError, read_address, read_protocol, read_word

if TYPE_CHECKING:
    from nfw_reconcile.engine.vectors.columns import Flags, Numbers, Words
    from nfw_reconcile.sources.flowcells import Cells

_LONGEST_COUNT: Final = 18
_LONGEST_IPV4: Final = 15
_LONGEST_OCTET: Final = 3
_LONGEST_PORT: Final = 5
_LONGEST_WORD: Final = 64
_ZERO: Final = np.uint8(ord("0"))
_DOT: Final = np.uint8(ord("."))
_LOW_HALF: Final = 2**64 - 1


def are_counts(cells: Cells) -> bool:
    """Say whether every cell is a number that is not negative, or empty."""
    letters = cells.letters(_LONGEST_COUNT)
    return not letters[-1].any() and all(bool(((each - _ZERO <= 9) | (each == 0)).all()) for each in letters)


def are_words(cells: Cells) -> bool:
    """Say whether every cell is a name that may be echoed, or empty."""
    found = cells.distinct(_LONGEST_WORD)
    if found is None:
        return False
    try:
        for text in found[0]:
            read_word(text, "zone")
    except BadFieldError:
        return False
    return True


def read_protocols(cells: Cells) -> Numbers | None:
    """Read protocols by number or name."""
    found = cells.distinct(_LONGEST_WORD)
    if found is None:
        return None
    texts, place = found
    try:
        return np.array([read_protocol(text, "protocol") for text in texts], np.int64)[place]
    except BadFieldError:
        return None


def read_ports(cells: Cells, protocols: Numbers) -> Numbers | None:
    """Read ports; those of a protocol without ports are 0 or empty."""
    letters = cells.letters(_LONGEST_PORT)
    ports = np.zeros(len(cells), np.int64)
    good = letters[-1] == 0
    for letter in letters:
        figure = letter - _ZERO
        is_figure = figure <= 9
        good &= is_figure | (letter == 0)
        ports = np.where(is_figure, ports * 10 + figure, ports)
    ported = np.isin(protocols, list(PROTOCOLS_WITH_PORTS))
    good &= np.where(ported, (letters[0] != 0) & (ports <= HIGHEST_PORT), ports == 0)
    return ports if bool(good.all()) else None


def read_addresses(cells: Cells) -> tuple[AddressColumn, Numbers] | None:
    """Read addresses of both families: their values, and 4 or 6 for each."""
    low, plain = read_dotted(cells)
    high = np.zeros(len(cells), np.uint64)
    family = np.full(len(cells), 4, np.int64)
    for n in np.flatnonzero(~plain).tolist():
        try:
            address = read_address(cells[n], "address")
        except BadFieldError:
            return None
        family[n] = address.family
        high[n], low[n] = address.value >> 64, address.value & _LOW_HALF
    return AddressColumn(high, low), family


def read_dotted(cells: Cells) -> tuple[Words, Flags]:
    """Read IPv4 addresses, and say which cells are one in its usual form: four decimals without zeros ahead.

    The values of the others are 0.
    """
    count = len(cells)
    good, ended = np.ones(count, np.bool_), np.zeros(count, np.bool_)
    octet, value = np.zeros(count, np.int32), np.zeros(count, np.int64)
    digits, dots = np.zeros(count, np.int8), np.zeros(count, np.int8)
    for letter in cells.letters(_LONGEST_IPV4):
        figure = letter - _ZERO
        is_figure, is_dot, is_end = figure <= 9, letter == _DOT, letter == 0
        good &= is_figure | is_dot | is_end
        good &= is_end | ~ended
        good &= ~(is_figure & (digits > 0) & (octet == 0))
        octet = np.where(is_figure, octet * 10 + figure, octet)
        digits += is_figure
        closes = (is_dot | is_end) & ~ended
        good &= ~closes | ((digits > 0) & (digits <= _LONGEST_OCTET) & (octet <= 255))
        value = np.where(closes, value * 256 + octet, value)
        octet[closes] = digits[closes] = 0
        dots += is_dot
        ended |= is_end
    good &= ended & (dots == 3)
    return np.where(good, value, 0).astype(np.uint64), good
