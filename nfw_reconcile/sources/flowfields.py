"""The fields of a flow, each read from what JSON or CSV holds for it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import PROTOCOL_NUMBERS, PROTOCOLS_WITH_PORTS
from nfw_reconcile.model.intervals import HIGHEST_PORT

_DIGITS: Final = re.compile(r"[0-9]{1,19}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NAME: Final = re.compile(r"(?:[ -\"$-9;-~]|:(?!:))*")
"""Printable ASCII without the signs of a CI system's commands, ``##[`` and ``::``; AWS's zones have none of them."""

_HIGHEST_PROTOCOL: Final = 255
_HIGHEST_COUNT: Final = 2**63 - 1
_BITS: Final = {4: 32, 6: 128}


class BadFieldError(ValueError):
    """A field of a flow is missing or malformed; the text says which, and what is needed."""


def read_protocol(value: object, field: str) -> int:
    """Read a protocol: its IANA number, or one of the names that AWS uses, in any case."""
    number = _number(value)
    if number is None and isinstance(value, str):
        number = PROTOCOL_NUMBERS.get(value.strip().upper())
    if number is None or number > _HIGHEST_PROTOCOL:
        raise BadFieldError(f"{field} {_shown(value)}: a protocol number or name (TCP, UDP, ICMP) is needed")
    return number


def read_port(value: object, field: str, protocol: int) -> int:
    """Read a port from 0 to 65535; a protocol that has no ports has 0 or nothing there."""
    has_ports = protocol in PROTOCOLS_WITH_PORTS
    number = 0 if not has_ports and value in (None, "") else _number(value)
    if number is None or number > HIGHEST_PORT:
        raise BadFieldError(f"{field} {_shown(value)}: a port from 0 to {HIGHEST_PORT} is needed")
    if number and not has_ports:
        raise BadFieldError(
            f"{field} {_shown(value)}: protocol {protocol} has no ports; 0 or nothing is needed"
        )
    return number


def read_address(value: object, field: str) -> Address:
    """Read one address, with or without the full prefix length behind it."""
    if not isinstance(value, str):
        raise BadFieldError(f"{field} {_shown(value)}: an IP address is needed")
    try:
        return _address(value.strip())
    except ValueError as bad:
        raise BadFieldError(f"{field} {_shown(value)}: {bad}") from bad


@lru_cache(maxsize=65536)
def _address(text: str) -> Address:
    bare, slash, length = text.partition("/")
    if "%" in bare:
        raise ValueError("an address without a zone index is needed")
    try:
        address = Address.parse(bare)
    except ValueError:
        raise ValueError("an IPv4 or IPv6 address is needed") from None
    if slash and length != str(_BITS[address.family]):
        raise ValueError("one address is needed, not a block")
    return address


def read_count(value: object, field: str) -> int | None:
    """Read a number that is not negative; ``None`` where there is none."""
    if value is None or value == "":
        return None
    number = _number(value)
    if number is None or number > _HIGHEST_COUNT:
        raise BadFieldError(f"{field} {_shown(value)}: a whole number that is not negative is needed")
    return number


def read_word(value: object, field: str) -> str | None:
    """Read a name; ``None`` where there is none.

    It is echoed in the output of ``classify``: so it holds nothing that a terminal or a CI log would act on.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str) or _NAME.fullmatch(value) is None:
        raise BadFieldError(f"{field} {_shown(value)}: a name of ASCII letters, digits and marks is needed")
    return value.strip() or None


def has_control_characters(text: str) -> bool:
    """Say whether a text holds characters that act on a terminal or break a line."""
    return _CONTROL.search(text) is not None


def _number(value: object) -> int | None:
    """Read a whole number, 0 or more, from a number or its decimal digits."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int) and value >= 0:
        return value
    if isinstance(value, str) and _DIGITS.fullmatch(value.strip()):
        return int(value)
    return None


def _shown(value: object) -> str:
    """Show a value in a message, cut short, with nothing in it that could act on a terminal."""
    if value is None:
        return "is missing"
    return ascii(value)[:60]
