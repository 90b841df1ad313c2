"""How far the rules in reach are tried: what stands behind a rule that settles every flow in question is out of sight.

The walk of the newly denied region (:mod:`nfw_reconcile.engine.enumeration`) fixes one field after another. On the
way some headers are sure to match, whatever the fields still open will be. Where the rule of such a header settles a
flow (:mod:`nfw_reconcile.engine.settling`) no rule behind it is tried, so that flows which only such rules tell apart
have one effect, and are walked as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nfw_reconcile.engine.compiled import Acts
from nfw_reconcile.engine.headers import bits, vector_of
from nfw_reconcile.engine.settling import at_first
from nfw_reconcile.model.rule import Action, StatelessAction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nfw_reconcile.engine.compiled import CompiledPolicy, CompiledRule
    from nfw_reconcile.engine.forgotten import Forgetting
    from nfw_reconcile.engine.partition import Partition, State
    from nfw_reconcile.engine.stateless import CompiledStatelessRule
    from nfw_reconcile.engine.terrain import Terrain

Places = dict[int, "Sequence[int]"]
"""For the number of a header, the places of the rules that have it."""


@dataclass(frozen=True, slots=True)
class _Line:
    """The headers that one direction's packets meet, in the order of their first rules.

    ``upto`` holds, for each place, the headers up to it. A header is ``settling`` where its first rule is, and
    ``blocking`` where any is.
    """

    present: int
    places: Mapping[int, int]
    upto: tuple[int, ...]
    settling: int
    blocking: int

    @classmethod
    def of(cls, rules: Places, counting: int, settling: int, blocking: int) -> _Line:
        """Take the places of each header's rules, and three bit vectors over places."""
        met = {header: found for header, at in rules.items() if (found := [n for n in at if counting >> n & 1])}
        order = sorted(met, key=lambda header: met[header][0])
        upto: list[int] = []
        so_far = 0
        for header in order:
            so_far |= 1 << header
            upto.append(so_far)
        return cls(
            so_far,
            {header: place for place, header in enumerate(order)},
            tuple(upto),
            vector_of(sorted(header for header, at in met.items() if settling >> at[0] & 1)),
            vector_of(sorted(header for header, at in met.items() if any(blocking >> n & 1 for n in at))),
        )

    def tried(self, possible: int, sure: int) -> tuple[int, bool]:
        """Give which of the possible headers may be tried, and whether a sure one settles every flow."""
        possible &= self.present
        settling = possible & sure & self.settling
        if not settling:
            return possible, False
        upto = self.upto[min(map(self.places.__getitem__, bits(settling)))]
        return (possible, False) if possible & upto & self.blocking else (possible & upto, True)


@dataclass(frozen=True, slots=True)
class _Side:
    """One policy: its lines for both directions, and the headers all of whose rules pass, or drop, at first sight.

    ``diverting`` are the headers of stateless rules that may keep a packet from the stateful engine; where any of
    them is in reach, or the default keeps packets (``diverts``), every rule is in sight.
    """

    forward: _Line
    backward: _Line
    passing: int
    dropping: int
    diverting: int
    diverts: bool

    def seen(self, possible: State, sure: State) -> tuple[State, bool | None]:
        """Give the headers that may be tried, and whether every flow is allowed, or none; ``None``: not known."""
        if self.diverts or self.diverting & (possible[0] | possible[1]):
            return (possible[0] & self.forward.present, possible[1] & self.backward.present), None
        forward, settled = self.forward.tried(possible[0], sure[0])
        if not settled:
            return (forward, self.backward.tried(possible[1], sure[1])[0]), None
        if not forward & ~self.passing:
            return (forward, 0), True
        return (forward, 0), None if forward & ~self.dropping else False


class Horizon:
    """What is in sight of one partition, by which of its fields are fixed.

    A flow belongs to the walk of the first changed header that its packets match, the initiator's before the
    responder's: ``before`` are the headers that come before the partition's own, in each direction.
    """

    def __init__(
        self, terrain: Terrain, forgetting: Forgetting, partition: Partition, before: State, protocol: int
    ) -> None:
        """Take a partition of the terrain."""
        bit = {number: place for place, number in enumerate(partition.numbers)}
        stateful = [_local(side.stateful, bit) for side in terrain.sides]
        stateless = [_local(side.stateless, bit) for side in terrain.sides]
        self._new, *self._old = (
            _side(headers.policy, met, before_them, protocol)
            for headers, met, before_them in zip(terrain.sides, stateful, stateless, strict=True)
        )
        self._forgotten = _Line.of(stateful[0], *forgetting.reckoning(protocol))
        self._touched = _vector(terrain.touched, partition)
        self._before = (_vector(before[0], partition), _vector(before[1], partition))
        self._stateless = vector_of(sorted({number for found in stateless for number in found}))
        self._both_ways = vector_of(
            place for place, number in enumerate(partition.numbers) if terrain.boxes[number].both_ways
        )
        self._partition = partition
        self._sure: dict[int, State] = {}

    def sure(self, fields: int) -> State:
        """Give the headers that allow every value of these fields (a bit vector)."""
        found = self._sure.get(fields)
        if found is None:
            forward = backward = (1 << len(self._partition.numbers)) - 1
            for field in bits(fields):
                forward &= self._partition.whole[field][0]
                backward &= self._partition.whole[field][1]
            found = self._sure[fields] = (forward, backward)
        return found

    def seen(self, fields: int, possible: State) -> State | None:
        """Give the headers in reach that make a difference; ``None`` where no flow belongs here and is newly denied.

        The ``fields`` are still open.
        """
        whole = self.sure(fields)
        sure = (possible[0] & whole[0], possible[1] & whole[1])
        if sure[0] & self._before[0] or sure[1] & self._before[1]:
            return None
        tried, certain = self._either_way(possible), self._either_way(sure)
        (forward, backward), allowed = self._new.seen(tried, certain)
        if allowed:
            return None
        for old in self._old:
            seen, allowed = old.seen(tried, certain)
            if allowed is False:
                return None
            forward |= seen[0]
            backward |= seen[1]
        if not (forward | backward | self._stateless & (possible[0] | possible[1])) & self._touched:
            return None
        forward |= self._forgotten.tried(tried[0], certain[0])[0]
        backward |= self._forgotten.tried(tried[1], certain[1])[0]
        either = self._both_ways & (forward | backward) | self._stateless
        return (
            possible[0] & (forward | either | self._before[0]),
            possible[1] & (backward | either | self._before[1]),
        )

    def _either_way(self, state: State) -> State:
        """Add the headers of ``<>`` that match a direction's packets the other way round."""
        forward, backward = state
        return forward | backward & self._both_ways, backward | forward & self._both_ways


def _local(rules: Mapping[int, Sequence[int]], bit: Mapping[int, int]) -> Places:
    return {bit[number]: places for number, places in rules.items() if number in bit}


def _vector(numbers: int, partition: Partition) -> int:
    return vector_of(place for place, number in enumerate(partition.numbers) if numbers >> number & 1)


def _side(policy: CompiledPolicy, rules: Places, stateless: Places, protocol: int) -> _Side:
    settling, blocking = at_first(policy, protocol, to_server=True)
    backwards = at_first(policy, protocol, to_server=False)
    stays = vector_of(n for n, rule in enumerate(policy.stateless.rules) if _keeps(rule))

    def all_do(passing: int) -> int:
        """Give the headers whose rules all settle a flow in one way."""
        useless = policy.relevant & ~(settling & passing)
        return vector_of(sorted(header for header, at in rules.items() if not any(useless >> n & 1 for n in at)))

    passes = vector_of(n for n, rule in enumerate(policy.rules) if _passes(rule))
    return _Side(
        _Line.of(rules, policy.relevant, settling, blocking),
        _Line.of(rules, policy.relevant, *backwards),
        all_do(passes),
        all_do(~passes),
        vector_of(sorted(header for header, at in stateless.items() if any(stays >> n & 1 for n in at))),
        policy.stateless.default is not StatelessAction.FORWARD,
    )


def _keeps(rule: CompiledStatelessRule) -> bool:
    return rule.unknown is not None or rule.action is not StatelessAction.FORWARD


def _passes(rule: CompiledRule) -> bool:
    return isinstance(rule.act, Acts) and rule.act.action is Action.PASS
