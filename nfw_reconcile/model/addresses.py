"""IP addresses as integers, and sets of them for IPv4 and IPv6 apart.

A CIDR of one family never says anything about the other: Suricata's ``!10.0.0.0/8`` matches no
IPv6 packet (Suricata user guide, "IP addresses"; measured on 7.0.10).
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from nfw_reconcile.model.intervals import EMPTY, IntervalSet

if TYPE_CHECKING:
    from collections.abc import Iterable

Family = Literal[4, 6]
HIGHEST_ADDRESS: Final[dict[Family, int]] = {4: 2**32 - 1, 6: 2**128 - 1}


class Address(NamedTuple):
    """One IP address: its family and its value as an unsigned integer."""

    family: Family
    value: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read an address in its usual text form; raises ``ValueError`` for anything else."""
        parsed = ipaddress.ip_address(text)
        return cls(parsed.version, int(parsed))

    def __str__(self) -> str:
        if self.family == 4:
            return str(ipaddress.IPv4Address(self.value))
        return str(ipaddress.IPv6Address(self.value))


class Network(NamedTuple):
    """A CIDR block: the family, the lowest address and the prefix length."""

    family: Family
    value: int
    length: int

    @classmethod
    def parse(cls, text: str) -> Network:
        """Read ``ADDRESS[/LENGTH]``; host bits are cleared, as Suricata and AWS do; ``ValueError`` otherwise."""
        parsed = ipaddress.ip_network(text, strict=False)
        return cls(parsed.version, int(parsed.network_address), parsed.prefixlen)

    @property
    def bits(self) -> int:
        """Give the width of an address of the family: 32 or 128."""
        return 32 if self.family == 4 else 128

    @property
    def highest(self) -> int:
        """Give the highest address of the block."""
        return self.value | ((1 << (self.bits - self.length)) - 1)

    def holds(self, address: Address) -> bool:
        """Say whether the address is in the block."""
        return address.family == self.family and self.value <= address.value <= self.highest

    def covers(self, other: Network) -> bool:
        """Say whether every address of ``other`` is in this block."""
        return self.family == other.family and self.value <= other.value and other.highest <= self.highest

    def __str__(self) -> str:
        return f"{Address(self.family, self.value)}/{self.length}"


def everything(family: Family) -> Network:
    """Give the block of all addresses of a family: ``0.0.0.0/0`` or ``::/0``."""
    return Network(family, 0, 0)


@dataclass(frozen=True, slots=True)
class AddressSet:
    """A set of addresses of both families."""

    v4: IntervalSet = EMPTY
    v6: IntervalSet = EMPTY

    @classmethod
    def of(cls, blocks: Iterable[Network]) -> AddressSet:
        """Build the union of CIDR blocks."""
        pieces: dict[Family, list[tuple[int, int]]] = {4: [], 6: []}
        for block in blocks:
            pieces[block.family].append((block.value, block.highest))
        return cls(IntervalSet.of(pieces[4]), IntervalSet.of(pieces[6]))

    def family(self, family: Family) -> IntervalSet:
        """Give the addresses of one family as integers."""
        return self.v4 if family == 4 else self.v6

    def __bool__(self) -> bool:
        return bool(self.v4) or bool(self.v6)

    def __contains__(self, address: Address) -> bool:
        return address.value in self.family(address.family)

    def __or__(self, other: AddressSet) -> AddressSet:
        return AddressSet(self.v4 | other.v4, self.v6 | other.v6)

    def __and__(self, other: AddressSet) -> AddressSet:
        return AddressSet(self.v4 & other.v4, self.v6 & other.v6)

    def __sub__(self, other: AddressSet) -> AddressSet:
        return AddressSet(self.v4 - other.v4, self.v6 - other.v6)

    def networks(self) -> tuple[Network, ...]:
        """Give the fewest CIDR blocks that hold exactly this set, IPv4 first, in ascending order."""
        blocks = [block for low, high in self.v4 for block in range_to_networks(4, low, high)]
        blocks += [block for low, high in self.v6 for block in range_to_networks(6, low, high)]
        return tuple(blocks)


def range_to_networks(family: Family, low: int, high: int) -> list[Network]:
    """Split a range of addresses into the fewest CIDR blocks, in ascending order."""
    bits = 32 if family == 4 else 128
    blocks: list[Network] = []
    while low <= high:
        size = min(low & -low if low else 1 << bits, 1 << ((high - low + 1).bit_length() - 1))
        blocks.append(Network(family, low, bits - (size.bit_length() - 1)))
        low += size
    return blocks


NO_ADDRESS: Final = AddressSet()
ANY_ADDRESS: Final = AddressSet(
    IntervalSet(((0, HIGHEST_ADDRESS[4]),)), IntervalSet(((0, HIGHEST_ADDRESS[6]),))
)
