"""The peer of the region: binary decision diagrams, as firewall analysers use them, made by OxiDD.

The diagrams are over the bits of a 5-tuple: protocol, source, destination and both ports. Those of whole policies of
this size take long and much memory, so they are made of the boxes that a change touches (:mod:`benchmarks.clipping`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from oxidd.bdd import BDDManager

from benchmarks.clipping import PROTOCOLS, outermost, touched
from nfw_reconcile.model.flow import PROTOCOLS_WITH_PORTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oxidd.bdd import BDDFunction

    from benchmarks.clipping import Box, BoxList, Entry

_WIDTHS: Final = (8, 32, 32, 16, 16)
_BITS: Final = sum(_WIDTHS)
_PROTOCOL, _SOURCE, _DESTINATION, _SOURCE_PORT, _DESTINATION_PORT = range(len(_WIDTHS))

MOST_NODES: Final = 1 << 24
"""Enough for 3,400 rules in reach of one changed rule (ClassBench fw1_10k); the room alone takes 100 MB."""

_NODES_PER_RESULT: Final = 4
"""Nodes there is room for, for each result of an operation that is remembered."""


@dataclass(frozen=True, slots=True)
class Denied:
    """How many 5-tuples a change denies that were allowed, and how many nodes the diagram of them has."""

    flows: int
    nodes: int


def newly_denied(before: BoxList, after: BoxList, most_nodes: int = MOST_NODES) -> Denied:
    """Count the 5-tuples that one list of boxes allows and the other denies.

    A 5-tuple is that of a flow's initiator over IPv4, of a protocol in :data:`PROTOCOLS`; where the protocol
    has no ports both are 0. Raises ``oxidd.util.DDMemoryError`` where the nodes do not suffice.
    """
    removed, added = touched(before.rules, after.rules)
    clips = outermost(
        [
            *(box for number in removed for box in before.of_rule(number)),
            *(box for number in added for box in after.of_rule(number)),
        ]
    )
    diagrams = _Diagrams(most_nodes)
    denied = diagrams.nothing
    for clip in clips:
        allowed, still = (diagrams.allowed(side.cut_to(clip)) for side in (before, after))
        denied |= still.imp_strict(allowed)
    denied &= diagrams.flows()
    return Denied(denied.sat_count(_BITS), denied.node_count())


class _Diagrams:
    """Makes diagrams; equal parts of them are made once."""

    def __init__(self, most_nodes: int) -> None:
        self._manager = BDDManager(most_nodes, most_nodes // _NODES_PER_RESULT, 1)
        self._manager.add_vars(_BITS)
        self.nothing = self._manager.false()
        self._ranges: dict[tuple[int, int, int], BDDFunction] = {}
        self._protocols: dict[int, BDDFunction] = {}

    def flows(self) -> BDDFunction:
        """Give all 5-tuples that are one."""
        with_ports = sum(1 << n for n, protocol in enumerate(PROTOCOLS) if protocol in PROTOCOLS_WITH_PORTS)
        no_ports = self._range(_SOURCE_PORT, 0, 0) & self._range(_DESTINATION_PORT, 0, 0)
        return self._of_protocols((1 << len(PROTOCOLS)) - 1) & (self._of_protocols(with_ports) | no_ports)

    def allowed(self, entries: Sequence[Entry]) -> BDDFunction:
        """Give what a list of boxes allows, of which the first that holds a flow decides."""
        allowed = self.nothing
        for passes, box in reversed(entries):
            held = self._of_box(box)
            allowed = held | allowed if passes else held.imp_strict(allowed)
        return allowed

    def _of_box(self, box: Box) -> BDDFunction:
        return (
            self._of_protocols(box.protocols)
            & self._range(_SOURCE, *box.source)
            & self._range(_DESTINATION, *box.destination)
            & self._range(_SOURCE_PORT, *box.source_ports)
            & self._range(_DESTINATION_PORT, *box.destination_ports)
        )

    def _of_protocols(self, protocols: int) -> BDDFunction:
        known = self._protocols.get(protocols)
        if known is None:
            known = self.nothing
            for place, number in enumerate(PROTOCOLS):
                if protocols >> place & 1:
                    known |= self._range(_PROTOCOL, number, number)
            self._protocols[protocols] = known
        return known

    def _range(self, field: int, low: int, high: int) -> BDDFunction:
        key = (field, low, high)
        known = self._ranges.get(key)
        if known is None:
            known = self._ranges[key] = self._make_range(field, low, high)
        return known

    def _make_range(self, field: int, low: int, high: int) -> BDDFunction:
        """Compare from the lowest bit up: first those in which low and high differ, then those that they share."""
        lowest_bit = sum(_WIDTHS[: field + 1]) - 1
        free = (low ^ high).bit_length()
        at_least = at_most = self._manager.true()
        for place in range(free):
            bit = self._manager.var(lowest_bit - place)
            at_least = bit & at_least if low >> place & 1 else bit | at_least
            at_most = ~bit | at_most if high >> place & 1 else ~bit & at_most
        held = at_least & at_most
        for place in range(free, _WIDTHS[field]):
            number = lowest_bit - place
            held &= self._manager.var(number) if low >> place & 1 else self._manager.not_var(number)
        return held
