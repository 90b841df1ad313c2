"""The values of each field that the rules tell apart, within the reach of one changed rule."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.headers import bits, vector_of
from nfw_reconcile.model.addresses import HIGHEST_ADDRESS, Address
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS
from nfw_reconcile.model.intervals import ALL_PORTS, HIGHEST_PORT, IntervalSet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nfw_reconcile.engine.headers import HeaderBox
    from nfw_reconcile.engine.terrain import Terrain
    from nfw_reconcile.model.addresses import Family
    from nfw_reconcile.model.intervals import Interval

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

_WORTH_LOOKING_UP: Final = 4
"""Headers in reach, to one that tells values of a field apart, from which on the few are looked at alone."""

_HOST: Final = 10
_FIRST_PORT_FIELD: Final = 2

State = tuple[int, int]
"""The headers still in reach, as bit vectors: of the initiator's packets, and of the responder's."""

Held = dict[int, tuple[IntervalSet, ...]]
"""Headers by number, with the values that each allows a flow's fields on the packets of one direction."""

_Piece = tuple[int, IntervalSet, int]
"""A direction (0: the initiator's packets), values of a field, and the headers that hold them there."""

Atom = tuple[int, int, int, int]
"""Values ``low..high`` of a field that no header tells apart, and the headers that hold them, in both roles."""


@dataclass(frozen=True, slots=True)
class FieldClass:
    """Values of one field that no header in question tells apart: the set, one of them, what is in question then."""

    values: IntervalSet
    value: int
    state: State


@dataclass(frozen=True)
class Partition:
    """The flows of one protocol and family that one changed header matches on one side's packets, field by field.

    ``clip`` are the values that the header allows each field. ``numbers`` are the headers in reach, ascending; bit *n*
    of every state and atom stands for the *n*th of them. ``held`` is what each of them allows each field of the clip,
    on the initiator's packets and on the responder's.
    """

    clip: tuple[IntervalSet, ...]
    family: Family
    numbers: tuple[int, ...]
    held: tuple[Held, Held]

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
        initiator, responder = (
            _in_reach(terrain, clip, protocol, family, backward=direction) for direction in (False, True)
        )
        numbers = sorted(initiator.keys() | responder.keys())
        bit = {number: place for place, number in enumerate(numbers)}
        held = (
            {bit[number]: values for number, values in initiator.items()},
            {bit[number]: values for number, values in responder.items()},
        )
        return cls(clip, family, tuple(numbers), held)

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

    @cached_property
    def start(self) -> State:
        """Give the headers in reach while no field is fixed."""
        initiator, responder = (vector_of(sorted(held)) for held in self.held)
        return initiator, responder

    @cached_property
    def whole(self) -> tuple[State, ...]:
        """Give, for each field, the headers that allow all of its values: they do not tell any apart."""
        return tuple(
            (self._whole(field, self.held[0]), self._whole(field, self.held[1]))
            for field in range(len(self.clip))
        )

    def _whole(self, field: int, held: Held) -> int:
        return vector_of(
            sorted(number for number, values in held.items() if values[field] == self.clip[field])
        )

    @cached_property
    def fields(self) -> tuple[tuple[Atom, ...], ...]:
        """Give the values of each field, cut wherever a header in reach begins or ends."""
        return tuple(self.atoms(field) for field in range(len(self.clip)))

    @cached_property
    def _atoms(self) -> dict[int, tuple[Atom, ...]]:
        return {}

    def atoms(self, field: int) -> tuple[Atom, ...]:
        """Give the values of a field, cut wherever a header in reach begins or ends."""
        found = self._atoms.get(field)
        if found is None:
            alike = (_alike(held, field) for held in self.held)
            pieces = (
                (role, values, vector)
                for role, vectors in enumerate(alike)
                for values, vector in vectors.items()
            )
            found = self._atoms[field] = self._swept(field, pieces)
        return found

    def pieces(self, field: int, state: State) -> Sequence[Atom]:
        """Give the values of a field, cut at least wherever a header of the state begins or ends."""
        told = tuple(vector & ~whole for vector, whole in zip(state, self.whole[field], strict=True))
        if sum(map(int.bit_count, told)) * _WORTH_LOOKING_UP > len(self.numbers):
            return self.atoms(field)
        edges: list[_Piece] = [
            (role, self.held[role][number][field], 1 << number)
            for role, vector in enumerate(told)
            for number in bits(vector)
        ]
        edges += [(role, self.clip[field], vector ^ told[role]) for role, vector in enumerate(state)]
        return self._swept(field, edges)

    def _swept(self, field: int, pieces: Iterable[_Piece]) -> tuple[Atom, ...]:
        return tuple(_sweep(self.clip[field], pieces, _highest(field, self.family)))

    def classes(
        self, field: int, state: State, pieces: Iterable[Atom], seen: Callable[[State], State | None]
    ) -> list[FieldClass]:
        """Give the classes of a field's values within a state, out of pieces of them.

        ``seen`` says what of a state makes a difference, and nothing where no flow of it is of interest: values that
        differ in nothing else are one class.
        """
        groups: dict[State, list[Interval]] = {}
        forward, backward = state
        for low, high, holds_forward, holds_backward in pieces:
            groups.setdefault((forward & holds_forward, backward & holds_backward), []).append((low, high))
        merged: dict[State, list[Interval]] = {}
        for narrowed, found in groups.items():
            if (told := seen(narrowed)) is not None:
                merged.setdefault(told, []).extend(found)
        return [
            FieldClass(values, representative(values, field), told)
            for told, found in merged.items()
            if (values := IntervalSet.of(found))
        ]


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
) -> Held:
    """Give the headers that share some flow with the clip, cut down to it."""
    ported = len(clip) > _FIRST_PORT_FIELD
    found: Held = {}
    for number in terrain.neighbours.of(clip, protocol, family, backward=backward):
        box = terrain.boxes[number]
        if _admits(box, protocol, family, ported=ported):
            fields = _fields_of(box, family, backward=backward, ported=ported)
            cut = tuple(_cut(a, b) for a, b in zip(fields, clip, strict=True))
            if all(cut):
                found[number] = cut
    return found


def _cut(values: IntervalSet, clip: IntervalSet) -> IntervalSet:
    if values is clip or values == ALL_PORTS:
        return clip
    return values & clip


def _alike(held: Held, field: int) -> dict[IntervalSet, int]:
    """Give the headers as bit vectors, by what they allow a field."""
    numbers: dict[IntervalSet, list[int]] = defaultdict(list)
    for number, values in held.items():
        numbers[values[field]].append(number)
    return {values: vector_of(sorted(found)) for values, found in numbers.items()}


def _highest(field: int, family: Family) -> int:
    return HIGHEST_ADDRESS[family] if field < _FIRST_PORT_FIELD else HIGHEST_PORT


def _sweep(clip: IntervalSet, pieces: Iterable[_Piece], highest: int) -> Iterable[Atom]:
    """Go through the clip's values in ascending order, cutting where some header's set begins or ends."""
    events: dict[int, list[int]] = {}
    for role, values, vector in pieces:
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


def representative(values: IntervalSet, field: int) -> int:
    """Choose a value that reads well: a host rather than a network address, a familiar port."""
    found = next((value for value in _LIKELY[field] if value in values), None)
    if found is not None:
        return found
    low, high = values.intervals[0]
    match field:
        case 0:
            return min(low + _HOST, high)
        case 1:
            return low + 2 * _HOST if low + 2 * _HOST <= high else low
        case _:
            return max(low, min(1, high))
