"""How far the rules in reach are tried: what stands behind a rule that settles every flow in question is out of sight.

The walk of the newly denied region (:mod:`nfw_reconcile.engine.region.enumeration`) fixes one field after another. On
the way some headers are sure to match, whatever the fields still open will be. Where the rule of such a header settles
a flow (:mod:`nfw_reconcile.engine.settling`) no rule behind it is tried, so that flows which only such rules tell apart
have one effect, and are walked as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from nfw_reconcile.engine.headers import bits, vector_of
from nfw_reconcile.engine.region.ranks import PolicyRanks, Ranks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nfw_reconcile.engine.forgotten import Forgetting
    from nfw_reconcile.engine.region.partition import Partition, State
    from nfw_reconcile.engine.region.terrain import Terrain


@dataclass(frozen=True, slots=True)
class _Line:
    """The headers of a partition that one direction's packets meet; ``upto`` holds, for each, those up to it.

    What ``settling``, ``blocking`` and ``idle`` mean is told by :class:`Rank`.
    """

    present: int
    upto: Mapping[int, int]
    settling: int
    blocking: int
    idle: int

    @classmethod
    def of(cls, ranks: Ranks, partition: Partition) -> _Line:
        """Take those of a partition's headers that are ranked."""
        found = ((bit, ranks.of(number)) for bit, number in enumerate(partition.numbers))
        met = {bit: rank for bit, rank in found if rank is not None}
        upto: dict[int, int] = {}
        so_far = 0
        for bit in sorted(met, key=lambda bit: met[bit].place):
            so_far |= 1 << bit
            upto[bit] = so_far
        return cls(
            so_far,
            upto,
            vector_of(bit for bit, rank in met.items() if rank.settling),
            vector_of(bit for bit, rank in met.items() if rank.blocking),
            vector_of(bit for bit, rank in met.items() if rank.idle),
        )

    def tried(self, possible: int, sure: int) -> tuple[int, bool]:
        """Give which of the possible headers may be tried, and whether a sure one settles every flow."""
        possible &= self.present
        settling = possible & sure & self.settling
        if not settling:
            return possible, False
        upto = possible & min(map(self.upto.__getitem__, bits(settling)))
        return (possible, False) if upto & self.blocking else (upto, True)


class _Sight(NamedTuple):
    """What one policy does with the flows in question: these headers may be tried on them.

    The flows are ``allowed`` all or none, or that is not known yet.
    """

    headers: State
    allowed: bool | None = None


@dataclass(frozen=True, slots=True)
class _Side:
    """One policy before the flows of a partition: what the packets meet, and what is made of it.

    ``passing`` and ``dropping`` are the headers all of whose rules pass, or drop, at first sight. Where one of the
    ``diverting`` is in reach, or the stateless default ``diverts`` packets, every rule is in sight.
    """

    forward: _Line
    backward: _Line
    passing: int
    dropping: int
    diverting: int
    diverts: bool

    @classmethod
    def of(cls, ranks: PolicyRanks, partition: Partition) -> _Side:
        """Take what a policy does with flows of the partition's protocol."""
        return cls(
            _Line.of(ranks.forward, partition),
            _Line.of(ranks.backward, partition),
            partition.vector(ranks.passes),
            partition.vector(ranks.drops),
            partition.vector(ranks.keeps),
            ranks.diverts,
        )

    def sight(self, possible: State, sure: State) -> _Sight:
        """Say what the policy does with flows that may match some headers and are sure to match others."""
        if self.diverts or self.diverting & (possible[0] | possible[1]):
            return _Sight((possible[0] & self.forward.present, possible[1] & self.backward.present))
        forward, settled = self.forward.tried(possible[0], sure[0])
        if settled:
            return _Sight((forward, 0), self._allowed(forward))
        backward, settled = self.backward.tried(possible[1], sure[1])
        if settled and not forward & ~self.forward.idle:
            return _Sight((0, backward), self._allowed(backward))
        return _Sight((forward, backward))

    def _allowed(self, tried: int) -> bool | None:
        """Say what becomes of flows that one of these headers settles, whichever it is."""
        if not tried & ~self.passing:
            return True
        return None if tried & ~self.dropping else False


class Outlook:
    """What is in sight of flows of one protocol: the rules of both policies in the order in which they are tried."""

    def __init__(self, terrain: Terrain, forgetting: Forgetting, protocol: int) -> None:
        """Take the terrain of two policies, and what becomes of flows that the new one forgets."""
        self._terrain = terrain
        self._new, self._old = (PolicyRanks(side, protocol) for side in terrain.sides)
        self._forgotten = Ranks.of_forgotten(terrain.sides[0], forgetting, protocol)

    def horizon(self, partition: Partition, before: State) -> Horizon:
        """Look from a partition, where flows that match headers in ``before``, by direction, belong to others."""
        terrain = self._terrain
        return Horizon(
            _Side.of(self._old, partition),
            _Side.of(self._new, partition),
            _Line.of(self._forgotten, partition),
            (partition.vector(lambda n: before[0] >> n & 1), partition.vector(lambda n: before[1] >> n & 1)),
            partition.vector(lambda n: terrain.touched >> n & 1),
            partition.vector(lambda n: any(n in side.stateless for side in terrain.sides)),
            partition.vector(lambda n: terrain.boxes[n].both_ways),
        )


@dataclass(frozen=True)
class Horizon:
    """What is in sight of one partition, by which of its fields are fixed.

    Flows that match headers in ``before``, by direction, do not belong here. ``forgotten`` is what flows meet once they
    are flushed.
    """

    old: _Side
    new: _Side
    forgotten: _Line
    before: State
    touched: int
    stateless: int
    both_ways: int

    def seen(self, possible: State, sure: State) -> State | None:
        """Give the headers in reach that make a difference; ``None`` where no flow belongs here and is newly denied.

        The flows in question may match the ``possible`` headers, and each of them matches those that are ``sure``.
        """
        if sure[0] & self.before[0] or sure[1] & self.before[1]:
            return None
        tried, certain = self._either_way(possible), self._either_way(sure)
        new = self.new.sight(tried, certain)
        old = self.old.sight(tried, certain)
        if new.allowed or old.allowed is False:
            return None
        forward, backward = (a | b for a, b in zip(old.headers, new.headers, strict=True))
        if not (forward | backward | self.stateless & (possible[0] | possible[1])) & self.touched:
            return None
        forward |= self.forgotten.tried(tried[0], certain[0])[0]
        backward |= self.forgotten.tried(tried[1], certain[1])[0]
        either = self.both_ways & (forward | backward) | self.stateless
        return (
            possible[0] & (forward | either | self.before[0]),
            possible[1] & (backward | either | self.before[1]),
        )

    def _either_way(self, state: State) -> State:
        """Add the headers of ``<>`` that match a direction's packets the other way round."""
        forward, backward = state
        return forward | backward & self.both_ways, backward | forward & self.both_ways
