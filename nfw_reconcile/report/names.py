"""What addresses are, beside them: ``10.0.1.5 (checkout, payments)``."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.documents import NameKind
from nfw_reconcile.report import naming
from nfw_reconcile.report.blocks import Column, Detail, Table
from nfw_reconcile.report.phrases import Datum, Phrase, count, joined, say
from nfw_reconcile.report.regions import block_around
from nfw_reconcile.report.units import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nfw_reconcile.model.documents import AddressName, FlowRow, FlowText

MOST_NAMES: Final = 3
"""Names that stand for many addresses in one cell."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names by address, as the flows of the same document write it, redacted or not."""

    entries: Mapping[str, AddressName] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, listed: Iterable[AddressName]) -> Names:
        """Take the names of one firewall."""
        return cls({each.address: each for each in listed})

    def __bool__(self) -> bool:
        return bool(self.entries)

    def beside(self, address: str) -> Phrase:
        """Give `` (checkout, payments)``, or nothing where the address has no name."""
        found = self.entries.get(address)
        return Phrase() if found is None else say(" ({})", _whose(found))

    def address(self, address: str) -> Phrase:
        """Write an address with what it is."""
        return Phrase((Datum(address),)) + self.beside(address)

    def service(self, flow: FlowText) -> Phrase:
        """Name what a flow goes to, as :func:`naming.service` does, with what it is."""
        return Phrase((naming.service(flow),)) + self.beside(flow.destination)

    def whose(self, addresses: Iterable[str]) -> Phrase:
        """Name addresses in few words if they all have one name, or are all in one network; else give nothing."""
        found = {self.entries.get(address) for address in addresses}
        names = {Phrase() if each is None else _owned(Phrase((Datum(each.name),)), each) for each in found}
        networks = {None if each is None else each.network for each in found}
        if len(names) == 1:
            return names.pop()
        network = networks.pop() if len(networks) == 1 else None
        return Phrase() if network is None else Phrase((Datum(network),))

    def five_tuple(self, flow: FlowText) -> Phrase:
        """Write a flow, as :func:`naming.five_tuple` does, with what its two sides are."""
        source, destination = self.beside(flow.source), self.beside(flow.destination)
        if not source and not destination:
            return Phrase((naming.five_tuple(flow),))
        one = naming.endpoint(flow.source, flow.source_port)
        other = naming.endpoint(flow.destination, flow.destination_port)
        begin = Datum(f"{naming.protocol(flow.protocol)} {one}")
        return say("{}{} to {}{}", begin, source, Datum(other), destination)

    def many(self, addresses: Sequence[str]) -> Phrase:
        """Sum addresses up: how many there are, and whose, those of most first; without any name, in which block."""
        if len(addresses) == 1:
            return self.address(addresses[0])
        number = count(len(addresses), "address", "addresses")
        told = Counter(_whose(found) for each in addresses if (found := self.entries.get(each)) is not None)
        if not told:
            block = block_around(addresses)
            return number if block is None else say("{} in {}", number, Datum(block))
        ranked = sorted(told.items(), key=lambda each: (-each[1], each[0].raw))
        nameless = len(addresses) - sum(told.values())
        rest = len(ranked) - MOST_NAMES
        parts = [name for name, _ in ranked[:MOST_NAMES]]
        parts += [count(rest, "other name")] if rest > 0 else []
        parts += [say("{} without a name", nameless)] if nameless else []
        return say("{} ({})", number, joined(parts, "; "))


NO_NAMES: Final = Names()


def _whose(found: AddressName) -> Phrase:
    return _owned(_called(found), found)


def _owned(name: Phrase, found: AddressName) -> Phrase:
    return name if found.owner is None else say("{}, {}", name, Datum(found.owner))


def _called(found: AddressName) -> Phrase:
    """Give a name, with what kind of thing it is where that is not the user's own word for it."""
    if found.kind is NameKind.GIVEN:
        return Phrase((Datum(found.name),))
    return say(f"{found.kind.value} {{}}", Datum(found.name))


def in_full(rows: Sequence[FlowRow], names: Names, most: int) -> tuple[Detail, ...]:
    """Give all that is known of the addresses of flows, those of most flows first; nothing where nothing is."""
    flows = Counter(
        address for row in rows for address in {row.flow.source, row.flow.destination} & set(names.entries)
    )
    ranked = sorted(flows, key=lambda address: (-flows[address], address))
    if not ranked:
        return ()
    columns = (Column("Address"), Column("Name"), Column("Owner"), Column("Network"), Column("Known from"))
    cells = tuple(_cells(names.entries[address]) for address in ranked[:most])
    rest = len(ranked) - most
    more = say("and {}", count(rest, "more address", "more addresses")) if rest > 0 else None
    return (Detail("What the addresses are", (Table(columns, cells, more),)),)


def _cells(found: AddressName) -> tuple[Phrase, ...]:
    return (
        Phrase((Datum(found.address),)),
        _called(found),
        _or_unknown(found.owner),
        _or_unknown(found.network),
        Phrase((found.origin.value,)),
    )


def _or_unknown(text: str | None) -> Phrase:
    return UNKNOWN if text is None else Phrase((Datum(text),))
