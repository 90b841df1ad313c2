"""The stateless engine: every packet alone, both directions, first match by priority.

AWS developer guide, "How AWS Network Firewall filters network traffic": groups by priority, rules by
priority, first match wins, else the policy's stateless default action.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.headers import HeaderBox, HeaderIndex, Signature, bits, upto
from nfw_reconcile.engine.identity import fingerprint
from nfw_reconcile.engine.protocols import ProtocolMatch
from nfw_reconcile.engine.questions import Unknown
from nfw_reconcile.model.addresses import ANY_ADDRESS, AddressSet
from nfw_reconcile.model.expressions import Unresolved
from nfw_reconcile.model.intervals import ALL_PORTS, IntervalSet
from nfw_reconcile.model.policy import OpaqueGroup
from nfw_reconcile.model.rule import StatelessAction, StatelessRule
from nfw_reconcile.model.verdict import Cause, Engine, RuleRef

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from nfw_reconcile.engine.exchange import Packet
    from nfw_reconcile.engine.worlds import World
    from nfw_reconcile.errors import Location
    from nfw_reconcile.model.policy import Policy
    from nfw_reconcile.model.rule import StatelessEntry, TcpFlags

_FLAG_LETTERS: Final = {
    "FIN": "F", "SYN": "S", "RST": "R", "PSH": "P", "ACK": "A", "URG": "U", "ECE": "E", "CWR": "C",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CompiledStatelessRule:
    """One stateless rule; ``unknown`` names what is missing of a rule that cannot be modelled."""

    box: HeaderBox
    flags: tuple[TcpFlags, ...]
    action: StatelessAction
    unknown: str | None
    ref: RuleRef
    content: Hashable

    @property
    def certain(self) -> bool:
        """Say whether the rule matches every packet whose header lies in its box."""
        return self.unknown is None and not self.flags

    def matches(self, packet: Packet, world: World) -> bool:
        """Say whether the rule matches a packet whose header lies in its box."""
        if self.unknown is not None:
            return world.ask(Unknown(self.unknown, "matches"))
        return not self.flags or any(_flags_match(wanted, packet.flags) for wanted in self.flags)


@dataclass(frozen=True, slots=True)
class StatelessOutcome:
    """Where the stateless engine sends one packet, and why."""

    action: StatelessAction
    cause: Cause


class Onward(enum.Enum):
    """Which packets of a conversation the stateless engine hands to the stateful one."""

    ALL = "all of them"
    NONE = "none"
    SOME = "some, or it is not known which"


_ANY_ACTION: Final = frozenset(StatelessAction)


@dataclass(frozen=True)
class CompiledStateless:
    """All stateless rules of a policy in the order in which they are tried, and the default."""

    rules: tuple[CompiledStatelessRule, ...]
    default: StatelessAction | Unresolved

    @cached_property
    def index(self) -> HeaderIndex:
        """Give the index of the rules' boxes, made at first use."""
        return HeaderIndex([rule.box for rule in self.rules])

    def content(self) -> Hashable:
        """Give what decides, for comparison."""
        return (tuple(rule.content for rule in self.rules), str(self.default))

    def tried(self, signature: Signature) -> Signature:
        """Give the rules of a signature that are tried: in each direction those up to the first certain one."""
        return Signature(*(upto(vector, vector & self.certain) for vector in signature))

    def onward(self, signature: Signature) -> Onward:
        """Say which packets go on, given the rules that are tried."""
        actions = {action for vector in signature for action in self._actions(vector)}
        if actions == {StatelessAction.FORWARD}:
            return Onward.ALL
        return Onward.SOME if StatelessAction.FORWARD in actions else Onward.NONE

    def _actions(self, vector: int) -> Iterator[StatelessAction]:
        """Give what may become of the packets of a direction."""
        for position in bits(vector):
            rule = self.rules[position]
            yield from _ANY_ACTION if rule.unknown is not None else (rule.action,)
        if not vector & self.certain:
            yield from _ANY_ACTION if isinstance(self.default, Unresolved) else (self.default,)

    @cached_property
    def certain(self) -> int:
        """Give the rules that match every packet in their boxes, as a bit vector."""
        return sum(1 << n for n, rule in enumerate(self.rules) if rule.certain)

    def met(self, signature: Signature) -> str:
        """Name the rules that a flow meets: the same name in two policies means the same treatment."""
        met = [tuple(self.rules[n].content for n in bits(vector)) for vector in signature]
        return fingerprint((*met, str(self.default)))[:16]

    def judge(self, packet: Packet, signature: Signature, world: World) -> StatelessOutcome:
        """Send one packet on."""
        for position in bits(signature.forward if packet.to_server else signature.backward):
            rule = self.rules[position]
            if rule.matches(packet, world):
                action = rule.action if rule.unknown is None else _guess(rule.unknown, world)
                return StatelessOutcome(action, Cause(Engine.STATELESS, rule.ref))
        if isinstance(self.default, Unresolved):
            return StatelessOutcome(_guess(self.default.reference, world), Cause(Engine.STATELESS))
        return StatelessOutcome(self.default, Cause(Engine.STATELESS, default=str(self.default)))


def _guess(reason: str, world: World) -> StatelessAction:
    if world.ask(Unknown(reason, "forwards")):
        return StatelessAction.FORWARD
    return StatelessAction.PASS if world.ask(Unknown(reason, "passes")) else StatelessAction.DROP


def _flags_match(wanted: TcpFlags, present: frozenset[str]) -> bool:
    masks = wanted.masks or frozenset(_FLAG_LETTERS)
    return all((_FLAG_LETTERS[flag] in present) == (flag in wanted.flags) for flag in masks)


def compile_stateless(policy: Policy) -> CompiledStateless:
    """Put a policy's stateless rules in order and make them ready to match."""
    rules: list[CompiledStatelessRule] = []
    for reference in sorted(policy.stateless, key=lambda found: found.priority):
        group = reference.group
        if isinstance(group, OpaqueGroup):
            rules.append(_unknown_rule(group.name.label, group.reason))
            continue
        entries = sorted(group.entries, key=lambda entry: entry.priority)
        rules += [_compile_entry(group.name.label, entry) for entry in entries]
    return CompiledStateless(tuple(rules), policy.stateless_default)


EVERY_PACKET: Final = HeaderBox(
    ProtocolMatch(), ANY_ADDRESS, ALL_PORTS, ANY_ADDRESS, ALL_PORTS,
    any_source_port=True, any_destination_port=True,
)  # fmt: skip


def _unknown_rule(group: str, reason: str, written: Location | None = None) -> CompiledStatelessRule:
    ref = RuleRef(group, None, None, reason, written=written)
    return CompiledStatelessRule(EVERY_PACKET, (), StatelessAction.FORWARD, reason, ref, ("unknown", reason))


def _compile_entry(group: str, entry: StatelessEntry) -> CompiledStatelessRule:
    if not isinstance(entry, StatelessRule):
        return _unknown_rule(group, entry.reason, entry.written)
    box = HeaderBox(
        ProtocolMatch(entry.protocols),
        AddressSet.of(entry.sources) if entry.sources else ANY_ADDRESS,
        IntervalSet.of(entry.source_ports) if entry.source_ports else ALL_PORTS,
        AddressSet.of(entry.destinations) if entry.destinations else ANY_ADDRESS,
        IntervalSet.of(entry.destination_ports) if entry.destination_ports else ALL_PORTS,
        any_source_port=not entry.source_ports,
        any_destination_port=not entry.destination_ports,
    )
    ref = RuleRef(group, None, None, describe(entry), entry.sensitive, entry.written)
    content = (box, entry.tcp_flags, entry.action)
    return CompiledStatelessRule(box, entry.tcp_flags, entry.action, None, ref, content)


def describe(rule: StatelessRule) -> str:
    """Write a stateless rule for people, on one line."""
    protocols = ",".join(str(number) for number in sorted(rule.protocols)) or "any"
    parts = [
        f"priority {rule.priority}: {rule.action} protocol {protocols}",
        f"from {_list(rule.sources)} ports {_ports(rule.source_ports)}",
        f"to {_list(rule.destinations)} ports {_ports(rule.destination_ports)}",
    ]
    return " ".join(parts)


def _list(networks: tuple[object, ...]) -> str:
    return ",".join(str(network) for network in networks) or "any"


def _ports(ports: tuple[tuple[int, int], ...]) -> str:
    return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in ports) or "any"
