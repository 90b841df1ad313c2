"""One rule group: API ``RuleGroup`` in, a stateful, stateless or opaque group out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from nfw_reconcile.errors import Location
from nfw_reconcile.model.policy import OpaqueGroup, RuleOrder, StatefulGroup, StatelessGroup
from nfw_reconcile.model.rule import UndecidedRule
from nfw_reconcile.sources.policy.body import Node, NotKnown, NotValid, Undecidable
from nfw_reconcile.sources.policy.domain_list import domain_rules
from nfw_reconcile.sources.policy.reading import Reading
from nfw_reconcile.sources.policy.sensitive import hidden
from nfw_reconcile.sources.policy.stateful_rule import stateful_rule
from nfw_reconcile.sources.policy.stateless import stateless_rules
from nfw_reconcile.sources.policy.variables import read_sets
from nfw_reconcile.sources.suricata import parse_rules
from nfw_reconcile.sources.suricata.lines import rule_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nfw_reconcile.errors import Diagnostic
    from nfw_reconcile.model.inventory import Body, GroupRecord
    from nfw_reconcile.model.policy import GroupName
    from nfw_reconcile.model.rule import RuleEntry

MOST_RULES: Final = 100_000
"""Rules of one group that are read; AWS takes 30,000 in a whole policy (developer guide, "Quotas")."""

LONGEST_TEXT: Final = 4_000_000
"""Characters of one ``RulesString`` that are read; AWS takes 2,000,000 (API: ``RulesString``)."""

AnyGroup = StatefulGroup | StatelessGroup | OpaqueGroup


def build_group(
    record: GroupRecord,
    prefix_lists: Mapping[str, Body],
    *,
    policy_order: RuleOrder = RuleOrder.ACTION,
    report: list[Diagnostic] | None = None,
) -> AnyGroup:
    """Build one rule group from its record.

    ``prefix_lists`` gives the members of IP set references. A group whose order is not known has
    ``policy_order``, because AWS accepts no other. Warnings are added to ``report``. Never raises: what
    is unknown or not valid is an undecided rule, an ``Unresolved`` or an opaque group.
    """
    reading = Reading(record.name.label, prefix_lists, [] if report is None else report, record.places)
    if is_managed(record.name.arn):
        return managed_group(record.name)
    body = Node.of(record.body, "")
    try:
        source = body.get("RulesSource")
    except NotValid:
        reading.warn("the rule group is not an object", "Make the input again.")
        return OpaqueGroup(record.name, managed=False, reason="its body cannot be read")
    if body.missing:
        return OpaqueGroup(record.name, managed=False, reason="the input does not hold its rules")
    if not record.stateful:
        return _stateless_group(record.name, source, reading)
    return _stateful_group(record.name, body, source, policy_order, reading)


def managed_group(name: GroupName) -> OpaqueGroup:
    """Give the stand-in for a group of AWS, whose rules nobody can read."""
    return OpaqueGroup(name, managed=True, reason="AWS does not show the rules of its managed groups")


def is_managed(arn: str | None) -> bool:
    """Say whether an ARN names a group of AWS: its account part is ``aws-managed``."""
    parts = (arn or "").split(":", 5)
    return len(parts) == 6 and parts[4] == "aws-managed"


def _stateless_group(name: GroupName, source: Node, reading: Reading) -> AnyGroup:
    try:
        rules = source.get("StatelessRulesAndCustomActions")
    except NotValid as why:
        reading.warn(why.reason, "Make the input again.")
        return OpaqueGroup(name, managed=False, reason=why.reason)
    return StatelessGroup(name, tuple(stateless_rules(rules, reading)))


def _stateful_group(
    name: GroupName, body: Node, source: Node, policy_order: RuleOrder, reading: Reading
) -> StatefulGroup:
    order = _rule_order(body, policy_order, reading)
    entries = tuple(_entries(source, order, reading))
    sets = read_sets(body, entries, reading)
    return StatefulGroup(name, entries, order, sets.ip_sets, sets.port_sets, sets.references, sets.sensitive)


def _rule_order(body: Node, policy_order: RuleOrder, reading: Reading) -> RuleOrder:
    try:
        order = body.get("StatefulRuleOptions").get("RuleOrder")
        return RuleOrder.ACTION if order.missing else RuleOrder(order.text())
    except NotKnown:
        return policy_order
    except (NotValid, ValueError):
        reading.warn("StatefulRuleOptions.RuleOrder is not an order that AWS knows", "Correct it.")
        return policy_order


def _entries(source: Node, order: RuleOrder, reading: Reading) -> Iterator[RuleEntry]:
    """Give the rules of every kind of source that is there; AWS allows one kind to a group."""
    if source.unresolved is not None:
        yield _undecided(NotKnown(source.path, source.unresolved), source, reading)
        return
    try:
        text, blocks = source.get("RulesString"), source.get("StatefulRules")
        domains = source.get("RulesSourceList")
    except NotValid as why:
        yield _undecided(why, source, reading)
        return
    if not text.missing:
        yield from _rules_string(text, reading)
    if not blocks.missing:
        yield from _blocks(blocks, reading)
    if not domains.missing:
        yield from domain_rules(domains, reading.label, order, MOST_RULES, reading.places)


def _rules_string(text: Node, reading: Reading) -> Iterator[RuleEntry]:
    try:
        written = text.text()
        if len(written) > LONGEST_TEXT or sum(1 for _ in rule_lines(written)) > MOST_RULES:
            message = f"{text.path} holds more than {LONGEST_TEXT:,} characters or {MOST_RULES:,} rules"
            raise NotValid(message)
        entries = parse_rules(written, reading.label)
    except Undecidable as why:
        yield _undecided(why, text, reading)
        return
    for entry in entries:
        written_at = reading.places.of_line(entry.where.line if entry.where else None)
        placed = entry if written_at is None else replace(entry, written=written_at)
        yield hidden(placed) if text.sensitive else placed


def _blocks(blocks: Node, reading: Reading) -> Iterator[RuleEntry]:
    try:
        items = blocks.items(MOST_RULES)
    except Undecidable as why:
        yield _undecided(why, blocks, reading)
        return
    for index, block in enumerate(items):
        entry = stateful_rule(block, Location(f"{reading.label} stateful_rule[{index}]"))
        yield replace(entry, written=reading.places.of_stateful(index))


def _undecided(why: Undecidable, node: Node, reading: Reading) -> UndecidedRule:
    if not isinstance(why, NotKnown):
        reading.warn(why.reason, "Correct it; the rules of the group are undecided.")
    place = Location(reading.label)
    return UndecidedRule("", why.reason, None, place, node.marked, reading.places.otherwise)
