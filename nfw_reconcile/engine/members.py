"""The values that an address or port field matches, with what is not known of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from nfw_reconcile.engine.questions import Unknown
from nfw_reconcile.model.addresses import ANY_ADDRESS, Address, AddressSet
from nfw_reconcile.model.intervals import ALL_PORTS, EMPTY, IntervalSet

if TYPE_CHECKING:
    from nfw_reconcile.engine.worlds import World
    from nfw_reconcile.model.addresses import Family


@dataclass(frozen=True)
class Addresses:
    """The addresses that a field matches; hashable, and equal for equal sets.

    ``missing`` names the wanted leaves whose members are not known; ``excluded`` are the unwanted lists
    that hold such a leaf (``unwanted`` has all others).
    """

    wanted: AddressSet
    unwanted: AddressSet
    missing: tuple[str, ...] = ()
    excluded: tuple[Addresses, ...] = ()
    negated: bool = False

    @property
    def certain(self) -> bool:
        """Say whether every member is known."""
        return not self.missing and not self.excluded

    @property
    def unknown(self) -> tuple[str, ...]:
        """Name everything in it whose members are not known."""
        inner = (name for found in self.excluded for name in found.unknown)
        return tuple(sorted({*self.missing, *inner}))

    @cached_property
    def known(self) -> AddressSet:
        """Give the set that the known leaves make, exact where :attr:`certain`."""
        return AddressSet(self._family(4), self._family(6))

    @cached_property
    def possible(self) -> AddressSet:
        """Give every address that may match for some value of what is not known."""
        return AddressSet(self._possible_family(4), self._possible_family(6))

    def _family(self, family: Family) -> IntervalSet:
        wanted, unwanted = self.wanted.family(family), self.unwanted.family(family)
        if not wanted and unwanted:
            wanted = ANY_ADDRESS.family(family)
        return wanted - unwanted

    def _possible_family(self, family: Family) -> IntervalSet:
        if self.missing or (self.excluded and not self.wanted.family(family)):
            return ANY_ADDRESS.family(family) - self.unwanted.family(family)
        return self._family(family)

    def matches(self, address: Address, world: World) -> bool:
        """Say whether the address matches, asking the world about members that are not known."""
        if self.certain:
            return address in self.known
        if address in self.unwanted or not self._is_wanted(address, world):
            return False
        return not any(found.matches(address, world) for found in self.excluded)

    def _is_wanted(self, address: Address, world: World) -> bool:
        if address in self.wanted or any(world.ask(_member(name, address)) for name in self.missing):
            return True
        return self._starts_from_all(address.family, world)

    def _starts_from_all(self, family: Family, world: World) -> bool:
        """Say whether, without any wanted address of the family, there is one to take away."""
        if not (self.unwanted.family(family) or self.excluded) or self._has_wanted(family, world):
            return False
        return bool(self.unwanted.family(family)) or any(
            found.has_family(family, world) for found in self.excluded
        )

    def _has_wanted(self, family: Family, world: World) -> bool:
        return bool(self.wanted.family(family)) or any(
            world.ask(_has_members(name, family)) for name in self.missing
        )

    def has_family(self, family: Family, world: World) -> bool:
        """Say whether the set holds any address of a family; one that is all taken away counts as held."""
        if self.certain:
            return bool(self._family(family))
        return self._has_wanted(family, world) or self._starts_from_all(family, world)


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


def _has_members(name: str, family: Family) -> Unknown:
    return Unknown(name, f"has IPv{family} members")
