"""A policy made ready to decide: every name looked up, every rule in the order in which it is tried."""

from __future__ import annotations

import enum
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from nfw_reconcile.engine.conditions import NameIs, OpaqueIs, Stateful
from nfw_reconcile.engine.headers import HeaderBox, HeaderIndex, bits, vector_of
from nfw_reconcile.engine.identity import fingerprint
from nfw_reconcile.model.rule import Action

if TYPE_CHECKING:
    from collections.abc import Hashable

    from nfw_reconcile.engine.conditions import Meaning
    from nfw_reconcile.engine.headers import Signature
    from nfw_reconcile.engine.members import Addresses, Ports
    from nfw_reconcile.engine.protocols import ProtocolMatch
    from nfw_reconcile.engine.stateless import CompiledStateless
    from nfw_reconcile.engine.worlds import Vocabulary
    from nfw_reconcile.model.policy import EngineOptions, GroupName
    from nfw_reconcile.model.rule import Header
    from nfw_reconcile.model.verdict import RuleRef


@dataclass(frozen=True, slots=True)
class Acts:
    """The rule does this."""

    action: Action


@dataclass(frozen=True, slots=True)
class MayAct:
    """Whether and how the rule acts is not known: ``reason`` is what is missing.

    ``action`` is set where only whether it matches is open. Where the action is open too, ``passing`` tells
    the two places of the rule apart: among the passes, and among the drops.
    """

    reason: str
    action: Action | None
    passing: bool = False


@dataclass(frozen=True, slots=True)
class MayDeny:
    """An AWS-managed group: it may deny, and never passes."""

    name: str


Act = Acts | MayAct | MayDeny


@dataclass(frozen=True, slots=True)
class CompiledHeader:
    """A header with its names looked up."""

    protocol: ProtocolMatch
    source: Addresses
    source_ports: Ports
    destination: Addresses
    destination_ports: Ports
    both_ways: bool

    @property
    def certain(self) -> bool:
        """Say whether nothing in it is unknown."""
        return (
            self.source.certain
            and self.destination.certain
            and self.source_ports.certain
            and self.destination_ports.certain
        )

    def box(self) -> HeaderBox:
        """Give the most that the header can match."""
        return HeaderBox(
            self.protocol,
            self.source.possible,
            self.source_ports.possible,
            self.destination.possible,
            self.destination_ports.possible,
            self.both_ways,
            self.source_ports.anything,
            self.destination_ports.anything,
        )


class State(enum.Enum):
    """What a rule may leave behind for rules that are tried later."""

    NONE = "nothing"
    OF_FLOW = "state of the flow"
    OF_HOSTS = "state of a host or a pair of hosts"


Rank = tuple[int, ...]
"""In action order, the place of a rule among the rules of its action; lower is tried first."""

UNRANKED: Final[Rank] = (0, 0, 0, 3)
"""The rank of a rule that uses no state and names no priority, which is then 3."""


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """One rule, or one default action standing behind the rules.

    ``content`` is the rule's identity: what it matches and does, with every name looked up, and
    without sid, message or place. ``written`` is the same before names are looked up: equal
    ``written`` and other ``content`` means that a variable changed. ``default`` names a default action.
    ``leaves`` is the kind of state that it leaves behind for other rules to ask for.
    ``as_written`` is the header before names are looked up; only a rule that was read has one.
    """

    act: Act
    header: CompiledHeader
    meaning: Meaning
    content: Hashable
    written: Hashable
    group: str
    ref: RuleRef | None = None
    default: str | None = None
    approximate: bool = False
    as_written: Header | None = None
    rank: Rank = UNRANKED
    leaves: State = State.NONE

    @property
    def header_words(self) -> tuple[str, str, str, str]:
        """Give source, source ports, destination and destination ports as written."""
        header = self.as_written
        if header is None:
            return ("any", "any", "any", "any")
        return (
            str(header.source),
            str(header.source_ports),
            str(header.destination),
            str(header.destination_ports),
        )

    @property
    def decides(self) -> bool:
        """Say whether the rule can make a difference to a verdict (an alert cannot)."""
        return not (isinstance(self.act, Acts) and self.act.action is Action.ALERT)

    @property
    def remembers(self) -> bool:
        """Say whether the rule asks what earlier packets or other flows have left behind."""
        return any(isinstance(condition, Stateful) for condition in self.meaning.conditions)


class Manner(NamedTuple):
    """What a rule does with packets that its header matches; ``certain`` says that the header leaves nothing open."""

    act: Act
    meaning: Meaning
    certain: bool


class AtFirst(NamedTuple):
    """What rules do to a direction's first packet, as bit vectors; all are empty where packets are judged one by one.

    Those that are ``settling`` settle the flow, ``blocking`` ones may pass that packet alone, so that the rules behind
    them are not tried on it, and ``idle`` ones do not match it.
    """

    settling: int
    blocking: int
    idle: int


@dataclass(frozen=True)
class CompiledPolicy:
    """Everything that decides a verdict. ``rules`` stand in the order in which they are tried.

    Equal digests mean equal verdicts for every flow.
    """

    name: GroupName
    options: EngineOptions
    rules: tuple[CompiledRule, ...]
    stateless: CompiledStateless
    vocabulary: Vocabulary

    @cached_property
    def digest(self) -> str:
        """Give a SHA-256 over what decides."""
        return fingerprint((tuple(self._contents(self.relevant)), self.stateless.content()))

    @cached_property
    def index(self) -> HeaderIndex:
        """Give the index of the rules' headers, made at first use."""
        return HeaderIndex([rule.header.box() for rule in self.rules])

    @cached_property
    def deciding(self) -> int:
        """Give the rules that may pass or drop something, as a bit vector."""
        return vector_of(n for n, rule in enumerate(self.rules) if rule.decides)

    @cached_property
    def remembering(self) -> int:
        """Give the rules that ask about the past, as a bit vector."""
        return vector_of(n for n, rule in enumerate(self.rules) if rule.remembers and rule.decides)

    @cached_property
    def relevant(self) -> int:
        """Give the rules that can make a difference to a verdict, as a bit vector.

        An alert can where it leaves behind what another rule asks for.
        """
        if not self.remembering:
            return self.deciding
        return self.deciding | self._leaving(State.OF_FLOW) | self._leaving(State.OF_HOSTS)

    @cached_property
    def manners(self) -> dict[Manner, int]:
        """Give the rules by all that counts of them on packets that their headers match, as bit vectors."""
        places: dict[Manner, list[int]] = defaultdict(list)
        for position, rule in enumerate(self.rules):
            places[Manner(rule.act, rule.meaning, rule.header.certain)].append(position)
        return {manner: vector_of(positions) for manner, positions in places.items()}

    @cached_property
    def at_first(self) -> dict[tuple[int, bool], AtFirst]:
        """Keep what :func:`nfw_reconcile.engine.settling.at_first` has found, by protocol and direction."""
        return {}

    @cached_property
    def concerning(self) -> dict[int, int]:
        """Keep what :func:`nfw_reconcile.engine.settling.concerning` has found, by protocol."""
        return {}

    def _leaving(self, state: State) -> int:
        return vector_of(n for n, rule in enumerate(self.rules) if rule.leaves is state)

    @cached_property
    def _pasts(self) -> dict[Signature, str]:
        return {}

    def past(self, signature: Signature) -> str:
        """Name what has happened to a flow before a rule asks about it, by the rules that the flow meets.

        The same name in two policies means the same past: state of the flow is left behind by rules that
        the flow meets, state of hosts by any rule of the policy.
        """
        found = self._pasts.get(signature)
        if found is None:
            met = [tuple(self._contents(vector & self.relevant)) for vector in signature]
            shared = tuple(self._contents(self._leaving(State.OF_HOSTS)))
            found = self._pasts[signature] = fingerprint((*met, shared))[:16]
        return found

    def _contents(self, vector: int) -> list[Hashable]:
        return [self.rules[position].content for position in bits(vector)]

    @cached_property
    def uncertain(self) -> int:
        """Give the rules whose headers hold names with unknown members, as a bit vector."""
        return vector_of(n for n, rule in enumerate(self.rules) if not rule.header.certain)

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Give the texts of conditions that no report may show, because a sensitive rule asks them."""
        return frozenset(
            str(condition.names) if isinstance(condition, NameIs) else condition.text
            for rule in self.rules
            if rule.ref is not None and rule.ref.sensitive
            for condition in rule.meaning.conditions
            if isinstance(condition, NameIs | OpaqueIs | Stateful)
        )
