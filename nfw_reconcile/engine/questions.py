"""What a 5-tuple does not tell: questions about payload, and about values that the input lacks.

A verdict is worked out in a *world* that answers every question it meets; all worlds together give
the verdict for all payloads. Questions about one conversation hang together (it speaks one protocol
and names one host), so that a world never answers two of them in contradiction.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Kind(enum.Enum):
    """Whether an answer lies in the traffic, or in a part of the policy that the input does not hold."""

    PAYLOAD = "payload"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Speaks:
    """Does the conversation speak one of these application protocols?"""

    applications: frozenset[str]

    def __str__(self) -> str:
        return f"application protocol is {' or '.join(sorted(self.applications))}"


UNDETECTED = "(undetected)"
"""The answer of a conversation too short, or too odd, for protocol detection to finish."""

OTHER = "(other)"
"""The answer of a conversation that speaks none of the protocols that any rule names."""


class NameMatch(enum.Enum):
    """How a name is compared; all are case-insensitive, as host names are."""

    EXACT = "is"
    DOMAIN = "is or is under"
    SUFFIX = "ends with"


@dataclass(frozen=True, slots=True)
class Names:
    """Does the host name that the conversation gives in ``buffer`` match?

    ``buffer`` is ``tls.sni``, ``http.host`` or ``dns.query``. ``value`` is lower case unless the comparison
    is ``case_sensitive`` (no ``nocase``); for ``DOMAIN`` it is the domain without its leading dot, and the
    domain itself matches too (Suricata's ``dotprefix``).
    """

    buffer: str
    match: NameMatch
    value: str
    case_sensitive: bool = False

    def holds(self, name: str) -> bool:
        """Say whether a name matches."""
        name = name if self.case_sensitive else name.lower()
        match self.match:
            case NameMatch.EXACT:
                return name == self.value
            case NameMatch.DOMAIN:
                return f".{name}".endswith(f".{self.value}")
            case NameMatch.SUFFIX:
                return name.endswith(self.value)

    def examples(self) -> tuple[str, ...]:
        """Give names that, with one that matches nothing, stand for every name this question can tell apart."""
        match self.match:
            case NameMatch.EXACT:
                found: tuple[str, ...] = (self.value,)
            case NameMatch.DOMAIN:
                found = (self.value, f"{FRESH_LABEL}.{self.value}")
            case NameMatch.SUFFIX:
                found = (self.value, f"{FRESH_LABEL}{self.value}", f"{FRESH_LABEL}.{self.value}")
        if not self.case_sensitive:
            return found
        return (*found, *(name.swapcase() for name in found))

    def __str__(self) -> str:
        case = " (same case)" if self.case_sensitive else ""
        return f"{self.buffer} {self.match.value} {self.value}{case}"


FRESH_LABEL = "*"
"""The first label of the example for "some name under this domain": no host name holds this character."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """A condition that the engine cannot read, named by its normalised text; ``scope`` says where it is asked."""

    text: str
    scope: str = ""

    def __str__(self) -> str:
        return f"{self.text} ({self.scope})" if self.scope else self.text


@dataclass(frozen=True, slots=True)
class Managed:
    """Does an AWS-managed rule group deny the conversation?"""

    name: str

    def __str__(self) -> str:
        return f"managed rule group {self.name} denies it"


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that the input does not hold; ``reason`` names it and is its identity on both sides.

    ``aspect`` tells several questions about the same unknown apart (which address, which port).
    """

    reason: str
    aspect: str = ""

    def __str__(self) -> str:
        return self.reason


Question = Speaks | Names | Opaque | Managed | Unknown


def kind_of(question: Question) -> Kind:
    """Say whether the answer is a matter of traffic or of something that the input lacks."""
    return Kind.UNKNOWN if isinstance(question, Unknown) else Kind.PAYLOAD
