"""Look up variables and references: from an expression to the set of values that it stands for.

An address or port list is read as Suricata does it (``DetectAddressParse``, ``DetectPortParse``): all
leaves of the nested list are sorted into wanted and unwanted ones by the parity of the negations
above them; a family without any wanted leaf, but with an unwanted one, starts from all its addresses;
then the unwanted ones are taken away.

Variables resolve as AWS does it (developer guide, "Limitations and caveats for stateful rules"): a
rule group's own set wins, else the policy's HOME_NET; EXTERNAL_NET, unless the group defines it, is
the negation of the *policy's* HOME_NET, even in a group that overrides HOME_NET.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.questions import Unknown
from nfw_reconcile.model.addresses import ANY_ADDRESS, Address, AddressSet
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
from nfw_reconcile.model.intervals import ALL_PORTS, EMPTY, IntervalSet
from nfw_reconcile.model.policy import EXTERNAL_NET, HOME_NET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.engine.worlds import World
    from nfw_reconcile.model.addresses import Family

_DEEPEST: Final = 32
_FAMILIES: Final[tuple[Family, ...]] = (4, 6)


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


@dataclass(frozen=True)
class Addresses:
    """The addresses that a field matches; hashable, and equal for equal sets.

    ``missing`` and ``missing_unwanted`` name the leaves whose members are not known.
    """

    wanted: AddressSet
    unwanted: AddressSet
    missing: tuple[str, ...] = ()
    missing_unwanted: tuple[str, ...] = ()
    negated: bool = False

    @property
    def certain(self) -> bool:
        """Say whether every member is known."""
        return not self.missing and not self.missing_unwanted

    @cached_property
    def known(self) -> AddressSet:
        """Give the set that the known leaves make, exact where :attr:`certain`."""
        return AddressSet(self._family(4), self._family(6))

    @cached_property
    def possible(self) -> AddressSet:
        """Give every address that may match for some value of what is not known."""
        return AddressSet(self._possible_family(4), self._possible_family(6))

    def _possible_family(self, family: Family) -> IntervalSet:
        open_ended = self.missing or (self.missing_unwanted and not self.wanted.family(family))
        if open_ended:
            return ANY_ADDRESS.family(family) - self.unwanted.family(family)
        return self._family(family)

    def _family(self, family: Family) -> IntervalSet:
        wanted, unwanted = self.wanted.family(family), self.unwanted.family(family)
        if not wanted and unwanted:
            wanted = ANY_ADDRESS.family(family)
        return wanted - unwanted

    def matches(self, address: Address, world: World) -> bool:
        """Say whether the address matches, asking the world about members that are not known."""
        if self.certain:
            return address in self.known
        if address in self.unwanted or not self._is_wanted(address, world):
            return False
        return not any(world.ask(_member(name, address)) for name in self.missing_unwanted)

    def _is_wanted(self, address: Address, world: World) -> bool:
        if self.wanted.family(address.family):
            return address in self.wanted or any(world.ask(_member(name, address)) for name in self.missing)
        if any(world.ask(_member(name, address)) for name in self.missing):
            return True
        starts_from_all = bool(self.unwanted.family(address.family)) or any(
            world.ask(Unknown(name, f"has IPv{address.family} members")) for name in self.missing_unwanted
        )
        return starts_from_all and not any(
            world.ask(Unknown(name, f"has IPv{address.family} members")) for name in self.missing
        )


@dataclass(frozen=True)
class Ports:
    """The ports that a field matches; ``anything`` is ``any``, which alone matches packets without ports."""

    anything: bool
    wanted: IntervalSet
    unwanted: IntervalSet
    missing: tuple[str, ...] = ()
    missing_unwanted: tuple[str, ...] = ()

    @property
    def certain(self) -> bool:
        """Say whether every member is known."""
        return not self.missing and not self.missing_unwanted

    @cached_property
    def known(self) -> IntervalSet:
        """Give the set that the known leaves make, exact where :attr:`certain`."""
        if self.anything:
            return ALL_PORTS
        return (self.wanted or (ALL_PORTS if self.unwanted else EMPTY)) - self.unwanted

    @cached_property
    def possible(self) -> IntervalSet:
        """Give every port that may match for some value of what is not known."""
        if self.missing or (self.missing_unwanted and not self.wanted):
            return ALL_PORTS - self.unwanted
        return self.known

    def matches(self, port: int, world: World) -> bool:
        """Say whether the port matches, asking the world about members that are not known."""
        if self.certain:
            return port in self.known
        if port in self.unwanted:
            return False
        wanted = port in self.wanted or any(world.ask(Unknown(name, f"port {port}")) for name in self.missing)
        if not self.wanted and not self.missing:
            wanted = True
        return wanted and not any(world.ask(Unknown(name, f"port {port}")) for name in self.missing_unwanted)


def _member(name: str, address: Address) -> Unknown:
    return Unknown(name, str(address))


@dataclass(slots=True)
class _Leaves:
    wanted: list[AddressRange | PortRange] = field(default_factory=list)
    unwanted: list[AddressRange | PortRange] = field(default_factory=list)
    everything: bool = False
    nothing: bool = False
    missing: list[str] = field(default_factory=list)
    missing_unwanted: list[str] = field(default_factory=list)
    negated: bool = False


def resolve_addresses(expression: Expression, scope: Scope) -> Addresses:
    """Give the addresses that an address field stands for."""
    leaves = _Leaves()
    _collect(expression, scope, leaves, unwanted=False, depth=0, ports=False)
    if leaves.nothing:
        return Addresses(AddressSet(), ANY_ADDRESS, negated=True)
    return Addresses(
        ANY_ADDRESS if leaves.everything else _address_set(leaves.wanted),
        _address_set(leaves.unwanted),
        tuple(sorted(set(leaves.missing))),
        tuple(sorted(set(leaves.missing_unwanted))),
        leaves.negated,
    )


def resolve_ports(expression: Expression, scope: Scope) -> Ports:
    """Give the ports that a port field stands for."""
    leaves = _Leaves()
    _collect(expression, scope, leaves, unwanted=False, depth=0, ports=True)
    unwanted = ALL_PORTS if leaves.nothing else _port_set(leaves.unwanted)
    only_any = leaves.everything and not leaves.unwanted and not leaves.missing_unwanted
    return Ports(
        only_any,
        ALL_PORTS if leaves.everything else _port_set(leaves.wanted),
        unwanted,
        tuple(sorted(set(leaves.missing))),
        tuple(sorted(set(leaves.missing_unwanted))),
    )


def _collect(  # noqa: PLR0913 - the walk's place, in one row
    expression: Expression, scope: Scope, leaves: _Leaves, *, unwanted: bool, depth: int, ports: bool
) -> None:
    if depth > _DEEPEST:
        expression = Unresolved("a variable that refers to itself")
    deeper = depth + 1
    match expression:
        case Anything():
            leaves.everything |= not unwanted
            leaves.nothing |= unwanted
        case AddressRange() | PortRange():
            (leaves.unwanted if unwanted else leaves.wanted).append(expression)
        case Negation(operand=operand):
            leaves.negated = True
            _collect(operand, scope, leaves, unwanted=not unwanted, depth=deeper, ports=ports)
        case Group(items=items):
            for item in items:
                _collect(item, scope, leaves, unwanted=unwanted, depth=deeper, ports=ports)
        case Variable(name=name):
            found = scope.ports_of(name) if ports else scope.addresses_of(name)
            _collect(found, scope, leaves, unwanted=unwanted, depth=deeper, ports=ports)
        case SetReference(name=name):
            _collect(scope.members_of(name), scope, leaves, unwanted=unwanted, depth=deeper, ports=ports)
        case Unresolved(reference=reference):
            (leaves.missing_unwanted if unwanted else leaves.missing).append(reference)


def _address_set(leaves: list[AddressRange | PortRange]) -> AddressSet:
    pieces: dict[Family, list[tuple[int, int]]] = {family: [] for family in _FAMILIES}
    for leaf in leaves:
        if isinstance(leaf, AddressRange):
            pieces[leaf.family].append((leaf.low, leaf.high))
    return AddressSet(IntervalSet.of(pieces[4]), IntervalSet.of(pieces[6]))


def _port_set(leaves: list[AddressRange | PortRange]) -> IntervalSet:
    return IntervalSet.of((leaf.low, leaf.high) for leaf in leaves if isinstance(leaf, PortRange))
