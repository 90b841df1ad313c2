"""Look up variables and references: from an expression to the set of values that it stands for.

An address list is read as Suricata 7.0.10 does it (``DetectAddressParse``; measured): groups without a
negation and variables are flattened into the list that they stand in; what a ``!`` stands before is
worked out as a list of its own and then taken away. A family without any wanted address, but with an
unwanted one, starts from all its addresses. Port lists are read so as well, but for a negation inside
a negated list, which Suricata reads by the place of each port in it: that is not modelled.

Variables resolve as AWS does it (developer guide, "Limitations and caveats for stateful rules"): a
rule group's own set wins, else the policy's HOME_NET; EXTERNAL_NET, unless the group defines it, is
the negation of the *policy's* HOME_NET, even in a group that overrides HOME_NET.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.members import Addresses, Ports
from nfw_reconcile.model.addresses import ANY_ADDRESS, NO_ADDRESS, AddressSet
from nfw_reconcile.model.expressions import (
    AddressRange,
    Anything,
    Expression,
    Group,
    Negation,
    PortRange,
    SetReference,
    Unresolved,
    Variable,
)
from nfw_reconcile.model.intervals import ALL_PORTS, IntervalSet
from nfw_reconcile.model.policy import EXTERNAL_NET, HOME_NET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.model.addresses import Family

_DEEPEST: Final = 32


@dataclass(frozen=True, slots=True)
class Scope:
    """Where the names of one rule group are looked up."""

    home_net: Expression
    ip_sets: Mapping[str, Expression] = field(default_factory=dict)
    port_sets: Mapping[str, Expression] = field(default_factory=dict)
    references: Mapping[str, Expression] = field(default_factory=dict)

    def addresses_of(self, name: str) -> Expression:
        """Give what ``$NAME`` stands for in an address field."""
        if name in self.ip_sets:
            return self.ip_sets[name]
        if name == HOME_NET:
            return self.home_net
        if name == EXTERNAL_NET:
            return Negation(self.home_net)
        return Unresolved(f"${name} is not defined")

    def ports_of(self, name: str) -> Expression:
        """Give what ``$NAME`` stands for in a port field."""
        return self.port_sets.get(name, Unresolved(f"${name} is not defined"))

    def members_of(self, name: str) -> Expression:
        """Give the members of the IP set reference ``@NAME``."""
        return self.references.get(name, Unresolved(f"@{name} is not defined"))


NEGATION_IN_NEGATED_PORTS: Final = "a negation inside a negated port list is not modelled"
SELF_REFERENCE: Final = Unresolved("a variable that refers to itself")


@dataclass(slots=True)
class _AddressLeaves:
    wanted: list[AddressRange] = field(default_factory=list)
    everything: bool = False
    unwanted: AddressSet = NO_ADDRESS
    missing: set[str] = field(default_factory=set)
    excluded: list[Addresses] = field(default_factory=list)
    negated: bool = False

    def take(self, expression: Expression, scope: Scope, depth: int) -> None:  # noqa: C901 - one case a kind
        if depth > _DEEPEST:
            expression = SELF_REFERENCE
        match expression:
            case Anything():
                self.everything = True
            case AddressRange():
                self.wanted.append(expression)
            case Negation(operand=operand):
                self._take_away(_addresses(operand, scope, depth + 1))
            case Group(items=items):
                for item in items:
                    self.take(item, scope, depth + 1)
            case Variable(name=name):
                self.take(scope.addresses_of(name), scope, depth + 1)
            case SetReference(name=name):
                self.take(scope.members_of(name), scope, depth + 1)
            case Unresolved(reference=reference):
                self.missing.add(reference)
            case PortRange():
                pass

    def _take_away(self, found: Addresses) -> None:
        self.negated = True
        if found.certain:
            self.unwanted |= found.known
        else:
            self.excluded.append(found)


def resolve_addresses(expression: Expression, scope: Scope) -> Addresses:
    """Give the addresses that an address field stands for."""
    return _addresses(expression, scope, 0)


def _addresses(expression: Expression, scope: Scope, depth: int) -> Addresses:
    leaves = _AddressLeaves()
    leaves.take(expression, scope, depth)
    return Addresses(
        ANY_ADDRESS if leaves.everything else _address_set(leaves.wanted),
        leaves.unwanted,
        tuple(sorted(leaves.missing)),
        tuple(leaves.excluded),
        leaves.negated,
    )


@dataclass(slots=True)
class _PortLeaves:
    wanted: list[PortRange] = field(default_factory=list)
    unwanted: list[PortRange] = field(default_factory=list)
    everything: bool = False
    nothing: bool = False
    missing: set[str] = field(default_factory=set)
    missing_unwanted: set[str] = field(default_factory=set)

    def take(  # noqa: C901 - one case a kind
        self, expression: Expression, scope: Scope, depth: int, *, unwanted: bool
    ) -> None:
        if depth > _DEEPEST:
            expression = SELF_REFERENCE
        match expression:
            case Anything():
                self.everything |= not unwanted
                self.nothing |= unwanted
            case PortRange():
                (self.unwanted if unwanted else self.wanted).append(expression)
            case Negation(operand=operand) if not unwanted:
                self.take(operand, scope, depth + 1, unwanted=True)
            case Negation():
                self.missing_unwanted.add(NEGATION_IN_NEGATED_PORTS)
            case Group(items=items):
                for item in items:
                    self.take(item, scope, depth + 1, unwanted=unwanted)
            case Variable(name=name):
                self.take(scope.ports_of(name), scope, depth + 1, unwanted=unwanted)
            case SetReference(name=name):
                self.take(scope.members_of(name), scope, depth + 1, unwanted=unwanted)
            case Unresolved(reference=reference):
                (self.missing_unwanted if unwanted else self.missing).add(reference)
            case AddressRange():
                pass


def resolve_ports(expression: Expression, scope: Scope) -> Ports:
    """Give the ports that a port field stands for."""
    leaves = _PortLeaves()
    leaves.take(expression, scope, 0, unwanted=False)
    unwanted = ALL_PORTS if leaves.nothing else _port_set(leaves.unwanted)
    only_any = leaves.everything and not leaves.unwanted and not leaves.missing_unwanted
    return Ports(
        only_any,
        ALL_PORTS if leaves.everything else _port_set(leaves.wanted),
        unwanted,
        tuple(sorted(leaves.missing)),
        tuple(sorted(leaves.missing_unwanted)),
    )


def _address_set(leaves: list[AddressRange]) -> AddressSet:
    pieces: dict[Family, list[tuple[int, int]]] = {4: [], 6: []}
    for leaf in leaves:
        pieces[leaf.family].append((leaf.low, leaf.high))
    return AddressSet(IntervalSet.of(pieces[4]), IntervalSet.of(pieces[6]))


def _port_set(leaves: list[PortRange]) -> IntervalSet:
    return IntervalSet.of((leaf.low, leaf.high) for leaf in leaves)
