"""The address and port fields of a rule header, and the definitions of variables.

Grammar (Suricata user guide, "Rules format"; AWS developer guide for ``@REFERENCE``)::

    field   = item *("," item)                  more than one item is a group without brackets
    item    = ["!"] ("[" item *("," item) [","] "]" | leaf)
    leaf    = "any" | "$" NAME | address leaf | port leaf
    address = ADDRESS ["/" LENGTH] | ADDRESS "-" ADDRESS | "@" NAME
    port    = NUMBER | [NUMBER] ":" [NUMBER]

White space around an item inside brackets is allowed. Suricata 7.0.10 reads ``!!x`` as ``!x``; it
is refused here, because its author meant something else.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.addresses import Address, Network
from nfw_reconcile.model.expressions import (
    AddressRange,
    Anything,
    Group,
    Negation,
    PortRange,
    SetReference,
    Variable,
)
from nfw_reconcile.model.intervals import HIGHEST_PORT
from nfw_reconcile.sources.suricata.syntax import WHITE, RuleSyntaxError, quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from nfw_reconcile.model.expressions import Expression

DEEPEST_GROUP: Final = 64
"""Most levels of brackets (Suricata's own limit for address variables)."""

_TOKEN: Final = re.compile(r"[\[\],!]|[^\[\],!]+")
_MARKS: Final = frozenset("[],!")
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
_ANYTHING: Final = Anything()

_FIELDS_KEPT: Final = 65_536
"""Distinct fields that are kept: more than AWS has room for in a policy, so that the new one finds those of the old."""


@lru_cache(maxsize=_FIELDS_KEPT)
def parse_addresses(text: str) -> Expression:
    """Read an address field; host bits of a CIDR are cleared.

    Raises ``ValueError`` (a :class:`RuleSyntaxError`) that names the piece that is wrong.
    """
    return _parse(text, _address_leaf)


@lru_cache(maxsize=_FIELDS_KEPT)
def parse_ports(text: str) -> Expression:
    """Read a port field; ``:80`` starts at 0 and ``85:`` ends at 65535.

    Raises ``ValueError`` (a :class:`RuleSyntaxError`) that names the piece that is wrong.
    """
    return _parse(text, _port_leaf)


def parse_block(text: str) -> Network:
    """Read ``ADDRESS[/LENGTH]`` and clear the host bits; a netmask or a zone is refused.

    Stricter than :mod:`ipaddress`, which takes ``10.0.0.0/255.0.0.0`` and ``fe80::1%eth0``: what
    Suricata makes of those is not what is written. Raises ``ValueError``.
    """
    address_text, slash, length_text = text.partition("/")
    address = _address(address_text)
    bits = 32 if address.family == 4 else 128
    if not slash:
        return Network(address.family, address.value, bits)
    if not _is_number(length_text) or len(length_text) > 3 or int(length_text) > bits:
        message = f"{quoted(text)} has no prefix length from 0 to {bits}"
        raise RuleSyntaxError(message, len(address_text) + 1)
    host_bits = bits - int(length_text)
    return Network(address.family, address.value >> host_bits << host_bits, int(length_text))


def _parse(text: str, leaf: Callable[[str], Expression]) -> Expression:
    return _leaf(text, 0, leaf) if _MARKS.isdisjoint(text) else _Parser(text, leaf).field()


def _leaf(token: str, at: int, read: Callable[[str], Expression]) -> Expression:
    word = token.strip(WHITE)
    if word.lower() == "any":
        return _ANYTHING
    try:
        return Variable(_name(word)) if word.startswith("$") else read(word)
    except RuleSyntaxError as bad:
        raise bad.moved(at + len(token) - len(token.lstrip(WHITE))) from None


class _Parser:
    """Recursive descent over one field."""

    def __init__(self, text: str, leaf: Callable[[str], Expression]) -> None:
        self._end = len(text)
        self._leaf = leaf
        self._tokens = [(match[0], match.start()) for match in _TOKEN.finditer(text)]
        self._tokens = [(token, at) for token, at in self._tokens if token.strip(WHITE)]
        self._next = 0
        self._depth = 0

    def field(self) -> Expression:
        items = [self._item()]
        while self._take(","):
            items.append(self._item())
        token, at = self._peek()
        if token:
            message = f"{quoted(token)} is not expected here"
            raise RuleSyntaxError(message, at)
        return items[0] if len(items) == 1 else Group(tuple(items))

    def _item(self) -> Expression:
        if not self._take("!"):
            return self._operand()
        token, at = self._peek()
        if token == "!":
            message = "`!!` is no double negation to Suricata; write it once"
            raise RuleSyntaxError(message, at)
        return Negation(self._operand())

    def _operand(self) -> Expression:
        token, at = self._peek()
        if not token or token in ",]":
            message = "an address, port, group or variable is missing"
            raise RuleSyntaxError(message, at)
        self._next += 1
        return self._group(at) if token == "[" else _leaf(token, at, self._leaf)

    def _group(self, start: int) -> Group:
        self._depth += 1
        if self._depth > DEEPEST_GROUP:
            message = f"groups are nested more than {DEEPEST_GROUP} deep"
            raise RuleSyntaxError(message, start)
        items = [self._item()]
        while self._take(","):
            if self._peek()[0] == "]":  # Suricata allows a comma after the last item
                break
            items.append(self._item())
        if not self._take("]"):
            token, at = self._peek()
            found = f", but {quoted(token)} follows" if token else ""
            message = f"a `]` is missing{found}"
            raise RuleSyntaxError(message, at)
        self._depth -= 1
        return Group(tuple(items))

    def _peek(self) -> tuple[str, int]:
        if self._next < len(self._tokens):
            return self._tokens[self._next]
        return "", self._end

    def _take(self, mark: str) -> bool:
        found = self._peek()[0] == mark
        self._next += found
        return found


def _address_leaf(word: str) -> Expression:
    if word.startswith("@"):
        return SetReference(_name(word))
    low_text, dash, high_text = word.partition("-")
    if not dash:
        block = parse_block(word)
        return AddressRange(block.family, block.value, block.highest)
    low, high = _address(low_text), _address(high_text, len(low_text) + 1)
    if low.family != high.family or low.value > high.value:
        message = f"the address range {quoted(word)} does not ascend"
        raise RuleSyntaxError(message)
    return AddressRange(low.family, low.value, high.value)


def _port_leaf(word: str) -> Expression:
    low_text, colon, high_text = word.partition(":")
    if not colon:
        port = _port(word)
        return PortRange(port, port)
    low = _port(low_text) if low_text else 0
    high = _port(high_text, len(low_text) + 1) if high_text else HIGHEST_PORT
    if low > high:
        message = f"the port range {quoted(word)} does not ascend"
        raise RuleSyntaxError(message)
    return PortRange(low, high)


def _address(text: str, offset: int = 0) -> Address:
    try:
        if ":" not in text:
            return Address(4, int(IPv4Address(text)))
        if "%" not in text:
            return Address(6, int(IPv6Address(text)))
    except ValueError:
        pass
    message = f"{quoted(text)} is not an IP address"
    raise RuleSyntaxError(message, offset)


def _port(text: str, offset: int = 0) -> int:
    if not _is_number(text) or len(text) > 9 or int(text) > HIGHEST_PORT:
        message = f"{quoted(text)} is not a port from 0 to {HIGHEST_PORT}"
        raise RuleSyntaxError(message, offset)
    return int(text)


def _name(word: str) -> str:
    if _NAME.fullmatch(word, 1) is None:
        message = f"{quoted(word)} is not the name of a variable"
        raise RuleSyntaxError(message)
    return word[1:]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()
