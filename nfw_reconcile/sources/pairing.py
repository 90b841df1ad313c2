"""Which records are one thing: on both sides of an input, and in the input and what is given beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from nfw_reconcile.model.inventory import FirewallRecord, GroupRecord, PolicyRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

Named = TypeVar("Named", FirewallRecord, PolicyRecord, GroupRecord)
Record = FirewallRecord | PolicyRecord | GroupRecord


class Pairs(NamedTuple, Generic[Named]):
    """Every record with what it was before (``None``: it is new), and those that are there no more."""

    found: list[tuple[Named, Named | None]]
    gone: list[Named]


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
    for record in offered:
        if not any(same(record, found) for known in (have, other, added) for found in known):
            added.append(record)
    return added


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
