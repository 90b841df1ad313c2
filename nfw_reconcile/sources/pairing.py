"""Which records are one thing: on both sides of an input, and in the input and what is given beside it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from nfw_reconcile.model.inventory import FirewallRecord, GroupRecord, PolicyRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

Named = TypeVar("Named", FirewallRecord, PolicyRecord, GroupRecord)
Record = FirewallRecord | PolicyRecord | GroupRecord


class Pairs(NamedTuple, Generic[Named]):
    """Every record with what it was before (``None``: it is new), and those that are there no more."""

    found: list[tuple[Named, Named | None]]
    gone: list[Named]


class Index(Generic[Named]):
    """Records by their ARNs and by their addresses, each in the order in which they are given."""

    def __init__(self, records: Iterable[Named]) -> None:
        self.by_arn: dict[str, list[Named]] = defaultdict(list)
        self.by_address: dict[str, list[Named]] = defaultdict(list)
        self._places: dict[int, int] = {}
        for place, record in enumerate(records):
            self._places[id(record)] = place
            if record.name.arn is not None:
                self.by_arn[record.name.arn].append(record)
            if record.name.address is not None:
                self.by_address[record.name.address].append(record)

    def place(self, record: Named) -> int:
        """Give the place of a record among all."""
        return self._places[id(record)]


def paired(after: Sequence[Named], before: Sequence[Named]) -> Pairs[Named]:
    """Pair the records of two sides, each with one at most.

    The same record on both sides comes first, then equal ARNs, then equal addresses (so that what is
    replaced is still one thing that changed), then equal names. A stack that is given as context may use
    the addresses of the input: without that order its policies would be taken for the input's.
    """
    partners: dict[int, Named] = {}
    waiting = {id(record): record for record in before}
    for key in _KEYS:
        candidates = {key(record): record for record in reversed(waiting.values())}
        for record in after:
            free = id(record) not in partners and key(record) is not None
            partner = candidates.get(key(record)) if free else None
            if partner is not None and id(partner) in waiting and _may_be(record, partner, key):
                partners[id(record)] = waiting.pop(id(partner))
    return Pairs([(record, partners.get(id(record))) for record in after], list(waiting.values()))


def lacking(have: Sequence[Named], other: Sequence[Named], offered: Sequence[Named]) -> list[Named]:
    """Give what is offered and no side of the input holds, each thing once."""
    added: list[Named] = []
    known: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for found in (*have, *other):
        _file(found, known)
    for record in offered:
        alike = (found for word in _words(record) for found in known.get(word, ()))
        if not any(same(record, found) for found in alike):
            added.append(record)
            _file(record, known)
    return added


def _file(record: Record, known: dict[tuple[str, str], list[Record]]) -> None:
    for word in _words(record):
        known[word].append(record)


def _words(record: Record) -> list[tuple[str, str]]:
    """Give the words one of which two records have in common where :func:`same` holds."""
    name = record.name
    words = (("arn", name.arn), ("address", name.address), ("name", name.name))
    return [(kind, word) for kind, word in words if word]


def same(one: Record, other: Record) -> bool:
    """Say whether two records of any two inputs are one thing in AWS.

    ARNs settle it. An address does where names do not differ: two stacks may well use one address. A
    name does for records without an address; a stateful and a stateless group may share it.
    """
    a, b = one.name, other.name
    if a.arn and b.arn:
        return a.arn == b.arn
    if isinstance(one, GroupRecord) and isinstance(other, GroupRecord) and one.stateful != other.stateful:
        return False
    if a.name and b.name and a.name != b.name:
        return False
    if a.address and b.address:
        return a.address == b.address
    return bool(a.name) and a.name == b.name


def _arn(record: Record) -> Hashable:
    return record.name.arn


def _address(record: Record) -> Hashable:
    return record.name.address


def _name(record: Record) -> Hashable:
    return record.name.name


_KEYS: Final[tuple[Callable[[Record], Hashable], ...]] = (id, _arn, _address, _name)


def _may_be(record: Record, partner: Record, key: Callable[[Record], Hashable]) -> bool:
    return key is not _name or same(record, partner)
