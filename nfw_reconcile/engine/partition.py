"""The classes of values of each field that two policies tell apart, as far as a changed rule is in reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.addresses import HIGHEST_ADDRESS, Address
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS
from nfw_reconcile.model.intervals import HIGHEST_PORT, IntervalSet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nfw_reconcile.engine.align import Alignment
    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.engine.headers import HeaderBox
    from nfw_reconcile.model.addresses import Family

_SERVICE_PORTS: Final = (443, 80, 53, 22)
_CLIENT_PORTS: Final = (49152, *_SERVICE_PORTS)
_EXAMPLE_ADDRESSES: Final = tuple(
    Address.parse(text).value
    for text in ("198.51.100.10", "203.0.113.10", "192.0.2.10", "10.0.0.10", "2001:db8::10")
)
"""Values that make a witness easy to read, best first (addresses for documentation, RFC 5737 and 3849)."""


@dataclass(frozen=True, slots=True)
class FieldClass:
    """Values of one field that no rule in reach tells apart: the set, one of them, the rules still in reach."""

    values: IntervalSet
    value: int
    state: tuple[int, ...]


Atom = tuple[int, int, tuple[int, ...]]
"""An elementary interval ``(low, high)`` of a field and the rules that match it, one vector a table."""


@dataclass(frozen=True, slots=True)
class Partition:
    """The fields of one protocol and family as elementary intervals.

    A *state* is a tuple of bit vectors, two for each of four tables (old and new policy, stateful and
    stateless): the rules in reach of the initiator's packets and of the responder's. ``touched`` marks
    the changed rules of each table.
    """

    fields: tuple[tuple[Atom, ...], ...]
    start: tuple[int, ...]
    touched: tuple[int, ...]

    @classmethod
    def of(cls, comparison: Comparison, alignment: Alignment, protocol: int, family: Family) -> Partition:
        """Cut every field where some rule's set begins or ends."""
        tables = _tables(comparison, alignment)
        start: list[int] = []
        touched: list[int] = []
        for boxes, changed in tables:
            admitted = sum(1 << n for n, box in enumerate(boxes) if box.protocol.admits(protocol, family))
            start += [admitted, admitted]
            touched += [changed, changed]
        ported = protocol in PROTOCOLS_WITH_PORTS
        fields = _fields([boxes for boxes, _ in tables], start, family, ported=ported)
        if not ported:
            start = [s & _portless(tables[n // 2][0]) for n, s in enumerate(start)]
        return cls(tuple(fields), tuple(start), tuple(touched))

    @property
    def start_touched(self) -> bool:
        """Say whether a changed rule is in reach at all."""
        return self._in_reach(self.start)

    def reach(self, state: tuple[int, ...]) -> tuple[bool, bool]:
        """Say whether a changed rule is in reach of the initiator's, and of the responder's packets."""
        hits = [bool(a & b) for a, b in zip(state, self.touched, strict=True)]
        return any(hits[0::2]), any(hits[1::2])

    def _in_reach(self, state: tuple[int, ...]) -> bool:
        return any(a & b for a, b in zip(state, self.touched, strict=True))

    def classes(self, depth: int, state: tuple[int, ...]) -> list[FieldClass]:
        """Give the classes of a field's values within a state, leaving out those out of every changed rule's reach."""
        groups: dict[tuple[int, ...], list[tuple[int, int]]] = {}
        for low, high, vectors in self.fields[depth]:
            narrowed = tuple([a & b for a, b in zip(state, vectors, strict=True)])
            if self._in_reach(narrowed):
                groups.setdefault(narrowed, []).append((low, high))
        return [_field_class(IntervalSet.of(pieces), narrowed, depth) for narrowed, pieces in groups.items()]


def _field_class(values: IntervalSet, state: tuple[int, ...], depth: int) -> FieldClass:
    return FieldClass(values, _representative(values, depth), state)


def _representative(values: IntervalSet, depth: int) -> int:
    """Choose a value that reads well: a host rather than a network address, a familiar port."""
    likely = (_EXAMPLE_ADDRESSES, _EXAMPLE_ADDRESSES, _CLIENT_PORTS, _SERVICE_PORTS)[depth]
    found = next((value for value in likely if value in values), None)
    if found is not None:
        return found
    low, high = values.intervals[0]
    return min(low + _HOST, high) if depth < _PORT_FIELDS else max(low, min(1, high))


_HOST: Final = 10
_PORT_FIELDS: Final = 2


def _portless(boxes: Sequence[HeaderBox]) -> int:
    """Give the rules that match packets without ports: those with ``any`` in both port fields."""
    return sum(1 << n for n, box in enumerate(boxes) if box.any_source_port and box.any_destination_port)


def _tables(comparison: Comparison, alignment: Alignment) -> list[tuple[list[HeaderBox], int]]:
    old, new = comparison.old, comparison.new
    stateless_old, stateless_new = _stateless_touched(comparison)
    return [
        ([rule.header.box() for rule in old.rules] if old else [], alignment.touched_old),
        ([rule.header.box() for rule in new.rules], alignment.touched_new),
        ([rule.box for rule in old.stateless.rules] if old else [], stateless_old),
        ([rule.box for rule in new.stateless.rules], stateless_new),
    ]


def _stateless_touched(comparison: Comparison) -> tuple[int, int]:
    """Mark the stateless rules that are not the same on both sides; all, where order or default changed."""
    old, new = comparison.old, comparison.new
    if old is None:
        return 0, 0
    before = [rule.content for rule in old.stateless.rules]
    after = [rule.content for rule in new.stateless.rules]
    common = set(before) & set(after)
    if [c for c in before if c in common] != [c for c in after if c in common]:
        common = set()
    return (
        sum(1 << n for n, content in enumerate(before) if content not in common),
        sum(1 << n for n, content in enumerate(after) if content not in common),
    )


def _fields(
    tables: list[list[HeaderBox]], start: list[int], family: Family, *, ported: bool
) -> list[tuple[Atom, ...]]:
    def sources(box: HeaderBox) -> IntervalSet:
        return box.source.family(family)

    def destinations(box: HeaderBox) -> IntervalSet:
        return box.destination.family(family)

    def source_ports(box: HeaderBox) -> IntervalSet:
        return box.source_ports

    def destination_ports(box: HeaderBox) -> IntervalSet:
        return box.destination_ports

    highest = HIGHEST_ADDRESS[family]
    found = [
        _atoms(tables, start, sources, destinations, highest),
        _atoms(tables, start, destinations, sources, highest),
    ]
    if ported:
        found.append(_atoms(tables, start, source_ports, destination_ports, HIGHEST_PORT))
        found.append(_atoms(tables, start, destination_ports, source_ports, HIGHEST_PORT))
    return found


def _atoms(
    tables: list[list[HeaderBox]],
    start: list[int],
    forward: Callable[[HeaderBox], IntervalSet],
    backward: Callable[[HeaderBox], IntervalSet],
    highest: int,
) -> tuple[Atom, ...]:
    """Cut one field; a value is in the forward role on the initiator's packets, in the backward role on the others'.

    A rule that is tried both ways needs no vector more: swapped on one side's packets is as written on
    the other's.
    """
    vectors: dict[IntervalSet, list[int]] = {}
    count = 2 * len(tables)
    for number, boxes in enumerate(tables):
        for position, box in enumerate(boxes):
            bit = 1 << position
            if not bit & start[2 * number]:
                continue
            ways = ((2 * number, forward(box)), (2 * number + 1, backward(box)))
            for slot, values in ways:
                vectors.setdefault(values, [0] * count)[slot] |= bit
    return tuple(_sweep(vectors, count, highest))


def _sweep(vectors: dict[IntervalSet, list[int]], count: int, highest: int) -> Iterable[Atom]:
    """Go through the cuts in ascending order, keeping the vectors of the sets that are open."""
    events: dict[int, list[tuple[bool, list[int]]]] = {0: []}
    for values, slots in vectors.items():
        for low, high in values:
            events.setdefault(low, []).append((True, slots))
            events.setdefault(high + 1, []).append((False, slots))
    current = [0] * count
    cuts = sorted(cut for cut in events if cut <= highest)
    for index, cut in enumerate(cuts):
        for opens, slots in sorted(events[cut], key=_closing_first):
            for slot, vector in enumerate(slots):
                current[slot] = current[slot] | vector if opens else current[slot] & ~vector
        last = cuts[index + 1] - 1 if index + 1 < len(cuts) else highest
        yield cut, last, tuple(current)


def _closing_first(event: tuple[bool, list[int]]) -> bool:
    return event[0]
