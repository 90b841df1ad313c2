"""What the options of a rule ask of a packet, and how wide its action reaches.

Rule types and their scopes follow Suricata's own classes (user guide, "Rule Types and
Categorization"; ``SignatureIsIPOnly`` and ``SignatureSetType`` in ``detect-engine-build.c``), measured
on 7.0.10. A keyword that this module does not know is kept as an opaque condition, and the reach of
its rule is then itself a question.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from nfw_reconcile.engine.questions import Names


class Reach(enum.Enum):
    """How far a pass or drop reaches; ``UNSURE`` for keywords not known.

    A TCP connection whose beginning the engine did not see has no stream: there ``STREAM`` is the packet.
    """

    PACKET = "the packet"
    FLOW = "the whole flow"
    STREAM = "the whole flow over TCP, the packet over other protocols"
    UNSURE = "unsure"


class When(enum.Enum):
    """Which packets a rule is tried on."""

    FIRST = "the first packet of each direction"
    EVERY = "every packet"


@dataclass(frozen=True, slots=True)
class FlowState:
    """The ``flow:`` keyword. ``None`` means no condition.

    ``of_flow`` is false where nothing but a direction is asked. A packet without a flow has one too: it
    counts as sent to the server. Anything else, ``stateless`` included, holds for packets of flows only.
    """

    to_server: bool | None = None
    established: bool | None = None
    of_flow: bool = True

    def __str__(self) -> str:
        words = {True: "to_server", False: "to_client", None: ""}[self.to_server]
        state = {True: "established", False: "not_established", None: ""}[self.established]
        return ",".join(word for word in (words, state) if word) or "stateless"


@dataclass(frozen=True, slots=True)
class ApplicationIs:
    """The detected protocol is (or, negated, is detected and is not) one of these."""

    applications: frozenset[str]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class NameIs:
    """The client's request names a host that matches (or, negated, one that does not)."""

    names: Names
    negated: bool = False


@dataclass(frozen=True, slots=True)
class ClientHello:
    """``ssl_state:client_hello``: the packet carries it."""


@dataclass(frozen=True, slots=True)
class ProtocolNumbers:
    """``ip_proto``: the IP protocol number is one of these."""

    numbers: frozenset[int]


class FlagMatch(enum.Enum):
    """How ``flags`` compares: the modifier before or behind the letters."""

    EXACTLY = ""
    ALL = "+"
    ANY = "*"
    NOT_ALL = "!"


@dataclass(frozen=True, slots=True)
class TcpFlagsAre:
    """``flags``: how the packet's flags, without those ``ignored``, compare with those ``wanted``."""

    wanted: frozenset[str]
    ignored: frozenset[str] = frozenset()
    how: FlagMatch = FlagMatch.EXACTLY

    def holds(self, present: frozenset[str]) -> bool:
        """Say whether a packet with these flags matches.

        Suricata looks at no packet without any of the rare flags of a rule that names one (``detect.c``,
        ``SIG_MASK_REQUIRE_FLAGS_INITDEINIT`` and ``_UNUSUAL``), whatever its modifier says.
        """
        if any(self.wanted & rare and not present & rare for rare in _RARE_FLAGS):
            return False
        if not self.wanted and present:
            return self.how is FlagMatch.NOT_ALL
        seen = present - self.ignored
        match self.how:
            case FlagMatch.EXACTLY:
                return seen == self.wanted
            case FlagMatch.ALL:
                return seen >= self.wanted
            case FlagMatch.ANY:
                return bool(seen & self.wanted)
            case FlagMatch.NOT_ALL:
                return not seen >= self.wanted


_RARE_FLAGS: Final = (frozenset("FSR"), frozenset("UEC"))


@dataclass(frozen=True, slots=True)
class DataSize:
    """``dsize:>0`` (``True``) or ``dsize:0`` (``False``): the packet carries data or does not."""

    has_data: bool


class Carrier(enum.Enum):
    """Which packets an opaque condition may hold on."""

    ANY = "any packet"
    DATA = "a packet with data"
    REQUEST = "the client's data"
    RESPONSE = "the server's data"


@dataclass(frozen=True, slots=True)
class OpaqueIs:
    """A condition that is not read, only named; it holds for all its packets of a direction, or for none."""

    text: str
    carrier: Carrier


@dataclass(frozen=True, slots=True)
class Stateful:
    """A condition on what other rules or flows have left behind (flowbits, counters): not modelled."""

    text: str


Condition = (
    ApplicationIs | NameIs | ClientHello | ProtocolNumbers | TcpFlagsAre | DataSize | OpaqueIs | Stateful
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """All that the options of a rule mean for a verdict.

    ``flow`` is ``None`` without a ``flow:`` keyword.
    """

    when: When
    reach: Reach
    flow: FlowState | None = None
    conditions: tuple[Condition, ...] = ()
