"""A policy as boxes of 5-tuples, and which of its boxes matter to a change, cut to what the change touches.

What the peer in :mod:`benchmarks.bdd` takes from rules. Nothing of the program's engine is used.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from benchmarks.rules import ANY_PORT, ANY_PROTOCOL
from nfw_reconcile.model.flow import ICMP, PROTOCOLS_WITH_PORTS, SCTP, TCP, UDP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.rules import AccessRule, Range

PROTOCOLS: Final = (ICMP, TCP, UDP, SCTP)
"""The IP protocols of flows over IPv4; a set of them is a bit vector."""

_TCP_ONLY: Final = 1 << PROTOCOLS.index(TCP)
_RANGES: Final = 4


class Box(NamedTuple):
    """A set of 5-tuples: protocols as a bit vector, and a closed range of each other field."""

    protocols: int
    source: Range
    destination: Range
    source_ports: Range
    destination_ports: Range

    def turned(self) -> Box:
        """Give the TCP flows whose answers lie in the box."""
        return Box(
            self.protocols & _TCP_ONLY,
            self.destination,
            self.source,
            self.destination_ports,
            self.source_ports,
        )

    def covers(self, other: Box) -> bool:
        """Say whether the other box lies in this one."""
        within = all(
            low <= inner_low and inner_high <= high
            for (low, high), (inner_low, inner_high) in zip(self[1:], other[1:], strict=True)
        )
        return within and not other.protocols & ~self.protocols

    def cut_to(self, clip: Box) -> Box:
        """Give what both boxes hold; they must have something in common."""
        ranges = (
            (max(low, clip_low), min(high, clip_high))
            for (low, high), (clip_low, clip_high) in zip(self[1:], clip[1:], strict=True)
        )
        return Box(self.protocols & clip.protocols, *ranges)


class Entry(NamedTuple):
    """A box of a policy, and whether flows that it is the first to hold are allowed."""

    passes: bool
    box: Box


class BoxList:
    """A policy of :class:`AccessRule` in strict order with the default action ``aws:drop_established``.

    The first box that holds a flow decides on it, and a flow that no box holds is denied. That is what Suricata
    does with such rules, which it tries once on the first packet of each direction and for the whole flow: the
    initiator's packet meets the rules as written. Where none matches it, the default drops the flow at once unless
    it is TCP; the answer to a TCP flow meets the rules the other way round before the default drops the flow.
    """

    def __init__(self, rules: Sequence[AccessRule]) -> None:
        """Write each rule as a box, and behind all of them each turned round."""
        self.rules = rules
        straight = [Entry(rule.action == "pass", _box(rule)) for rule in rules]
        self._entries = [*straight, *(Entry(passes, box.turned()) for passes, box in straight)]
        self._protocols = np.array([box.protocols for _, box in self._entries], np.int64)
        ranges = np.array([box[1:] for _, box in self._entries], np.int64)
        self._lows, self._highs = np.moveaxis(ranges.reshape(len(self._entries), _RANGES, 2), -1, 0)

    def of_rule(self, number: int) -> tuple[Box, Box]:
        """Give the two boxes of a rule."""
        return self._entries[number].box, self._entries[number + len(self.rules)].box

    def cut_to(self, clip: Box) -> list[Entry]:
        """Give the boxes that share flows with another one, cut to it, up to the first that holds all of it."""
        lows, highs = np.array(clip[1:], np.int64).T
        met = self._protocols & clip.protocols != 0
        met &= ((self._lows <= highs) & (self._highs >= lows)).all(axis=1)
        found: list[Entry] = []
        for number in np.flatnonzero(met).tolist():
            passes, box = self._entries[number]
            found.append(Entry(passes, box.cut_to(clip)))
            if box.covers(clip):
                break
        return found


def _box(rule: AccessRule) -> Box:
    ports = (rule.source_ports, rule.destination_ports)
    return Box(
        sum(1 << n for n, protocol in enumerate(PROTOCOLS) if _admits(rule, protocol)),
        (rule.source.value, rule.source.highest),
        (rule.destination.value, rule.destination.highest),
        *ports,
    )


def _admits(rule: AccessRule, protocol: int) -> bool:
    """Say whether a rule may match the protocol; one that names ports matches no packet without them."""
    any_ports = rule.source_ports == rule.destination_ports == ANY_PORT
    return rule.protocol in {ANY_PROTOCOL, protocol} and (any_ports or protocol in PROTOCOLS_WITH_PORTS)


def touched(old: Sequence[AccessRule], new: Sequence[AccessRule]) -> tuple[list[int], list[int]]:
    """Give the numbers of the old and of the new rules outside of a sequence that both lists have in common.

    A flow that none of them holds meets the same first rule in both lists.
    """
    removed: list[int] = []
    added: list[int] = []
    for tag, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            removed += range(start, end)
            added += range(new_start, new_end)
    return removed, added


def outermost(boxes: Sequence[Box]) -> list[Box]:
    """Leave out the boxes that hold nothing, and those that lie in another one."""
    distinct = [box for box in dict.fromkeys(boxes) if box.protocols]
    return [box for box in distinct if not any(other.covers(box) for other in distinct if other is not box)]
