"""Where Suricata 8 does otherwise than 7, whose verdicts the engine follows: docs/verdicts.md, "Suricata 7 and 8".

Each difference is written as a change of the engine. With all of them it has to agree with Suricata 8 as it
agrees with 7 without: what is not listed here is the same in both.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from tests.mutants.mechanism import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

A_DROP_ENDS_THE_WALK: Final = Edit(
    "engine.walk:_accept",
    "state.dropped |= flow_wide\n        if state.dropped:\n            break",
    "state.dropped |= flow_wide\n        break",
)
"""In 7, a pass behind a packet-wide drop passes the flow from then on; in 8, it does nothing."""

STREAM_WORDS_ARE_NO_FLOW_STATE: Final = Edit(
    "engine.semantics:_Reader._read_flow",
    "self._traits.add(_Trait.DIRECTION if words <= _DIRECTIONS else _Trait.FLOW)",
    'if rest := words - {"only_stream", "no_stream"}:\n'
    "        self._traits.add(_Trait.DIRECTION if rest <= _DIRECTIONS else _Trait.FLOW)\n"
    "    else:\n"
    "        self._flow = None\n"
    '        words -= {"only_stream"}',
)
"""In 8, ``no_stream`` and ``only_stream`` are no state of a flow: alone, they leave a header what it is."""

IPV6_RANGES_ARE_TRIED_ON_EVERY_PACKET: Final = Edit(
    "engine.compile:_meaning",
    "negated = header.source.negated or header.destination.negated",
    "negated = header.source.negated or header.destination.negated or any(\n"
    '        "-" in each and ":" in each\n'
    '        for each in f"{rule.header.source},{rule.header.destination}".split(",")\n'
    "    )",
)
"""In 8, a header alone with a range of IPv6 addresses is tried on every packet; in 7, it never matches (a fault)."""

SIP_IS_OVER_TCP_TOO: Final = Edit(
    "engine.protocols:transports",
    "return _TRANSPORTS.get(application, _TCP_UDP)",
    'return _TCP_UDP if application == "sip" else _TRANSPORTS.get(application, _TCP_UDP)',
)

DIFFERENCES: Final = (
    A_DROP_ENDS_THE_WALK,
    STREAM_WORDS_ARE_NO_FLOW_STATE,
    IPV6_RANGES_ARE_TRIED_ON_EVERY_PACKET,
    SIP_IS_OVER_TCP_TOO,
)

PROTOCOLS_OF_8: Final = ("doh2", "ldap", "mdns", "pop3", "websocket")
"""Words of a header that 7 does not load; to the engine they are unknown, and what they match is undecided."""

TYPES_IN_8: Final[Mapping[str, str]] = {"flow:only_stream;": "ip_only", "flow:no_stream;": "ip_only"}
"""Options whose rule has another type in 8 than in ``tests/cases/rule-types.txt``."""


@contextmanager
def engine_following(release: int) -> Iterator[None]:
    """Make the engine follow a release of Suricata for a while."""
    with ExitStack() as stack:
        for edit in DIFFERENCES if release >= 8 else ():
            stack.enter_context(edit.made())
        yield
