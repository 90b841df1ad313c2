"""Single values of the configuration file; ``ValueError`` says, for its user, what is needed instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

from nfw_reconcile.config.settings import Redact
from nfw_reconcile.model.addresses import Network
from nfw_reconcile.model.flow import PROTOCOL_NUMBERS
from nfw_reconcile.model.intervals import HIGHEST_PORT
from nfw_reconcile.model.names import BlockName, name_problem

if TYPE_CHECKING:
    from nfw_reconcile.model.intervals import Interval

# ruff: noqa: TRY004 - a value of another type is told with all other problems of the file

_HIGHEST_PROTOCOL: Final = 255
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def count(value: object) -> int:
    """Read a whole number from 0."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("a whole number from 0 is needed")
    return value


def percent(value: object) -> float:
    """Read a number from 0 to 100."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise ValueError("a number from 0 to 100 is needed")
    return float(value)


def network(value: object) -> Network:
    """Read a CIDR or an address."""
    if not isinstance(value, str):
        raise ValueError("a CIDR is needed, as text")
    return Network.parse(value)


def network_text(value: object) -> str:
    """Read a CIDR or an address; host bits are cleared."""
    return str(network(value))


def port_range(value: object) -> Interval:
    """Read a port (``443``) or a range of ports (``"8000:8100"``)."""
    low, _, high = str(value).partition(":")
    words = (low, high or low)
    if isinstance(value, bool) or not isinstance(value, int | str) or not all(map(_is_port, words)):
        raise ValueError("a port (443) or a range of ports (8000:8100) is needed")
    if int(words[0]) > int(words[1]):
        raise ValueError("the range ends before it begins")
    return int(words[0]), int(words[1])


def port_text(value: object) -> str:
    """Read a port or a range of ports, and give it as it is written."""
    port_range(value)
    return str(value)


def _is_port(word: str) -> bool:
    return re.fullmatch(r"[0-9]{1,5}", word) is not None and int(word) <= HIGHEST_PORT


def protocol(value: object) -> int:
    """Read the name or the number of a protocol."""
    if isinstance(value, str) and value.upper() in PROTOCOL_NUMBERS:
        return PROTOCOL_NUMBERS[value.upper()]
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _HIGHEST_PROTOCOL:
        raise ValueError(f"a protocol is needed: a number, or one of {', '.join(PROTOCOL_NUMBERS)}")
    return value


def redact(value: object) -> Redact:
    """Read what reports leave out."""
    if value not in set(Redact):
        raise ValueError(f"{' or '.join(Redact)} is needed")
    return Redact(str(value))


def line(value: object) -> str:
    """Read a text that a report shows in a line."""
    if not isinstance(value, str):
        raise ValueError("a text is needed")
    problem = name_problem(value, "text")
    if problem is not None:
        raise ValueError(problem)
    return value


def day(value: object) -> date:
    """Read a day, ``2026-03-31``: a date of TOML, or the same as text."""
    if type(value) is date:  # a moment is a date too, and what is wanted is a whole day
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        return date.fromisoformat(value)
    raise ValueError("a day is needed: 2026-03-31")


def block_name(block: str, value: object) -> BlockName:
    """Read ``"10.0.1.0/24" = "checkout"``, or ``= { name = "checkout", owner = "payments" }``."""
    if isinstance(value, str):
        value = {"name": value}
    if not isinstance(value, Mapping) or not {"name"} <= set(value) <= {"name", "owner"}:
        raise ValueError("a name is needed, or a table of name and owner")
    for what, text in value.items():
        problem = name_problem(text, what) if isinstance(text, str) else f"the {what} is no text"
        if problem is not None:
            raise ValueError(problem)
    return BlockName(Network.parse(block), value["name"], value.get("owner"))
