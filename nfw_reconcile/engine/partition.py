"""The values of each field that the rules tell apart, within the reach of one changed rule."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.headers import bits, vector_of
from nfw_reconcile.engine.neighbours import Neighbours
from nfw_reconcile.engine.stateless import EVERY_PACKET
from nfw_reconcile.model.addresses import HIGHEST_ADDRESS, Address
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS
from nfw_reconcile.model.intervals import ALL_PORTS, HIGHEST_PORT, IntervalSet

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from nfw_reconcile.engine.align import Alignment
    from nfw_reconcile.engine.compiled import CompiledPolicy
    from nfw_reconcile.engine.effect import Comparison
    from nfw_reconcile.engine.headers import HeaderBox
    from nfw_reconcile.model.addresses import Family

_SERVICE_PORTS: Final = (443, 80, 53, 22)
_CLIENT_PORTS: Final = (49152, *_SERVICE_PORTS)
_CLIENTS: Final = tuple(
    Address.parse(text).value
    for text in ("198.51.100.10", "203.0.113.10", "192.0.2.10", "10.0.0.10", "2001:db8::10")
)
_SERVERS: Final = tuple(
    Address.parse(text).value
    for text in ("203.0.113.20", "198.51.100.20", "192.0.2.20", "10.0.0.20", "2001:db8::20")
)
"""Values that make a witness easy to read, best first (addresses for documentation, RFC 5737 and 3849).

Clients are never servers: a flow from an address to itself is no example of its class.
"""
_LIKELY: Final = (_CLIENTS, _SERVERS, _CLIENT_PORTS, _SERVICE_PORTS)

_HOST: Final = 10
_FIRST_PORT_FIELD: Final = 2

State = tuple[int, int]
"""The headers still in reach, as bit vectors: of the initiator's packets, and of the responder's."""

Atom = tuple[int, int, int, int]
"""Values ``low..high`` of a field that no header tells apart, and the headers that hold them, in both roles."""


@dataclass(frozen=True)
class Terrain:
    """Every distinct header of both policies and both engines; ``touched`` marks those of changed rules.

    ``rules`` are the numbers of the headers of each policy's stateful rules, in their order, ``stateless`` those of
    its stateless rules; the new policy is the last.
    """

    boxes: tuple[HeaderBox, ...]
    touched: int
    policies: tuple[CompiledPolicy, ...]
    rules: tuple[tuple[int, ...], ...]
    stateless: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, comparison: Comparison, alignment: Alignment) -> Terrain:
        """Collect the headers; rules with equal headers share one bit."""
        numbers: dict[HeaderBox, int] = {}
        touched: set[int] = set()
        found: list[tuple[int, ...]] = []
        for boxes, changed in _tables(comparison, alignment):
            found.append(tuple([numbers.setdefault(box, len(numbers)) for box in boxes]))
            touched.update(found[-1][position] for position in bits(changed))
        policies = tuple(policy for policy in (comparison.old, comparison.new) if policy is not None)
        in_time = found[2:] + found[:2]
        return cls(
            tuple(numbers), vector_of(sorted(touched)), policies, tuple(in_time[::2]), tuple(in_time[1::2])
        )

    @cached_property
    def places(self) -> tuple[dict[int, list[int]], ...]:
        """Give, for each policy, the places of the stateful rules that a header has."""
        return tuple(map(_places, self.rules))

    @cached_property
    def stateless_places(self) -> tuple[dict[int, list[int]], ...]:
        """Give, for each policy, the places of the stateless rules that a header has, the default behind them all."""
        return tuple(map(_places, self.stateless))

    @cached_property
    def neighbours(self) -> Neighbours:
        """Give the index of the headers by what they may share flows with, made at first use."""
        return Neighbours(self.boxes)


@dataclass(frozen=True, slots=True)
class FieldClass:
    """Values of one field that no header in reach tells apart: the set, one of them, what is in reach then."""

    values: IntervalSet
    value: int
    state: State


@dataclass(frozen=True, slots=True)
class Partition:
    """The flows of one protocol and family that one changed header matches on one side's packets, field by field.

    ``numbers`` are the headers in reach, ascending; bit *n* of every state and atom stands for the *n*th of them.
    """

    fields: tuple[tuple[Atom, ...], ...]
    start: State
    numbers: tuple[int, ...]

    @classmethod
    def of(
        cls, terrain: Terrain, centre: int, *, backward: bool, protocol: int, family: Family
    ) -> Partition | None:
        """Cut the flows that header ``centre`` matches; ``None`` where it matches none of the protocol and family."""
        box = terrain.boxes[centre]
        ported = protocol in PROTOCOLS_WITH_PORTS
        if not _admits(box, protocol, family, ported=ported):
            return None
        clip = _fields_of(box, family, backward=backward, ported=ported)
        if not all(clip):
            return None
        met = [
            _in_reach(terrain, clip, protocol, family, backward=direction) for direction in (False, True)
        ]
        numbers = sorted({number for roles in met for number, _ in roles})
        bit = {number: place for place, number in enumerate(numbers)}
        forward_roles, backward_roles = ([(bit[number], cut) for number, cut in roles] for roles in met)
        fields = tuple(
            tuple(
                _sweep(clip[n], _vectors(forward_roles, n), _vectors(backward_roles, n), _highest(n, family))
            )
            for n in range(len(clip))
        )
        start = (
            vector_of(number for number, _ in forward_roles),
            vector_of(number for number, _ in backward_roles),
        )
        return cls(fields, start, tuple(numbers))

    @staticmethod
    def reach(terrain: Terrain, centre: int, *, backward: bool, protocol: int, family: Family) -> int:
        """Give how many headers, at most, share flows with header ``centre``, over both directions."""
        box = terrain.boxes[centre]
        ported = protocol in PROTOCOLS_WITH_PORTS
        clip = _fields_of(box, family, backward=backward, ported=ported)
        if not _admits(box, protocol, family, ported=ported) or not all(clip):
            return 0
        return sum(
            len(terrain.neighbours.of(clip, protocol, family, backward=direction))
            for direction in (False, True)
        )

    def classes(
        self, number: int, state: State, seen: Callable[[State], State | None]
    ) -> list[FieldClass]:
        """Give the classes of a field's values within a state.

        ``seen`` says what of a state makes a difference, and nothing where no flow of it is of interest: values that
        differ in nothing else are one class.
        """
        groups: dict[State, list[tuple[int, int]]] = {}
        forward, backward = state
        for low, high, holds_forward, holds_backward in self.fields[number]:
            groups.setdefault((forward & holds_forward, backward & holds_backward), []).append((low, high))
        merged: dict[State, list[tuple[int, int]]] = {}
        for narrowed, pieces in groups.items():
            if (told := seen(narrowed)) is not None:
                merged.setdefault(told, []).extend(pieces)
        return [_field_class(IntervalSet.of(pieces), told, number) for told, pieces in merged.items()]


def _places(numbers: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for place, number in enumerate(numbers):
        found[number].append(place)
    return dict(found)


Roles = list[tuple[int, tuple[IntervalSet, ...]]]
"""Headers in reach by number, with the values that each allows a flow's fields in one direction."""


def _admits(box: HeaderBox, protocol: int, family: Family, *, ported: bool) -> bool:
    any_ports = box.any_source_port and box.any_destination_port
    return box.protocol.admits(protocol, family) and (ported or any_ports)


def _fields_of(box: HeaderBox, family: Family, *, backward: bool, ported: bool) -> tuple[IntervalSet, ...]:
    """Give what a header allows the fields of a flow on whose packets it is tried: source, destination, ports."""
    addresses = (box.source.family(family), box.destination.family(family))
    ports = (box.source_ports, box.destination_ports) if ported else ()
    return (*addresses[::-1], *ports[::-1]) if backward else (*addresses, *ports)


def _in_reach(
    terrain: Terrain,
    clip: tuple[IntervalSet, ...],
    protocol: int,
    family: Family,
    *,
    backward: bool,
) -> Roles:
    """Give the headers that share some flow with the clip, cut down to it."""
    ported = len(clip) > _FIRST_PORT_FIELD
    found: Roles = []
    for number in terrain.neighbours.of(clip, protocol, family, backward=backward):
        box = terrain.boxes[number]
        if _admits(box, protocol, family, ported=ported):
            fields = _fields_of(box, family, backward=backward, ported=ported)
            cut = tuple(_cut(a, b) for a, b in zip(fields, clip, strict=True))
            if all(cut):
                found.append((number, cut))
    return found


def _cut(values: IntervalSet, clip: IntervalSet) -> IntervalSet:
    if values is clip or values == ALL_PORTS:
        return clip
    return values & clip


def _vectors(roles: Roles, field: int) -> dict[IntervalSet, int]:
    numbers: dict[IntervalSet, list[int]] = defaultdict(list)
    for number, values in roles:
        numbers[values[field]].append(number)
    return {values: vector_of(found) for values, found in numbers.items()}


def _highest(field: int, family: Family) -> int:
    return HIGHEST_ADDRESS[family] if field < _FIRST_PORT_FIELD else HIGHEST_PORT


def _sweep(
    clip: IntervalSet, forward: dict[IntervalSet, int], backward: dict[IntervalSet, int], highest: int
) -> Iterable[Atom]:
    """Go through the clip's values in ascending order, cutting where some header's set begins or ends."""
    events: dict[int, list[int]] = {}
    for role, vectors in enumerate((forward, backward)):
        for values, vector in vectors.items():
            for low, high in values:
                events.setdefault(low, [0, 0])[role] ^= vector
                events.setdefault(high + 1, [0, 0])[role] ^= vector
    inside = [0, 0]
    cuts = sorted(events)
    for index, cut in enumerate(cuts):
        inside = [inside[0] ^ events[cut][0], inside[1] ^ events[cut][1]]
        last = cuts[index + 1] - 1 if index + 1 < len(cuts) else highest
        if cut <= highest and cut in clip:
            yield cut, last, inside[0], inside[1]


def _field_class(values: IntervalSet, state: State, depth: int) -> FieldClass:
    return FieldClass(values, _representative(values, depth), state)


def _representative(values: IntervalSet, depth: int) -> int:
    """Choose a value that reads well: a host rather than a network address, a familiar port."""
    found = next((value for value in _LIKELY[depth] if value in values), None)
    if found is not None:
        return found
    low, high = values.intervals[0]
    match depth:
        case 0:
            return min(low + _HOST, high)
        case 1:
            return low + 2 * _HOST if low + 2 * _HOST <= high else low
        case _:
            return max(low, min(1, high))


def _tables(comparison: Comparison, alignment: Alignment) -> list[tuple[list[HeaderBox], int]]:
    old, new = comparison.old, comparison.new
    stateless_old, stateless_new = _stateless_touched(comparison)
    tables = [
        ([rule.header.box() for rule in new.rules], alignment.touched_new & new.relevant),
        (_stateless_boxes(new), stateless_new),
    ]
    if old is not None:
        tables += [
            ([rule.header.box() for rule in old.rules], alignment.touched_old & old.relevant),
            (_stateless_boxes(old), stateless_old),
        ]
    return tables


def _stateless_boxes(policy: CompiledPolicy) -> list[HeaderBox]:
    """Give the headers of the stateless rules, and behind them that of the default action."""
    return [*(rule.box for rule in policy.stateless.rules), EVERY_PACKET]


def _stateless_touched(comparison: Comparison) -> tuple[int, int]:
    """Mark the stateless rules that are not the same on both sides, all where their order changed, and the default."""
    old, new = comparison.old, comparison.new
    if old is None:
        return 0, 0
    before = [rule.content for rule in old.stateless.rules]
    after = [rule.content for rule in new.stateless.rules]
    common = set(before) & set(after)
    if [c for c in before if c in common] != [c for c in after if c in common]:
        common = set()
    default = old.stateless.default != new.stateless.default
    return _changed(before, common, default=default), _changed(after, common, default=default)


def _changed(contents: list[Hashable], common: set[Hashable], *, default: bool) -> int:
    rules = vector_of(n for n, content in enumerate(contents) if content not in common)
    return rules | default << len(contents)
