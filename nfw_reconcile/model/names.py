"""Names for blocks of addresses, and the longest prefix that an address lies in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from nfw_reconcile.model.addresses import Network

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nfw_reconcile.model.addresses import Address

T = TypeVar("T")

LONGEST_NAME: Final = 200
"""Characters of a name or an owner; a longer one is no name."""


@dataclass(frozen=True, slots=True)
class BlockName:
    """What a block of addresses is called, and to whom it belongs, where that is known."""

    block: Network
    name: str
    owner: str | None = None


def name_problem(text: str, what: str) -> str | None:
    """Say why a text cannot be a ``what`` (``name``, ``owner``), or give ``None``."""
    if not text.strip():
        return f"the {what} is empty"
    if len(text) > LONGEST_NAME:
        return f"the {what} has {len(text):,} characters, and {LONGEST_NAME} are the most"
    return None


@dataclass(frozen=True, slots=True)
class PrefixTable(Generic[T]):
    """Values by block; ``lengths`` are the prefix lengths that there are for each family, longest first."""

    values: Mapping[Network, T]
    lengths: Mapping[int, tuple[int, ...]]

    @classmethod
    def of(cls, entries: Iterable[tuple[Network, T]]) -> PrefixTable[T]:
        """Build the table; of two values for one block the first stays."""
        values: dict[Network, T] = {}
        for block, value in entries:
            values.setdefault(block, value)
        lengths = {
            family: tuple(sorted({block.length for block in values if block.family == family}, reverse=True))
            for family in (4, 6)
        }
        return cls(values, lengths)

    def matches(self, address: Address) -> Iterator[T]:
        """Give the value of each block that the address lies in, the longest prefix first."""
        for length in self.lengths[address.family]:
            found = self.values.get(_block(address, length))
            if found is not None:
                yield found

    def longest(self, address: Address) -> T | None:
        """Give the value of the longest prefix that the address lies in, or ``None``."""
        return next(self.matches(address), None)


def _block(address: Address, length: int) -> Network:
    rest = (32 if address.family == 4 else 128) - length
    return Network(address.family, address.value >> rest << rest, length)
