"""Stateful and stateless rules as written: nothing is resolved and nothing is dropped."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nfw_reconcile.errors import Location
    from nfw_reconcile.model.addresses import Network
    from nfw_reconcile.model.expressions import Expression


class Action(enum.StrEnum):
    """What a stateful rule does (AWS supports these four; Suricata's ``rejectsrc`` and the like are ``REJECT``)."""

    PASS = "pass"
    DROP = "drop"
    REJECT = "reject"
    ALERT = "alert"


class Direction(enum.StrEnum):
    """Whether a header is tried as written only, or swapped as well."""

    FORWARD = "->"
    BOTH = "<>"


@dataclass(frozen=True, slots=True)
class Header:
    """The seven words before the options. ``protocol`` is lower case and an open set."""

    action: Action
    protocol: str
    source: Expression
    source_ports: Expression
    direction: Direction
    destination: Expression
    destination_ports: Expression

    def __str__(self) -> str:
        return (
            f"{self.action} {self.protocol} {self.source} {self.source_ports} "
            f"{self.direction} {self.destination} {self.destination_ports}"
        )


@dataclass(frozen=True, slots=True)
class Option:
    """One ``keyword[:value];``; ``keyword`` is lower case, ``value`` is the text as written, trimmed."""

    keyword: str
    value: str | None = None

    def __str__(self) -> str:
        return f"{self.keyword};" if self.value is None else f"{self.keyword}:{self.value};"


@dataclass(frozen=True, slots=True)
class StatefulRule:
    """One rule that parsed. ``text`` is its source on one line, ``where`` the place of its first character.

    ``sensitive``: Terraform marks part of it sensitive, so that no report may show it or what follows from it.
    ``written`` is the line of a file in the repository that it comes from, where that is known: no part of the rule.
    """

    header: Header
    options: tuple[Option, ...]
    text: str
    where: Location | None = None
    sensitive: bool = False
    written: Location | None = field(default=None, compare=False)

    @property
    def sid(self) -> int | None:
        """Give the signature id, which is a label and no identity: groups reuse it."""
        for option in self.options:
            if option.keyword == "sid" and option.value is not None and option.value.isdecimal():
                return int(option.value)
        return None

    def values(self, keyword: str) -> tuple[str | None, ...]:
        """Give the values of every option of that name, in written order."""
        return tuple(option.value for option in self.options if option.keyword == keyword)


@dataclass(frozen=True, slots=True)
class UndecidedRule:
    """A line that is a rule and cannot be modelled: its reason, and its header where that parsed.

    With a header it taints what the header matches; without one it taints its whole group.
    """

    text: str
    reason: str
    header: Header | None = None
    where: Location | None = None
    sensitive: bool = False
    written: Location | None = field(default=None, compare=False)


RuleEntry = StatefulRule | UndecidedRule


class StatelessAction(enum.StrEnum):
    """Where the stateless engine sends a packet (``API: RuleDefinition.Actions``)."""

    PASS = "aws:pass"
    DROP = "aws:drop"
    FORWARD = "aws:forward_to_sfe"


@dataclass(frozen=True, slots=True)
class TcpFlags:
    """``TCPFlagField``: flags in ``masks`` are looked at; those in ``flags`` must be set, the others clear."""

    flags: frozenset[str]
    masks: frozenset[str]


@dataclass(frozen=True, slots=True)
class StatelessRule:
    """One stateless rule. An empty field is no condition (``API: MatchAttributes``); ports are closed ranges."""

    priority: int
    action: StatelessAction
    sources: tuple[Network, ...] = ()
    destinations: tuple[Network, ...] = ()
    source_ports: tuple[tuple[int, int], ...] = ()
    destination_ports: tuple[tuple[int, int], ...] = ()
    protocols: frozenset[int] = frozenset()
    tcp_flags: tuple[TcpFlags, ...] = ()
    where: Location | None = None
    sensitive: bool = False
    written: Location | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class UndecidedStatelessRule:
    """A stateless rule part of which is not known; it taints every packet that reaches its priority."""

    priority: int
    reason: str
    where: Location | None = None
    sensitive: bool = False
    written: Location | None = field(default=None, compare=False)


StatelessEntry = StatelessRule | UndecidedStatelessRule
