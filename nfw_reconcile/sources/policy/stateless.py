"""Stateless rules: API ``StatelessRulesAndCustomActions`` in, entries of a stateless group out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Location
from nfw_reconcile.model.intervals import HIGHEST_PORT
from nfw_reconcile.model.rule import StatelessAction, StatelessRule, TcpFlags, UndecidedStatelessRule
from nfw_reconcile.sources.policy.body import NotKnown, NotValid, Undecidable
from nfw_reconcile.sources.suricata import parse_block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nfw_reconcile.model.addresses import Network
    from nfw_reconcile.model.rule import StatelessEntry
    from nfw_reconcile.sources.policy.body import Node
    from nfw_reconcile.sources.policy.reading import Reading

_FLAGS: Final = frozenset({"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"})
_ACTIONS: Final = {action.value: action for action in StatelessAction}
HIGHEST_PRIORITY: Final = 65535
MOST_RULES: Final = HIGHEST_PRIORITY
"""Rules of one group that are read: each has a priority of its own."""

FIRST: Final = 0
"""Before every priority that AWS allows: where a rule stands whose own priority is not known."""


def stateless_rules(source: Node, reading: Reading) -> Iterator[StatelessEntry]:
    """Give the rules of ``StatelessRulesAndCustomActions``; one that cannot be read is undecided."""
    try:
        rules = source.get("StatelessRules").items(MOST_RULES)
    except Undecidable as why:
        place = Location(reading.label)
        yield UndecidedStatelessRule(FIRST, why.reason, place, source.marked, reading.places.otherwise)
        return
    for rule in rules:
        entry = _entry(rule, reading)
        yield replace(entry, written=reading.places.of_stateless(entry.priority))


def read_actions(node: Node) -> StatelessAction:
    """Read a list of actions: exactly one of AWS's three, and names of custom actions, which only count.

    Raises :class:`Undecidable` where that cannot be told. Source: API ``RuleDefinition``.
    """
    known = [_ACTIONS[name] for name in (item.text() for item in node.items()) if name in _ACTIONS]
    if len(known) != 1:
        message = f"{node.path} does not hold exactly one of {', '.join(sorted(_ACTIONS))}"
        raise NotValid(message)
    return known[0]


def _entry(rule: Node, reading: Reading) -> StatelessEntry:
    try:
        priority = rule.get("Priority").number(1, HIGHEST_PRIORITY)
    except Undecidable as why:
        return _undecided(FIRST, why, rule, Location(f"{reading.label} {rule.path}"), reading)
    where = Location(f"{reading.label} stateless_rule[{priority}]")
    try:
        return _rule(priority, rule, where)
    except Undecidable as why:
        return _undecided(priority, why, rule, where, reading)


def _undecided(
    priority: int, why: Undecidable, rule: Node, where: Location, reading: Reading
) -> UndecidedStatelessRule:
    if not isinstance(why, NotKnown):
        reading.warn(why.reason, "Correct the stateless rule; what reaches it is undecided.")
    return UndecidedStatelessRule(priority, why.reason, where, rule.marked)


def _rule(priority: int, rule: Node, where: Location) -> StatelessRule:
    definition = rule.get("RuleDefinition")
    match = definition.get("MatchAttributes")
    return StatelessRule(
        priority,
        read_actions(definition.get("Actions")),
        tuple(_network(item.get("AddressDefinition")) for item in match.get("Sources").items()),
        tuple(_network(item.get("AddressDefinition")) for item in match.get("Destinations").items()),
        tuple(_port_range(item) for item in match.get("SourcePorts").items()),
        tuple(_port_range(item) for item in match.get("DestinationPorts").items()),
        frozenset(item.number(0, 255) for item in match.get("Protocols").items()),
        tuple(_tcp_flags(item) for item in match.get("TCPFlags").items()),
        where,
        rule.marked,
    )


def _network(node: Node) -> Network:
    text = node.text().strip()
    try:
        return parse_block(text)
    except ValueError as bad:
        message = f"{node.path} is {node.shown}, not an address or CIDR"
        raise NotValid(message) from bad


def _port_range(node: Node) -> tuple[int, int]:
    low = node.get("FromPort").number(0, HIGHEST_PORT)
    end = node.get("ToPort")
    high = low if end.missing else end.number(0, HIGHEST_PORT)
    if low > high:
        message = f"{node.path} does not ascend"
        raise NotValid(message)
    return low, high


def _tcp_flags(node: Node) -> TcpFlags:
    """Read one ``TCPFlagField``; without masks all flags are looked at (API ``TCPFlagField``)."""
    flags, masks = _flag_names(node.get("Flags")), _flag_names(node.get("Masks"))
    return TcpFlags(flags, masks or _FLAGS)


def _flag_names(node: Node) -> frozenset[str]:
    names = frozenset(item.text().strip().upper() for item in node.items())
    if not names <= _FLAGS:
        message = f"{node.path} holds more than {', '.join(sorted(_FLAGS))}"
        raise NotValid(message)
    return names
