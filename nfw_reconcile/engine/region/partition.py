"""The values of each field that headers tell apart, within the reach of one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from nfw_reconcile.engine.headers import bits, vector_of
from nfw_reconcile.engine.region.reach import FIRST_PORT_FIELD
from nfw_reconcile.engine.region.witness import representative
from nfw_reconcile.model.addresses import HIGHEST_ADDRESS
from nfw_reconcile.model.intervals import HIGHEST_PORT, IntervalSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nfw_reconcile.engine.region.reach import Held, Reach
    from nfw_reconcile.engine.region.terrain import Terrain
    from nfw_reconcile.model.addresses import Family
    from nfw_reconcile.model.intervals import Interval

_WORTH_LOOKING_UP: Final = 4
"""Headers in reach, to one set of values that some of them hold, from which on these sets are looked at alone."""

State = tuple[int, int]
"""The headers still in reach, as bit vectors: of the initiator's packets, and of the responder's."""

_Piece = tuple[int, IntervalSet, int]
"""A direction (0: the initiator's packets), values of a field, and the headers that hold them there."""

Atom = tuple[int, int, int, int]
"""Values ``low..high`` of a field that no header tells apart, and the headers that hold them, in both roles."""

Look = Callable[[State, State], State | None]
"""Says what of a state makes a difference, given the headers that hold every value in question of one field.

It gives nothing where no flow of the state is of interest.
"""


@dataclass(frozen=True, slots=True)
class FieldClass:
    """Values of one field that no header in question tells apart: the set, one of them, what is in question then."""

    values: IntervalSet
    value: int
    state: State


@dataclass(frozen=True)
class Partition:
    """The flows in reach of one header, field by field.

    ``clip`` are the values that the header allows each field. ``numbers`` are the headers in reach, ascending; bit *n*
    of every state and atom stands for the *n*th of them. ``held`` is what each of them allows each field of the clip,
    on the initiator's packets and on the responder's.
    """

    clip: tuple[IntervalSet, ...]
    family: Family
    numbers: tuple[int, ...]
    held: tuple[Held, Held]

    @classmethod
    def of(cls, terrain: Terrain, reach: Reach) -> Partition:
        """Cut the flows in reach where headers begin and end."""
        initiator, responder = (reach.held(terrain, backward=turned) for turned in (False, True))
        numbers = sorted(initiator.keys() | responder.keys())
        bit = {number: place for place, number in enumerate(numbers)}
        held = (
            {bit[number]: values for number, values in initiator.items()},
            {bit[number]: values for number, values in responder.items()},
        )
        return cls(reach.clip, reach.family, tuple(numbers), held)

    def vector(self, chosen: Callable[[int], object]) -> int:
        """Give the headers in reach, as a bit vector, whose numbers are chosen."""
        return vector_of(bit for bit, number in enumerate(self.numbers) if chosen(number))

    @cached_property
    def start(self) -> State:
        """Give the headers in reach while no field is fixed."""
        initiator, responder = (vector_of(sorted(held)) for held in self.held)
        return initiator, responder

    @cached_property
    def alike(self) -> tuple[tuple[dict[IntervalSet, int], ...], ...]:
        """Give the headers by what they allow a field, for each field and each direction."""
        return tuple(tuple(_alike(held, field) for held in self.held) for field in range(len(self.clip)))

    @cached_property
    def whole(self) -> tuple[State, ...]:
        """Give, for each field, the headers that allow all of its values: they do not tell any apart."""
        return tuple(
            (initiator.get(clip, 0), responder.get(clip, 0))
            for clip, (initiator, responder) in zip(self.clip, self.alike, strict=True)
        )

    @cached_property
    def leaning(self) -> tuple[float, ...]:
        """Give, for each field, the sets of values that headers allow the initiator's packets, to the responder's."""
        return tuple(len(initiator) / max(1, len(responder)) for initiator, responder in self.alike)

    @cached_property
    def _sure(self) -> dict[int, State]:
        return {}

    def sure(self, fields: int) -> State:
        """Give the headers that allow every value of these fields (a bit vector)."""
        found = self._sure.get(fields)
        if found is None:
            forward = backward = (1 << len(self.numbers)) - 1
            for field in bits(fields):
                forward &= self.whole[field][0]
                backward &= self.whole[field][1]
            found = self._sure[fields] = (forward, backward)
        return found

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
            pieces = (
                (role, values, vector)
                for role, alike in enumerate(self.alike[field])
                for values, vector in alike.items()
            )
            found = self._atoms[field] = self._swept(field, pieces)
        return found

    def pieces(self, field: int, state: State) -> Sequence[Atom]:
        """Give the values of a field, cut at least wherever a header of the state begins or ends."""
        edges: list[_Piece] = []
        for role, (vector, whole) in enumerate(zip(state, self.whole[field], strict=True)):
            told = vector & ~whole
            sets = self.alike[field][role]
            if min(told.bit_count(), len(sets)) * _WORTH_LOOKING_UP > len(self.numbers):
                return self.atoms(field)
            edges.append((role, self.clip[field], vector ^ told))
            if told.bit_count() < len(sets):
                edges += [(role, self.held[role][number][field], 1 << number) for number in bits(told)]
            else:
                edges += [(role, values, found) for values, held in sets.items() if (found := held & told)]
        return self._swept(field, edges)

    def _swept(self, field: int, pieces: Iterable[_Piece]) -> tuple[Atom, ...]:
        return tuple(_sweep(self.clip[field], pieces, _highest(field, self.family)))

    def classes(self, field: int, state: State, pieces: Iterable[Atom], look: Look) -> list[FieldClass]:
        """Give the classes of a field's values within a state, out of pieces of them.

        Values that differ in nothing that is in sight are one class. They are told apart by the initiator's packets
        first, because many of them are settled by these.
        """
        forward, backward = state
        groups: dict[int, list[Atom]] = {}
        for piece in pieces:
            groups.setdefault(forward & piece[2], []).append(piece)
        found: dict[State, list[Interval]] = {}
        for held, group in groups.items():
            some, every = 0, backward
            for _, _, _, holds in group:
                some |= holds
                every &= holds
            seen = look((held, backward & some), (held, every))
            if seen is None:
                continue
            if not seen[1] & ~every:
                found.setdefault(seen, []).extend([(low, high) for low, high, _, _ in group])
            else:
                _tell_apart(held, seen[1], group, look, found)
        sets = ((IntervalSet.of(values), told) for told, values in found.items())
        return [FieldClass(values, representative(values, field), told) for values, told in sets]


def _tell_apart(
    forward: int, backward: int, group: Iterable[Atom], look: Look, found: dict[State, list[Interval]]
) -> None:
    """Add values that only the responder's packets tell apart to what is in question of each."""
    told: dict[int, list[Interval]] = {}
    for low, high, _, holds in group:
        told.setdefault(backward & holds, []).append((low, high))
    for held, values in told.items():
        seen = look((forward, held), (forward, held))
        if seen is not None:
            found.setdefault(seen, []).extend(values)


def _alike(held: Held, field: int) -> dict[IntervalSet, int]:
    """Give the headers as bit vectors, by what they allow a field."""
    numbers: dict[IntervalSet, list[int]] = defaultdict(list)
    for number, values in held.items():
        numbers[values[field]].append(number)
    return {values: vector_of(sorted(found)) for values, found in numbers.items()}


def _highest(field: int, family: Family) -> int:
    return HIGHEST_ADDRESS[family] if field < FIRST_PORT_FIELD else HIGHEST_PORT


def _sweep(clip: IntervalSet, pieces: Iterable[_Piece], highest: int) -> Iterable[Atom]:
    """Go through the clip's values in ascending order, cutting where some header's set begins or ends."""
    events: dict[int, list[int]] = {}
    edges = {edge for low, high in clip for edge in (low, high + 1)}
    for edge in edges:
        events[edge] = [0, 0]
    for role, values, vector in pieces:
        for low, high in values:
            events.setdefault(low, [0, 0])[role] ^= vector
            events.setdefault(high + 1, [0, 0])[role] ^= vector
    forward = backward = 0
    inside = False
    cuts = sorted(events)
    for cut, following in zip(cuts, [*cuts[1:], highest + 1], strict=True):
        forward ^= events[cut][0]
        backward ^= events[cut][1]
        inside ^= cut in edges
        if inside:
            yield cut, following - 1, forward, backward
