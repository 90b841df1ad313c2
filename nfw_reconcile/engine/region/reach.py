"""The flows that one header matches, and what other headers there are among them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from nfw_reconcile.model.addresses import Address
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS, FiveTuple
from nfw_reconcile.model.intervals import ALL_PORTS, IntervalSet

if TYPE_CHECKING:
    from nfw_reconcile.engine.headers import HeaderBox
    from nfw_reconcile.engine.region.terrain import Terrain
    from nfw_reconcile.model.addresses import Family

FIRST_PORT_FIELD: Final = 2
"""The fields of a flow are source, destination and, where the protocol has them, source and destination port."""

_MANY_INTERVALS: Final = 16

Held = dict[int, tuple[IntervalSet, ...]]
"""Headers by number, with the values that each allows a flow's fields on the packets of one direction."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The flows of one protocol and family that a header matches on one side's packets, as values of their fields.

    ``near`` are the numbers of the headers that may match packets of such flows, ascending: the initiator's, and the
    responder's.
    """

    clip: tuple[IntervalSet, ...]
    protocol: int
    family: Family
    near: tuple[list[int], list[int]]

    @classmethod
    def of(
        cls, terrain: Terrain, centre: int, *, backward: bool, protocol: int, family: Family
    ) -> Reach | None:
        """Look around header ``centre``; ``None`` where it matches no flow of the protocol and family."""
        box = terrain.boxes[centre]
        ported = protocol in PROTOCOLS_WITH_PORTS
        if not _admits(box, protocol, family, ported=ported):
            return None
        clip = _fields_of(box, family, backward=backward, ported=ported)
        if not all(clip):
            return None
        near = terrain.neighbours.of
        forth, back = (near(clip, protocol, family, backward=turned) for turned in (False, True))
        return cls(clip, protocol, family, (forth, back))

    @classmethod
    def everywhere(cls, terrain: Terrain, protocol: int, family: Family) -> Reach:
        """Look at all flows of a protocol and family."""
        found = cls.of(terrain, terrain.everything, backward=False, protocol=protocol, family=family)
        if found is None:
            message = "some flow of every protocol is matched by a header that matches every packet"
            raise RuntimeError(message)
        return found

    @property
    def size(self) -> int:
        """Give how many headers, at most, are in reach, over both directions."""
        return sum(map(len, self.near))

    def held(self, terrain: Terrain, *, backward: bool) -> Held:
        """Give the headers that one direction's packets of some of the flows match, cut down to these flows."""
        ported = len(self.clip) > FIRST_PORT_FIELD
        found: Held = {}
        for number in self.near[backward]:
            box = terrain.boxes[number]
            if _admits(box, self.protocol, self.family, ported=ported):
                fields = _fields_of(box, self.family, backward=backward, ported=ported)
                cut = tuple(_cut(a, b) for a, b in zip(fields, self.clip, strict=True))
                if all(cut):
                    found[number] = cut
        return found


def _admits(box: HeaderBox, protocol: int, family: Family, *, ported: bool) -> bool:
    any_ports = box.any_source_port and box.any_destination_port
    return box.protocol.admits(protocol, family) and (ported or any_ports)


def _fields_of(box: HeaderBox, family: Family, *, backward: bool, ported: bool) -> tuple[IntervalSet, ...]:
    """Give what a header allows the fields of a flow on whose packets it is tried: source, destination, ports."""
    addresses = (box.source.family(family), box.destination.family(family))
    ports = (box.source_ports, box.destination_ports) if ported else ()
    return (*addresses[::-1], *ports[::-1]) if backward else (*addresses, *ports)


def _cut(values: IntervalSet, clip: IntervalSet) -> IntervalSet:
    if values is clip or values == ALL_PORTS:
        return clip
    if len(values.intervals) > _MANY_INTERVALS < len(clip.intervals):
        return _common(values, clip)
    return values & clip


@lru_cache(maxsize=128)
def _common(values: IntervalSet, clip: IntervalSet) -> IntervalSet:
    """Give what long lists of addresses have in common: many rules name the same ones."""
    return values & clip


def flow_of(protocol: int, family: Family, values: tuple[int, ...]) -> FiveTuple:
    """Give the flow with these values of source, destination and, where the protocol has them, ports."""
    ports = values[2:] or (0, 0)
    return FiveTuple(protocol, Address(family, values[0]), ports[0], Address(family, values[1]), ports[1])
