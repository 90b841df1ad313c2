"""Which of many headers may share a flow with a given one: a few too many are found, never too few."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from nfw_reconcile.engine.headers import HeaderBox
    from nfw_reconcile.engine.protocols import ProtocolMatch
    from nfw_reconcile.model.addresses import Family
    from nfw_reconcile.model.intervals import IntervalSet

_NARROWED: Final[dict[Family, int]] = {4: 0, 6: 64}
"""Bits that are left out at the end of an address, so that it fits into a word."""

Hulls = tuple["npt.NDArray[np.uint64]", "npt.NDArray[np.uint64]"]
"""The lowest and the highest value of a field of each header."""


class Neighbours:
    """Compares headers by the lowest and highest values of their fields."""

    def __init__(self, boxes: Sequence[HeaderBox]) -> None:
        """Take boxes; their positions are their numbers."""
        kinds: dict[ProtocolMatch, int] = {}
        self._kind = np.array([kinds.setdefault(box.protocol, len(kinds)) for box in boxes], np.int64)
        self._matches = tuple(kinds)
        families: tuple[Family, ...] = (4, 6)
        self._addresses = {
            family: (
                _hulls([box.source.family(family) for box in boxes], _NARROWED[family]),
                _hulls([box.destination.family(family) for box in boxes], _NARROWED[family]),
            )
            for family in families
        }
        self._ports = (
            _hulls([box.source_ports for box in boxes], 0),
            _hulls([box.destination_ports for box in boxes], 0),
        )

    def of(self, clip: Sequence[IntervalSet], protocol: int, family: Family, *, backward: bool) -> list[int]:
        """Give the numbers of the headers that may match flows of the clip, ascending.

        The clip holds values of source, destination and, where the protocol has them, ports; none is empty.
        """
        fields: list[Hulls] = [*self._addresses[family][:: -1 if backward else 1]]
        fields += self._ports[:: -1 if backward else 1]
        admitted = np.array([match.admits(protocol, family) for match in self._matches] or [True])
        near = admitted[self._kind] if len(self._kind) else np.zeros(0, np.bool_)
        for place, (values, (low, high)) in enumerate(zip(clip, fields[: len(clip)], strict=True)):
            narrowed = _NARROWED[family] if place < len(self._addresses[family]) else 0
            near &= low <= np.uint64(values.intervals[-1][1] >> narrowed)
            near &= high >= np.uint64(values.intervals[0][0] >> narrowed)
        found: list[int] = np.flatnonzero(near).tolist()
        return found


def _hulls(sets: Sequence[IntervalSet], narrowed: int) -> Hulls:
    """Give the bounds of each set; those of an empty one hold nothing."""
    lows = [found.intervals[0][0] >> narrowed if found else 1 for found in sets]
    highs = [found.intervals[-1][1] >> narrowed if found else 0 for found in sets]
    return np.array(lows, np.uint64), np.array(highs, np.uint64)
