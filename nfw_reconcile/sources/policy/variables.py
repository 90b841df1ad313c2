"""IP sets, port sets and IP set references of a rule group: what its names stand for.

A set is never dropped: what is unknown or cannot be read is an ``Unresolved`` in its place.
Sources: API ``RuleVariables``, ``IPSetReference``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.expressions import (
    Expression,
    Group,
    Negation,
    SetReference,
    Unresolved,
    Variable,
)
from nfw_reconcile.sources.policy.body import Node, NotKnown, NotValid
from nfw_reconcile.sources.policy.reading import read_members
from nfw_reconcile.sources.suricata import parse_addresses, parse_ports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from nfw_reconcile.model.inventory import Body
    from nfw_reconcile.model.rule import Header, RuleEntry
    from nfw_reconcile.sources.policy.reading import Reading

_NO_MEMBERS: Final = Group(())


@dataclass(frozen=True, slots=True)
class Sets:
    """What the names of one rule group stand for, and which of them are sensitive."""

    ip_sets: Mapping[str, Expression] = field(default_factory=dict)
    port_sets: Mapping[str, Expression] = field(default_factory=dict)
    references: Mapping[str, Expression] = field(default_factory=dict)
    sensitive: frozenset[str] = frozenset()


def read_sets(body: Node, entries: Iterable[RuleEntry], reading: Reading) -> Sets:
    """Read ``RuleVariables`` and ``ReferenceSets`` of a rule group.

    Where it is not known which names are defined, every name that the rules use is unresolved.
    """
    headers = [entry.header for entry in entries if entry.header is not None]
    variables, references = _get(body, "RuleVariables", reading), _get(body, "ReferenceSets", reading)
    ip_sets = _named(_get(variables, "IPSets", reading), _used(_addresses(headers), Variable), reading)
    port_sets = _named(_get(variables, "PortSets", reading), _used(_ports(headers), Variable), reading)
    used = _used(_addresses(headers), SetReference)
    members = {
        name: _members_of(node, reading)
        for name, node in _named(_get(references, "IPSetReferences", reading), used, reading).items()
    }
    every = (*ip_sets.items(), *port_sets.items(), *members.items())
    return Sets(
        {name: _definition(node, parse_addresses, reading) for name, node in ip_sets.items()},
        {name: _definition(node, parse_ports, reading) for name, node in port_sets.items()},
        {
            name: read_members(node, parse_addresses, reading, empty=_NO_MEMBERS)
            for name, node in members.items()
        },
        frozenset(name for name, node in every if node.marked),
    )


def find_by_reference(values: Mapping[str, Body], key: Node) -> str | None:
    """Give the key of ``values`` that an ARN, or the unknown ``ADDRESS.arn``, names."""
    if key.unresolved is None:
        candidates = [key.text()]
    else:
        reference = key.unresolved.reference
        candidates = [reference, reference.removesuffix(".arn"), reference.removesuffix(".id")]
    return next((candidate for candidate in candidates if values.get(candidate) is not None), None)


def _get(node: Node, key: str, reading: Reading) -> Node:
    try:
        return node.get(key)
    except NotValid as why:
        return _invalid(why, node, key, reading)


def _named(node: Node, used: set[str], reading: Reading) -> dict[str, Node]:
    """Give the members in order of name; of an unknown object those that are used, each unknown."""
    try:
        return dict(sorted(node.members().items()))
    except NotKnown:
        return {name: node.get(name) for name in sorted(used)}
    except NotValid as why:
        unknown = _invalid(why, node, "", reading)
        return {name: unknown.get(name) for name in sorted(used)}


def _invalid(why: NotValid, node: Node, key: str, reading: Reading) -> Node:
    reading.warn(why.reason, "Correct it; what depends on it is undecided.")
    return Node(Unresolved(f"invalid {node.path}"), f"{node.path}.{key}", node.sensitive)


def _definition(node: Node, parse: Callable[[str], Expression], reading: Reading) -> Expression:
    definition = _get(node, "Definition", reading)
    if definition.missing:
        reading.warn(f"{definition.path} is empty", "Give it a member; what depends on it is undecided.")
    return read_members(definition, parse, reading, empty=Unresolved(f"empty {definition.path}"))


def _members_of(node: Node, reading: Reading) -> Node:
    """Find the members of an IP set reference: those of a prefix list or a resource group that the input holds."""
    arn = _get(node, "ReferenceArn", reading)
    try:
        key = find_by_reference(reading.prefix_lists, arn)
    except NotValid as why:
        return _invalid(why, arn, "", reading)
    path = f"members of {_shown(arn)}"
    if key is None:
        return Node(Unresolved(path), path, arn.sensitive)
    return Node.of(reading.prefix_lists[key], path, sensitive=arn.sensitive)


def _shown(arn: Node) -> str:
    """Name a reference in a way that differs for different ones, also where it must not be shown."""
    if arn.unresolved is not None:
        return arn.unresolved.reference
    if arn.sensitive:
        return f"{arn.path} (sha256 {hashlib.sha256(arn.text().encode()).hexdigest()[:12]})"
    return arn.text()


def _addresses(headers: list[Header]) -> Iterator[Expression]:
    for header in headers:
        yield from (header.source, header.destination)


def _ports(headers: list[Header]) -> Iterator[Expression]:
    for header in headers:
        yield from (header.source_ports, header.destination_ports)


def _used(expressions: Iterable[Expression], kind: type[Variable | SetReference]) -> set[str]:
    names: set[str] = set()
    stack = list(expressions)
    while stack:
        match stack.pop():
            case Negation(operand):
                stack.append(operand)
            case Group(items):
                stack.extend(items)
            case Variable(name) | SetReference(name) as leaf if isinstance(leaf, kind):
                names.add(name)
            case _:
                pass
    return names
