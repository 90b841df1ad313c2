"""The words before the options: ACTION PROTOCOL ADDRESSES PORTS DIRECTION ADDRESSES PORTS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.rule import Action, Direction, Header
from nfw_reconcile.sources.suricata.expression import parse_addresses, parse_ports
from nfw_reconcile.sources.suricata.syntax import WORD, RuleSyntaxError, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ACTIONS: Final = {
    "pass": Action.PASS,
    "drop": Action.DROP,
    "reject": Action.REJECT,
    "rejectsrc": Action.REJECT,
    "rejectdst": Action.REJECT,
    "rejectboth": Action.REJECT,
    "alert": Action.ALERT,
}
_DIRECTIONS: Final = {"->": Direction.FORWARD, "<>": Direction.BOTH}
_PROTOCOL: Final = re.compile(r"[a-z0-9][a-z0-9._:-]*")
_SHAPE: Final = "action, protocol, source, source port, direction, destination, destination port"

Word = tuple[str, int]
"""A word of the header and its offset."""


def header_words(text: str, end: int) -> list[Word]:
    """Split the first ``end`` characters at white space outside brackets."""
    plain = [(match[0], match.start()) for match in WORD.finditer(text, 0, end)]
    if text.find("[", 0, end) < 0:
        return plain
    spans: list[tuple[int, int]] = []
    depth = 0
    for word, at in plain:
        start = spans.pop()[0] if depth > 0 else at
        spans.append((start, at + len(word)))
        depth += word.count("[") - word.count("]")
    return [(text[start:stop], start) for start, stop in spans]


def parse_header(words: list[Word], end: int, problems: list[RuleSyntaxError]) -> Header | None:
    """Read the header; every word that is wrong adds a problem, and makes the answer ``None``."""
    if len(words) != len(_READERS):
        problems.append(_wrong_shape(words, end))
        return None
    action, protocol, source, source_port, direction, destination, destination_port = words
    try:
        return Header(
            _action(action[0]),
            _protocol(protocol[0]),
            parse_addresses(source[0]),
            parse_ports(source_port[0]),
            _direction(direction[0]),
            parse_addresses(destination[0]),
            parse_ports(destination_port[0]),
        )
    except RuleSyntaxError:
        problems.extend(_all_problems(words))
        return None


def _wrong_shape(words: list[Word], end: int) -> RuleSyntaxError:
    last, at = words[-1] if words else ("", end)
    if last.count("[") > last.count("]"):
        return RuleSyntaxError("a `]` is missing", at)
    place = words[len(_READERS)][1] if len(words) > len(_READERS) else end
    return RuleSyntaxError(f"the header needs 7 words ({_SHAPE}) and has {len(words)}", place)


def _all_problems(words: list[Word]) -> Iterator[RuleSyntaxError]:
    for read, (word, at) in zip(_READERS, words, strict=True):
        try:
            read(word)
        except RuleSyntaxError as bad:
            yield bad.moved(at)


def _action(word: str) -> Action:
    action = _ACTIONS.get(word.lower())
    if action is None:
        message = f"{quoted(word)} is not an action (pass, drop, reject, alert)"
        raise RuleSyntaxError(message)
    return action


def _protocol(word: str) -> str:
    protocol = word.lower()
    if _PROTOCOL.fullmatch(protocol) is None:
        message = f"{quoted(word)} is not the name of a protocol"
        raise RuleSyntaxError(message)
    return protocol


def _direction(word: str) -> Direction:
    direction = _DIRECTIONS.get(word)
    if direction is None:
        message = f"{quoted(word)} is not a direction that is modelled (->, <>)"
        raise RuleSyntaxError(message)
    return direction


_READERS: Final[tuple[Callable[[str], object], ...]] = (
    _action,
    _protocol,
    parse_addresses,
    parse_ports,
    _direction,
    parse_addresses,
    parse_ports,
)
